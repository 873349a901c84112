//! Webhooks: what changes is sent to an address, signed, until it is taken.
//!
//! Ids, times and signatures are as the Standard Webhooks specification has them: `webhook-id` is the same however often a
//! delivery is tried, `webhook-signature` is `v1,` and the HMAC-SHA256 of id, time and body, apart by dots, in Base64.

use cardfile_directory::{Caller, DEAD_LETTERS, Desk, Error, Feed, JobState, Origin, Position, Principal, Scopes};
use cardfile_interchange::json::Person;
use cardfile_model::Role;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::bench::{Bench, DOOR, Stop};
use crate::document::{Letter, Webhook, Work};
use crate::open::Around;
use crate::post::{Delivery, Post, Refusal};

/// People told of in one delivery.
const PEOPLE: usize = 100;
/// Deliveries in a row before others get their turn.
const IN_A_ROW: usize = 20;
/// The first pause before a delivery is tried again; each further one is three times as long, up to six hours.
const FIRST_PAUSE: i64 = 5;
const LONGEST_PAUSE: i64 = 6 * 3600;
/// Hours that a webhook is kept whose address wants nothing any more, for whoever looks why: a hundred years.
const A_LIFETIME: i64 = 100 * 365 * 24;

/// What becomes of a delivery.
enum Came {
    /// It was taken.
    Taken,
    /// It is to be tried again.
    Again(Timestamp),
    /// The address wants nothing any more.
    Ended,
}

/// Whether there may be something to send: cheap, for it is asked all the time.
pub(crate) async fn has_news(bench: &Bench<'_>, webhook: &Webhook) -> Result<bool, Stop> {
    Ok(!webhook.again.is_empty() || bench.keeper().await?.position().await?.text() != webhook.position)
}

/// Sends what changed since the last time.
pub(crate) async fn run(bench: &mut Bench<'_>, post: &Post) -> Result<(), Stop> {
    bench.keep(Vec::new(), Vec::new()).await?;
    again(bench, post).await?;
    let mut due = bench.directory.in_a_while(SignedDuration::ZERO);
    for _ in 0..IN_A_ROW {
        let Some((next, body)) = news(bench).await? else { break };
        let Some(body) = body else {
            webhook(bench)?.position = next.text();
            bench.keep(Vec::new(), Vec::new()).await?;
            continue;
        };
        match deliver(bench, post, &body, next).await? {
            Came::Taken => {}
            Came::Again(later) => {
                due = later;
                break;
            }
            Came::Ended => {
                let never = bench.directory.in_a_while(SignedDuration::from_hours(A_LIFETIME));
                return bench.keep_as(JobState::Failed, never, Vec::new(), Vec::new()).await;
            }
        }
    }
    bench.keep_as(JobState::Waiting, due, Vec::new(), Vec::new()).await
}

/// The next page of what changed, and what is sent of it; nothing is sent of what concerns others.
async fn news(bench: &mut Bench<'_>) -> Result<Option<(Position, Option<Vec<u8>>)>, Stop> {
    let (id, below, position) = {
        let id = bench.job.id;
        let known = webhook(bench)?;
        (id, known.below, known.position.clone())
    };
    let from = Position::read(&position).ok_or_else(|| Stop::Fail("its position cannot be read".to_owned()))?;
    let caller = caller(bench);
    let desk = bench.directory.desk(&caller, bench.job.organization, DOOR).await?;
    let (kind, feed) = match desk.reader()?.feed(Some(from), below, PEOPLE).await {
        Ok(feed) => ("changes", feed),
        // What changed since then is not known any more: whoever listens must read everyone anew.
        Err(Error::Stale { .. }) => ("reset", desk.reader()?.feed(None, below, PEOPLE).await?),
        Err(error) => return Err(error.into()),
    };
    if kind == "changes" && feed.is_empty() {
        return Ok((feed.next != from).then_some((feed.next, None)));
    }
    let told = json!({"type": kind, "webhook": id, "timestamp": bench.directory.clock().now(), "data": data(&desk, &feed)});
    Ok(Some((feed.next, Some(told.to_string().into_bytes()))))
}

fn data(desk: &Desk<'_>, feed: &Feed) -> Value {
    let places = Around(desk.tree().clone());
    let upserted: Vec<Person> = feed.upserted.iter().map(|record| Person::of(record, &places)).collect();
    let change = |change: &cardfile_model::Change| json!({"change": change.revision, "time": change.time, "kind": change.kind.name(), "group": change.group});
    let changes: Vec<Value> = feed.changes.iter().map(change).collect();
    json!({
        "organization": desk.organization().id.0,
        "upserted": upserted,
        "deleted": feed.deleted,
        "changes": changes,
        "next": feed.next.text(),
    })
}

