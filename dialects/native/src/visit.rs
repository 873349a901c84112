//! One request past the gate: who calls, where to, and what handlers read.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, Request};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use cardfile_directory::{Caller, Desk, Directory};
use cardfile_http::{Parameters, body, json};
use cardfile_interchange::json::Places;
use cardfile_model::{OrganizationId, Tree};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::error::{Failure, parameter};
use crate::gate::Entrance;
use crate::settings::Settings;

/// This door's name in the log.
pub const DOOR: &str = "native";

/// Who calls, as the gate found out.
#[derive(Clone)]
pub struct Visitor {
    /// The way in.
    pub entrance: Entrance,
    /// Who calls.
    pub caller: Arc<Caller>,
}

/// A request past the gate.
pub struct Visit {
    visitor: Visitor,
    place: HashMap<String, String>,
    /// What the query says.
    pub parameters: Parameters,
    /// What the head says.
    pub headers: HeaderMap,
    /// The method and the path with its query: what the request asks for.
    pub target: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let visitor = parts.extensions.get::<Visitor>().cloned().ok_or(Failure::NoRoute)?;
        let Path(place) = Path::from_request_parts(parts, state).await.map_err(|_| Failure::NoRoute)?;
        let target = format!("{} {}", parts.method, parts.uri);
        let parameters = Parameters::read(parts.uri.query());
        Ok(Visit { visitor, place, parameters, headers: parts.headers.clone(), target })
    }
}

impl Visit {
    /// Who calls.
    pub fn caller(&self) -> &Caller {
        &self.visitor.caller
    }

    /// The directory.
    pub fn directory(&self) -> &Directory {
        self.visitor.entrance.door.directory()
    }

    /// How this door answers.
    pub fn settings(&self) -> &Settings {
        &self.visitor.entrance.settings
    }

    /// How long a request may take.
    pub fn request_timeout(&self) -> std::time::Duration {
        self.visitor.entrance.door.settings().request_timeout
    }

    /// The desk of the organization in the parameter of that name; without one, of the caller's own.
    pub async fn desk(&self) -> Result<Desk<'_>, Failure> {
        let named = self.parameters.filled("organization").map(|text| read_id("organization", text)).transpose()?;
        let id = named.map_or(self.caller().principal.organization, OrganizationId);
        Ok(self.directory().desk(self.caller(), id, DOOR).await?)
    }

    /// The group in the path, and the desk of its organization.
    pub async fn group(&self) -> Result<(Uuid, Desk<'_>), Failure> {
        let id = self.id("group")?;
        Ok((id, self.directory().desk_of_group(self.caller(), id, DOOR).await?))
    }

    /// An id in the path.
    pub fn id(&self, name: &str) -> Result<Uuid, Failure> {
        self.place(name).parse().map_err(|_| Failure::NoRoute)
    }

    /// A whole number in the path.
    pub fn number<N: std::str::FromStr>(&self, name: &str) -> Result<N, Failure> {
        let text = self.place(name);
        let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| is_plain).ok_or(Failure::NoRoute)
    }

    /// A text in the path; empty where the path has none of this name.
    pub fn place(&self, name: &str) -> &str {
        self.place.get(name).map_or("", String::as_str)
    }

    /// Whether a parameter is `true`; without one it is not.
    pub fn flag(&self, name: &str) -> Result<bool, Failure> {
        match self.parameters.first(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(parameter(name, "must be true or false")),
        }
    }

    /// The bytes of a JSON body.
    pub async fn body(&self, request: Request) -> Result<axum::body::Bytes, Failure> {
        let (parts, sent) = request.into_parts();
        let is_json = ["application/json", "application/merge-patch+json"];
        if !is_json.iter().any(|media_type| body::is_of_type(&parts.headers, media_type)) {
            return Err(body::Fault::MediaType.into());
        }
        let settings = self.visitor.entrance.door.settings();
        Ok(body::read(&parts.headers, sent, settings.body_bytes, settings.request_timeout).await?)
    }
}

/// A body, which is an object, as a value.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    let text = json::text(bytes)?;
    // A list would be taken for the members in their order.
    if !text.trim_start().starts_with('{') {
        return Err(cardfile_directory::Error::invalid("", "json", "must be a JSON object").into());
    }
    Ok(json::read(text)?)
}

/// An id in a parameter.
pub fn read_id(name: &str, text: &str) -> Result<Uuid, Failure> {
    text.parse().map_err(|_| parameter(name, "must be an id: a UUID"))
}

/// The organizations as a desk saw them.
#[derive(Clone)]
pub struct Around(Arc<Tree>);

impl Around {
    /// The organizations around a desk.
    pub fn of(desk: &Desk<'_>) -> Around {
        Around(Arc::clone(desk.tree()))
    }
}

impl Places for Around {
    fn id(&self, number: u32) -> Option<Uuid> {
        self.0.at(number).map(|found| found.id.0)
    }

    fn number(&self, id: Uuid) -> Option<u32> {
        self.0.get(OrganizationId(id)).map(|found| found.number)
    }
}
