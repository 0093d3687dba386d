//! Starting, changing, pausing and ending subscriptions.

use super::{Named, StripeFails};
use crate::auth::By;
use crate::extract::{Body, Maybe};
use crate::{ApiResult, AppState};
use actix_web::post;
use actix_web::web::{Data, Json, Path};
use crm_domain::stripe_actions as actions;
use crm_types::Problem;
use crm_types::ids::SubscriptionId;
use crm_types::stripe_actions::{
    ChangePreview, CouponApplication, NewStripeSubscription, StripeAction, SubscriptionCancellation,
    SubscriptionChange, SubscriptionPause,
};
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(start).service(preview).service(change);
    cfg.service(apply_coupon).service(remove_coupon).service(pause).service(resume).service(cancel).service(reactivate);
}

/// Starts a subscription
///
/// With a free trial of 10 days, or paid at once. Who is not known to Stripe is made known first; they need an e-mail address.
/// The action is `pending` until the webhook comes.
#[utoipa::path(tag = "subscriptions", operation_id = "start_subscription",
    request_body(content = NewStripeSubscription, example = json!({
        "customer_id": "019a1b2c-0000-7000-8000-000000000001", "price_id": "price_1MowQV", "quantity": 1, "trial": true, "coupon": null
    })),
    responses(
        (status = 200, description = "What was asked of Stripe", body = StripeAction, example = json!({
            "id": "019a1b2c-0000-7000-8000-00000000000e", "kind": "start", "state": "pending",
            "customer_id": "019a1b2c-0000-7000-8000-000000000001", "subscription_id": null, "transaction_id": null,
            "summary": "Start 1 × Standard (19.00 USD a month), 10 days of trial", "reason": null, "asked_by": "Grace",
            "asked_at": "2026-10-11T09:30:00Z", "settled_at": null
        })),
        (status = 409, description = "Something is on its way for the customer, they are archived, Stripe refuses, or is not connected",
            body = Problem, content_type = "application/problem+json"),
        StripeFails,
    ))]
#[post("/subscriptions")]
async fn start(
    state: Data<AppState>,
    by: By,
    named: Named,
    body: Body<NewStripeSubscription>,
) -> ApiResult<Json<StripeAction>> {
    Ok(Json(actions::start(&state.pool, state.stripe.as_ref(), &by.0, named.0.as_ref(), &body).await?))
}

/// What another price or quantity would cost
///
/// Nothing is changed. Give `prorated_at` with the change, so that what was shown is what is charged.
#[utoipa::path(tag = "subscriptions", operation_id = "preview_subscription_change",
    params(("id" = SubscriptionId, Path, description = "Our id")),
    request_body(content = SubscriptionChange, example = json!({"price_id": "price_premium", "quantity": 1, "proration": "next_invoice"})),
    responses(
        (status = 200, description = "The invoice that would follow", body = ChangePreview, example = json!({
            "lines": [
                {"description": "Unused time on 1 × Standard", "amount": {"minor": -950, "currency": "usd"}, "proration": true,
                 "from": "2026-10-16T09:30:00Z", "to": "2026-10-31T09:30:00Z"},
                {"description": "Remaining time on 1 × Premium", "amount": {"minor": 1450, "currency": "usd"}, "proration": true,
                 "from": "2026-10-16T09:30:00Z", "to": "2026-10-31T09:30:00Z"},
                {"description": "1 × Premium (at $29.00 / month)", "amount": {"minor": 2900, "currency": "usd"}, "proration": false,
                 "from": "2026-10-31T09:30:00Z", "to": "2026-11-30T09:30:00Z"}
            ],
            "prorated": {"minor": 500, "currency": "usd"}, "total": {"minor": 3400, "currency": "usd"},
            "due": {"minor": 3400, "currency": "usd"}, "due_at": "2026-10-31T09:30:00Z", "prorated_at": "2026-10-16T09:30:00Z"
        })),
        (status = 409, description = "The subscription is over, Stripe refuses, or is not connected", body = Problem,
            content_type = "application/problem+json"),
        StripeFails,
    ))]
#[post("/subscriptions/{id}/change/preview")]
async fn preview(
    state: Data<AppState>,
    id: Path<SubscriptionId>,
    body: Body<SubscriptionChange>,
) -> ApiResult<Json<ChangePreview>> {
    Ok(Json(actions::preview(&state.pool, state.stripe.as_ref(), *id, &body).await?))
}

/// Changes the price or the quantity of a subscription
#[utoipa::path(tag = "subscriptions", operation_id = "change_subscription",
    params(("id" = SubscriptionId, Path, description = "Our id")),
    request_body(content = SubscriptionChange, example = json!({"price_id": "price_premium", "quantity": 1, "proration": "now"})),
    responses(
        (status = 200, description = "What was asked of Stripe", body = StripeAction),
        (status = 409, description = "The subscription is over, something is on its way, Stripe refuses, or is not connected", body = Problem,
            content_type = "application/problem+json"),
        StripeFails,
    ))]
#[post("/subscriptions/{id}/change")]
async fn change(
    state: Data<AppState>,
    by: By,
    named: Named,
    id: Path<SubscriptionId>,
    body: Body<SubscriptionChange>,
) -> ApiResult<Json<StripeAction>> {
    Ok(Json(actions::change(&state.pool, state.stripe.as_ref(), &by.0, named.0.as_ref(), *id, &body).await?))
}

