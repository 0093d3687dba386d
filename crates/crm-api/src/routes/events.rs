//! Server-sent events: what changed, while it changes.

use crate::auth::Principal;
use crate::realtime::Stream;
use crate::{ApiError, ApiResult, AppState};
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use crm_types::realtime::RealtimeEvent;
use futures_util::stream;
use serde::Deserialize;
use std::convert::Infallible;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(events);
}

/// Where to continue.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct EventsQuery {
    /// As the header `Last-Event-ID`, for a page that opens a new EventSource.
    last_event_id: Option<i64>,
}

/// Changes as server-sent events. The browser's EventSource is let in by the cookie that log-in and refresh set.
///
/// Every event has an id; a stream that comes back with `Last-Event-ID` gets what it missed, or `reset` when that is too
/// much: then read everything again. A comment comes every 15 s. The stream ends when the session does.
#[utoipa::path(tag = "realtime", operation_id = "events",
    params(EventsQuery, ("Last-Event-ID" = Option<i64>, Header, description = "Continue after this event")),
    responses((status = 200, description = "The stream", body = RealtimeEvent, content_type = "text/event-stream")))]
#[get("/events")]
async fn events(
    state: web::Data<AppState>,
    request: HttpRequest,
    query: web::Query<EventsQuery>,
    who: Principal,
) -> ApiResult {
    let last = match request.headers().get("last-event-id") {
        None => query.last_event_id,
        Some(value) => {
            let id = value.to_str().ok().and_then(|text| text.trim().parse().ok());
            Some(id.ok_or_else(|| ApiError::bad_request("Last-Event-ID is not an id that was sent."))?)
        }
    };
    let mut joined = Stream::join(state, who.session, last);
    if last.is_some() {
        joined.catch_up().await?;
    }
    let frames = stream::unfold(joined, |mut joined| async move {
        let frame = joined.next().await?;
        Some((Ok::<_, Infallible>(frame), joined))
    });
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // nginx collects replies unless it is told not to.
        .insert_header(("x-accel-buffering", "no"))
        .streaming(frames))
}
