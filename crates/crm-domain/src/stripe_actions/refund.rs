//! Giving money back.

use super::perform::{Plan, RequestKey, asked, perform};
use super::port::{Ask, Port, Stripe};
use super::subscription::{amount, conflict};
use crate::audit::Actor;
use crate::db::{DomainError, Result};
use crate::row::parse;
use crm_types::Money;
use crm_types::ids::TransactionId;
use crm_types::stripe_actions::{NewRefund, StripeAction, StripeActionKind};
use sqlx::PgPool;

/// Asks Stripe to give a payment back, or a part of it.
///
/// # Errors
/// [`DomainError::Conflict`] when it is no payment that succeeded, nothing of it is left, or a refund is on its way;
/// [`DomainError::Invalid`] for more than is left; [`DomainError::Stripe`] when Stripe does not do it.
pub async fn refund<S: Stripe>(
    pool: &PgPool,
    stripe: Port<'_, S>,
    actor: &Actor,
    key: Option<&RequestKey>,
    id: TransactionId,
    new: &NewRefund,
) -> Result<StripeAction> {
    let row = sqlx::query!(
        "SELECT business_key, customer_id, kind, status, currency, amount_minor, refunded_minor, stripe_payment_intent_id, stripe_charge_id
         FROM transactions WHERE id = $1",
        id.0
    )
    .fetch_optional(pool)
    .await?
    .ok_or_else(|| DomainError::not_found("transaction", id))?;
    if (row.kind.as_str(), row.status.as_str()) != ("payment", "succeeded") {
        return Err(conflict("Only a payment that succeeded can be refunded."));
    }
    let currency = parse("currency", &row.currency)?;
    let left = Money::new(row.amount_minor - row.refunded_minor, currency);
    if left.minor <= 0 {
        return Err(conflict("This payment has been refunded already."));
    }
    let back = new.amount.unwrap_or(left);
    let wrong = |code, message: String| Err(DomainError::invalid("amount", code, message));
    if back.currency != currency {
        return wrong("currency", format!("This payment is in {}.", currency.code().to_uppercase()));
    }
    if back.minor <= 0 {
        return wrong("out_of_range", "Give an amount above 0.".to_owned());
    }
    if back.minor > left.minor {
        return wrong("above_left", format!("At most {} is left of this payment.", amount(left)));
    }
    let payment = row.stripe_payment_intent_id.or(row.stripe_charge_id);
    let payment = payment.ok_or_else(|| {
        conflict("Stripe has not told by which charge this was paid: it was paid with credit, or outside Stripe.")
    })?;
    let whole = if back.minor == row.amount_minor { "Refund all" } else { "Refund" };
    let plan = Plan {
        kind: StripeActionKind::Refund,
        subject: &row.business_key,
        customer: row.customer_id,
        asked: asked(new)?,
        summary: format!("{whole} {}: {}", amount(back), new.reason.as_str().replace('_', " ")),
        resource: "transaction",
        id: id.to_string(),
    };
    let ask = Ask::Refund { payment, amount: back.minor, reason: new.reason };
    perform(pool, stripe, actor, key, &plan, &ask).await
}
