//! What every answer stands in.

use axum::body::Body;
use axum::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use cardfile_http::media::Format;
use cardfile_http::xml::Writer;

use super::out::{Out, json, json_text, xml};
use crate::error::{Code, Failure};
use crate::settings::{Settings, SuccessError};

/// An answer.
pub type Response = axum::response::Response;

/// How one answer is written.
#[derive(Debug, Clone, Copy)]
pub struct Envelope<'a> {
    /// In which format.
    pub format: Format,
    /// The root element in XML.
    pub root: &'static str,
    /// What is set.
    pub settings: &'a Settings,
}

/// The text of `Result` when all went well.
const RESULT: &str = "Success";

impl Envelope<'_> {
    /// All went well.
    pub fn success(&self, user: &str, detail: &Out) -> Response {
        let (mut bytes, end) = self.parts(user);
        if self.format.is_xml() {
            let mut writer = Writer::within(4096);
            xml("Detail", detail, &mut writer);
            bytes.extend_from_slice(writer.finish().as_bytes());
        } else {
            bytes.extend_from_slice(b"\"Detail\":");
            json(detail, &mut bytes);
        }
        bytes.extend_from_slice(end.as_bytes());
        self.response(StatusCode::OK, Body::from(bytes))
    }

    /// What stands before the detail of an answer that went well, and after it.
    pub fn parts(&self, user: &str) -> (Vec<u8>, String) {
        let is_empty = self.settings.success_error == SuccessError::Empty;
        if self.format.is_xml() {
            let mut writer = Writer::root(self.root, 4096);
            if is_empty {
                writer.open("Error");
                writer.empty("ErrorCode");
                writer.empty("ErrorReason");
                writer.close("Error");
            }
            writer.open("ResponseData");
            writer.text("Result", RESULT);
            writer.open("Identification");
            writer.text("UserId", user);
            writer.close("Identification");
            return (writer.finish().into_bytes(), format!("</ResponseData></{}>", self.root));
        }
        let error = if is_empty { r#"{"ErrorCode":"","ErrorReason":""}"# } else { "null" };
        let mut bytes = format!("{{\"Error\":{error},\"ResponseData\":{{\"Identification\":{{\"UserId\":").into_bytes();
        json_text(user, &mut bytes);
        bytes.extend_from_slice(b"},\"Result\":");
        json_text(RESULT, &mut bytes);
        bytes.push(b',');
        (bytes, "}}".to_owned())
    }

    /// Something was not done.
    pub fn failure(&self, failure: &Failure) -> Response {
        let word = failure.code.word(&self.settings.error_codes);
        let body = if self.format.is_xml() {
            let mut writer = Writer::root(self.root, 512);
            writer.open("Error");
            writer.text("ErrorCode", &word);
            writer.text("ErrorReason", &failure.reason);
            writer.close("Error");
            writer.close(self.root);
            writer.finish().into_bytes()
        } else {
            let mut bytes = b"{\"Message\":".to_vec();
            json_text(&failure.reason, &mut bytes);
            bytes.extend_from_slice(b",\"Error\":{\"ErrorCode\":");
            json_text(&word, &mut bytes);
            bytes.extend_from_slice(b",\"ErrorReason\":");
            json_text(&failure.reason, &mut bytes);
            bytes.extend_from_slice(b"},\"ResponseData\":null}");
            bytes
        };
        let mut response = self.response(failure.answered(self.settings), Body::from(body));
        let headers = response.headers_mut();
        if failure.code == Code::Unauthorized {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(allow) = failure.allow.as_deref().and_then(|allow| HeaderValue::try_from(allow).ok()) {
            headers.insert(ALLOW, allow);
        }
        if let Some(after) = failure.retry_after {
            headers.insert(RETRY_AFTER, after.as_secs().max(1).into());
        }
        response
    }

    /// An answer with a body in this format.
    pub fn response(&self, status: StatusCode, body: Body) -> Response {
        let mut response = Response::new(body);
        *response.status_mut() = status;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(self.format.content_type()));
        response
    }
}
