//! Starting a subscription. Who is new to Stripe is made known first.

use super::perform::{Plan, RequestKey, asked, begin, settle, standing};
use super::port::{Ask, NewCustomer, Port, Refusal, Stripe};
use super::subscription::{Price, conflict, coupon, units};
use crate::audit::Actor;
use crate::db::{DomainError, Result};
use crm_types::ids::CustomerId;
use crm_types::stripe_actions::{NewStripeSubscription, StripeAction, StripeActionKind, TRIAL_DAYS};
use sqlx::PgPool;

/// A customer, as far as Stripe has to know them.
pub(super) struct Buyer {
    pub(super) id: CustomerId,
    pub(super) stripe: Option<String>,
    pub(super) email: Option<String>,
    name: Option<String>,
    phone: Option<String>,
}

impl Buyer {
    /// One who is not archived.
    pub(super) async fn find(pool: &PgPool, id: CustomerId) -> Result<Self> {
        let row = sqlx::query!(
            "SELECT stripe_customer_id, coalesce(billing_email, email)::text AS email, name, phone, archived_at, stripe_deleted_at
             FROM customers WHERE id = $1",
            id.0
        )
        .fetch_optional(pool)
        .await?
        .ok_or_else(|| DomainError::not_found("customer", id))?;
        if row.archived_at.is_some() {
            return Err(conflict("This customer is archived. Restore them first."));
        }
        if row.stripe_deleted_at.is_some() {
            return Err(conflict("This customer was deleted at Stripe."));
        }
        Ok(Self { id, stripe: row.stripe_customer_id, email: row.email, name: row.name, phone: row.phone })
    }

    /// The address that Stripe needs for its invoices, and by which its webhook finds the customer.
    pub(super) fn address(&self) -> Result<String> {
        let missing = "Give the customer an e-mail address first: Stripe sends invoices there.";
        self.email.clone().ok_or_else(|| DomainError::invalid("customer_id", "no_email", missing))
    }

    async fn known<S: Stripe>(
        &self,
        pool: &PgPool,
        stripe: &S,
        new: Option<NewCustomer>,
        key: &str,
    ) -> Result<std::result::Result<String, Refusal>> {
        let new = match (&self.stripe, new) {
            (Some(known), _) => return Ok(Ok(known.clone())),
            (None, Some(new)) => new,
            (None, None) => return Ok(Err(Refusal::NotConnected)),
        };
        let made = match stripe.create_customer(&new, &format!("{key}-customer")).await {
            Ok(made) => made,
            Err(refusal) => return Ok(Err(refusal)),
        };
        // Stripe's webhook may have been faster.
        sqlx::query!(
            "UPDATE customers SET stripe_customer_id = $2 WHERE id = $1 AND stripe_customer_id IS NULL
                 AND NOT EXISTS (SELECT FROM customers o WHERE o.stripe_customer_id = $2)",
            self.id.0,
            made
        )
        .execute(pool)
        .await?;
        Ok(Ok(made))
    }
}

/// Asks Stripe for a subscription.
///
/// # Errors
/// [`DomainError::Invalid`] for a price, quantity or coupon that cannot be; [`DomainError::Conflict`] when the customer is
/// archived or something is on its way for them; [`DomainError::Stripe`] when Stripe does not do it.
pub async fn start<S: Stripe>(
    pool: &PgPool,
    stripe: Port<'_, S>,
    actor: &Actor,
    key: Option<&RequestKey>,
    new: &NewStripeSubscription,
) -> Result<StripeAction> {
    let quantity = units(new.quantity)?;
    let coupon = coupon(new.coupon.as_deref())?;
    let price = Price::find(pool, &new.price_id).await?;
    let buyer = Buyer::find(pool, new.customer_id).await.map_err(|error| match error {
        DomainError::NotFound { .. } => {
            DomainError::invalid("customer_id", "unknown_value", "There is no such customer.")
        }
        error => error,
    })?;
    let unknown = match buyer.stripe {
        Some(_) => None,
        None => Some(NewCustomer {
            ours: buyer.id.to_string(),
            email: buyer.address()?,
            name: buyer.name.clone(),
            phone: buyer.phone.clone(),
        }),
    };
    let stripe = stripe.ok_or(Refusal::NotConnected)?;
    let terms = if new.trial { format!(", {TRIAL_DAYS} days of trial") } else { String::new() };
    let with = coupon.as_ref().map(|coupon| format!(", coupon {coupon}")).unwrap_or_default();
    let id = buyer.id.to_string();
    let plan = Plan {
        kind: StripeActionKind::Start,
        subject: &id,
        customer: buyer.id.0,
        asked: asked(new)?,
        summary: format!("Start {quantity} × {}{terms}{with}", price.shown()),
        resource: "customer",
        id: id.clone(),
    };
    let begun = begin(pool, actor, key, &plan).await?;
    let Some(key) = begun.key.clone() else { return standing(pool, &begun).await };
    let answer = match buyer.known(pool, stripe, unknown, &key).await? {
        Ok(customer) => {
            let trial_days = if new.trial { TRIAL_DAYS } else { 0 };
            stripe.ask(&Ask::Start { customer, price: price.id, quantity, trial_days, coupon }, &key).await
        }
        Err(refusal) => Err(refusal),
    };
    settle(pool, &begun, answer).await
}
