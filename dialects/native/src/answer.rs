//! What handlers answer with.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, ETAG, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use cardfile_directory::Error;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Failure;

/// What a handler answers.
pub type Answer = Result<Response, Failure>;

/// An answer that can be kept: what an idempotency key remembers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rendered {
    /// The status.
    pub status: u16,
    /// The revision of what is answered, for its entity tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
    /// Where what was made is found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The body; null for none.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub body: Value,
}

impl Rendered {
    /// An answer with a body.
    ///
    /// # Errors
    /// `Internal` for a value that is not JSON.
    pub fn new(status: StatusCode, value: &impl Serialize) -> Result<Self, Error> {
        let body = serde_json::to_value(value).map_err(Error::internal)?;
        Ok(Rendered { status: status.as_u16(), revision: None, location: None, body })
    }

    /// An answer without a body.
    pub fn empty() -> Self {
        Rendered { status: StatusCode::NO_CONTENT.as_u16(), revision: None, location: None, body: Value::Null }
    }

    /// This answer, of something at this revision.
    pub fn at(self, revision: u64) -> Self {
        Rendered { revision: Some(revision), ..self }
    }

    /// This answer, about something made that is found there.
    pub fn made(self, location: String) -> Self {
        Rendered { location: Some(location), ..self }
    }

    /// The response.
    pub fn respond(&self) -> Answer {
        let status = StatusCode::from_u16(self.status).map_err(Error::internal)?;
        let mut response = if self.body.is_null() { Response::default() } else { json(status, &self.body)? };
        *response.status_mut() = status;
        if let Some(revision) = self.revision {
            response.headers_mut().insert(ETAG, tag(revision));
        }
        if let Some(location) = self.location.as_deref().and_then(|text| HeaderValue::from_str(text).ok()) {
            response.headers_mut().insert(LOCATION, location);
        }
        Ok(response)
    }
}

/// An answer in JSON.
pub fn json(status: StatusCode, value: &impl Serialize) -> Answer {
    let text = serde_json::to_vec(value).map_err(Error::internal)?;
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

/// The entity tag of a revision.
pub fn tag(revision: u64) -> HeaderValue {
    HeaderValue::try_from(format!("\"{revision}\"")).unwrap_or(HeaderValue::from_static("\"0\""))
}
