//! Errors in Stripe's envelope: `{"error": {"type", "code", "message", "param"}}`.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Value, json};

use crate::error::Error;

/// A refused request.
#[derive(Debug)]
pub(super) struct Refusal {
    status: u16,
    kind: &'static str,
    code: Option<&'static str>,
    param: Option<String>,
    message: String,
}

impl Refusal {
    pub(super) fn unauthorized(message: &str) -> Self {
        Self { status: 401, kind: "invalid_request_error", code: None, param: None, message: message.to_owned() }
    }

    pub(super) fn unknown_url(method: &str, path: &str) -> Self {
        Self {
            status: 404,
            kind: "invalid_request_error",
            code: None,
            param: None,
            message: format!("Unrecognized request URL ({method}: {path})."),
        }
    }

    pub(super) fn unreadable(message: &str) -> Self {
        Self { status: 400, kind: "invalid_request_error", code: None, param: None, message: message.to_owned() }
    }

    /// The same key with other parameters.
    pub(super) fn other_parameters(key: &str) -> Self {
        Self {
            status: 400,
            kind: "idempotency_error",
            code: None,
            param: None,
            message: format!(
                "Keys for idempotent requests can only be used with the same parameters they were first used with. \
                 Try using a key other than '{key}' if you meant to execute a different request."
            ),
        }
    }

    pub(super) fn status(&self) -> u16 {
        self.status
    }

    pub(super) fn body(&self) -> Value {
        json!({
            "error": {
                "code": self.code,
                "decline_code": (self.code == Some("card_declined")).then_some("generic_decline"),
                "message": self.message,
                "param": self.param,
                "type": self.kind,
            }
        })
    }

    pub(super) fn reply(&self) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        HttpResponse::build(status).json(self.body())
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self {
            status: error.status(),
            kind: error.kind(),
            code: Some(error.code()),
            param: error.param().map(str::to_owned),
            message: error.to_string(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl ResponseError for Refusal {
    fn error_response(&self) -> HttpResponse {
        self.reply()
    }
}
