//! Random questions, and some about everything.

use cardfile_directory::Store;
use cardfile_model::{Audience, Filter, GroupFilter, GroupOrder, GroupQuery, Order, OrganizationId, Query, Sources};

use super::cards::{ADDRESSES, NAMES, NUMBERS, SOURCES};
use super::{Trial, compare};

/// Asks both stores the same and compares the answers.
macro_rules! ask_both {
    ($trial:expr, $asked:expr, $store:ident => $question:expr) => {{
        let judged = {
            let $store = &$trial.judge;
            $question.await.map_err(|error| compare::failure(&error))
        };
        let answered = {
            let $store = &$trial.store;
            $question.await.map_err(|error| compare::failure(&error))
        };
        $trial.compare(&$asked, &judged, &answered);
    }};
}

impl Trial {
    /// Asks one or two random questions.
    pub async fn ask(&mut self) {
        let query = self.query();
        ask_both!(self, query, store => store.find(self.tenant, query.clone()));
        let (organization, audience) = (query.organization, query.audience);
        let ids = self.dice.some(&self.people, 6);
        ask_both!(self, ("get", organization, audience, &ids), store => store.get(self.tenant, organization, audience, &ids));
        let group = self.some_group();
        let (offset, limit) = (u64::from(self.dice.below(4)), self.dice.below(6) as usize);
        ask_both!(self, ("group", group), store => store.group(self.tenant, group));
        ask_both!(self, ("members", group, offset, limit), store => store.members(self.tenant, group, offset, limit));
        let query = self.group_query();
        ask_both!(self, query, store => store.groups(self.tenant, query.clone()));
    }

    /// Compares all that there is.
    pub async fn ask_everything(&mut self) {
        for organization in self.organizations.clone() {
            ask_both!(self, ("log", organization), store => store.changes(self.tenant, organization, 0, 100_000));
            for order in [Order::Name, Order::Number] {
                let query = Query { organization, order, offset: 0, limit: 100_000, ..everyone(organization) };
                ask_both!(self, query, store => store.find(self.tenant, query.clone()));
            }
        }
        for group in self.groups.clone() {
            ask_both!(self, ("members", group), store => store.members(self.tenant, group, 0, 100_000));
        }
        let findings = self.store.check().await.expect("a store can be checked");
        assert_eq!(findings, [], "seed {}, step {}: findings of the check", self.seed, self.step);
    }

    fn query(&mut self) -> Query {
        let organization = *self.dice.one(&self.organizations);
        Query {
            sources: self.sources(),
            audience: if self.dice.chance(50) { Audience::Everything } else { Audience::Person(*self.dice.one(&self.people)) },
            filter: self.filter(2),
            order: *self.dice.one(&[Order::Name, Order::Number]),
            offset: self.dice.below(6).into(),
            limit: *self.dice.one(&[0, 1, 5, 100]),
            ..everyone(organization)
        }
    }

    fn filter(&mut self, depth: u32) -> Filter {
        match self.dice.below(if depth == 0 { 12 } else { 16 }) {
            0 => Filter::All,
            1 | 2 => Filter::Contains(self.part()),
            3 | 4 => Filter::WordPrefixes(self.part()),
            5 => Filter::Email((*self.dice.one(ADDRESSES)).into()),
            6 => Filter::Phone((*self.dice.one(NUMBERS)).into()),
            7 => {
                let key = self.key();
                Filter::Key { system: key.system, value: key.value }
            }
            8 => Filter::Source((*self.dice.one(SOURCES)).into()),
            9 => Filter::MemberOf(self.some_group()),
            10 => Filter::SharedWithAny(self.dice.some(&self.groups, 2)),
            11 => Filter::Ids(self.dice.some(&self.people, 4)),
            12 => Filter::Not(Box::new(self.filter(depth - 1))),
            13 | 14 => Filter::And((0..self.dice.below(3)).map(|_| self.filter(depth - 1)).collect()),
            _ => Filter::Or((0..self.dice.below(3)).map(|_| self.filter(depth - 1)).collect()),
        }
    }

    /// A part of a name or an address.
    fn part(&mut self) -> String {
        let whole: Vec<char> =
            if self.dice.chance(70) { *self.dice.one(NAMES) } else { *self.dice.one(ADDRESSES) }.chars().collect();
        let skipped = if self.dice.chance(60) { 0 } else { self.dice.below(6) as usize };
        let taken = self.dice.below(9) as usize;
        whole.into_iter().skip(skipped).take(taken).collect()
    }

    fn group_query(&mut self) -> GroupQuery {
        let name = (*self.dice.one(&["harb", "Harbour", "QUAY", "z", "", "nothing"])).to_owned();
        GroupQuery {
            organization: *self.dice.one(&self.organizations),
            filter: match self.dice.below(3) {
                0 => GroupFilter::All,
                1 => GroupFilter::NameIs(name),
                _ => GroupFilter::NameStarts(name),
            },
            order: *self.dice.one(&[GroupOrder::Created, GroupOrder::Name, GroupOrder::Id]),
            is_descending: self.dice.chance(50),
            offset: self.dice.below(3).into(),
            limit: self.dice.below(6) as usize,
        }
    }
}

/// Everyone of an organization, a page of a thousand.
pub(super) fn everyone(organization: OrganizationId) -> Query {
    let (sources, audience) = (Sources::Any, Audience::Everything);
    Query { organization, sources, audience, filter: Filter::All, order: Order::Number, offset: 0, limit: 1000 }
}

/// The first thousand groups of an organization.
pub(super) fn every_group(organization: OrganizationId) -> GroupQuery {
    let (filter, order) = (GroupFilter::All, GroupOrder::Created);
    GroupQuery { organization, filter, order, is_descending: false, offset: 0, limit: 1000 }
}
