//! The balances below which nothing is paid.

use crate::auth::By;
use crate::extract::Body;
use crate::{ApiResult, AppState};
use actix_web::web::{Data, Json, Path};
use actix_web::{get, put};
use crm_domain::revenue::minimums;
use crm_types::revenue::PayoutMinimum;
use crm_types::{Currency, Money};
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list).service(set);
}

/// The balances below which nothing is paid, a currency each
#[utoipa::path(tag = "revenue", operation_id = "list_payout_minimums", responses(
    (status = 200, description = "Currencies that have one", body = Vec<Money>,
        example = json!([{"minor": 5000, "currency": "usd"}])),
))]
#[get("/revenue/payout-minimums")]
async fn list(state: Data<AppState>) -> ApiResult<Json<Vec<Money>>> {
    Ok(Json(minimums::list(&state.read_pool).await?))
}

/// Sets the balance of a currency below which nothing is paid
///
/// It is carried to the next statement instead. Statements of closed months stay as they are.
#[utoipa::path(tag = "revenue", operation_id = "set_payout_minimum",
    params(("currency" = Currency, Path, description = "ISO 4217, in lower case", example = "usd")),
    request_body(content = PayoutMinimum, example = json!({"minor": 5000})),
    responses((status = 200, description = "As it is now", body = Money)))]
#[put("/revenue/payout-minimums/{currency}")]
async fn set(
    state: Data<AppState>,
    by: By,
    currency: Path<Currency>,
    body: Body<PayoutMinimum>,
) -> ApiResult<Json<Money>> {
    let minimum = Money::new(body.minor, *currency);
    Ok(Json(minimums::set(&state.pool, &by.0, minimum).await?))
}
