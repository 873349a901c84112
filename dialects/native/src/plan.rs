//! What is to be done in bulk: done at once, or planned and applied later.

mod keep;

use std::collections::BTreeSet;

use axum::http::StatusCode;
use cardfile_directory::{Applied, Deed, Desk, Difference, Error, Planned};
use cardfile_interchange::json::{Person, PersonPatch};
use cardfile_jobs::probable;
use cardfile_model::{
    GroupPatch, MemberEdit, MembershipEdit, Mode, Numbers, Order, OrganizationId, Patch, People, Selection, Unknown,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

pub use cardfile_jobs::Set;
pub use keep::{applied, discarded, kept, shown};

use crate::answer::{Answer, Rendered, json};
use crate::error::{Failure, parameter};
use crate::handlers::bulk;
use crate::visit::{Around, Visit};
use crate::wire::BulkItem;
use crate::{once, visit};

/// What is to be done, so that it can be written down and done later exactly so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "verb")]
pub enum Task {
    /// People go to the trash.
    Delete { people: Set },
    /// People come back from the trash.
    Restore { people: Set },
    /// Cards change by one merge patch.
    Patch { people: Set, patch: Value },
    /// People get another home.
    Move { people: Set, to: Uuid },
    /// People join a group.
    Join { group: Uuid, people: Set },
    /// People leave a group.
    Leave { group: Uuid, people: Set },
    /// Many writes.
    Write { items: Vec<BulkItem>, all_or_nothing: bool },
    /// People turn out to be one.
    Merge { into: Uuid, others: Vec<Uuid>, patch: Option<Value> },
    /// A change is taken back.
    Undo { change: u64, force: bool },
}

impl Task {
    /// Whom it is about, where that is known before it is done.
    fn people(&self) -> Option<&Numbers> {
        match self {
            Task::Delete { people }
            | Task::Restore { people }
            | Task::Patch { people, .. }
            | Task::Move { people, .. }
            | Task::Join { people, .. }
            | Task::Leave { people, .. } => Some(&people.0),
            Task::Write { .. } | Task::Undo { .. } | Task::Merge { .. } => None,
        }
    }

    /// How many people it takes something from.
    pub fn taken(&self) -> u64 {
        match self {
            Task::Delete { people } | Task::Leave { people, .. } => people.0.len(),
            Task::Patch { people, patch } if clears(patch) => people.0.len(),
            Task::Write { items, .. } => items.iter().filter(|item| matches!(item, BulkItem::Delete { .. })).count() as u64,
            _ => 0,
        }
    }

    /// Leave to do it.
    pub async fn deed(&self, desk: &Desk<'_>) -> Result<Deed, Failure> {
        Ok(match self {
            Task::Delete { people } => desk.editor()?.trashing(people.0.clone()),
            Task::Restore { people } => desk.editor()?.restoring(people.0.clone()),
            Task::Patch { people, patch } => {
                let patch: PersonPatch = visit::read(patch.to_string().as_bytes())?;
                desk.editor()?.revising(people.0.clone(), patch.into_patch(&Around::of(desk))?)
            }
            Task::Move { people, to } => desk.editor()?.revising(people.0.clone(), moving(desk, *to)?),
            Task::Join { group, people } => joining(desk, *group, MemberEdit::Add(these(people))).await?,
            Task::Leave { group, people } => joining(desk, *group, MemberEdit::Remove(these(people))).await?,
            Task::Write { items, all_or_nothing } => {
                let mode = if *all_or_nothing { Mode::AllOrNothing } else { Mode::Each };
                let writes = bulk::writes(desk, items)?;
                desk.editor()?.writing(mode, writes)?
            }
            Task::Merge { into, others, patch } => {
                let patch = match patch {
                    Some(patch) => visit::read::<PersonPatch>(patch.to_string().as_bytes())?.into_patch(&Around::of(desk))?,
                    None => Patch::default(),
                };
                desk.editor()?.merging(*into, others.clone(), patch)
            }
            Task::Undo { change, force } => desk.editor()?.undoing(*change, *force),
        })
    }

    /// What it did, or would do.
    pub fn told(&self, applied: &Applied) -> Result<Rendered, Error> {
        if matches!(self, Task::Write { .. }) {
            return Rendered::new(StatusCode::OK, &bulk::results(applied));
        }
        Rendered::new(StatusCode::OK, &self.effect(applied))
    }

    fn effect(&self, applied: &Applied) -> Effect {
        Effect {
            change: applied.is_changed.then_some(applied.revision),
            matched: self.people().map(Numbers::len),
            touched: applied.touched,
            came: applied.counts.came,
            went: applied.counts.went,
            changed: applied.counts.changed,
        }
    }
}

/// What a bulk request did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Effect {
    /// The number of the change; absent when nothing changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<u64>,
    /// How many people were meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matched: Option<u64>,
    /// How many of these something happened to.
    pub touched: u64,
    /// How many came: into the directory, or into the group.
    pub came: u64,
    /// How many went: to the trash, or out of the group.
    pub went: u64,
    /// How many cards changed.
    pub changed: u64,
}

