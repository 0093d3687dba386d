//! The Stripe inbox: what came in, what became of it, and another try.

use crate::extract::Body;
use crate::params::Params;
use crate::{ApiError, ApiResult, AppState};
use actix_web::web::{Data, Json, Path};
use actix_web::{get, post};
use chrono::NaiveDate;
use crm_domain::billing::events_list::{self as events, EventFilter};
use crm_domain::billing::{events_replay, events_stats};
use crm_domain::filter::{DayRange, Text};
use crm_domain::page::PageRequest;
use crm_types::Page;
use crm_types::billing::{
    EventState, InboxStats, ReplayReply, ReplayRequest, StripeEvent, StripeEventDetail, StripeEventSort,
};
use crm_types::page::Count;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    // The fixed names before the one that takes any.
    cfg.service(stats).service(replay).service(list).service(find);
}

/// Filters, order and page of the inbox.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct EventQuery {
    /// What became of it.
    state: Option<EventState>,
    /// Stripe's type, exactly.
    #[serde(rename = "type")]
    #[param(example = "invoice.paid")]
    kind: Option<String>,
    /// An event or object id, or its beginning.
    q: Option<String>,
    /// First day of arrival, in the account's time zone.
    #[param(example = "2026-10-01")]
    from: Option<NaiveDate>,
    /// Last day of arrival (inclusive).
    #[param(example = "2026-10-31")]
    to: Option<NaiveDate>,
    /// The order.
    #[param(default = "-received_at")]
    sort: Option<StripeEventSort>,
    /// Rows on the page: 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before, with the same filters and order.
    cursor: Option<String>,
    /// `exact` counts every matching row.
    #[param(default = "capped")]
    count: Option<Count>,
}

impl EventQuery {
    fn parse(self) -> ApiResult<(EventFilter, StripeEventSort, PageRequest)> {
        let filter = EventFilter {
            state: self.state,
            kind: self.kind.map(|kind| Text::parse("type", &kind)).transpose()?.flatten(),
            q: self.q.map(|q| Text::parse("q", &q)).transpose()?.flatten(),
            days: DayRange::new(self.from, self.to)?,
        };
        let sort = self.sort.unwrap_or(StripeEventSort::ReceivedAtDescending);
        Ok((filter, sort, PageRequest::new(self.limit, self.cursor, self.count)?))
    }
}

/// Stripe events, a page at a time
#[utoipa::path(tag = "billing", operation_id = "list_stripe_events", params(EventQuery), responses(
    (status = 200, description = "A page of events, without bodies", body = Page<StripeEvent>, example = json!({
        "items": [{
            "id": "evt_1NG8Du2eZvKYlo2C", "type": "invoice.paid", "object_id": "in_1MtHbELkdIwHu7ix",
            "api_version": "2025-12-15.clover", "state": "parked",
            "reason": "the price price_1MoBy5LkdIwHu7ix has no stream yet", "attempts": 1, "created": "2026-10-11T09:30:00Z",
            "received_at": "2026-10-11T09:30:01Z", "settled_at": "2026-10-11T09:30:01Z", "livemode": false
        }],
        "next_cursor": null, "total": 1, "total_capped": false
    })),
))]
#[get("/stripe-events")]
async fn list(state: Data<AppState>, query: Params<EventQuery>) -> ApiResult<Json<Page<StripeEvent>>> {
    let (filter, sort, page) = query.0.parse()?;
    Ok(Json(events::list(&state.read_pool, &filter, sort, &page).await?))
}

/// The inbox at a glance
#[utoipa::path(tag = "billing", operation_id = "stripe_event_stats", responses(
    (status = 200, description = "Events by state", body = InboxStats, example = json!({
        "pending": 0, "done": 182_340, "ignored": 1_204, "parked": 3, "dead": 1, "oldest_pending_at": null,
        "last_received_at": "2026-10-11T09:30:01Z", "unmapped_prices": 1
    })),
))]
#[get("/stripe-events/stats")]
async fn stats(state: Data<AppState>) -> ApiResult<Json<InboxStats>> {
    Ok(Json(events_stats::stats(&state.read_pool).await?))
}

/// One Stripe event with the exact text that Stripe sent
#[utoipa::path(tag = "billing", operation_id = "find_stripe_event",
    params(("id" = String, Path, description = "Stripe's event id")),
    responses((status = 200, description = "The event", body = StripeEventDetail)))]
#[get("/stripe-events/{id}")]
async fn find(state: Data<AppState>, id: Path<String>) -> ApiResult<Json<StripeEventDetail>> {
    let unknown = || ApiError::not_found("There is no such Stripe event.");
    let id = Text::parse("id", &id).ok().flatten().ok_or_else(unknown)?;
    Ok(Json(events::find(&state.read_pool, &id).await?))
}

/// Applies events again
///
/// Give up to 1,000 `ids` (dead, parked, ignored or done), or the `state` `dead` or `parked` for all of them. Unknown and
/// pending ids are passed over. Applying is idempotent: what was done already stays as it is.
#[utoipa::path(tag = "billing", operation_id = "replay_stripe_events",
    request_body(content = ReplayRequest, example = json!({"ids": [], "state": "dead"})),
    responses((status = 200, description = "How many will be applied again", body = ReplayReply, example = json!({"replayed": 1}))))]
#[post("/stripe-events/replay")]
async fn replay(state: Data<AppState>, body: Body<ReplayRequest>) -> ApiResult<Json<ReplayReply>> {
    Ok(Json(events_replay::replay(&state.pool, &body).await?))
}
