//! People who share evidence, put together.

use std::collections::HashMap;

use crate::common::Common;
use crate::evidence::Evidence;
use crate::finder::Settings;
use crate::runs::Row;

/// Person numbers of people who share evidence, directly or by way of others here: two or more, ascending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// The person numbers; at most [`Settings::cluster_people`].
    pub numbers: Vec<u32>,
}

/// Clusters, and what is no evidence because many share it.
///
/// Any two people who share evidence are together in a cluster. Where that would make one too large, the evidence makes one of
/// its own, so that a person may be in several.
#[derive(Debug)]
pub struct Candidates {
    /// Who is in which cluster, in order; a cluster is named by the place of its least number.
    placed: std::iter::Peekable<std::vec::IntoIter<(u32, u32)>>,
    apart: std::vec::IntoIter<Vec<u32>>,
    common: Common,
}

impl Candidates {
    /// What many share; to be taken out of cards before they are compared.
    #[must_use]
    pub fn common(&self) -> &Common {
        &self.common
    }
}

impl Iterator for Candidates {
    type Item = Cluster;

    fn next(&mut self) -> Option<Cluster> {
        let Some((cluster, first)) = self.placed.next() else {
            return self.apart.next().map(|numbers| Cluster { numbers });
        };
        let mut numbers = vec![first];
        while let Some((_, number)) = self.placed.next_if(|(next, _)| *next == cluster) {
            numbers.push(number);
        }
        Some(Cluster { numbers })
    }
}

/// The holders of each piece of evidence, from rows in order.
pub(crate) struct Groups {
    settings: Settings,
    /// The holders of one piece of evidence after the other, each with the count before.
    shared: Vec<u32>,
    common: Vec<Evidence>,
    at: Option<Evidence>,
    /// The holders of the evidence at hand, one more than may be at most.
    holders: Vec<u32>,
}

impl Groups {
    pub(crate) fn new(settings: Settings) -> Groups {
        Groups { settings, shared: Vec::new(), common: Vec::new(), at: None, holders: Vec::new() }
    }

    pub(crate) fn push(&mut self, row: Row) {
        if self.at != Some(row.evidence()) {
            self.close();
            self.at = Some(row.evidence());
        }
        if self.holders.last() != Some(&row.number) && self.holders.len() <= self.settings.most_holders {
            self.holders.push(row.number);
        }
    }

    fn close(&mut self) {
        match (self.at, u32::try_from(self.holders.len())) {
            (Some(evidence), _) if self.holders.len() > self.settings.most_holders => self.common.push(evidence),
            (_, Ok(count @ 2..)) => {
                self.shared.push(count);
                self.shared.extend(&self.holders);
            }
            _ => {}
        }
        self.holders.clear();
    }

    pub(crate) fn candidates(mut self) -> Candidates {
        self.close();
        let mut people: Vec<u32> = groups(&self.shared).flatten().copied().collect();
        people.sort_unstable();
        people.dedup();
        let mut union = Union::new(people, self.settings.cluster_people);
        let mut apart: Vec<Vec<u32>> = groups(&self.shared).filter(|group| !union.join(group)).map(<[u32]>::to_vec).collect();
        apart.sort_unstable();
        apart.dedup();
        let placed = union.placed().into_iter().peekable();
        Candidates { placed, apart: apart.into_iter(), common: Common::new(self.common) }
    }
}

/// The holders of each piece of evidence.
fn groups(shared: &[u32]) -> impl Iterator<Item = &[u32]> {
    let mut rest = shared;
    std::iter::from_fn(move || {
        let (count, tail) = rest.split_first()?;
        let (group, tail) = tail.split_at_checked(usize::try_from(*count).ok()?)?;
        rest = tail;
        Some(group)
    })
}

/// Disjoint sets, each called by the place of its least number, none larger than may be.
struct Union {
    people: Vec<u32>,
    /// The place of somebody of the same set, before this one or the same.
    before: Vec<u32>,
    /// How many are in a set, for those of more than one.
    sizes: HashMap<u32, usize>,
    most: usize,
}

