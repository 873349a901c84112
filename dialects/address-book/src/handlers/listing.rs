//! Contacts with what stands around them, on one page or sent as they are read.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::StatusCode;
use bytes::Bytes;
use cardfile_directory::{Desk, Error, Wanted};
use cardfile_model::{Filter, Numbers, Record};
use http_body_util::channel::Channel;

use crate::error::Failure;
use crate::lists::Slice;
use crate::map::contact::{self, Around, ELEMENT};
use crate::visit::Visit;
use crate::wire::{Out, Response, render};

/// Contacts read at once when a list is sent as it is read. Shorter lists are answered in one piece.
pub const AT_ONCE: usize = 1000;

/// Contacts as they are answered.
pub async fn shown(desk: &Desk<'_>, records: Vec<Record>) -> Result<Vec<Out>, Failure> {
    let revisions: BTreeSet<u64> = records.iter().map(|record| record.revision).collect();
    let people: Numbers = records.iter().map(|record| record.number).collect();
    let mut around = Around { authors: desk.reader()?.authors(&revisions).await?, ..Around::default() };
    // Who may not see groups sees contacts without them.
    let groups = match desk.group_reader() {
        Ok(reader) => reader.groups_of(&people).await?,
        Err(_) => Vec::new(),
    };
    for (name, members) in groups {
        for number in members {
            let names = around.groups.entry(number).or_default();
            if !names.is_empty() {
                names.push(',');
            }
            names.push_str(&name);
        }
    }
    let whose = |record: &Record| (desk.organization().id, desk.home_of(&record.contact));
    Ok(records.into_iter().map(|record| contact::contact(whose(&record), record, &mut around)).collect())
}

/// One page of contacts.
pub async fn page(visit: &Visit, wanted: Wanted, slice: Slice) -> Result<Out, Failure> {
    let desk = visit.desk().await?;
    let page = desk.reader()?.page(Wanted { offset: slice.offset, limit: slice.limit, ..wanted }).await?;
    let contacts = shown(&desk, page.records).await?;
    Ok(listed(visit, contacts, page.total))
}

/// A list as the detail of an answer, under the names that are set.
pub fn listed(visit: &Visit, contacts: Vec<Out>, total: u64) -> Out {
    named_list(visit, ELEMENT, contacts, total)
}

/// A list of such elements as the detail of an answer.
pub fn named_list(visit: &Visit, element: &'static str, items: Vec<Out>, total: u64) -> Out {
    Out::Page { list: visit.settings.list_member.clone(), element, items, total: (visit.settings.total_member.clone(), total) }
}

/// All that is wanted, however much it is.
pub async fn everything(visit: Visit, wanted: Wanted) -> Result<Response, Failure> {
    let numbers = visit.desk().await?.reader()?.numbers(wanted.filter.clone(), wanted.reach).await?;
    if numbers.len() <= AT_ONCE as u64 {
        let detail = page(&visit, wanted, Slice { offset: 0, limit: AT_ONCE }).await?;
        return Ok(visit.envelope().success(&visit.user(), &detail));
    }
    let (mut sender, body) = Channel::<Bytes, std::io::Error>::new(2);
    let answer = visit.envelope().response(StatusCode::OK, Body::new(body));
    tokio::spawn(async move {
        let (head, tail) = frame(&visit);
        let sent = async {
            sender.send_data(head.into()).await.map_err(|_| Broken::Gone)?;
            let mut pieces = Pieces { visit: &visit, wanted, rest: numbers, sent: 0 };
            while let Some(piece) = pieces.next().await? {
                sender.send_data(piece.into()).await.map_err(|_| Broken::Gone)?;
            }
            sender.send_data(tail(pieces.sent).into()).await.map_err(|_| Broken::Gone)
        };
        match sent.await {
            // Whoever asked has the whole, or has left.
            Ok(()) | Err(Broken::Gone) => {}
            // The status is on its way already: the answer breaks off, which no client takes for the whole.
            Err(Broken::Failed(failure)) => {
                tracing::error!(reason = failure.reason, "address book: a list breaks off");
                sender.abort(std::io::Error::other("the list cannot be read to its end"));
            }
        }
    });
    Ok(answer)
}

/// Why a list was not sent to its end.
enum Broken {
    Gone,
    Failed(Failure),
}

impl From<Failure> for Broken {
    fn from(failure: Failure) -> Self {
        Broken::Failed(failure)
    }
}

impl From<Error> for Broken {
    fn from(error: Error) -> Self {
        Broken::Failed(error.into())
    }
}

/// What stands before the contacts, and after them once it is known how many there were.
fn frame(visit: &Visit) -> (Vec<u8>, impl Fn(u64) -> Vec<u8>) {
    let (mut head, end) = visit.envelope().parts(&visit.user());
    let (list, total, is_xml) = (&visit.settings.list_member, visit.settings.total_member.clone(), visit.format.is_xml());
    let (begin, between) = if is_xml {
        (format!("<Detail><{list}>"), format!("</{list}><{total}>"))
    } else {
        (format!("\"Detail\":{{\"{list}\":["), format!("],\"{total}\":"))
    };
    head.extend_from_slice(begin.as_bytes());
    let tail = move |count: u64| {
        let close = if is_xml { format!("</{total}></Detail>") } else { "}".to_owned() };
        format!("{between}{count}{close}{end}").into_bytes()
    };
    (head, tail)
}

/// The contacts of a list, slice by slice.
struct Pieces<'a> {
    visit: &'a Visit,
    wanted: Wanted,
    /// Who is still to come.
    rest: Numbers,
    sent: u64,
}

impl Pieces<'_> {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, Broken> {
        while !self.rest.is_empty() {
            let desk = self.visit.desk().await?;
            let slice = self.slice(&desk).await?;
            if slice.is_empty() {
                continue;
            }
            let (is_first, count) = (self.sent == 0, slice.len() as u64);
            let contacts = shown(&desk, slice).await?;
            self.sent += count;
            return Ok(Some(render(&contacts, ELEMENT, self.visit.format.is_xml(), is_first)));
        }
        Ok(None)
    }

    /// The next contacts in order, of those who were there at the beginning and still are.
    async fn slice(&mut self, desk: &Desk<'_>) -> Result<Vec<Record>, Broken> {
        let is_by_number = self.wanted.order == cardfile_model::Order::Number && !self.wanted.is_descending;
        let next = if is_by_number { self.rest.iter().take(AT_ONCE).collect() } else { self.rest.clone() };
        let wanted = Wanted { filter: Filter::Numbers(next.clone()), offset: 0, limit: AT_ONCE, ..self.wanted.clone() };
        let records = desk.reader()?.page(wanted).await?.records;
        if is_by_number || records.is_empty() {
            self.rest -= next;
        } else {
            self.rest -= records.iter().map(|record| record.number).collect::<Numbers>();
        }
        Ok(records)
    }
}