/// What a bulk request would do.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanEntry {
    /// The plan, by which exactly this can be applied.
    pub plan: Uuid,
    /// The counts; no change has been made.
    #[serde(flatten)]
    pub effect: Effect,
    /// How cards would change: as many as were asked for.
    pub differences: Vec<CardDifference>,
    /// What stands against single writes.
    pub conflicts: Vec<crate::wire::BulkResult>,
    /// Who of those who would be made is probably there already, among as many differences as are told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub duplicates: Vec<ProbableDuplicate>,
}

/// Somebody who would be made and is probably there already.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProbableDuplicate {
    /// The id that would be given.
    pub id: Uuid,
    /// Who it is like.
    pub like: Uuid,
    /// Their number.
    pub number: u32,
    /// How sure that is, and why.
    #[schema(value_type = Object)]
    pub likeness: Value,
}

/// How a card would change.
#[derive(Debug, Serialize, ToSchema)]
pub struct CardDifference {
    /// Whose.
    pub id: Uuid,
    /// Whose, by number.
    pub number: u32,
    /// Each member that would change: now and then.
    pub members: std::collections::BTreeMap<String, MemberDifference>,
}

/// A member now and then.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct MemberDifference {
    /// Now; null where there is nothing.
    #[schema(value_type = Object)]
    pub before: Value,
    /// Then; null where there is nothing.
    #[schema(value_type = Object)]
    pub after: Value,
}

/// Does a task, or plans it where the request says `dryRun=true`.
pub async fn carry_out(visit: &Visit, desk: &Desk<'_>, task: Task, body: &[u8]) -> Answer {
    if visit.flag("dryRun")? {
        return planned(visit, desk, task).await;
    }
    crate::guard::confirmed(visit, desk, task.taken()).await?;
    let deed = task.deed(desk).await?;
    once::perform(visit, desk, (deed, body), move |applied| task.told(applied)).await
}

async fn planned(visit: &Visit, desk: &Desk<'_>, task: Task) -> Answer {
    let most = visit.settings().plan_differences;
    let asked = visit.parameters.whole_number("differences").map_err(|message| parameter("differences", message))?;
    let most = asked.map_or(most, |asked| usize::try_from(asked).unwrap_or(usize::MAX).min(visit.settings().page_cap));
    let planned = desk.plan(task.deed(desk).await?, most).await?;
    let plan = kept(visit, desk, &task, &planned).await?;
    let duplicates = duplicates(desk, &planned).await?;
    json(StatusCode::OK, &PlanEntry { duplicates, ..entry(plan, desk, &task, &planned)? })
}

/// A plan as it is told.
fn entry(plan: Uuid, desk: &Desk<'_>, task: &Task, planned: &Planned) -> Result<PlanEntry, Error> {
    let places = Around::of(desk);
    let effect = Effect { change: None, ..task.effect(&planned.applied) };
    let differences: Result<Vec<_>, Error> = planned.differences.iter().map(|found| difference(found, &places)).collect();
    let conflicts = bulk::results(&planned.applied).items.into_iter().filter(|result| result.problem.is_some()).collect();
    Ok(PlanEntry { plan, effect, differences: differences?, conflicts, duplicates: Vec::new() })
}

