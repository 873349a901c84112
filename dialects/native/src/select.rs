//! Who is meant by a bulk request.

use cardfile_directory::{Desk, Wanted};
use cardfile_model::{Filter, Life, Numbers, OrganizationId, Reach};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::{Failure, parameter};
use crate::filter;
use crate::visit::Visit;

/// Who is meant: exactly one of `ids`, `numbers`, `filter`, `group` and `all`, and of these all but `except`. Whoever is not
/// known, or not there, is passed over.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Select {
    /// Those with these ids.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ids: Option<Vec<Uuid>>,
    /// Those with these person numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numbers: Option<Vec<u32>>,
    /// Those whom a filter finds, as in `filter=` of a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// Those in this group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<Uuid>,
    /// Everyone of the organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub all: Option<bool>,
    /// But not these.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(no_recursion)]
    pub except: Option<Box<Select>>,
}

/// How deep exceptions may be nested.
const MOST_DEPTH: usize = 8;

impl Select {
    /// Who is meant now, among the organization's own people, living or in the trash; with guests, where `reach` says so.
    pub async fn numbers(&self, visit: &Visit, desk: &Desk<'_>, (reach, life): (Reach, Life)) -> Result<Numbers, Failure> {
        let filter = self.filter_tree(visit, desk, MOST_DEPTH)?;
        let wanted = Wanted { filter, reach, life, ..Wanted::default() };
        Ok(desk.reader()?.everyone(wanted).await?)
    }

    fn filter_tree(&self, visit: &Visit, desk: &Desk<'_>, depth: usize) -> Result<Filter, Failure> {
        let most = visit.settings().selected_items;
        let within = |items: usize, name: &str| {
            let message = format!("at most {most} are taken at once (selected_items)");
            if items > most { Err(parameter(&format!("select.{name}"), message)) } else { Ok(()) }
        };
        let chosen = match self {
            Select { ids: Some(ids), numbers: None, filter: None, group: None, all: None, .. } => {
                within(ids.len(), "ids")?;
                Filter::Ids(ids.clone())
            }
            Select { ids: None, numbers: Some(numbers), filter: None, group: None, all: None, .. } => {
                within(numbers.len(), "numbers")?;
                Filter::Called(numbers.iter().copied().collect())
            }
            Select { ids: None, numbers: None, filter: Some(text), group: None, all: None, .. } => {
                let number_of = |id| desk.tree().get(OrganizationId(id)).map(|found| found.number);
                filter::read(text, visit.settings().filter_chars, &number_of)?
            }
            Select { ids: None, numbers: None, filter: None, group: Some(group), all: None, .. } => Filter::MemberOf(*group),
            Select { ids: None, numbers: None, filter: None, group: None, all: Some(true), .. } => Filter::All,
            _ => return Err(parameter("select", "must be exactly one of ids, numbers, filter, group and all: true")),
        };
        let Some(except) = &self.except else { return Ok(chosen) };
        let depth =
            depth.checked_sub(1).ok_or_else(|| parameter("select.except", format!("is nested deeper than {MOST_DEPTH}")))?;
        let others = except.filter_tree(visit, desk, depth)?;
        Ok(Filter::And(vec![chosen, Filter::Not(Box::new(others))]))
    }
}
