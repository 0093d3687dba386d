//! Pages of Stripe's for a customer, and what can be chosen there.

use super::port::{Checkout, Person, Port, Refusal, Stripe};
use super::start::Buyer;
use super::subscription::{Price, conflict, units};
use crate::audit::{self, Actor, Subject};
use crate::db::Result;
use crm_types::ids::CustomerId;
use crm_types::stripe_actions::{CheckoutRequest, StripeCoupon, StripeLink, TRIAL_DAYS};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

/// A page on which the customer sees invoices and changes what they pay with; for some minutes.
///
/// # Errors
/// [`crate::db::DomainError::Conflict`] when Stripe does not know them.
pub async fn billing_portal<S: Stripe>(
    pool: &PgPool,
    stripe: Port<'_, S>,
    actor: &Actor,
    customer: CustomerId,
) -> Result<StripeLink> {
    let buyer = Buyer::find(pool, customer).await?;
    let known =
        buyer.stripe.ok_or_else(|| conflict("Stripe does not know this customer. Start a subscription first."))?;
    let url = stripe.ok_or(Refusal::NotConnected)?.billing_portal(&known, &key()).await?;
    told(pool, actor, customer, "billing_portal_opened", &json!({"stripe_customer_id": known})).await?;
    Ok(StripeLink { url })
}

/// A page on which the customer subscribes and pays; for a day.
///
/// # Errors
/// [`crate::db::DomainError::Invalid`] for a price or quantity that cannot be.
pub async fn checkout<S: Stripe>(
    pool: &PgPool,
    stripe: Port<'_, S>,
    actor: &Actor,
    customer: CustomerId,
    request: &CheckoutRequest,
) -> Result<StripeLink> {
    let quantity = units(request.quantity)?;
    let price = Price::find(pool, &request.price_id).await?;
    let buyer = Buyer::find(pool, customer).await?;
    let person = match &buyer.stripe {
        Some(known) => Person::Known(known.clone()),
        None => Person::Email(buyer.address()?),
    };
    let trial_days = if request.trial { TRIAL_DAYS } else { 0 };
    let checkout = Checkout { person, price: price.id, quantity, trial_days };
    let url = stripe.ok_or(Refusal::NotConnected)?.checkout(&checkout, &key()).await?;
    told(pool, actor, customer, "checkout_opened", &json!(request)).await?;
    Ok(StripeLink { url })
}

/// Coupons that can be applied.
///
/// # Errors
/// When Stripe does not say.
pub async fn coupons<S: Stripe>(stripe: Port<'_, S>) -> Result<Vec<StripeCoupon>> {
    Ok(stripe.ok_or(Refusal::NotConnected)?.coupons().await?)
}

/// Two links are no harm, so that each request has a key of its own.
fn key() -> String {
    format!("crm-link-{}", Uuid::now_v7().simple())
}

async fn told(
    pool: &PgPool,
    actor: &Actor,
    customer: CustomerId,
    verb: &'static str,
    after: &serde_json::Value,
) -> Result<()> {
    let subject = Subject { resource: "customer", id: &customer.to_string(), verb };
    audit::record(&mut *pool.acquire().await?, actor, subject, None, Some(after)).await
}
