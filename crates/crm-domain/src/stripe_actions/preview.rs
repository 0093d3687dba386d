//! What a change would cost.

use super::port::{Port, Refusal, Stripe};
use super::subscription::Found;
use crate::db::Result;
use crm_types::ids::SubscriptionId;
use crm_types::stripe_actions::{ChangePreview, SubscriptionChange};
use sqlx::PgPool;

/// Asks Stripe for the invoice that would follow. Nothing is changed.
///
/// # Errors
/// As [`super::change`].
pub async fn preview<S: Stripe>(
    pool: &PgPool,
    stripe: Port<'_, S>,
    id: SubscriptionId,
    change: &SubscriptionChange,
) -> Result<ChangePreview> {
    let found = Found::running(pool, id).await?;
    let (ask, _) = found.change(pool, change).await?;
    Ok(stripe.ok_or(Refusal::NotConnected)?.preview(&ask).await?)
}