impl Union {
    fn new(people: Vec<u32>, most: usize) -> Union {
        let before = (0..).take(people.len()).collect();
        Union { people, before, sizes: HashMap::new(), most }
    }

    /// Puts the sets of a group together, unless that would be too many people.
    fn join(&mut self, group: &[u32]) -> bool {
        let mut sets: Vec<u32> = group.iter().map(|number| self.set(*number)).collect();
        sets.sort_unstable();
        sets.dedup();
        let size = sets.iter().map(|set| self.sizes.get(set).copied().unwrap_or(1)).sum();
        if size > self.most {
            return false;
        }
        if let [least, others @ ..] = sets.as_slice() {
            for other in others {
                self.before[*other as usize] = *least;
                self.sizes.remove(other);
            }
            self.sizes.insert(*least, size);
        }
        true
    }

    fn set(&mut self, number: u32) -> u32 {
        let at = self.people.binary_search(&number).expect("everyone who shares evidence is here");
        self.root(u32::try_from(at).expect("there are fewer people than person numbers"))
    }

    fn root(&mut self, mut at: u32) -> u32 {
        while self.before[at as usize] != at {
            let next = self.before[at as usize];
            self.before[at as usize] = self.before[next as usize];
            at = next;
        }
        at
    }

    /// Everyone by set, but for those who are alone in theirs.
    fn placed(mut self) -> Vec<(u32, u32)> {
        let count = u32::try_from(self.people.len()).expect("there are fewer people than person numbers");
        let mut placed: Vec<(u32, u32)> = (0..count).map(|at| (self.root(at), self.people[at as usize])).collect();
        placed.retain(|(set, _)| self.sizes.contains_key(set));
        placed.sort_unstable();
        placed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidates(settings: Settings, rows: &[(&str, u32)]) -> Candidates {
        let mut rows: Vec<Row> = rows.iter().map(|(text, number)| Row::new(Evidence::of_phone(text), *number)).collect();
        rows.sort_unstable();
        let mut groups = Groups::new(settings);
        for row in rows {
            groups.push(row);
        }
        groups.candidates()
    }

    fn numbers(candidates: Candidates) -> Vec<Vec<u32>> {
        candidates.map(|cluster| cluster.numbers).collect()
    }

    #[test]
    fn those_who_share_by_way_of_another_are_one_cluster() {
        let found = candidates(Settings::default(), &[("a", 7), ("a", 2), ("b", 7), ("b", 9), ("c", 4), ("d", 3), ("d", 5)]);
        assert_eq!(numbers(found), [vec![2, 7, 9], vec![3, 5]]);
    }

    #[test]
    fn who_has_the_same_twice_is_nobodys_duplicate() {
        assert!(numbers(candidates(Settings::default(), &[("a", 1), ("a", 1)])).is_empty());
    }

    #[test]
    fn what_many_share_is_no_evidence() {
        let settings = Settings { most_holders: 3, ..Settings::default() };
        let few = [("a", 1), ("a", 2), ("a", 3)];
        let found = candidates(settings, &few);
        assert_eq!(found.common(), &Common::default());
        assert_eq!(numbers(found), [[1, 2, 3]]);
        let found = candidates(settings, &[few.as_slice(), &[("a", 9)]].concat());
        assert_ne!(found.common(), &Common::default());
        assert!(numbers(found).is_empty());
    }

    #[test]
    fn a_chain_is_cut_and_no_pair_is_lost() {
        let settings = Settings { most_holders: 2, cluster_people: 4 };
        let links: Vec<String> = (1..10).map(|link| link.to_string()).collect();
        let rows: Vec<(&str, u32)> = links.iter().zip(1..).flat_map(|(link, at)| [(link.as_str(), at), (link, at + 1)]).collect();
        let found = numbers(candidates(settings, &rows));
        for pair in 1..10 {
            assert!(found.iter().any(|cluster| cluster.contains(&pair) && cluster.contains(&(pair + 1))), "{pair} in {found:?}");
        }
        assert!(found.iter().all(|cluster| (2..=4).contains(&cluster.len())), "{found:?}");
    }
}
