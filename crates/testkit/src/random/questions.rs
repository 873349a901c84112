//! Random questions, and some about everything.

use cardfile_directory::{Registry, Store};
use cardfile_model::{
    Audience, Comparison, Field, Filter, GroupFilter, GroupOrder, GroupQuery, Life, NoteKeys, NoteQuery, Numbers, Order,
    OrganizationId, Query, Reach, Scalar, Sources,
};

use super::cards::{ADDRESSES, ENDS, NAMES, NUMBERS, ROLES, SOURCES};
use super::commands::{NOTE_KEYS, SHELVES};
use super::{Trial, compare};

const ORDERS: &[Order] = &[
    Order::Name,
    Order::Number,
    Order::GivenName,
    Order::FamilyName,
    Order::FullName,
    Order::Email,
    Order::Phone,
    Order::Created,
    Order::Modified,
    Order::Author,
];

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
        ask_both!(self, ("numbers", &query), store => store.numbers(self.tenant, query.clone()));
        let (organization, audience) = (query.organization, query.audience);
        let ids = self.dice.some(&self.people, 6);
        ask_both!(self, ("get", organization, audience, &ids), store => store.get(self.tenant, organization, audience, &ids));
        let group = self.some_group();
        let (offset, limit) = (u64::from(self.dice.below(4)), self.dice.below(6) as usize);
        ask_both!(self, ("group", group), store => store.group(self.tenant, group));
        ask_both!(self, ("members", group, offset, limit), store => store.members(self.tenant, group, offset, limit));
        let query = self.group_query();
        ask_both!(self, query, store => store.groups(self.tenant, query.clone()));
        let people: Numbers = (0..self.dice.below(8)).map(|_| self.dice.below(30)).collect();
        let (also, people) = (query.also.clone(), &people);
        let asked = ("groups of", organization, &also, people);
        ask_both!(self, asked, store => store.groups_of(self.tenant, organization, &also, people));
        let query = self.organization_query();
        ask_both!(self, query, store => store.find_organizations(self.tenant, query.clone()));
        let id = *self.dice.one(&self.people);
        ask_both!(self, ("held", id), store => store.held(self.tenant, id));
        let query = self.note_query();
        ask_both!(self, query, store => store.notes(self.tenant, query.clone()));
    }

    /// Compares all that there is.
    pub async fn ask_everything(&mut self) {
        for organization in self.organizations.clone() {
            let revisions = (0..100).collect();
            ask_both!(self, "authors", store => store.authors(self.tenant, &revisions));
            ask_both!(self, ("log", organization), store => store.changes(self.tenant, organization, 0, 100_000));
            for order in [Order::Name, Order::Number] {
                let query = Query { organization, order, offset: 0, limit: 100_000, ..everyone(organization) };
                ask_both!(self, query, store => store.find(self.tenant, query.clone()));
            }
        }
        ask_both!(self, "organizations", store => store.organizations(self.tenant));
        for organization in self.made.clone() {
            ask_both!(self, ("log", organization), store => store.changes(self.tenant, organization, 0, 100_000));
        }
        for group in self.groups.clone() {
            ask_both!(self, ("members", group), store => store.members(self.tenant, group, 0, 100_000));
        }
        let numbers = (1..200).collect();
        ask_both!(self, "ids", store => store.ids(self.tenant, &numbers));
        let findings = self.store.check().await.expect("a store can be checked");
        assert_eq!(findings, [], "seed {}, step {}: findings of the check", self.seed, self.step);
    }

    fn query(&mut self) -> Query {
        let organization = *self.dice.one(&self.organizations);
        Query {
            life: if self.dice.chance(80) { Life::Live } else { Life::Trashed },
            sources: self.sources(),
            audience: if self.dice.chance(50) { Audience::Everything } else { Audience::Person(*self.dice.one(&self.people)) },
            filter: self.filter(2),
            reach: match self.dice.below(5) {
                0 => Reach::Own,
                1 | 2 => Reach::Members,
                3 => Reach::Inherited,
                _ => Reach::Below(*self.dice.one(&self.organizations)),
            },
            order: *self.dice.one(ORDERS),
            is_descending: self.dice.chance(40),
            then: (0..self.dice.below(3)).map(|_| (*self.dice.one(ORDERS), self.dice.chance(50))).collect(),
            offset: self.dice.below(6).into(),
            limit: *self.dice.one(&[0, 1, 5, 100]),
            ..everyone(organization)
        }
    }

    fn filter(&mut self, depth: u32) -> Filter {
        match self.dice.below(if depth == 0 { 20 } else { 24 }) {
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
            11 if self.dice.chance(30) => Filter::Called((0..self.dice.below(6)).map(|_| self.dice.below(40)).collect()),
            11 => Filter::Ids(self.dice.some(&self.people, 4)),
            12 => Filter::Numbers((0..self.dice.below(6)).map(|_| self.dice.below(40)).collect()),
            13 => Filter::FieldContains {
                field: self.dice.one(&[Field::GivenName, Field::FamilyName, Field::Email]).clone(),
                text: self.part(),
            },
            14 => Filter::Compare { field: self.field(), comparison: self.comparison() },
            15 => Filter::Belongs(self.dice.below(4) + 1),
            16 => Filter::Home(self.dice.below(4) + 1),
            17 => Filter::Role {
                organization: self.dice.chance(60).then(|| self.dice.below(3) + 1),
                role: (*self.dice.one(ROLES)).into(),
            },
            18 => Filter::Inactive,
            19 => Filter::PhoneEnds((*self.dice.one(ENDS)).into()),
            20 => Filter::Not(Box::new(self.filter(depth - 1))),
            21 | 22 => Filter::And((0..self.dice.below(3)).map(|_| self.filter(depth - 1)).collect()),
            _ => Filter::Or((0..self.dice.below(3)).map(|_| self.filter(depth - 1)).collect()),
        }
    }

    fn field(&mut self) -> Field {
        let extension = Field::Extension("d".into(), vec!["x".into()]);
        let fields = [
            Field::DisplayName,
            Field::GivenName,
            Field::FamilyName,
            Field::Email,
            Field::Phone,
            Field::Created,
            Field::Modified,
            extension,
        ];
        self.dice.one(&fields).clone()
    }

    fn comparison(&mut self) -> Comparison {
        let scalar = match self.dice.below(8) {
            0 => Scalar::Null,
            1 => Scalar::Text(String::new()),
            2 => Scalar::Number(1.0),
            _ => Scalar::Text(self.part()),
        };
        match self.dice.below(9) {
            0 | 1 => Comparison::Is(scalar),
            2 => Comparison::Contains(self.part()),
            3 => Comparison::Begins(self.part()),
            4 => Comparison::Ends(self.part()),
            5 => Comparison::Present,
            6 => Comparison::After(scalar),
            7 => Comparison::From(scalar),
            _ => Comparison::To(scalar),
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

    fn note_query(&mut self) -> NoteQuery {
        NoteQuery {
            organization: *self.dice.one(&self.organizations),
            shelf: (*self.dice.one(SHELVES)).into(),
            keys: match self.dice.below(3) {
                0 => NoteKeys::All,
                1 => NoteKeys::Starting((*self.dice.one(&["", "k", "k1", "é"])).into()),
                _ => NoteKeys::These((0..self.dice.below(3)).map(|_| (*self.dice.one(NOTE_KEYS)).into()).collect()),
            },
            offset: self.dice.below(3).into(),
            limit: self.dice.below(5) as usize,
        }
    }

    fn group_query(&mut self) -> GroupQuery {
        let name = (*self.dice.one(&["harb", "Harbour", "QUAY", "z", "", "nothing"])).to_owned();
        let also = self.dice.chance(40).then(|| self.some_group());
        GroupQuery {
            also: also.into_iter().collect(),
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
    Query {
        organization,
        life: Life::Live,
        reach: Reach::Own,
        sources,
        audience,
        filter: Filter::All,
        order: Order::Number,
        is_descending: false,
        then: Vec::new(),
        offset: 0,
        limit: 1000,
    }
}

/// The first thousand groups of an organization.
pub(super) fn every_group(organization: OrganizationId) -> GroupQuery {
    let (filter, order) = (GroupFilter::All, GroupOrder::Created);
    GroupQuery { organization, also: Vec::new(), filter, order, is_descending: false, offset: 0, limit: 1000 }
}
