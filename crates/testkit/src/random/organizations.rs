//! Random commands on organizations, and questions about them.

use std::collections::BTreeMap;

use cardfile_directory::{Command, OrganizationDraft};
use cardfile_model::{
    Comparison, Edit, Expect, OrganizationField, OrganizationFilter, OrganizationId, OrganizationPatch, OrganizationQuery, Scalar,
};
use serde_json::{Value, json};

use super::Trial;

const NAMES: &[&str] = &["Ropewalk", "RÖPEWALK", "Quay", "Mill", "Äther", " "];
const DIALECTS: &[&str] = &["one", "two"];

impl Trial {
    /// An organization, known or not.
    pub fn some_organization(&mut self) -> OrganizationId {
        if self.made.is_empty() || self.dice.chance(20) {
            *self.dice.one(&self.organizations)
        } else {
            *self.dice.one(&self.made)
        }
    }

    pub fn create_organization(&mut self) -> Command {
        let id = if self.dice.chance(95) { OrganizationId(self.new_id()) } else { self.some_organization() };
        let draft = OrganizationDraft {
            parent: self.dice.chance(70).then(|| self.some_organization()),
            is_active: self.dice.chance(80),
            extensions: (0..self.dice.below(2)).map(|_| ((*self.dice.one(DIALECTS)).to_owned(), self.value())).collect(),
            has_unique_name: self.dice.chance(30),
            ..OrganizationDraft::new(id, *self.dice.one(NAMES))
        };
        self.made.push(id);
        Command::CreateOrganization(Box::new(draft))
    }

    pub fn patch_organization(&mut self) -> Command {
        let patch = OrganizationPatch {
            name: self.dice.chance(30).then(|| (*self.dice.one(NAMES)).into()),
            is_active: self.dice.chance(20).then(|| self.dice.chance(50)),
            parent: self.dice.chance(40).then(|| self.some_organization()),
            country: match self.dice.below(6) {
                0 => Edit::Clear,
                1 => Edit::Set((*self.dice.one(&["NO", "GB"])).into()),
                _ => Edit::Keep,
            },
            extensions: self.extension_edits(),
            has_unique_name: self.dice.chance(30),
        };
        let expect = match self.dice.below(12) {
            0 => Expect::Absent,
            1 => Expect::At(self.dice.below(50).into()),
            _ => Expect::Any,
        };
        Command::PatchOrganization { id: self.some_organization(), expect, patch: Box::new(patch) }
    }

    fn extension_edits(&mut self) -> BTreeMap<String, Edit<Value>> {
        let mut edits = BTreeMap::new();
        for _ in 0..self.dice.below(3) {
            let edit = match self.dice.below(4) {
                0 => Edit::Clear,
                1 => Edit::Keep,
                _ => Edit::Set(self.value()),
            };
            edits.insert((*self.dice.one(DIALECTS)).to_owned(), edit);
        }
        edits
    }

    fn value(&mut self) -> Value {
        let leaf = [json!("x"), json!("Ä"), json!(null), json!(2), json!(true), json!({})];
        let (one, other) = (self.dice.one(&leaf).clone(), self.dice.one(&leaf).clone());
        json!({"a": [{"b": one}, {"b": [other]}], "c": self.dice.one(&leaf)})
    }

    pub fn organization_query(&mut self) -> OrganizationQuery {
        OrganizationQuery {
            under: self.some_organization(),
            filter: self.organization_filter(2),
            order: (0..self.dice.below(3)).map(|_| (self.organization_field(), self.dice.chance(40))).collect(),
            offset: self.dice.below(4).into(),
            limit: *self.dice.one(&[0, 2, 100]),
        }
    }

    fn organization_filter(&mut self, depth: u32) -> OrganizationFilter {
        match self.dice.below(if depth == 0 { 6 } else { 9 }) {
            0 => OrganizationFilter::All,
            1 => OrganizationFilter::Numbers((0..4).map(|_| self.dice.below(12)).collect()),
            2..=5 => OrganizationFilter::Test { field: self.organization_field(), comparison: self.organization_comparison() },
            6 => OrganizationFilter::Not(Box::new(self.organization_filter(depth - 1))),
            7 => OrganizationFilter::And((0..self.dice.below(3)).map(|_| self.organization_filter(depth - 1)).collect()),
            _ => OrganizationFilter::Or((0..self.dice.below(3)).map(|_| self.organization_filter(depth - 1)).collect()),
        }
    }

    fn organization_field(&mut self) -> OrganizationField {
        let paths: [&[&str]; 4] = [&["a", "b"], &["c"], &["a"], &[]];
        let path = *self.dice.one(&paths);
        let path = path.iter().map(|&name| name.to_owned()).collect();
        let extension = OrganizationField::Extension { dialect: (*self.dice.one(DIALECTS)).into(), path };
        let fields = [
            OrganizationField::Number,
            OrganizationField::Name,
            OrganizationField::Active,
            OrganizationField::Parent,
            OrganizationField::Created,
            OrganizationField::Modified,
        ];
        if self.dice.chance(40) { extension } else { self.dice.one(&fields).clone() }
    }

    fn organization_comparison(&mut self) -> Comparison {
        let scalars = [
            Scalar::Text("ROPEWALK".into()),
            Scalar::Text("x".into()),
            Scalar::Number(self.dice.below(6).into()),
            Scalar::Boolean(true),
            Scalar::Null,
        ];
        let (scalar, text) = (self.dice.one(&scalars).clone(), (*self.dice.one(&["a", "R", "x", ""])).to_owned());
        match self.dice.below(9) {
            0 | 1 => Comparison::Is(scalar),
            2 => Comparison::Contains(text),
            3 => Comparison::Begins(text),
            4 => Comparison::Ends(text),
            5 => Comparison::Present,
            6 => Comparison::After(scalar),
            7 => Comparison::From(scalar),
            _ => Comparison::To(scalar),
        }
    }
}
