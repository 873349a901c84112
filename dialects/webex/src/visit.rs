//! One request past the gate: who calls, where to, and what handlers read and answer with.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequestParts, Path, Request};
use axum::http::header::{CONTENT_TYPE, LINK};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use cardfile_directory::{Caller, Desk, Error};
use cardfile_http::{Door, base_url, body};
use cardfile_model::OrganizationId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::Failure;
use crate::ids;
use crate::routes::PREFIX;

/// This door's name in the log.
const DOOR: &str = "webex";

/// What a handler answers.
pub type Answer = Result<Response, Failure>;

/// Who calls, as the gate found out.
#[derive(Clone)]
pub struct Visitor {
    /// The way in.
    pub door: Arc<Door>,
    /// Who calls.
    pub caller: Arc<Caller>,
    /// The id under which the request is logged.
    pub tracking: Arc<str>,
}

/// A request past the gate.
pub struct Visit {
    visitor: Visitor,
    place: Place,
}

/// The ids in a path; empty where the path has none.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Place {
    organization: String,
    contact: String,
    group: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let visitor = parts.extensions.get::<Visitor>().cloned().ok_or(Failure::NoRoute)?;
        let Path(place) = Path::from_request_parts(parts, state).await.map_err(|_| Failure::NoRoute)?;
        Ok(Visit { visitor, place })
    }
}

impl Visit {
    /// Who calls.
    pub fn caller(&self) -> &Caller {
        &self.visitor.caller
    }

    /// The id under which the request is logged.
    pub fn tracking(&self) -> &str {
        &self.visitor.tracking
    }

    /// The desk of the organization in the path.
    pub async fn desk(&self) -> Result<Desk<'_>, Failure> {
        self.desk_of(ids::organization(&self.place.organization)?).await
    }

    /// The desk of an organization named elsewhere; the caller's own if none is.
    pub async fn desk_named(&self, name: Option<&str>) -> Result<Desk<'_>, Failure> {
        let home = self.caller().principal.organization;
        self.desk_of(name.map_or(Ok(home), ids::organization)?).await
    }

    async fn desk_of(&self, organization: OrganizationId) -> Result<Desk<'_>, Failure> {
        Ok(self.visitor.door.directory().desk(self.caller(), organization, DOOR).await?)
    }

    /// The contact in the path.
    pub fn contact(&self) -> Result<Uuid, Failure> {
        ids::read(&self.place.contact).ok_or(Failure::NoRoute)
    }

    /// The group in the path, and the desk of its organization.
    pub async fn group(&self) -> Result<(Uuid, Desk<'_>), Failure> {
        let id = ids::read(&self.place.group).ok_or(Failure::NoRoute)?;
        Ok((id, self.visitor.door.directory().desk_of_group(self.caller(), id, DOOR).await?))
    }

    /// The JSON body of a request, not yet read as JSON.
    pub async fn body(&self, request: Request) -> Result<axum::body::Bytes, Failure> {
        let (parts, sent) = request.into_parts();
        if !body::is_of_type(&parts.headers, "application/json") {
            return Err(body::Fault::MediaType.into());
        }
        let settings = self.visitor.door.settings();
        Ok(body::read(&parts.headers, sent, settings.body_bytes, settings.request_timeout).await?)
    }

    /// A `Link` header to the next page, at a path of this dialect.
    pub fn next_page(&self, parts: &Parts, path: &str, query: &str) -> Option<HeaderValue> {
        let base = base_url(self.visitor.door.settings(), &parts.headers, &parts.uri, &parts.extensions);
        HeaderValue::try_from(format!("<{base}{PREFIX}{path}?{query}>; rel=\"next\"")).ok()
    }
}

/// An answer in JSON.
pub fn json_body(status: StatusCode, value: &impl Serialize) -> Result<Response, Failure> {
    sized_json_body(status, value, 1024)
}

/// An answer in JSON of about this many bytes.
pub fn sized_json_body(status: StatusCode, value: &impl Serialize, bytes: usize) -> Result<Response, Failure> {
    let mut text = Vec::with_capacity(bytes);
    serde_json::to_writer(&mut text, value).map_err(Error::internal)?;
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json;charset=utf-8"));
    Ok(response)
}

/// An answer without a body.
pub fn no_content() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// Adds a link to an answer, if there is one.
pub fn linked(mut response: Response, link: Option<HeaderValue>) -> Response {
    if let Some(link) = link {
        response.headers_mut().insert(LINK, link);
    }
    response
}
