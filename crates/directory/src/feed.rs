//! What changed since: people as they are now, who is not there any more, and what else the log tells of.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cardfile_model::{Change, ChangeKind, Filter, Life, Numbers, OrganizationId, Reach, Record, Role};
use uuid::Uuid;

use crate::access::Desk;
use crate::contacts::{Reader, Wanted};
use crate::error::{Error, Result};
use crate::store::History;

/// Changes that are looked at for one page.
pub const FEED_CHANGES: usize = 1_000;
/// The form of the text of a position.
const FORM: u8 = 1;

/// Where somebody who follows the feed has come to. To clients it is a text without a meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// All up to this revision was told.
    since: u64,
    /// Of what changed behind it, up to this revision, a part was told; the same as `since` for none.
    until: u64,
    /// The last person of this part.
    after: u32,
}

impl Position {
    /// All up to a revision was told.
    #[must_use]
    pub fn at(revision: u64) -> Self {
        Position { since: revision, until: revision, after: 0 }
    }

    /// The position of a text; `None` for one that was never given.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let bytes: [u8; 21] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let (form, rest) = bytes.split_first()?;
        let (since, rest) = rest.split_first_chunk()?;
        let (until, rest) = rest.split_first_chunk()?;
        let after = u32::from_be_bytes(rest.try_into().ok()?);
        let position = Position { since: u64::from_be_bytes(*since), until: u64::from_be_bytes(*until), after };
        (*form == FORM && position.since <= position.until).then_some(position)
    }

    /// The text that stands for it.
    #[must_use]
    pub fn text(&self) -> String {
        let mut bytes = vec![FORM];
        bytes.extend(self.since.to_be_bytes());
        bytes.extend(self.until.to_be_bytes());
        bytes.extend(self.after.to_be_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

/// A page of what changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Feed {
    /// Who came or changed, as they are now, by person number; who did so more than once is told once.
    pub upserted: Vec<Record>,
    /// Who is not there any more, or not for the caller: in the trash, gone, or at another organization now.
    pub deleted: Vec<Uuid>,
    /// What is about no card: changes of groups, organizations and notes, for administrators.
    pub changes: Vec<Change>,
    /// Where to go on.
    pub next: Position,
    /// Whether more is there already.
    pub has_more: bool,
}

impl Feed {
    /// Whether nothing is told.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.upserted.is_empty() && self.deleted.is_empty() && self.changes.is_empty()
    }
}

impl Reader<'_, '_> {
    /// What changed behind a position, with `limit` people at most: in the organization, or with `is_below` in all those below it
    /// too. Without a position nothing is told but where the feed stands now: whoever asks so first, and then reads everyone,
    /// misses nothing.
    ///
    /// Cards are read after the log, so that a page may tell of something that a later one tells again. When an organization
    /// moves only that is told, not of everyone in it; neither is what a reader sees or not because a group changed.
    ///
    /// # Errors
    /// `Stale` for a position behind which not everything is known any more, with the first revision that is: read everyone anew.
    pub async fn feed(&self, from: Option<Position>, is_below: bool, limit: usize) -> Result<Feed> {
        let Desk { directory, caller, .. } = self.desk;
        // Whoever waits asks this often; it is told from what is in memory.
        let stand = directory.store.history(caller.tenant, 0, 0).await?;
        let Some(from) = from else { return Ok(Feed::nothing(Position::at(stand.revision))) };
        if from == Position::at(stand.revision) {
            return Ok(Feed::nothing(from));
        }
        let asked = if from.until > from.since { cut(from.until - from.since) } else { FEED_CHANGES };
        let history = directory.store.history(caller.tenant, from.since, asked).await?;
        if from.since < history.purged || from.until > history.revision {
            return Err(Error::Stale { expected: from.since, actual: history.purged });
        }
        let until = history.changes.last().map_or(from.since, |change| change.revision);
        let touched = self.touched(&history, is_below).await?;
        let told: Numbers = touched.all().range(from.after.saturating_add(1)..).take(limit).collect();
        let has_rest = told.max() != touched.all().max() && touched.all().max().is_some_and(|last| last > from.after);
        let next = match told.max().filter(|_| has_rest) {
            Some(after) => Position { since: from.since, until, after },
            None if has_rest => from,
            None => Position::at(until),
        };
        Ok(Feed {
            upserted: self.cards(&told & &touched.seen, is_below).await?,
            deleted: self.departed(&told & &touched.gone, from.since).await?,
            // Those were told with the first page of this part.
            changes: if from.after == 0 { self.told_apart(history.changes, is_below) } else { Vec::new() },
            next,
            has_more: has_rest || until < history.revision,
        })
    }

