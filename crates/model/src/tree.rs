//! The organizations of one tenant, and how they hang together.

use std::collections::HashMap;
use std::sync::Arc;

use crate::organization::{Organization, OrganizationId};
use crate::organization_query::OrganizationQuery;
use crate::selection::Numbers;

/// Organizations that one piece holds: what is copied when one of them changes.
const PIECE: usize = 256;
/// Into how many maps ids are parted, for the same reason.
const PARTS: usize = 64;

/// Organizations by number, by id, and by what they hang under. A clone shares all that does not change, so that a tree of very
/// many is soon had anew after a change of one.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    pieces: Vec<Arc<Vec<Node>>>,
    numbers: Vec<Arc<HashMap<OrganizationId, u32>>>,
    len: usize,
}

/// The place of a number.
#[derive(Debug, Clone, Default)]
struct Node {
    organization: Option<Arc<Organization>>,
    children: Numbers,
}

impl Tree {
    /// A tree of these organizations.
    #[must_use]
    pub fn new(organizations: Vec<Organization>) -> Self {
        let mut tree = Tree::default();
        tree.put(organizations);
        tree
    }

    /// Puts organizations in, in the place of what was there under their numbers.
    pub fn put(&mut self, organizations: Vec<Organization>) {
        let mut moves = Vec::with_capacity(organizations.len());
        for organization in organizations {
            let (id, number, parent) = (organization.id, organization.number, organization.parent);
            let before = self.node_mut(number).organization.replace(Arc::new(organization));
            self.len += usize::from(before.is_none());
            moves.push((number, before.and_then(|before| before.parent), parent));
            self.numbers.resize_with(PARTS, Arc::default);
            Arc::make_mut(&mut self.numbers[part(id)]).insert(id, number);
        }
        // Only now is everyone there under whom somebody may hang.
        for (number, before, after) in moves {
            if let Some(before) = before.filter(|_| before != after).and_then(|id| self.number(id)) {
                self.node_mut(before).children.remove(number);
            }
            if let Some(after) = after.and_then(|id| self.number(id)) {
                self.node_mut(after).children.insert(number);
            }
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The organization of this id.
    #[must_use]
    pub fn get(&self, id: OrganizationId) -> Option<&Arc<Organization>> {
        self.at(self.number(id)?)
    }

    /// The organization of this number.
    #[must_use]
    pub fn at(&self, number: u32) -> Option<&Arc<Organization>> {
        self.node(number)?.organization.as_ref()
    }

    /// All organizations, by number.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Organization>> {
        self.pieces.iter().flat_map(|piece| piece.iter()).filter_map(|node| node.organization.as_ref())
    }

    /// The organizations above one, the nearest first.
    pub fn above(&self, id: OrganizationId) -> impl Iterator<Item = &Arc<Organization>> {
        let above = |below: &Arc<Organization>| self.get(below.parent?);
        let first = self.get(id).and_then(above);
        // A cycle, which no store makes, would end the walk too.
        std::iter::successors(first, move |below| above(below)).take(self.len)
    }

    /// The numbers of the organizations just below one.
    #[must_use]
    pub fn children(&self, number: u32) -> Numbers {
        self.node(number).map(|node| node.children.clone()).unwrap_or_default()
    }

    /// The numbers of all organizations below one, however far.
    #[must_use]
    pub fn below(&self, number: u32) -> Numbers {
        let (mut below, mut next) = (Numbers::new(), self.children(number));
        while !next.is_empty() {
            below |= &next;
            let mut further = Numbers::new();
            for node in next.iter().filter_map(|number| self.node(number)) {
                further |= &node.children;
            }
            next = further - &below;
        }
        below
    }

    /// The country of an organization, or of the nearest above that has one.
    #[must_use]
    pub fn country(&self, id: OrganizationId) -> Option<&str> {
        self.get(id).into_iter().chain(self.above(id)).find_map(|organization| organization.country.as_deref())
    }

    /// Whether `id` is `top` or hangs below it.
    #[must_use]
    pub fn is_within(&self, id: OrganizationId, top: OrganizationId) -> bool {
        self.get(id).is_some_and(|found| found.id == top) || self.above(id).any(|above| above.id == top)
    }

    /// One page of the organizations that a query finds, and how many there are in all.
    #[must_use]
    pub fn find(&self, query: &OrganizationQuery) -> (Vec<Organization>, u64) {
        let Some(under) = self.number(query.under) else { return (Vec::new(), 0) };
        let below = match query.filter.named() {
            Some(numbers) => {
                let is_below = |number: &u32| {
                    *number != under && self.at(*number).is_some_and(|found| self.is_within(found.id, query.under))
                };
                numbers.iter().copied().filter(is_below).collect()
            }
            None => self.below(under),
        };
        let found = below.iter().filter_map(|number| self.at(number));
        query.page(found.map(|found| (&**found, found.parent.and_then(|parent| self.number(parent)))))
    }

    fn number(&self, id: OrganizationId) -> Option<u32> {
        self.numbers.get(part(id))?.get(&id).copied()
    }

    fn node(&self, number: u32) -> Option<&Node> {
        let (piece, at) = place(number);
        self.pieces.get(piece)?.get(at)
    }

    fn node_mut(&mut self, number: u32) -> &mut Node {
        let (piece, at) = place(number);
        if self.pieces.len() <= piece {
            self.pieces.resize_with(piece + 1, Arc::default);
        }
        let nodes = Arc::make_mut(&mut self.pieces[piece]);
        if nodes.len() <= at {
            nodes.resize_with(at + 1, Node::default);
        }
        &mut nodes[at]
    }
}

fn place(number: u32) -> (usize, usize) {
    (number as usize / PIECE, number as usize % PIECE)
}

fn part(id: OrganizationId) -> usize {
    usize::from(id.0.as_bytes()[15]) % PARTS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organization::tests::organization;

    /// 1 over 2 and 3, 2 over 600, 600 over 4.
    fn tree() -> Tree {
        let hanging = |number, parent| {
            let mut organization = organization(number, "Ropewalk");
            organization.parent = Some(super::super::organization::tests::organization(parent, "").id);
            organization
        };
        Tree::new(vec![organization(1, "Root"), hanging(2, 1), hanging(3, 1), hanging(4, 600), hanging(600, 2)])
    }

    fn id(number: u32) -> OrganizationId {
        organization(number, "").id
    }

    fn above(tree: &Tree, number: u32) -> Vec<u32> {
        tree.above(id(number)).map(|above| above.number).collect()
    }

    #[test]
    fn organizations_are_told_by_what_is_above_and_below_them() {
        let tree = tree();
        assert_eq!(tree.iter().map(|found| found.number).collect::<Vec<_>>(), [1, 2, 3, 4, 600]);
        assert_eq!((tree.len(), above(&tree, 4), above(&tree, 1)), (5, vec![600, 2, 1], vec![]));
        assert_eq!(tree.below(1), Numbers::from([2, 3, 4, 600]));
        assert_eq!(tree.children(1), Numbers::from([2, 3]));
        assert!(tree.is_within(id(4), id(2)) && tree.is_within(id(4), id(4)) && !tree.is_within(id(4), id(3)));
        assert!(tree.get(id(9)).is_none() && tree.at(900).is_none() && tree.below(9).is_empty());
    }

    #[test]
    fn one_that_moves_takes_with_it_what_is_below_and_leaves_clones_alone() {
        let before = tree();
        let mut after = before.clone();
        let mut moved = organization(2, "Moved");
        (moved.parent, moved.country) = (Some(id(3)), Some("NO".into()));
        after.put(vec![moved]);
        assert_eq!((above(&after, 4), above(&before, 4)), (vec![600, 2, 3, 1], vec![600, 2, 1]));
        assert_eq!((after.children(1), before.children(1)), (Numbers::from([3]), Numbers::from([2, 3])));
        assert_eq!((after.len(), after.country(id(4)), before.country(id(4))), (5, Some("NO"), None));
    }

    #[test]
    fn a_cycle_ends_every_walk() {
        let mut tree = tree();
        let mut moved = organization(2, "Moved");
        moved.parent = Some(id(4));
        tree.put(vec![moved]);
        assert_eq!(tree.below(2), Numbers::from([2, 4, 600]));
        assert!(!tree.is_within(id(4), id(1)));
        assert_eq!(above(&tree, 4).len(), 5);
    }
}
