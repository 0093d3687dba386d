//! The simulator: what a period would have come to under other rules.

use crate::auth::By;
use crate::extract::Body;
use crate::params::Params;
use crate::{ApiResult, AppState};
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, get, post};
use crm_domain::page::PageRequest;
use crm_domain::revenue::simulate;
use crm_domain::revenue::simulated::{self, SimulatedFilter};
use crm_types::ids::JobId;
use crm_types::page::Count;
use crm_types::revenue::{PayoutParty, ShareRule};
use crm_types::revenue_simulation::{NewSimulation, Publication, SimulatedParty, SimulatedPartySort, Simulation};
use crm_types::{Currency, Page, Problem};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(start).service(find).service(parties).service(publish);
}

/// Replays months under proposed rules
///
/// Changes nothing: each proposed rule stands for whatever rules the same have in these months, all others stay, and payments,
/// refunds and disputes of these months are shared by both, with the derivation that the ledger follows. It runs as a job, a
/// thousand clients at a time; ask for the simulation until its `state` is `succeeded`. At most 36 months and 100 rules. To stop
/// it, cancel its job.
#[utoipa::path(tag = "revenue", operation_id = "create_revenue_simulation",
    request_body(content = NewSimulation, example = json!({
        "from": "2026-10-01", "to": "2026-10-31", "rules": [{"coach_bp": 3500, "organization_bp": 1000, "base": "net_of_tax"}]
    })),
    responses((status = 202, description = "The simulation; `Location` says where to ask for it", body = Simulation)))]
#[post("/revenue/simulations")]
async fn start(state: Data<AppState>, by: By, body: Body<NewSimulation>) -> ApiResult {
    let job = simulate::start(&state.pool, &by.0, &body).await?;
    let simulation = simulated::find(&state.pool, job.id).await?;
    let location = ("Location", format!("/api/revenue/simulations/{}", job.id));
    Ok(HttpResponse::Accepted().insert_header(location).json(simulation))
}

/// A simulation, and what it comes to so far
#[utoipa::path(tag = "revenue", operation_id = "find_revenue_simulation",
    params(("id" = JobId, Path, description = "Its id, which is that of its job")),
    responses((status = 200, description = "The simulation", body = Simulation, example = json!({
        "id": "019a1b2c-0000-7000-8000-000000000071", "from": "2026-10-01", "to": "2026-10-01",
        "rules": [{
            "scope": "default", "organization": null, "relationship_id": null, "coach": null, "client": null, "base": "gross",
            "coach_bp": 3500, "organization_bp": 1000
        }],
        "state": "succeeded", "done": 100, "total": 100, "error": null,
        "totals": [{
            "shares": 100,
            "now": {
                "paid": {"minor": 190000, "currency": "usd"}, "shared": {"minor": 190000, "currency": "usd"},
                "coaches": {"minor": 57000, "currency": "usd"}, "organizations": {"minor": 19000, "currency": "usd"},
                "platform": {"minor": 114000, "currency": "usd"}
            },
            "proposed": {
                "paid": {"minor": 190000, "currency": "usd"}, "shared": {"minor": 190000, "currency": "usd"},
                "coaches": {"minor": 66500, "currency": "usd"}, "organizations": {"minor": 19000, "currency": "usd"},
                "platform": {"minor": 104500, "currency": "usd"}
            }
        }],
        "created_at": "2026-11-02T09:30:00Z", "finished_at": "2026-11-02T09:30:02Z"
    }))))]
#[get("/revenue/simulations/{id}")]
async fn find(state: Data<AppState>, id: Path<JobId>) -> ApiResult<Json<Simulation>> {
    Ok(Json(simulated::find(&state.read_pool, *id).await?))
}

/// Filters, order and page of whom a simulation is about.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PartyQuery {
    /// Coaches or organizations.
    party: Option<PayoutParty>,
    /// In this currency.
    currency: Option<Currency>,
    /// Whether anything would be different for them.
    changed: Option<bool>,
    /// The order. By amount it compares minor units: filter by currency to compare like with like.
    #[param(default = "-difference")]
    sort: Option<SimulatedPartySort>,
    /// Rows on the page: 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before, with the same filters and order.
    cursor: Option<String>,
    /// `exact` counts every matching row and adds up the differences in `sums`, by currency.
    #[param(default = "capped")]
    count: Option<Count>,
}

/// What a simulation comes to for each coach and organization, a page at a time
#[utoipa::path(tag = "revenue", operation_id = "list_revenue_simulation_parties",
    params(("id" = JobId, Path, description = "The simulation"), PartyQuery),
    responses((status = 200, description = "A page of coaches and organizations", body = Page<SimulatedParty>, example = json!({
        "items": [{
            "party": "coach", "coach": {"id": "019a1b2c-0000-7000-8000-000000000002", "name": "Charles Babbage"}, "organization": null,
            "shares": 40, "now": {"minor": 22800, "currency": "usd"}, "proposed": {"minor": 26600, "currency": "usd"},
            "difference": {"minor": 3800, "currency": "usd"}
        }],
        "next_cursor": null, "total": 1, "total_capped": false
    }))))]
#[get("/revenue/simulations/{id}/parties")]
async fn parties(
    state: Data<AppState>,
    id: Path<JobId>,
    query: Params<PartyQuery>,
) -> ApiResult<Json<Page<SimulatedParty>>> {
    let query = query.0;
    let filter =
        SimulatedFilter { simulation: *id, party: query.party, currency: query.currency, changed: query.changed };
    let sort = query.sort.unwrap_or(SimulatedPartySort::DifferenceDescending);
    let page = PageRequest::new(query.limit, query.cursor, query.count)?;
    Ok(Json(simulated::parties(&state.read_pool, &filter, sort, &page).await?))
}

/// Publishes the rules of a simulation
///
/// All of them or none, as `POST /api/revenue/share-rules` publishes one.
#[utoipa::path(tag = "revenue", operation_id = "publish_revenue_simulation",
    params(("id" = JobId, Path, description = "The simulation")),
    request_body(content = Publication, example = json!({"starts_at": "2026-12-01T00:00:00Z"})),
    responses(
        (status = 201, description = "The rules", body = Vec<ShareRule>),
        (status = 409, description = "It is not over, or another rule for the same begins at that very instant", body = Problem,
            content_type = "application/problem+json"),
    ))]
#[post("/revenue/simulations/{id}/publish")]
async fn publish(state: Data<AppState>, by: By, id: Path<JobId>, body: Body<Publication>) -> ApiResult {
    Ok(HttpResponse::Created().json(simulated::publish(&state.pool, &by.0, *id, &body).await?))
}