    /// Who was touched: those whom the caller sees, and those who were of the organizations and are not seen any more.
    async fn touched(&self, history: &History, is_below: bool) -> Result<Touched> {
        let (mut touched, mut own) = (Numbers::new(), Numbers::new());
        for change in history.changes.iter().filter(|change| is_of_cards(change)) {
            touched |= &change.touched;
            if self.is_meant(change.organization, is_below) {
                own |= &change.touched;
            }
        }
        if touched.is_empty() {
            return Ok(Touched { seen: touched, gone: own });
        }
        let among = |life| self.everyone(Wanted { life, ..self.meant(touched.clone(), is_below) });
        let (seen, trash) = (among(Life::Live).await?, among(Life::Trashed).await?);
        for (number, moved) in &history.moved {
            if self.desk.tree.at(*number).is_some_and(|home| self.is_meant(home.id, is_below)) {
                own |= moved;
            }
        }
        let gone = ((own | trash) & touched) - &seen;
        Ok(Touched { seen, gone })
    }

    async fn cards(&self, numbers: Numbers, is_below: bool) -> Result<Vec<Record>> {
        if numbers.is_empty() {
            return Ok(Vec::new());
        }
        Ok(self.page(self.meant(numbers, is_below)).await?.records)
    }

    /// The ids of who is not there any more, those who were erased among them. Whose id is not known was purged while the log was
    /// read.
    async fn departed(&self, numbers: Numbers, since: u64) -> Result<Vec<Uuid>> {
        if numbers.is_empty() {
            return Ok(Vec::new());
        }
        let Desk { directory, caller, .. } = self.desk;
        let ids = directory.store.ids(caller.tenant, &numbers).await?;
        if (ids.len() as u64) < numbers.len() {
            return Err(Error::Stale { expected: since, actual: since.saturating_add(1) });
        }
        Ok(ids.into_values().collect())
    }

    fn told_apart(&self, changes: Vec<Change>, is_below: bool) -> Vec<Change> {
        if self.desk.caller.principal.role != Role::Admin {
            return Vec::new();
        }
        let is_apart = |change: &Change| change.kind.touches() && !is_of_cards(change);
        changes.into_iter().filter(|change| is_apart(change) && self.is_meant(change.organization, is_below)).collect()
    }

    fn meant(&self, numbers: Numbers, is_below: bool) -> Wanted {
        let reach = if is_below { Reach::Below(self.desk.organization.id) } else { Reach::Members };
        Wanted { filter: Filter::Numbers(numbers), reach, ..Wanted::default() }
    }

    fn is_meant(&self, organization: OrganizationId, is_below: bool) -> bool {
        let top = self.desk.organization.id;
        organization == top || (is_below && self.desk.tree.is_within(organization, top))
    }
}

impl Feed {
    fn nothing(next: Position) -> Self {
        Feed { upserted: Vec::new(), deleted: Vec::new(), changes: Vec::new(), next, has_more: false }
    }
}

/// Who was touched.
struct Touched {
    seen: Numbers,
    gone: Numbers,
}

impl Touched {
    fn all(&self) -> Numbers {
        &self.seen | &self.gone
    }
}

/// Whether a change is told by the cards of those it touched.
fn is_of_cards(change: &Change) -> bool {
    let is_apart = matches!(change.kind, ChangeKind::Note | ChangeKind::Organization | ChangeKind::OrganizationPatch);
    change.group.is_none() && !is_apart && change.kind.touches() && !change.touched.is_empty()
}

fn cut(changes: u64) -> usize {
    usize::try_from(changes).unwrap_or(FEED_CHANGES).min(FEED_CHANGES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_read_back_from_its_text() {
        for position in [Position::at(0), Position::at(u64::MAX), Position { since: 3, until: 900, after: u32::MAX }] {
            assert_eq!(Position::read(&position.text()), Some(position));
        }
    }

    #[test]
    fn a_text_that_was_never_given_is_no_position() {
        let backwards = Position { since: 9, until: 3, after: 0 }.text();
        let other_form = URL_SAFE_NO_PAD.encode([2; 21]);
        for text in ["", "7", "AAAA", "not base64!", &backwards, &other_form, &format!("{}A", Position::at(1).text())] {
            assert_eq!(Position::read(text), None, "{text}");
        }
    }
}
