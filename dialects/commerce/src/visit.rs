//! One request past the gate: who calls, what was asked, and what it is done with.

use std::sync::Arc;

use axum::http::request::Parts;
use cardfile_directory::{Caller, Merchant};
use cardfile_http::{Door, Parameters, base_url};
use serde_json::{Map, Value};

use crate::error::{Failure, Result};
use crate::fields::Projection;
use crate::routes::Operation;
use crate::settings::Settings;
use crate::surface::Surface;

/// A request past the gate.
pub struct Visit {
    /// The way in.
    pub door: Arc<Door>,
    /// What is set.
    pub settings: Arc<Settings>,
    /// Who calls.
    pub caller: Arc<Caller>,
    /// On which surface.
    pub surface: Surface,
    /// What is asked.
    pub operation: Operation,
    /// The ids in the path.
    pub ids: Vec<String>,
    /// The query.
    pub query: Parameters,
    /// The body; `None` when there is none.
    pub body: Option<Value>,
    /// The request's headers and target.
    pub parts: Parts,
}

impl Visit {
    /// The merchant whom the caller works for, or buys from.
    pub async fn merchant(&self) -> Result<Merchant<'_>> {
        Ok(self.door.directory().merchant(&self.caller, self.surface.need(), self.surface.door()).await?)
    }

    /// The id at a place of the path.
    pub fn id(&self, at: usize) -> &str {
        self.ids.get(at).map(String::as_str).unwrap_or_default()
    }

    /// The body, which must be an object.
    ///
    /// # Errors
    /// 100000 when it is none.
    pub fn object(&self) -> Result<&Map<String, Value>> {
        match &self.body {
            Some(Value::Object(members)) => Ok(members),
            Some(_) => Err(Failure::input("the body is no JSON object")),
            None => Err(Failure::input("a body is required")),
        }
    }

    /// A header's bytes.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.parts.headers.get(name).map(axum::http::HeaderValue::as_bytes)
    }

    /// What of the answer is wanted.
    pub fn projection(&self) -> Result<Projection> {
        Ok(Projection::read(self.query.filled("fields"), self.query.filled("exclude"))?)
    }

    /// Whether only the id is wanted of what was written.
    pub fn wants_only_id(&self) -> bool {
        self.expands("none")
    }

    /// Whether `expand` names this.
    pub fn expands(&self, name: &str) -> bool {
        self.query.all("expand").flat_map(|expand| expand.split(',')).any(|part| part.trim() == name)
    }

    /// Whether a flag of the query is set.
    pub fn flag(&self, name: &str) -> bool {
        self.query.filled(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// The path of a resource in the links of answers, from the root of the host: `self` as this surface names it.
    pub fn path(&self, rest: &str) -> String {
        format!("{}/{rest}", self.surface.root())
    }

    /// The address of this very list, with its query.
    pub fn address(&self, rest: &str) -> String {
        let base = base_url(self.door.settings(), &self.parts.headers, &self.parts.uri, &self.parts.extensions);
        let query = self.parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        format!("{base}{}{query}", self.path(rest))
    }
}
