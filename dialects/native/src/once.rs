//! Writes under an idempotency key: done once, answered alike each time.

use std::sync::Arc;

use axum::http::{HeaderName, HeaderValue};
use cardfile_directory::{Applied, Deed, Desk, Error, Once};
use sha2::{Digest, Sha256};

use crate::answer::{Answer, Rendered};
use crate::error::{Failure, parameter};
use crate::visit::Visit;

const KEY: &str = "idempotency-key";
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// What is kept of an answer that cannot be told: no [`Rendered`] is read of it.
const NOTHING: &[u8] = b"null";
/// The longest key, in characters.
const MOST_CHARS: usize = 255;

/// Does a deed and answers what it did; under a key, what it did the first time.
pub async fn perform(
    visit: &Visit,
    desk: &Desk<'_>,
    (deed, body): (Deed, &[u8]),
    render: impl Fn(&Applied) -> Result<Rendered, Error> + Send + Sync + 'static,
) -> Answer {
    let render = Arc::new(render);
    let kept = Arc::clone(&render);
    let once = once(visit, body, move |applied| kept(applied))?;
    let applied = desk.perform(deed, once).await?;
    match &applied.receipt {
        Some(receipt) => replayed(receipt),
        None => render(&applied)?.respond(),
    }
}

/// The key of a request, if it has one, and what is to be kept under it.
pub fn once(
    visit: &Visit,
    body: &[u8],
    render: impl Fn(&Applied) -> Result<Rendered, Error> + Send + Sync + 'static,
) -> Result<Option<Once>, Failure> {
    let Some(key) = visit.headers.get(KEY) else { return Ok(None) };
    let key = key.to_str().unwrap_or_default();
    if key.is_empty() || key.len() > MOST_CHARS {
        return Err(parameter("Idempotency-Key", format!("must be 1 to {MOST_CHARS} visible characters of ASCII")));
    }
    let mut hash = Sha256::new();
    hash.update(visit.target.as_bytes());
    hash.update([0]);
    hash.update(body);
    // What cannot be rendered is kept as no answer, and told as our fault each time.
    let answer = move |applied: &Applied| {
        let rendered = render(applied).ok().and_then(|rendered| serde_json::to_vec(&rendered).ok());
        rendered.unwrap_or_else(|| NOTHING.to_vec())
    };
    let principal = visit.caller().principal.id;
    Ok(Some(Once { principal, key: key.to_owned(), fingerprint: hash.finalize().into(), answer: Arc::new(answer) }))
}

/// What was answered the first time, if that may still be told.
pub fn replayed(receipt: &[u8]) -> Answer {
    if receipt.is_empty() {
        return Err(Failure::Erased);
    }
    let rendered: Rendered = serde_json::from_slice(receipt).map_err(Error::internal)?;
    let mut response = rendered.respond()?;
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}
