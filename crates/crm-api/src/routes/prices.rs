//! Prices, and the stream and tier that each counts for.

use crate::auth::By;
use crate::extract::Body;
use crate::params::Params;
use crate::{ApiError, ApiResult, AppState};
use actix_web::web::{Data, Json, Path};
use actix_web::{get, post, put};
use crm_domain::filter::Text;
use crm_domain::page::PageRequest;
use crm_domain::plans::{self, PriceFilter};
use crm_types::Page;
use crm_types::page::Count;
use crm_types::plans::{MappingPreview, Price, PriceMapping, PriceMappingReply};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list).service(find).service(map).service(preview);
}

/// Filter and page of the price list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PriceQuery {
    /// Words of the product's name, the nickname or an id of Stripe's.
    q: Option<String>,
    /// Of this Stripe product.
    product_id: Option<String>,
    /// Whether it is sold; `false` for those that are archived at Stripe.
    active: Option<bool>,
    /// Whether a stream is known.
    mapped: Option<bool>,
    /// Rows on the page: 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before, with the same filter.
    cursor: Option<String>,
    /// `exact` counts every matching row.
    #[param(default = "capped")]
    count: Option<Count>,
}

/// Prices, a page at a time: those without a stream first, then by product
#[utoipa::path(tag = "plans", operation_id = "list_prices", params(PriceQuery), responses(
    (status = 200, description = "A page of prices", body = Page<Price>, example = json!({
        "items": [{
            "id": "price_1MoBy5LkdIwHu7ix", "product_id": "prod_NZKdYqrwEYVT8B", "plan_id": "prod_NZKdYqrwEYVT8B",
            "product_name": "Standard", "nickname": null, "unit_amount": {"minor": 1900, "currency": "usd"}, "currency": "usd", "interval": "month",
            "interval_count": 1, "active": true, "stream": null, "tier": null, "mapped_by": null, "parked_events": 3,
            "subscriptions": 0, "subscribers": 0, "mrr": [], "updated_at": "2026-10-11T09:30:00Z"
        }],
        "next_cursor": null, "total": 1, "total_capped": false
    })),
))]
#[get("/prices")]
async fn list(state: Data<AppState>, query: Params<PriceQuery>) -> ApiResult<Json<Page<Price>>> {
    let PriceQuery { q, product_id, active, mapped, limit, cursor, count } = query.0;
    let filter = PriceFilter {
        q: q.map(|q| Text::parse("q", &q)).transpose()?.flatten(),
        product_id: product_id.map(|id| Text::parse("product_id", &id)).transpose()?.flatten(),
        active,
        mapped,
    };
    let page = PageRequest::new(limit, cursor, count)?;
    Ok(Json(plans::list_prices(&state.read_pool, &filter, &page).await?))
}

/// One price
#[utoipa::path(tag = "plans", operation_id = "find_price", params(("id" = String, Path, description = "Stripe's price id")),
    responses((status = 200, description = "The price", body = Price, example = json!({
        "id": "price_1MoBy5LkdIwHu7ix", "product_id": "prod_NZKdYqrwEYVT8B", "plan_id": "prod_NZKdYqrwEYVT8B",
        "product_name": "Standard", "nickname": null, "unit_amount": {"minor": 1900, "currency": "usd"}, "currency": "usd",
        "interval": "month", "interval_count": 1, "active": true, "stream": "rev1_individual", "tier": "tier2",
        "mapped_by": "admin", "parked_events": 0, "subscriptions": 43, "subscribers": 41,
        "mrr": [{"minor": 77900, "currency": "usd"}], "updated_at": "2026-10-11T09:30:00Z"
    }))))]
#[get("/prices/{id}")]
async fn find(state: Data<AppState>, id: Path<String>) -> ApiResult<Json<Price>> {
    let mut connection = state.read_pool.acquire().await?;
    Ok(Json(plans::find_price(&mut connection, parse(&id)?.as_str()).await?))
}

/// Says to which stream and tier a price belongs
///
/// Wins over metadata at Stripe. Releases the events that wait for the price, and recomputes every customer who ever had it.
#[utoipa::path(tag = "plans", operation_id = "map_price", params(("id" = String, Path, description = "Stripe's price id")),
    request_body(content = PriceMapping, example = json!({"stream": "rev1_individual", "tier": "tier2"})),
    responses((status = 200, description = "Mapped", body = PriceMappingReply)))]
#[put("/prices/{id}/mapping")]
async fn map(
    state: Data<AppState>,
    by: By,
    id: Path<String>,
    body: Body<PriceMapping>,
) -> ApiResult<Json<PriceMappingReply>> {
    Ok(Json(plans::map(&state.pool, &by.0, &parse(&id)?, &body).await?))
}

/// What mapping a price so would do to MRR
///
/// Derives the histories of those who ever had the price, with the mapping and without, events that wait for it included.
/// Changes nothing.
#[utoipa::path(tag = "plans", operation_id = "preview_price_mapping",
    params(("id" = String, Path, description = "Stripe's price id")),
    request_body(content = PriceMapping, example = json!({"stream": "rev1_individual", "tier": "tier2"})),
    responses((status = 200, description = "What would change", body = MappingPreview, example = json!({
        "customers": 41, "computed": 41, "rewritten": 41, "waiting_events": 0, "changes": [
            {"stream": "rev1_individual", "tier": "tier1", "before": {"minor": 77900, "currency": "usd"}, "after": {"minor": 0, "currency": "usd"}},
            {"stream": "rev1_individual", "tier": "tier2", "before": {"minor": 0, "currency": "usd"}, "after": {"minor": 77900, "currency": "usd"}}
        ]
    }))))]
#[post("/prices/{id}/mapping/preview")]
async fn preview(state: Data<AppState>, id: Path<String>, body: Body<PriceMapping>) -> ApiResult<Json<MappingPreview>> {
    Ok(Json(plans::preview(&state.read_pool, &parse(&id)?, &body).await?))
}

fn parse(id: &str) -> ApiResult<Text> {
    Text::parse("id", id).ok().flatten().ok_or_else(|| ApiError::not_found("There is no such price."))
}
