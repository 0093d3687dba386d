//! What payments cost, where Stripe does not tell.

use crate::auth::By;
use crate::extract::Body;
use crate::{ApiResult, AppState};
use actix_web::web::{Data, Json, Path};
use actix_web::{get, put};
use crm_domain::revenue::fees;
use crm_types::Currency;
use crm_types::revenue::{NewPaymentFee, PaymentFee};
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list).service(declare);
}

/// What payments cost by declaration, oldest first within each currency
///
/// Stripe's events name the balance transaction that holds a charge's fee, and do not hold it. Where an event has it expanded, that
/// fee stands (`fee` of `GET /api/transactions`); for all other payments the newest that is declared here before them does. Only
/// rules whose base is `net_of_fees` look at it.
#[utoipa::path(tag = "revenue", operation_id = "list_payment_fees", responses(
    (status = 200, description = "Declared fees", body = Vec<PaymentFee>,
        example = json!([{"rate_bp": 290, "fixed": {"minor": 30, "currency": "usd"}, "starts_at": "2026-01-01T00:00:00Z"}])),
))]
#[get("/revenue/payment-fees")]
async fn list(state: Data<AppState>) -> ApiResult<Json<Vec<PaymentFee>>> {
    Ok(Json(fees::list(&state.read_pool).await?))
}

/// Declares what payments in a currency cost
///
/// Since then, until the next that is declared; what is declared for that very instant already is replaced. Payments since are
/// shared anew where a rule is of what is left after fees.
#[utoipa::path(tag = "revenue", operation_id = "declare_payment_fee",
    params(("currency" = Currency, Path, description = "ISO 4217, in lower case", example = "usd")),
    request_body(content = NewPaymentFee, example = json!({"rate_bp": 290, "fixed_minor": 30, "starts_at": "2026-01-01T00:00:00Z"})),
    responses((status = 200, description = "As it is now", body = PaymentFee)))]
#[put("/revenue/payment-fees/{currency}")]
async fn declare(
    state: Data<AppState>,
    by: By,
    currency: Path<Currency>,
    body: Body<NewPaymentFee>,
) -> ApiResult<Json<PaymentFee>> {
    Ok(Json(fees::declare(&state.pool, &by.0, *currency, &body).await?))
}
