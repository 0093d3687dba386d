//! What a request can fail with: one envelope (RFC 9457) for everything.
//!
//! Every 4xx is made on purpose, by a constructor here. Whatever else happens is an opaque 500: the cause goes to the
//! log under the request's id, and nothing of it to the client.

mod actix;
mod database;
mod problem;
pub(crate) mod sentences;
mod stripe;

pub use actix::{JSON_LIMIT, json_config, path_config, payload_config, query_config};
pub use problem::{CONTENT_TYPE, from_status};

use crate::request;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use crm_types::accounts::Permission;
use crm_types::{FieldError, Problem};

/// The result of a handler.
pub type ApiResult<T = HttpResponse> = Result<T, ApiError>;

/// A failed request.
pub struct ApiError {
    problem: Box<Problem>,
    /// For `Allow`, with 405.
    allow: Option<String>,
    /// For the log only.
    source: Option<anyhow::Error>,
}

impl ApiError {
    fn new(status: StatusCode, kind: &str, title: &str, detail: impl Into<String>) -> Self {
        let problem = Problem {
            kind: format!("/problems/{kind}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            request_id: None,
            errors: Vec::new(),
            permission: None,
            current: None,
            retry_after: None,
        };
        Self { problem: Box::new(problem), allow: None, source: None }
    }

    /// 400: the request cannot be read.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", "The request cannot be read", detail)
    }

    /// 401: who asks is not known (any more).
    pub fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "Log in", detail)
    }

    /// 403: known, and not allowed.
    pub fn forbidden(permission: Permission) -> Self {
        let detail =
            format!("Your role lacks the permission {permission}. An owner or admin can give you another role.");
        let mut error = Self::new(StatusCode::FORBIDDEN, "forbidden", "Not allowed", detail);
        error.problem.permission = Some(permission.to_string());
        error
    }

    /// 403: an API key without the scope.
    pub fn forbidden_key(name: &str, permission: Permission) -> Self {
        let detail = format!(
            "The API key “{name}” lacks the scope {permission}. An owner or admin can make one that has it, in Settings, API keys."
        );
        let mut error = Self::new(StatusCode::FORBIDDEN, "forbidden", "Not allowed", detail);
        error.problem.permission = Some(permission.to_string());
        error
    }

    /// 403: an API key where only somebody who is logged in can be meant.
    pub fn people_only() -> Self {
        Self::refused("An API key cannot do this: it is for people who are logged in.")
    }

    /// 403 for another reason than a missing permission.
    pub fn refused(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "Not allowed", detail)
    }

    /// 404.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "Not found", detail)
    }

    /// 405, with the methods that there are.
    pub fn method_not_allowed(allow: String) -> Self {
        let detail = format!("This address answers to {allow}.");
        let mut error = Self::new(StatusCode::METHOD_NOT_ALLOWED, "method", "No such method here", detail);
        error.allow = Some(allow);
        error
    }

    /// 409: somebody was faster, or the name is taken.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", "In conflict with the present state", detail)
    }

    /// 409: changed since the caller looked; with the thing as it is now.
    pub fn stale(detail: impl Into<String>, current: serde_json::Value) -> Self {
        let mut error = Self::conflict(detail).with_kind("stale");
        error.problem.current = Some(current);
        error
    }

    /// 409: the same request runs at this moment.
    pub fn running() -> Self {
        let mut error =
            Self::conflict("The same request is being done at this moment. Ask again.").with_kind("running");
        error.problem.retry_after = Some(1);
        error
    }

    /// 413: larger than `limit` bytes.
    pub fn too_large(limit: usize) -> Self {
        let detail = format!("Send at most {limit} bytes.");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body is too large", detail)
    }

    /// 415.
    pub fn unsupported_media_type(expected: &str) -> Self {
        let detail = format!("Send Content-Type: {expected}.");
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", "Unknown content type", detail)
    }

    /// 422: readable, and these fields are wrong.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join(" ");
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "validation", "Some fields are wrong", detail).with_errors(errors)
    }

    /// 422 for one field.
    pub fn invalid_field(field: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError::new(field, code, message)])
    }

    /// 429: again in so many seconds.
    pub fn too_many_requests(retry_after: u32) -> Self {
        let detail = format!("Too many tries. Wait {retry_after} s.");
        let mut error = Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", "Slow down", detail);
        error.problem.retry_after = Some(retry_after.max(1));
        error
    }

    /// 429: more requests than anybody needs.
    pub fn slow_down(retry_after: u32) -> Self {
        let mut error = Self::too_many_requests(retry_after);
        error.problem.detail = format!("Too many requests. Wait {retry_after} s.");
        error.with_kind("rate-limit")
    }

    /// 503: not our caller's fault, and passing.
    pub fn unavailable(source: impl Into<anyhow::Error>) -> Self {
        let detail = "The database cannot answer just now. Nothing was changed; try again.";
        let mut error = Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Not available just now", detail);
        error.problem.retry_after = Some(2);
        error.source = Some(source.into());
        error
    }

    /// 503: something has to be set up or to start before this works.
    pub fn not_ready(detail: impl Into<String>) -> Self {
        let mut error = Self::new(StatusCode::SERVICE_UNAVAILABLE, "not-ready", "Not ready", detail);
        error.problem.retry_after = Some(60);
        error
    }

    /// 500: a fault of ours. The cause is logged, the client learns the request id.
    pub fn internal(source: impl Into<anyhow::Error>) -> Self {
        let detail = "Something went wrong on our side. The log has it under the request id.";
        let mut error = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Internal error", detail);
        error.source = Some(source.into());
        error
    }

    /// Names the kind of problem more closely, for clients that act on it.
    #[must_use]
    pub fn with_kind(mut self, kind: &str) -> Self {
        self.problem.kind = format!("/problems/{kind}");
        self
    }

    /// Says more closely what happened and what to do.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.problem.detail = detail.into();
        self
    }

    /// Adds which fields are wrong.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.problem.errors = errors;
        self
    }

    /// The same for another who asked for the same. The cause is logged once.
    pub(crate) fn again(&self) -> Self {
        Self { problem: self.problem.clone(), allow: self.allow.clone(), source: None }
    }

    /// What the client gets, but for the request id.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }
}

impl std::fmt::Debug for ApiError {
    /// Without the backtrace that the source may carry.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let source = self.source.as_ref().map(|source| format!("{source:#}"));
        f.debug_struct("ApiError").field("problem", &self.problem).field("source", &source).finish()
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.problem.status, self.problem.kind)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let request_id = request::current_id();
        if let Some(source) = &self.source {
            let status = self.problem.status;
            tracing::error!(
                status,
                request_id = request_id.as_deref(),
                error = format!("{source:#}"),
                "request failed"
            );
        }
        let mut reply = HttpResponse::build(self.status_code());
        if let Some(seconds) = self.problem.retry_after {
            reply.insert_header((header::RETRY_AFTER, seconds));
        }
        if let Some(allow) = &self.allow {
            reply.insert_header((header::ALLOW, allow.as_str()));
        }
        if self.problem.status == 401 {
            reply.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        problem::reply(reply, Problem { request_id, ..(*self.problem).clone() })
    }
}
