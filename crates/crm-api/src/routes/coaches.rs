//! One coach: what their clients pay, who these are, how they were over time, and who gets them next.

use crate::auth::By;
use crate::extract::Body;
use crate::params::Params;
use crate::{ApiError, ApiResult, AppState};
use actix_web::web::{Data, Json, Path};
use actix_web::{get, post};
use crm_domain::coaching::clients::{self, ClientFilter};
use crm_domain::coaching::{coach, handover, months};
use crm_domain::customers::search::Search;
use crm_domain::page::PageRequest;
use crm_types::coaching::{
    CoachClient, CoachClientSort, CoachDetails, CoachMonths, CoachingStatus, HandOver, HandedOver,
};
use crm_types::customers::LifecycleState;
use crm_types::ids::CustomerId;
use crm_types::page::Count;
use crm_types::{Page, Problem};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

/// Months at most.
const MOST_MONTHS: i32 = 60;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(find).service(list_clients).service(list_months).service(hand_over);
}

/// A coach
///
/// With what their clients pay now: `coach.mrr` is what `GET /api/coaches/{id}/clients?count=exact` adds up. 404 for who never coached
/// anybody and never paid for the coaching software.
#[utoipa::path(tag = "coaching", operation_id = "get_coach",
    params(("id" = CustomerId, Path, description = "Their id as a customer")),
    responses((status = 200, description = "The coach", body = CoachDetails, example = json!({
        "coach": {
            "id": "019a1b2c-0000-7000-8000-000000000002", "name": "Charles Babbage", "email": "charles@example.com",
            "organization": {"id": "019a1b2c-0000-7000-8000-000000000021", "name": "Iron Gym"}, "clients": 12,
            "mrr": [{"minor": 19000, "currency": "usd"}], "created_at": "2026-02-01T09:30:00Z"
        },
        "lifecycle_state": "rev2_coach", "own_mrr": {"minor": 19900, "currency": "usd"}, "paused_clients": 1, "paying_clients": 10,
        "archived_at": null
    }))))]
#[get("/coaches/{id}")]
async fn find(state: Data<AppState>, id: Path<CustomerId>) -> ApiResult<Json<CoachDetails>> {
    Ok(Json(coach::find(&state.read_pool, *id).await?))
}

/// Filters, order and page of the list of a coach's clients.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ClientQuery {
    /// Words that are all in name, e-mail, phone, Stripe id or organisation, in any case. When nobody has them, slips of the pen are
    /// forgiven.
    q: Option<String>,
    /// Where in the journey.
    lifecycle: Option<LifecycleState>,
    /// Whether they pay now.
    paying: Option<bool>,
    /// `active` for whom the coaching goes on, `paused` for whom it rests. Who is no client any more is in the list of coaching
    /// relationships.
    status: Option<CoachingStatus>,
    /// The order.
    #[param(default = "-mrr")]
    sort: Option<CoachClientSort>,
    /// Rows on the page: 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before, with the same filters and order.
    cursor: Option<String>,
    /// `exact` counts every matching row, and adds up what they pay, currencies apart.
    #[param(default = "capped")]
    count: Option<Count>,
}

/// A coach's clients, a page at a time
#[utoipa::path(tag = "coaching", operation_id = "list_clients_of_coach",
    params(("id" = CustomerId, Path, description = "The coach's id as a customer"), ClientQuery),
    responses((status = 200, description = "A page of clients", body = Page<CoachClient>, example = json!({
        "items": [{
            "relationship_id": "019a1b2c-0000-7000-8000-000000000031",
            "client": {"id": "019a1b2c-0000-7000-8000-000000000001", "name": "Ada Lovelace"}, "email": "ada@example.com",
            "lifecycle_state": "rev1_coached", "stream": "rev1_individual", "tier": "tier2",
            "mrr": {"minor": 1900, "currency": "usd"}, "status": "active", "started_at": "2026-02-01T09:30:00Z"
        }],
        "next_cursor": null, "total": 1, "total_capped": false
    }))))]
#[get("/coaches/{id}/clients")]
async fn list_clients(
    state: Data<AppState>,
    id: Path<CustomerId>,
    query: Params<ClientQuery>,
) -> ApiResult<Json<Page<CoachClient>>> {
    let query = query.0;
    let filter = ClientFilter {
        coach: *id,
        q: query.q.map(|q| Search::parse("q", &q)).transpose()?.flatten(),
        lifecycle: query.lifecycle,
        paying: query.paying,
        status: query.status,
    };
    let sort = query.sort.unwrap_or(CoachClientSort::MrrDescending);
    let page = PageRequest::new(query.limit, query.cursor, query.count)?;
    Ok(Json(clients::list(&state.read_pool, &filter, sort, &page).await?))
}

/// How many months.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct MonthsQuery {
    /// The newest so many, the present one included.
    #[param(minimum = 1, maximum = 60, default = 12)]
    months: Option<i32>,
}

/// A coach's clients month by month
///
/// How many they were at the end of each, what they paid a month then, and how many of those who paid when it began paid at its end.
/// It is counted from the MRR movements of whoever they coached then, so it stays what it was when a client gets another coach.
#[utoipa::path(tag = "coaching", operation_id = "list_months_of_coach",
    params(("id" = CustomerId, Path, description = "The coach's id as a customer"), MonthsQuery),
    responses((status = 200, description = "The months, oldest first", body = CoachMonths, example = json!({
        "months": [{
            "month": "2026-11-01", "clients": 12, "paying_clients": 10, "mrr": [{"minor": 19000, "currency": "usd"}],
            "paying_at_start": 10, "still_paying": 9, "retention": 0.9
        }],
        "paying_at_start": 10, "still_paying": 9, "retention": 0.9
    }))))]
#[get("/coaches/{id}/months")]
async fn list_months(
    state: Data<AppState>,
    id: Path<CustomerId>,
    query: Params<MonthsQuery>,
) -> ApiResult<Json<CoachMonths>> {
    let newest = query.0.months.unwrap_or(12);
    if !(1..=MOST_MONTHS).contains(&newest) {
        let message = format!("Ask for 1 to {MOST_MONTHS} months.");
        return Err(ApiError::invalid_field("months", "out_of_range", message));
    }
    Ok(Json(months::months(&state.read_pool, *id, newest).await?))
}

/// Hands all clients of a coach over to another one
///
/// In one step: each coaching that runs ends with the reason `replaced`, and begins anew with the other coach at the same instant,
/// also where it rested. If the other coach is among the clients, they keep their coach.
#[utoipa::path(tag = "coaching", operation_id = "hand_over_clients",
    params(("id" = CustomerId, Path, description = "The coach's id as a customer")),
    request_body(content = HandOver, example = json!({"to_coach_id": "019a1b2c-0000-7000-8000-000000000003"})),
    responses(
        (status = 200, description = "It is done", body = HandedOver, example = json!({"clients": 12})),
        (status = 409, description = "One of the clients coaches the other coach", body = Problem,
            content_type = "application/problem+json"),
    ))]
#[post("/coaches/{id}/hand-over")]
async fn hand_over(
    state: Data<AppState>,
    by: By,
    id: Path<CustomerId>,
    body: Body<HandOver>,
) -> ApiResult<Json<HandedOver>> {
    Ok(Json(handover::hand_over(&state.pool, &by.0, *id, body.to_coach_id).await?))
}
