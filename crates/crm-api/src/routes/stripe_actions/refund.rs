//! Giving money back.

use super::{Named, StripeFails};
use crate::auth::By;
use crate::extract::Body;
use crate::{ApiResult, AppState};
use actix_web::post;
use actix_web::web::{Data, Json, Path};
use crm_domain::stripe_actions as actions;
use crm_types::Problem;
use crm_types::ids::TransactionId;
use crm_types::stripe_actions::{NewRefund, StripeAction};
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(refund);
}

/// Refunds a payment, all that is left of it or a part
#[utoipa::path(tag = "transactions", operation_id = "refund_payment",
    params(("id" = TransactionId, Path, description = "The payment: our id")),
    request_body(content = NewRefund, example = json!({
        "amount": {"minor": 500, "currency": "usd"}, "reason": "requested_by_customer"
    })),
    responses(
        (status = 200, description = "What was asked of Stripe", body = StripeAction, example = json!({
            "id": "019a1b2c-0000-7000-8000-00000000000e", "kind": "refund", "state": "pending",
            "customer_id": "019a1b2c-0000-7000-8000-000000000001", "subscription_id": null,
            "transaction_id": "019a1b2c-0000-7000-8000-0000000000c1", "summary": "Refund 5.00 USD: requested by customer",
            "reason": null, "asked_by": "Grace", "asked_at": "2026-10-11T09:30:00Z", "settled_at": null
        })),
        (status = 409, description = "It is no payment that succeeded, nothing is left of it, a refund is on its way, Stripe refuses, or is not connected",
            body = Problem, content_type = "application/problem+json"),
        StripeFails,
    ))]
#[post("/transactions/{id}/refund")]
async fn refund(
    state: Data<AppState>,
    by: By,
    named: Named,
    id: Path<TransactionId>,
    body: Body<NewRefund>,
) -> ApiResult<Json<StripeAction>> {
    Ok(Json(actions::refund(&state.pool, state.stripe.as_ref(), &by.0, named.0.as_ref(), *id, &body).await?))
}
