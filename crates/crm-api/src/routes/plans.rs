//! Plans: Stripe's products, with their prices and who subscribes to them.

use crate::params::Params;
use crate::{ApiError, ApiResult, AppState};
use actix_web::get;
use actix_web::web::{Data, Json, Path};
use crm_domain::filter::Text;
use crm_domain::page::PageRequest;
use crm_domain::plans::{self, PlanFilter};
use crm_types::page::Count;
use crm_types::plans::{Plan, PlanSort, Stream, Tier};
use crm_types::{Currency, Page};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list).service(find);
}

/// Filters, order and page of the plan list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PlanQuery {
    /// Words of its name or id, or of the nicknames and ids of its prices.
    q: Option<String>,
    /// One of its prices counts for this stream.
    stream: Option<Stream>,
    /// One of its prices counts for this tier.
    tier: Option<Tier>,
    /// One of its prices is in this currency. Order by MRR is by that in this currency, else in the reporting currency.
    currency: Option<Currency>,
    /// Whether it is sold; `false` for those that are archived at Stripe.
    active: Option<bool>,
    /// Whether each of its prices has a stream.
    mapped: Option<bool>,
    /// The order.
    #[param(default = "name")]
    sort: Option<PlanSort>,
    /// Rows on the page: 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before, with the same filters and order.
    cursor: Option<String>,
    /// `exact` counts every matching row and adds up MRR by currency in `sums`.
    #[param(default = "capped")]
    count: Option<Count>,
}

/// Plans, a page at a time
///
/// A plan is a product of Stripe's. What its subscribers pay adds up, over all plans and for each currency, to MRR.
#[utoipa::path(tag = "plans", operation_id = "list_plans", params(PlanQuery), responses(
    (status = 200, description = "A page of plans", body = Page<Plan>, example = json!({
        "items": [{
            "id": "prod_NZKdYqrwEYVT8B", "name": "Standard", "active": true,
            "streams": [{"stream": "rev1_individual", "tier": "tier2"}], "subscribers": 41, "trials": 5, "cancelling": 2,
            "mrr": [{"minor": 77900, "currency": "usd"}],
            "prices": [{
                "id": "price_1MoBy5LkdIwHu7ix", "product_id": "prod_NZKdYqrwEYVT8B", "plan_id": "prod_NZKdYqrwEYVT8B",
                "product_name": "Standard", "nickname": "Monthly", "unit_amount": {"minor": 1900, "currency": "usd"},
                "currency": "usd", "interval": "month", "interval_count": 1, "active": true, "stream": "rev1_individual",
                "tier": "tier2", "mapped_by": "admin", "parked_events": 0, "subscriptions": 43, "subscribers": 41,
                "mrr": [{"minor": 77900, "currency": "usd"}], "updated_at": "2026-10-11T09:30:00Z"
            }]
        }],
        "next_cursor": null, "total": 1, "total_capped": false, "sums": [{"minor": 77900, "currency": "usd"}]
    })),
))]
#[get("/plans")]
async fn list(state: Data<AppState>, query: Params<PlanQuery>) -> ApiResult<Json<Page<Plan>>> {
    let PlanQuery { q, stream, tier, currency, active, mapped, sort, limit, cursor, count } = query.0;
    let q = q.map(|q| Text::parse("q", &q)).transpose()?.flatten();
    let filter = PlanFilter { q, stream, tier, currency, active, mapped };
    let page = PageRequest::new(limit, cursor, count)?;
    Ok(Json(plans::list(&state.read_pool, &filter, sort.unwrap_or(PlanSort::Name), &page).await?))
}

/// One plan, with its prices
#[utoipa::path(tag = "plans", operation_id = "find_plan",
    params(("id" = String, Path, description = "Stripe's product id; the price's for a price that names no product")),
    responses((status = 200, description = "The plan", body = Plan)))]
#[get("/plans/{id}")]
async fn find(state: Data<AppState>, id: Path<String>) -> ApiResult<Json<Plan>> {
    let id = Text::parse("id", &id).ok().flatten().ok_or_else(|| ApiError::not_found("There is no such plan."))?;
    Ok(Json(plans::find(&state.read_pool, &id).await?))
}
