//! Many writes in one request.

use axum::extract::Request;
use cardfile_directory::{Applied, Desk, Error, Outcome, phones};
use cardfile_interchange::json::PersonPatch;
use cardfile_model::{Claim, Expect, ForeignKey, MatchKey, Write};

use crate::answer::Answer;
use crate::error::Failure;
use crate::plan::{Task, carry_out};
use crate::visit::{Around, Visit, read};
use crate::wire::{BulkItem, BulkRequest, BulkResult, BulkResults, By, Fault, Problem};

/// Makes, changes and deletes many contacts, each on its own or all of them or none.
#[utoipa::path(
    post, path = "/contacts/bulk", tag = "bulk", operation_id = "contacts.bulk",
    params(("organization" = Option<Uuid>, Query), ("dryRun" = Option<bool>, Query, description = "Whether it is only planned"),
           ("confirm" = Option<bool>, Query, description = "That very many people may be concerned"), ("Idempotency-Key" = Option<String>, Header)),
    request_body = BulkRequest,
    responses((status = 200, body = BulkResults), (status = 409, body = Problem, content_type = "application/problem+json"))
)]
pub async fn write(visit: Visit, request: Request) -> Answer {
    let body = visit.body(request).await?;
    let desk = visit.desk().await?;
    desk.editor()?;
    let BulkRequest { mut items, all_or_nothing } = read(&body)?;
    // A plan makes whom it said it would make.
    for item in &mut items {
        match item {
            BulkItem::Create { contact } => drop(contact.id.get_or_insert_with(|| visit.directory().next_id())),
            BulkItem::Upsert { id, .. } => drop(id.get_or_insert_with(|| visit.directory().next_id())),
            BulkItem::Patch { .. } | BulkItem::Delete { .. } => {}
        }
    }
    carry_out(&visit, &desk, Task::Write { items, all_or_nothing }, &body).await
}

/// Items as the directory takes them.
pub fn writes(desk: &Desk<'_>, items: &[BulkItem]) -> Result<Vec<Write>, Failure> {
    let places = Around::of(desk);
    let at = |at: usize, failure: Failure| match failure {
        Failure::Directory(Error::Invalid(mut found)) => {
            for violation in &mut found {
                violation.field = format!("items[{at}].{}", violation.field);
            }
            found.into()
        }
        failure => failure,
    };
    items.iter().enumerate().map(|(n, item)| write_of(desk, item, &places).map_err(|failure| at(n, failure))).collect()
}

fn write_of(desk: &Desk<'_>, item: &BulkItem, places: &Around) -> Result<Write, Failure> {
    let expect = |revision: Option<u64>| revision.map_or(Expect::Any, Expect::At);
    Ok(match item {
        BulkItem::Create { contact } => {
            let id = contact.id.unwrap_or_else(|| desk.next_id());
            let mut person = (**contact).clone();
            person.source.get_or_insert_with(|| desk.source());
            Write::Create { id, contact: Box::new(person.into_contact(places)?) }
        }
        BulkItem::Upsert { by, contact, clears, precedence, id } => {
            let mut person = (**contact).clone();
            person.source.get_or_insert_with(|| desk.source());
            let contact = person.into_contact(places)?;
            let source = contact.source.clone();
            if let Some(unknown) = clears.iter().find(|member| !Claim::MEMBERS.contains(&member.as_str())) {
                let message = format!("{} is none of {}", crate::error::shown(unknown), Claim::MEMBERS.join(", "));
                return Err(crate::error::parameter("clears", message));
            }
            let (clears, precedence) = (clears.clone(), precedence.clone().into());
            let by = by.iter().map(|by| found_by(desk, by)).collect();
            let id = id.unwrap_or_else(|| desk.next_id());
            Write::Upsert { id, by, claim: Box::new(Claim { source, contact, clears, precedence }) }
        }
        BulkItem::Patch { id, revision, patch } => {
            let patch: PersonPatch = read(patch.to_string().as_bytes())?;
            Write::Patch { id: *id, expect: expect(*revision), patch: Box::new(patch.into_patch(places)?) }
        }
        BulkItem::Delete { id, revision } => Write::Delete { id: *id, expect: expect(*revision) },
    })
}

fn found_by(desk: &Desk<'_>, by: &By) -> MatchKey {
    match by {
        By::Key(key) => MatchKey::Key(ForeignKey::from(key.clone())),
        By::Email(address) => MatchKey::Email(address.clone()),
        By::Phone(number) => MatchKey::Phone(phones::spellings(number, desk.country()).into_iter().collect()),
    }
}

/// What came of each write.
pub fn results(applied: &Applied) -> BulkResults {
    let items: Vec<BulkResult> = applied.outcomes.iter().map(|outcome| result(outcome.as_ref())).collect();
    let count = |status| items.iter().filter(|item| item.status == status).count() as u64;
    BulkResults {
        change: applied.is_changed.then_some(applied.revision),
        created: count("created"),
        changed: count("changed"),
        deleted: count("deleted"),
        failed: count("failed"),
        items,
    }
}

fn result(outcome: Result<&Outcome, &Error>) -> BulkResult {
    let blank = |status| BulkResult {
        status,
        id: None,
        number: None,
        revision: None,
        problem: None,
        detail: None,
        violations: Vec::new(),
    };
    match outcome {
        Ok(Outcome::Trashed(id)) => BulkResult { id: Some(*id), ..blank("deleted") },
        Ok(outcome @ (Outcome::Created(record) | Outcome::Changed(record) | Outcome::Unchanged(record))) => {
            let status = match outcome {
                Outcome::Created(_) => "created",
                Outcome::Changed(_) => "changed",
                Outcome::Unchanged(_) | Outcome::Trashed(_) => "unchanged",
            };
            BulkResult { id: Some(record.id), number: Some(record.number), revision: Some(record.revision), ..blank(status) }
        }
        Err(error) => {
            let violations = match error {
                Error::Invalid(found) => found.iter().map(Fault::of).collect(),
                _ => Vec::new(),
            };
            let (name, detail) = crate::error::described(error);
            BulkResult { problem: Some(name), detail: Some(detail), violations, ..blank("failed") }
        }
    }
}
