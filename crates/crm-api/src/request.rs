//! What surrounds every request: its id, a line in the log, a sample for the metrics, and errors in one envelope.

use crate::{error, telemetry};
use actix_web::HttpMessage;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use std::rc::Rc;
use std::time::Instant;
use tracing_actix_web::RequestId;

tokio::task_local! {
    static REQUEST_ID: String;
}

/// The id of the request that this task answers.
pub fn current_id() -> Option<String> {
    REQUEST_ID.try_with(Clone::clone).ok()
}

#[derive(Clone)]
struct Pattern(Option<Rc<str>>);

/// The pattern of the route that a request goes to, looked up once.
///
/// By the path as routing reads it: `/api/customer%73` goes where `/api/customers` goes, and must pass the same guard. The
/// framework's own `match_pattern` takes the path as it was sent until the request is there.
pub fn pattern(request: &ServiceRequest) -> Option<Rc<str>> {
    let known = request.extensions().get::<Pattern>().cloned();
    let pattern = known.unwrap_or_else(|| {
        let found = request.resource_map().match_pattern(request.match_info().as_str());
        let pattern = Pattern(found.map(Rc::from));
        request.extensions_mut().insert(pattern.clone());
        pattern
    });
    pattern.0
}

/// The middleware. It stands inside the tracing logger, which makes the id, and around everything else.
///
/// # Errors
/// Those of a middleware inside that makes no reply of its own error; ours all do.
pub async fn surround<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let start = Instant::now();
    let id = request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
    let method = request.method().clone();
    // Only the pattern: paths hold ids, and there are only so many patterns.
    let route = pattern(&request).unwrap_or_else(|| Rc::from("none"));
    // No clone of the request is kept across the call: routing needs it alone.
    let mut response = REQUEST_ID.scope(id.clone(), async move { next.call(request).await.map(as_problem) }).await?;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
    }
    observe(&method, &route, response.status().as_u16(), start);
    Ok(response)
}

/// An error that the framework made without us has no problem in it yet.
fn as_problem<B: MessageBody + 'static>(response: ServiceResponse<B>) -> ServiceResponse<BoxBody> {
    let response = response.map_into_boxed_body();
    let status = response.status();
    let content_type = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    let written = content_type.is_some_and(|value| value.starts_with(error::CONTENT_TYPE.as_bytes()));
    let ours = content_type.is_some_and(|value| value.starts_with(b"text/html"));
    if written || ours || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let (request, _) = response.into_parts();
    ServiceResponse::new(request, error::from_status(status))
}

fn observe(method: &actix_web::http::Method, route: &str, status: u16, start: Instant) {
    let elapsed = start.elapsed();
    let labels = [("method", method.to_string()), ("route", route.to_owned()), ("status", status.to_string())];
    metrics::histogram!("http_request_duration_seconds", &labels).record(elapsed);
    let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
    if telemetry::is_machines(route) {
        tracing::debug!(status, micros, "answered");
    } else {
        tracing::info!(status, micros, "answered");
    }
}
