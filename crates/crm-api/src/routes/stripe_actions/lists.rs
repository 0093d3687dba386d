//! What was asked, and what can be.

use super::StripeFails;
use crate::params::Params;
use crate::{ApiResult, AppState};
use actix_web::get;
use actix_web::web::{Data, Json};
use crm_domain::page::PageRequest;
use crm_domain::stripe_actions::list::StripeActionFilter;
use crm_domain::stripe_actions::{self as actions, Refusal};
use crm_types::ids::{CustomerId, SubscriptionId, TransactionId};
use crm_types::page::Count;
use crm_types::stripe_actions::{StripeAction, StripeActionSort, StripeActionState, StripeConnection, StripeCoupon};
use crm_types::{Page, Problem};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list).service(connection).service(coupons);
}

/// Filters, order and page of the list of actions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct StripeActionQuery {
    /// About this customer.
    customer_id: Option<CustomerId>,
    /// About this subscription.
    subscription_id: Option<SubscriptionId>,
    /// About this payment.
    transaction_id: Option<TransactionId>,
    /// That far.
    state: Option<StripeActionState>,
    /// The order.
    #[param(default = "-asked_at")]
    sort: Option<StripeActionSort>,
    /// Rows on the page: 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before, with the same filters and order.
    cursor: Option<String>,
    /// `exact` counts every matching row.
    #[param(default = "capped")]
    count: Option<Count>,
}

/// What Stripe was asked to do, a page at a time
#[utoipa::path(tag = "subscriptions", operation_id = "list_stripe_actions", params(StripeActionQuery), responses(
    (status = 200, description = "A page of actions", body = Page<StripeAction>, example = json!({
        "items": [{
            "id": "019a1b2c-0000-7000-8000-00000000000e", "kind": "cancel_at_period_end", "state": "confirmed",
            "customer_id": "019a1b2c-0000-7000-8000-000000000001", "subscription_id": "019a1b2c-0000-7000-8000-000000000002",
            "transaction_id": null, "summary": "Cancel on 2026-11-11: too expensive", "reason": null, "asked_by": "Grace",
            "asked_at": "2026-10-11T09:30:00Z", "settled_at": "2026-10-11T09:30:01Z"
        }],
        "next_cursor": null, "total": 1, "total_capped": false
    })),
))]
#[get("/stripe-actions")]
async fn list(state: Data<AppState>, query: Params<StripeActionQuery>) -> ApiResult<Json<Page<StripeAction>>> {
    let query = query.0;
    let filter = StripeActionFilter {
        customer: query.customer_id,
        subscription: query.subscription_id,
        transaction: query.transaction_id,
        state: query.state,
    };
    let sort = query.sort.unwrap_or(StripeActionSort::AskedAtDescending);
    let page = PageRequest::new(query.limit, query.cursor, query.count)?;
    // Not the replica's: who just asked wants to see it.
    Ok(Json(actions::list::list(&state.pool, &filter, sort, &page).await?))
}

/// Whether Stripe is connected, and how to connect it
#[utoipa::path(tag = "subscriptions", operation_id = "stripe_connection", responses(
    (status = 200, description = "Whether there is a key", body = StripeConnection, example = json!({"connected": true, "how": null})),
))]
#[get("/stripe/connection")]
async fn connection(state: Data<AppState>) -> ApiResult<Json<StripeConnection>> {
    let connected = state.stripe.is_some();
    Ok(Json(StripeConnection { connected, how: (!connected).then(|| Refusal::NotConnected.to_string()) }))
}

/// Coupons that can be applied, as Stripe has them
///
/// The newest hundred.
#[utoipa::path(tag = "subscriptions", operation_id = "list_stripe_coupons", responses(
    (status = 200, description = "Coupons", body = Vec<StripeCoupon>,
        example = json!([{"id": "FALL25", "name": "Autumn", "terms": "25 % off, forever"}])),
    (status = 409, description = "Stripe refuses, or is not connected", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Stripe does not understand", body = Problem, content_type = "application/problem+json"),
    StripeFails,
))]
#[get("/stripe/coupons")]
async fn coupons(state: Data<AppState>) -> ApiResult<Json<Vec<StripeCoupon>>> {
    Ok(Json(actions::coupons(state.stripe.as_ref()).await?))
}
