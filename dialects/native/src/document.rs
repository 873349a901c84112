//! What there is, told by the code itself (OpenAPI 3.1), and the pages to read it.

use axum::Router;
use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use serde_json::Value;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder, SecurityRequirement, ServerBuilder};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::examples;
use crate::routes::{PREFIX, described};

const ABOUT: &str = "The directory's own interface: contacts, groups and organizations, and what the vendors' interfaces \
                     cannot say: plan before you do, take back what was done, and mean many people at once.\n\n\
                     Failures are problems (RFC 9457). Entity tags are revisions; a write under `If-Match` happens only at \
                     that revision. Every write may carry an `Idempotency-Key`.";

/// The document without its paths.
pub fn titled() -> OpenApi {
    let info = InfoBuilder::new().title("Cardfile directory").version("1").description(Some(ABOUT)).build();
    let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([ServerBuilder::new().url(PREFIX).build()]))
        .components(Some(ComponentsBuilder::new().security_scheme("bearer", bearer).build()))
        .security(Some([SecurityRequirement::new("bearer", Vec::<String>::new())]))
        .build()
}

/// The document (OpenAPI 3.1), as JSON.
#[must_use]
pub fn document() -> Value {
    exemplified(&described().into_openapi())
}

/// The document of routes, with its examples.
pub fn exemplified(bare: &OpenApi) -> Value {
    let mut document = serde_json::to_value(bare).unwrap_or_default();
    examples::added(&mut document);
    document
}

/// The document as an answer; whoever wants to know what there is needs no token.
pub fn answer(text: &str) -> Response {
    let mut response = Response::new(Body::from(text.to_owned()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// The pages that show the document; they ask nothing of any other address.
pub fn pages() -> Router {
    SwaggerUi::new("/docs").config(Config::from(format!("{PREFIX}/openapi.json"))).into()
}