/// Who of those who would be made is probably there already.
async fn duplicates(desk: &Desk<'_>, planned: &Planned) -> Result<Vec<ProbableDuplicate>, Failure> {
    let made = || planned.differences.iter().filter(|found| found.before.is_none());
    let country = desk.country();
    let Some(question) = probable::question(made().map(|found| &found.after), country) else { return Ok(Vec::new()) };
    let known = desk.reader()?.find(question, Order::Number, 0, probable::COMPARED).await?.records;
    let mut duplicates = Vec::new();
    for found in made() {
        for (likeness, record) in probable::alike(&found.after, &known, country) {
            let (id, like, number) = (found.id, record.id, record.number);
            duplicates.push(ProbableDuplicate { id, like, number, likeness: cardfile_jobs::told_likeness(&likeness) });
        }
    }
    Ok(duplicates)
}

fn difference(found: &Difference, places: &Around) -> Result<CardDifference, Error> {
    let members = |contact| match serde_json::to_value(Person::of_contact(contact, places)) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Ok(serde_json::Map::new()),
        Err(error) => Err(Error::internal(error)),
    };
    let before = found.before.as_ref().map(members).transpose()?.unwrap_or_default();
    let after = members(&found.after)?;
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let value = |of: &serde_json::Map<String, Value>, name: &String| of.get(name).cloned().unwrap_or(Value::Null);
    let changed = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    let members =
        changed.map(|name| (name.clone(), MemberDifference { before: value(&before, name), after: value(&after, name) }));
    Ok(CardDifference { id: found.id, number: found.number, members: members.collect() })
}

/// Whether a merge patch takes something away.
fn clears(patch: &Value) -> bool {
    let is_empty = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    patch.as_object().is_some_and(|members| members.values().any(is_empty))
}

fn these(people: &Set) -> Selection {
    Selection::Only(People::Numbers(people.0.clone()))
}

async fn joining(desk: &Desk<'_>, group: Uuid, edit: MemberEdit) -> Result<Deed, Failure> {
    let patch = GroupPatch {
        name: None,
        description: cardfile_model::Edit::Keep,
        members: vec![edit],
        unknown: Unknown::Skip,
        inherits: true,
    };
    Ok(desk.group_editor()?.patching(group, patch).await?)
}

/// The patch by which an organization's people get another home within the caller's reach.
fn moving(desk: &Desk<'_>, to: Uuid) -> Result<Patch, Failure> {
    let here = desk.organization();
    let to = desk.organization_below(OrganizationId(to));
    let to = to.ok_or_else(|| parameter("to", "must be this organization, or one below it"))?;
    let mut memberships = vec![MembershipEdit::Settle(to.number)];
    if here.number != cardfile_model::Organization::ROOT && here.number != to.number {
        memberships.push(MembershipEdit::Leave(here.number));
    }
    Ok(Patch { memberships, ..Patch::default() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_task_is_written_down_and_read_as_it_was() {
        let people = || Set([1, 2, 70_000].into());
        let tasks = [
            Task::Delete { people: people() },
            Task::Patch { people: people(), patch: json!({"title": null}) },
            Task::Join { group: Uuid::from_u128(1), people: people() },
            Task::Undo { change: 7, force: true },
        ];
        for task in tasks {
            let text = serde_json::to_string(&task).unwrap();
            assert_eq!(serde_json::from_str::<Task>(&text).unwrap(), task, "{text}");
        }
        assert!(serde_json::from_value::<Set>(json!("no set")).is_err());
    }

    #[test]
    fn what_blanks_takes_from_everyone_meant() {
        let people = || Set((1..=9).collect());
        let taken = |patch| Task::Patch { people: people(), patch }.taken();
        assert_eq!((taken(json!({"title": null})), taken(json!({"phones": []})), taken(json!({"title": "x"}))), (9, 9, 0));
        assert_eq!(Task::Delete { people: people() }.taken(), 9);
        assert_eq!(Task::Restore { people: people() }.taken(), 0);
    }
}