/// Applies a coupon to a subscription
///
/// It takes the place of those that were applied before.
#[utoipa::path(tag = "subscriptions", operation_id = "apply_coupon",
    params(("id" = SubscriptionId, Path, description = "Our id")),
    request_body(content = CouponApplication, example = json!({"coupon": "FALL25"})),
    responses(
        (status = 200, description = "What was asked of Stripe", body = StripeAction),
        (status = 409, description = "The subscription is over, something is on its way, Stripe refuses, or is not connected", body = Problem,
            content_type = "application/problem+json"),
        StripeFails,
    ))]
#[post("/subscriptions/{id}/coupon")]
async fn apply_coupon(
    state: Data<AppState>,
    by: By,
    named: Named,
    id: Path<SubscriptionId>,
    body: Body<CouponApplication>,
) -> ApiResult<Json<StripeAction>> {
    Ok(Json(actions::apply_coupon(&state.pool, state.stripe.as_ref(), &by.0, named.0.as_ref(), *id, &body).await?))
}

/// Takes the coupon of a subscription away
#[utoipa::path(tag = "subscriptions", operation_id = "remove_coupon",
    params(("id" = SubscriptionId, Path, description = "Our id")),
    responses(
        (status = 200, description = "What was asked of Stripe", body = StripeAction),
        (status = 409, description = "The subscription has none, it is over, something is on its way, Stripe refuses, or is not connected", body = Problem,
            content_type = "application/problem+json"),
        StripeFails,
    ))]
#[post("/subscriptions/{id}/coupon/remove")]
async fn remove_coupon(
    state: Data<AppState>,
    by: By,
    named: Named,
    id: Path<SubscriptionId>,
) -> ApiResult<Json<StripeAction>> {
    Ok(Json(actions::remove_coupon(&state.pool, state.stripe.as_ref(), &by.0, named.0.as_ref(), *id).await?))
}

/// Pauses a subscription
///
/// Nothing is collected, and it counts for no MRR.
#[utoipa::path(tag = "subscriptions", operation_id = "pause_subscription",
    params(("id" = SubscriptionId, Path, description = "Our id")),
    request_body(content = SubscriptionPause, example = json!({"resumes_at": "2026-12-01T00:00:00Z"})),
    responses(
        (status = 200, description = "What was asked of Stripe", body = StripeAction),
        (status = 409, description = "It is paused already or over, something is on its way, Stripe refuses, or is not connected", body = Problem,
            content_type = "application/problem+json"),
        StripeFails,
    ))]
#[post("/subscriptions/{id}/pause")]
async fn pause(
    state: Data<AppState>,
    by: By,
    named: Named,
    id: Path<SubscriptionId>,
    body: Maybe<SubscriptionPause>,
) -> ApiResult<Json<StripeAction>> {
    let body = body.0.unwrap_or_default();
    Ok(Json(actions::pause(&state.pool, state.stripe.as_ref(), &by.0, named.0.as_ref(), *id, &body).await?))
}

/// Ends the pause of a subscription
#[utoipa::path(tag = "subscriptions", operation_id = "resume_subscription",
    params(("id" = SubscriptionId, Path, description = "Our id")),
    responses(
        (status = 200, description = "What was asked of Stripe", body = StripeAction),
        (status = 409, description = "It is not paused, or over, something is on its way, Stripe refuses, or is not connected", body = Problem,
            content_type = "application/problem+json"),
        StripeFails,
    ))]
#[post("/subscriptions/{id}/resume")]
async fn resume(
    state: Data<AppState>,
    by: By,
    named: Named,
    id: Path<SubscriptionId>,
) -> ApiResult<Json<StripeAction>> {
    Ok(Json(actions::resume(&state.pool, state.stripe.as_ref(), &by.0, named.0.as_ref(), *id).await?))
}

/// Cancels a subscription, now or at the end of its period
///
/// Nothing is paid back by itself: refund the payment.
#[utoipa::path(tag = "subscriptions", operation_id = "cancel_subscription",
    params(("id" = SubscriptionId, Path, description = "Our id")),
    request_body(content = SubscriptionCancellation, example = json!({"when": "period_end", "reason": "too_expensive", "comment": "Back in spring"})),
    responses(
        (status = 200, description = "What was asked of Stripe", body = StripeAction),
        (status = 409, description = "It is set to end already or over, something is on its way, Stripe refuses, or is not connected", body = Problem,
            content_type = "application/problem+json"),
        StripeFails,
    ))]
#[post("/subscriptions/{id}/cancel")]
async fn cancel(
    state: Data<AppState>,
    by: By,
    named: Named,
    id: Path<SubscriptionId>,
    body: Body<SubscriptionCancellation>,
) -> ApiResult<Json<StripeAction>> {
    Ok(Json(actions::cancel(&state.pool, state.stripe.as_ref(), &by.0, named.0.as_ref(), *id, &body).await?))
}

/// Takes a cancellation at the end of the period back
#[utoipa::path(tag = "subscriptions", operation_id = "reactivate_subscription",
    params(("id" = SubscriptionId, Path, description = "Our id")),
    responses(
        (status = 200, description = "What was asked of Stripe", body = StripeAction),
        (status = 409, description = "It is not set to end, or over, something is on its way, Stripe refuses, or is not connected", body = Problem,
            content_type = "application/problem+json"),
        StripeFails,
    ))]
#[post("/subscriptions/{id}/reactivate")]
async fn reactivate(
    state: Data<AppState>,
    by: By,
    named: Named,
    id: Path<SubscriptionId>,
) -> ApiResult<Json<StripeAction>> {
    Ok(Json(actions::reactivate(&state.pool, state.stripe.as_ref(), &by.0, named.0.as_ref(), *id).await?))
}
