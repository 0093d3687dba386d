//! `/v1/events` and the test clock.

use actix_web::{HttpResponse, web};
use serde_json::{Value, json};

use super::call::Call;
use super::form::Form;
use crate::calendar::DAY;
use crate::error::{Error, Result};
use crate::event::Event;
use crate::state::{EventQuery, Sandbox};

/// A test clock's limit at Stripe is two intervals; ours is ten years, so that a slip does not hang the sandbox.
const FURTHEST: i64 = 3_660 * DAY;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/events", web::get().to(list))
        .route("/events/{id}", web::get().to(get))
        .route("/test_helpers/lost_events", web::post().to(lose))
        .route("/test_helpers/test_clocks/{id}", web::get().to(get_clock))
        .route("/test_helpers/test_clocks/{id}/advance", web::post().to(advance));
}

async fn list(call: Call) -> HttpResponse {
    call.list(|sandbox, form| {
        let page = form.page()?;
        let (events, more) = sandbox.list_events(&EventQuery {
            created_gte: edge(form, "gte", "gt", 1)?,
            created_lte: edge(form, "lte", "lt", -1)?,
            starting_after: page.starting_after,
            kinds: form.text("type").map(str::to_owned).into_iter().chain(form.words("types")).collect(),
            limit: page.limit,
        });
        Ok((events.into_iter().map(parsed).collect(), more))
    })
}

/// `created[gte]`, or `created[gt]` one second further in.
fn edge(form: &Form, closed: &str, open: &str, step: i64) -> Result<Option<i64>> {
    if let Some(at) = form.int(&format!("created[{closed}]"))? {
        return Ok(Some(at));
    }
    Ok(form.int(&format!("created[{open}]"))?.map(|at| at.saturating_add(step)))
}

/// The event as it was sent; its bytes are our own JSON.
fn parsed(event: &Event) -> Value {
    serde_json::from_slice(&event.body).unwrap_or_default()
}

async fn get(call: Call, id: web::Path<String>) -> HttpResponse {
    call.read(|sandbox, _| {
        let missing = || Error::Missing { object: "event", id: id.to_string() };
        sandbox.event(&id).map(parsed).ok_or_else(missing)
    })
}

/// `count` says how many of the next events are not sent (0 ends it), `forgotten` whether they are not listed either.
async fn lose(call: Call) -> HttpResponse {
    call.write(|sandbox, form| {
        let count = usize::try_from(form.int("count")?.unwrap_or(1)).unwrap_or_default();
        sandbox.lose_events(count, form.flag("forgotten")?.unwrap_or(false));
        Ok(json!({ "object": "test_helpers.lost_events", "count": count }))
    })
}

async fn get_clock(call: Call, id: web::Path<String>) -> HttpResponse {
    call.read(|sandbox, _| Ok(clock(sandbox, &id)))
}

/// There is one clock, the sandbox's, under any id.
async fn advance(call: Call, id: web::Path<String>) -> HttpResponse {
    call.write(|sandbox, form| {
        let to = form.int("frozen_time")?.ok_or_else(|| Error::required("frozen_time"))?;
        if to < sandbox.now() || to > sandbox.now().saturating_add(FURTHEST) {
            return Err(Error::invalid("frozen_time", "A clock only goes forward, ten years at most."));
        }
        // What falls due is Stripe's doing, not this request's.
        sandbox.end_request();
        sandbox.advance_to(to);
        Ok(clock(sandbox, &id))
    })
}

fn clock(sandbox: &Sandbox, id: &str) -> Value {
    json!({
        "id": id,
        "object": "test_helpers.test_clock",
        "created": sandbox.now(),
        "deletes_after": sandbox.now() + 30 * DAY,
        "frozen_time": sandbox.now(),
        "livemode": false,
        "name": null,
        "status": "ready",
        "status_details": {},
    })
}