/// Sends one delivery, and keeps what became of it.
async fn deliver(bench: &mut Bench<'_>, post: &Post, body: &[u8], next: Position) -> Result<Came, Stop> {
    let now = bench.directory.clock().now();
    let (id, since) = (bench.job.id, webhook(bench)?.position.clone());
    let delivery = Delivery { id: format!("{id}.{since}"), time: now, body };
    let sent = post.send(webhook(bench)?, &delivery).await;
    let tries = bench.document.tries + 1;
    let problem = match sent {
        Ok(()) => {
            let known = webhook(bench)?;
            (known.position, known.delivered) = (next.text(), known.delivered + 1);
            (bench.document.tries, bench.document.problem) = (0, None);
            bench.keep(Vec::new(), Vec::new()).await?;
            return Ok(Came::Taken);
        }
        Err(Refusal::Gone) => {
            bench.document.problem = Some("the address answered 410 Gone: nothing is sent there any more".to_owned());
            return Ok(Came::Ended);
        }
        Err(Refusal::Failed(problem)) => problem,
    };
    bench.document.problem = Some(problem.clone());
    if tries < bench.settings.webhook_tries {
        bench.document.tries = tries;
        let pause = FIRST_PAUSE.saturating_mul(3_i64.saturating_pow(tries - 1)).min(LONGEST_PAUSE);
        return Ok(Came::Again(bench.directory.in_a_while(SignedDuration::from_secs(pause))));
    }
    bench.document.tries = 0;
    let known = webhook(bench)?;
    known.letters_ever += 1;
    let number = known.letters_ever;
    known.letters.push(Letter { number, time: now, since, tries, problem, bytes: body.len() as u64 });
    known.position = next.text();
    let piece = cardfile_directory::Piece { file: file_of(number), part: 0, bytes: body.to_vec() };
    let dropped = forget_oldest(bench)?;
    bench.keep(vec![piece], dropped).await?;
    Ok(Came::Taken)
}

/// Sends dead letters again that somebody wants sent again, each once.
async fn again(bench: &mut Bench<'_>, post: &Post) -> Result<(), Stop> {
    while let Some(number) = webhook(bench)?.again.pop_first() {
        let file = file_of(number);
        let Some(since) = webhook(bench)?.letter_mut(number).map(|letter| letter.since.clone()) else { continue };
        let Some(body) = bench.directory.job_piece(bench.tenant, bench.job.id, &file, 0).await? else { continue };
        let (id, time) = (format!("{}.{since}", bench.job.id), bench.directory.clock().now());
        let sent = post.send(webhook(bench)?, &Delivery { id, time, body: &body }).await;
        let dropped = match sent {
            Ok(()) => {
                let known = webhook(bench)?;
                known.forget_letter(number);
                known.delivered += 1;
                vec![file]
            }
            Err(refusal) => {
                if let Some(letter) = webhook(bench)?.letter_mut(number) {
                    (letter.tries, letter.problem) = (letter.tries + 1, refusal.to_string());
                }
                Vec::new()
            }
        };
        bench.keep(Vec::new(), dropped).await?;
    }
    Ok(())
}

/// Lets go of the oldest dead letters when there are too many; answers their files.
fn forget_oldest(bench: &mut Bench<'_>) -> Result<Vec<String>, Stop> {
    let most = bench.settings.webhook_letters;
    let known = webhook(bench)?;
    let surplus = known.letters.len().saturating_sub(most);
    let dropped = known.letters.drain(..surplus).map(|letter| file_of(letter.number)).collect();
    Ok(dropped)
}

/// The file of a dead letter.
#[must_use]
pub fn file_of(letter: u32) -> String {
    format!("{DEAD_LETTERS}{letter}.json")
}

fn webhook<'b>(bench: &'b mut Bench<'_>) -> Result<&'b mut Webhook, Stop> {
    match &mut bench.document.work {
        Work::Webhook(webhook) => Ok(webhook),
        _ => Err(Stop::Fail("it is no webhook".to_owned())),
    }
}

/// Whoever asked for the webhook, as one who may read.
fn caller(bench: &Bench<'_>) -> Caller {
    let mandate = &bench.document.mandate;
    let id = mandate.principal.unwrap_or_default();
    let principal = Principal {
        id,
        name: None,
        organization: bench.job.organization,
        role: Role::Admin,
        scopes: Scopes::default(),
        sources: mandate.sources(),
        person: id,
        expires: None,
    };
    Caller { tenant: bench.tenant, principal, origin: Origin::Key }
}
