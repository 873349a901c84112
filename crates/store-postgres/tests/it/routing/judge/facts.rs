//! What conditions say of tenants.

use std::collections::BTreeSet;

use sqlparser::ast::{BinaryOperator, Expr, Value};

/// One side of an equation.
enum Side {
    /// The tenant of a table; `None` where it is said without the table.
    Tenant(Option<String>),
    Parameter(String),
}

/// Equations that hold for all rows of a level.
#[derive(Default)]
pub(super) struct Facts(Vec<Fact>);

struct Fact {
    left: Side,
    right: Side,
    /// The one table of which it says something, if it says nothing of others.
    only: Option<String>,
}

/// The conditions that must all hold.
pub(super) fn conditions(expression: &Expr) -> Vec<&Expr> {
    match expression {
        Expr::Nested(inner) => conditions(inner),
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => [conditions(left), conditions(right)].concat(),
        other => vec![other],
    }
}

/// The parameter that an expression is.
pub(super) fn parameter(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Value(value) => match &value.value {
            Value::Placeholder(name) => Some(name.clone()),
            _ => None,
        },
        _ => None,
    }
}

fn side(expression: &Expr) -> Option<Side> {
    match expression {
        Expr::Identifier(column) if column.value == "tenant_id" => Some(Side::Tenant(None)),
        Expr::CompoundIdentifier(path) => match &path[..] {
            [table, column] if column.value == "tenant_id" => Some(Side::Tenant(Some(table.value.clone()))),
            _ => None,
        },
        other => parameter(other).map(Side::Parameter),
    }
}

impl Facts {
    pub(super) fn add(&mut self, conditions: &[&Expr], only: Option<&str>) {
        for condition in conditions {
            let Expr::BinaryOp { left, op: BinaryOperator::Eq, right } = condition else { continue };
            if let (Some(left), Some(right)) = (side(left), side(right)) {
                self.0.push(Fact { left, right, only: only.map(str::to_owned) });
            }
        }
    }

    /// Adds the tables whose tenants are bound, as long as there are more. A tenant without a table is that of the one there is.
    pub(super) fn bind(&self, alone: Option<&str>, bound: &mut BTreeSet<String>, parameters: &mut BTreeSet<String>) {
        let named = |table: &Option<String>| table.as_deref().or(alone).map(str::to_owned);
        loop {
            let before = bound.len();
            for Fact { left, right, only } in &self.0 {
                let new = match (left, right) {
                    (Side::Tenant(table), Side::Parameter(name)) | (Side::Parameter(name), Side::Tenant(table)) => {
                        parameters.insert(name.clone());
                        named(table)
                    }
                    (Side::Tenant(left), Side::Tenant(right)) => match (named(left), named(right)) {
                        (Some(left), Some(right)) if bound.contains(&left) => Some(right),
                        (Some(left), Some(right)) if bound.contains(&right) => Some(left),
                        _ => None,
                    },
                    _ => None,
                };
                bound.extend(new.filter(|table| only.as_ref().is_none_or(|only| only == table)));
            }
            if bound.len() == before {
                return;
            }
        }
    }
}
