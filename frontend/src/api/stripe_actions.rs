//! What Stripe is asked to do.

use super::{ApiError, Method, request, send_json};
use crate::session::Session;
use crm_types::ids::{CustomerId, SubscriptionId, TransactionId};
use crm_types::stripe_actions::{
    ChangePreview, CheckoutRequest, NewRefund, NewStripeSubscription, StripeAction, StripeLink, SubscriptionChange,
};
use serde::Serialize;

/// Whether Stripe is connected.
pub const CONNECTION: &str = "/api/stripe/connection";
/// Coupons that can be applied.
pub const COUPONS: &str = "/api/stripe/coupons";
/// All that was asked.
pub const ACTIONS: &str = "/api/stripe-actions";
/// All subscriptions.
pub const SUBSCRIPTIONS: &str = "/api/subscriptions";
/// All payments and refunds.
pub const TRANSACTIONS: &str = "/api/transactions";
/// Prices that can be subscribed to.
pub const PRICES: &str = "/api/prices?active=true&mapped=true&limit=200";

/// Starts a subscription.
pub async fn start(session: Session, new: &NewStripeSubscription) -> Result<StripeAction, ApiError> {
    send_json(session, Method::Post, SUBSCRIPTIONS, new).await
}

/// Asks for something about a subscription, such as `pause`.
pub async fn ask<B: Serialize>(
    session: Session,
    id: SubscriptionId,
    verb: &str,
    body: &B,
) -> Result<StripeAction, ApiError> {
    send_json(session, Method::Post, &format!("{SUBSCRIPTIONS}/{id}/{verb}"), body).await
}

/// The same where there is nothing more to say.
pub async fn ask_plainly(session: Session, id: SubscriptionId, verb: &str) -> Result<StripeAction, ApiError> {
    request(session, Method::Post, &format!("{SUBSCRIPTIONS}/{id}/{verb}")).await
}

/// What a change would cost.
pub async fn preview(
    session: Session,
    id: SubscriptionId,
    change: &SubscriptionChange,
) -> Result<ChangePreview, ApiError> {
    send_json(session, Method::Post, &format!("{SUBSCRIPTIONS}/{id}/change/preview"), change).await
}

/// Gives money back.
pub async fn refund(session: Session, id: TransactionId, new: &NewRefund) -> Result<StripeAction, ApiError> {
    send_json(session, Method::Post, &format!("{TRANSACTIONS}/{id}/refund"), new).await
}

/// A link to the billing portal.
pub async fn billing_portal(session: Session, id: CustomerId) -> Result<StripeLink, ApiError> {
    request(session, Method::Post, &format!("/api/customers/{id}/billing-portal")).await
}

/// A link to the checkout.
pub async fn checkout(session: Session, id: CustomerId, what: &CheckoutRequest) -> Result<StripeLink, ApiError> {
    send_json(session, Method::Post, &format!("/api/customers/{id}/checkout"), what).await
}
