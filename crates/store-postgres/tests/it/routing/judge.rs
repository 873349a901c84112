//! Whether a statement concerns one shard: every table that it reads or writes has its `tenant_id` bound to one parameter, or
//! equated with that of a table that has.

mod facts;
mod writes;

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, JoinConstraint, JoinOperator, ObjectName, Query, Select, SetExpr, Statement, TableFactor, TableWithJoins, Visit,
    Visitor,
};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

use facts::{Facts, conditions};

/// What is wrong with a statement; nothing is with one that concerns one shard.
pub fn judge(sql: &str) -> Vec<String> {
    let parsed = match Parser::parse_sql(&PostgreSqlDialect {}, &sql.replace('?', "$")) {
        Ok(parsed) => parsed,
        Err(error) => return vec![format!("it cannot be read: {error}")],
    };
    let mut judge = Judge::default();
    let [statement] = &parsed[..] else { return vec!["it is not one statement".to_owned()] };
    judge.statement(statement, &Scope::default());
    let mut tables = Tables::default();
    let _ = statement.visit(&mut tables);
    if tables.0 != judge.seen {
        judge.wrong.push(format!("it names {} tables, of which {} were judged", tables.0, judge.seen));
    }
    if judge.parameters.len() > 1 {
        judge.wrong.push(format!("it names several tenants: {:?}", judge.parameters));
    }
    judge.wrong
}

/// What is known where a query stands.
#[derive(Clone, Default)]
struct Scope {
    /// Names of tables round it whose tenant is bound.
    bound: BTreeSet<String>,
    /// Names of queries (`WITH`), which are judged by themselves.
    queries: BTreeSet<String>,
}

#[derive(Default)]
struct Judge {
    /// What tenants are bound to.
    parameters: BTreeSet<String>,
    wrong: Vec<String>,
    /// Tables that were come across.
    seen: usize,
}

impl Judge {
    fn statement(&mut self, statement: &Statement, scope: &Scope) {
        match statement {
            Statement::Query(query) => self.query(query, scope),
            Statement::Insert(insert) => self.insert(insert, scope),
            Statement::Update(update) => self.update(update, scope),
            Statement::Delete(delete) => self.delete(delete, scope),
            other => self.wrong.push(format!("nothing is known of `{other}`")),
        }
    }

    fn query(&mut self, query: &Query, round: &Scope) {
        let mut scope = round.clone();
        if let Some(with) = &query.with {
            for named in &with.cte_tables {
                let name = named.alias.name.value.clone();
                let mut inner = scope.clone();
                if with.recursive {
                    inner.queries.insert(name.clone());
                }
                self.query(&named.query, &inner);
                scope.queries.insert(name);
            }
        }
        self.body(&query.body, &scope);
        self.within(&query.order_by, &scope);
        self.within(&query.limit_clause, &scope);
    }

    fn body(&mut self, body: &SetExpr, scope: &Scope) {
        match body {
            SetExpr::Select(select) => self.select(select, scope),
            SetExpr::Query(query) => self.query(query, scope),
            SetExpr::SetOperation { left, right, .. } => {
                self.body(left, scope);
                self.body(right, scope);
            }
            SetExpr::Values(values) => self.within(values, scope),
            SetExpr::Insert(statement) | SetExpr::Update(statement) | SetExpr::Delete(statement) => {
                self.statement(statement, scope);
            }
            other => self.wrong.push(format!("nothing is known of `{other}`")),
        }
    }

    fn select(&mut self, select: &Select, round: &Scope) {
        let scope = self.level(&select.from.iter().collect::<Vec<_>>(), select.selection.as_ref(), round);
        self.within(select, &scope);
    }

    /// Judges the tables of one level; answers what is known within it.
    fn level(&mut self, tables: &[&TableWithJoins], selection: Option<&Expr>, round: &Scope) -> Scope {
        let (mut facts, mut names) = (Facts::default(), Vec::new());
        for table in tables {
            self.tables(table, round, &mut names, &mut facts);
        }
        if let Some(selection) = selection {
            facts.add(&conditions(selection), None);
        }
        let mut scope = round.clone();
        scope.bound.retain(|name| !names.contains(name));
        let alone = if let [name] = &names[..] { Some(name.as_str()) } else { None };
        facts.bind(alone, &mut scope.bound, &mut self.parameters);
        for name in names.iter().filter(|name| !scope.bound.contains(*name)) {
            self.wrong.push(format!("the tenant of `{name}` is not bound"));
        }
        scope
    }

    /// Collects the tables of a join, and what its conditions say.
    fn tables(&mut self, joined: &TableWithJoins, round: &Scope, names: &mut Vec<String>, facts: &mut Facts) {
        names.extend(self.table(&joined.relation, round));
        for join in &joined.joins {
            let name = self.table(&join.relation, round);
            match &join.join_operator {
                JoinOperator::Join(on) | JoinOperator::Inner(on) | JoinOperator::CrossJoin(on) => match on {
                    JoinConstraint::On(on) => facts.add(&conditions(on), None),
                    JoinConstraint::None => {}
                    other => self.wrong.push(format!("nothing is known of a join by {other:?}")),
                },
                // What it is joined by leaves out no rows of those before it.
                JoinOperator::Left(JoinConstraint::On(on)) | JoinOperator::LeftOuter(JoinConstraint::On(on)) => {
                    facts.add(&conditions(on), name.as_deref());
                }
                other => self.wrong.push(format!("nothing is known of a join by {other:?}")),
            }
            names.extend(name);
        }
    }

    /// The name of a table whose tenant must be bound.
    fn table(&mut self, factor: &TableFactor, round: &Scope) -> Option<String> {
        match factor {
            TableFactor::Table { name, alias, args: None, .. } => {
                self.seen += 1;
                let name = name.to_string();
                let known = alias.as_ref().map_or_else(|| name.clone(), |alias| alias.name.value.clone());
                (!round.queries.contains(&name)).then_some(known)
            }
            // Queries are found with all others of the level; arrays have no tenant.
            TableFactor::Derived { lateral: false, .. } | TableFactor::UNNEST { .. } => None,
            other => {
                self.wrong.push(format!("nothing is known of `{other}`"));
                None
            }
        }
    }

    /// Judges the queries within something, but not those within these.
    fn within(&mut self, node: &impl Visit, scope: &Scope) {
        let mut found = Queries::default();
        let _ = node.visit(&mut found);
        found.queries.iter().for_each(|query| self.query(query, scope));
    }
}

#[derive(Default)]
struct Queries {
    depth: usize,
    queries: Vec<Query>,
}

impl Visitor for Queries {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        if self.depth == 0 {
            self.queries.push(query.clone());
        }
        self.depth += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }
}

/// How many tables a statement names, wherever: what the judge must have come across.
#[derive(Default)]
struct Tables(usize);

impl Visitor for Tables {
    type Break = ();

    fn pre_visit_relation(&mut self, _: &ObjectName) -> ControlFlow<()> {
        self.0 += 1;
        ControlFlow::Continue(())
    }
}
