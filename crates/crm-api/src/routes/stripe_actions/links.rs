//! Pages of Stripe's for a customer.

use super::StripeFails;
use crate::auth::By;
use crate::extract::Body;
use crate::{ApiResult, AppState};
use actix_web::post;
use actix_web::web::{Data, Json, Path};
use crm_domain::stripe_actions as actions;
use crm_types::Problem;
use crm_types::ids::CustomerId;
use crm_types::stripe_actions::{CheckoutRequest, StripeLink};
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(billing_portal).service(checkout);
}

/// A link to Stripe's billing portal for a customer
///
/// For some minutes. They see their invoices there and change what they pay with. Hand it to nobody else.
#[utoipa::path(tag = "customers", operation_id = "open_billing_portal",
    params(("id" = CustomerId, Path, description = "Our id")),
    responses(
        (status = 200, description = "The link", body = StripeLink,
            example = json!({"url": "https://billing.stripe.com/p/session/live_YWNjdF8x"})),
        (status = 409, description = "Stripe does not know the customer, refuses, or is not connected", body = Problem,
            content_type = "application/problem+json"),
        StripeFails,
    ))]
#[post("/customers/{id}/billing-portal")]
async fn billing_portal(state: Data<AppState>, by: By, id: Path<CustomerId>) -> ApiResult<Json<StripeLink>> {
    Ok(Json(actions::billing_portal(&state.pool, state.stripe.as_ref(), &by.0, *id).await?))
}

/// A link to Stripe's checkout, where a customer subscribes and pays
///
/// For a day.
#[utoipa::path(tag = "customers", operation_id = "open_checkout",
    params(("id" = CustomerId, Path, description = "Our id")),
    request_body(content = CheckoutRequest, example = json!({"price_id": "price_1MowQV", "quantity": 1, "trial": false})),
    responses(
        (status = 200, description = "The link", body = StripeLink,
            example = json!({"url": "https://checkout.stripe.com/c/pay/cs_live_a1"})),
        (status = 409, description = "The customer is archived, Stripe refuses, or is not connected", body = Problem,
            content_type = "application/problem+json"),
        StripeFails,
    ))]
#[post("/customers/{id}/checkout")]
async fn checkout(
    state: Data<AppState>,
    by: By,
    id: Path<CustomerId>,
    body: Body<CheckoutRequest>,
) -> ApiResult<Json<StripeLink>> {
    Ok(Json(actions::checkout(&state.pool, state.stripe.as_ref(), &by.0, *id, &body).await?))
}
