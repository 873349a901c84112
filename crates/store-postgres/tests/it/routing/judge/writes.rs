//! Statements that write.

use std::slice;

use sqlparser::ast::{
    Assignment, AssignmentTarget, ConflictTarget, Delete, FromTable, Insert, ObjectName, OnConflictAction, OnInsert, Select,
    SelectItem, SetExpr, TableObject, Update, UpdateTableFromKind,
};

use super::facts::parameter;
use super::{Judge, Scope};

impl Judge {
    pub(super) fn insert(&mut self, insert: &Insert, round: &Scope) {
        let TableObject::TableName(table) = &insert.table else {
            return self.wrong.push("it inserts into no table".to_owned());
        };
        self.seen += 1;
        let Some(at) = insert.columns.iter().position(is_tenant) else {
            return self.wrong.push(format!("rows of `{table}` get no tenant"));
        };
        let Some(source) = insert.source.as_deref() else {
            return self.wrong.push(format!("rows of `{table}` get nothing"));
        };
        match &*source.body {
            SetExpr::Values(values) => {
                for row in &values.rows {
                    self.given(table, row.content.get(at).and_then(parameter));
                }
            }
            SetExpr::Select(select) => self.given(table, selected(select, at)),
            _ => self.wrong.push(format!("nothing is known of what is inserted into `{table}`")),
        }
        self.query(source, round);
        let mut scope = round.clone();
        scope.bound.extend([table.to_string(), "excluded".to_owned()]);
        if let Some(on) = &insert.on {
            self.conflict(table, on);
            self.within(on, &scope);
        }
        self.within(&insert.returning, &scope);
    }

    /// What the tenant of new rows is.
    fn given(&mut self, table: &ObjectName, tenant: Option<String>) {
        match tenant {
            Some(name) => drop(self.parameters.insert(name)),
            None => self.wrong.push(format!("the tenant of new rows of `{table}` is no parameter")),
        }
    }

    fn conflict(&mut self, table: &ObjectName, on: &OnInsert) {
        let OnInsert::OnConflict(on) = on else {
            return self.wrong.push(format!("nothing is known of `{on}`"));
        };
        match &on.conflict_target {
            Some(ConflictTarget::Columns { columns, .. }) if columns.iter().any(|column| column.value == "tenant_id") => {}
            _ => self.wrong.push(format!("a conflict of rows of `{table}` is not one within a tenant")),
        }
        if let OnConflictAction::DoUpdate(update) = &on.action {
            self.moves(&update.assignments);
        }
    }

    pub(super) fn update(&mut self, update: &Update, round: &Scope) {
        let from = match &update.from {
            Some(UpdateTableFromKind::AfterSet(from) | UpdateTableFromKind::BeforeSet(from)) => &from[..],
            None => &[],
        };
        let tables: Vec<_> = slice::from_ref(&update.table).iter().chain(from).collect();
        let scope = self.level(&tables, update.selection.as_ref(), round);
        self.moves(&update.assignments);
        self.within(update, &scope);
    }

    pub(super) fn delete(&mut self, delete: &Delete, round: &Scope) {
        let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
        let tables: Vec<_> = from.iter().chain(delete.using.iter().flatten()).collect();
        let scope = self.level(&tables, delete.selection.as_ref(), round);
        self.within(delete, &scope);
    }

    /// Rows stay with their tenant.
    fn moves(&mut self, assignments: &[Assignment]) {
        for assignment in assignments {
            let is_move = match &assignment.target {
                AssignmentTarget::ColumnName(column) => is_tenant(column),
                AssignmentTarget::Tuple(columns) => columns.iter().any(is_tenant),
            };
            if is_move {
                self.wrong.push("rows are given to another tenant".to_owned());
            }
        }
    }
}

/// The parameter that is selected at a place, of which nothing is known after a `*`.
fn selected(select: &Select, at: usize) -> Option<String> {
    let plain = |item: &SelectItem| if let SelectItem::UnnamedExpr(expression) = item { Some(expression.clone()) } else { None };
    let before: Option<Vec<_>> = select.projection.iter().take(at + 1).map(plain).collect();
    before?.get(at).and_then(parameter)
}

fn is_tenant(column: &ObjectName) -> bool {
    column.to_string() == "tenant_id"
}
