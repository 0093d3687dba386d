//! An action's way: written down, asked, and answered. The webhook ends it.

use super::list::one;
use super::port::{Answer, Ask, Port, Refusal, Stripe};
use crate::audit::{self, Actor, Subject};
use crate::db::{DomainError, Result};
use crate::realtime;
use crm_types::ids::StripeActionId;
use crm_types::realtime::RealtimeEvent;
use crm_types::stripe_actions::{StripeAction, StripeActionKind};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// What every key of ours begins with at Stripe, so that the webhooks of our own requests are told from others cheaply.
pub(super) const KEY_PREFIX: &str = "crm-act-";

/// A request that its caller named: the same one again has the same key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestKey(String);

impl RequestKey {
    /// `digest` is a digest of who asks, where, and of the name that they gave it; letters and digits, up to 100 of them.
    pub fn new(digest: &str) -> Self {
        Self(digest.chars().filter(char::is_ascii_alphanumeric).take(100).collect())
    }
}

/// What is to be done.
pub(super) struct Plan<'a> {
    pub kind: StripeActionKind,
    /// What it changes: see the table.
    pub subject: &'a str,
    pub customer: Uuid,
    pub asked: Value,
    pub summary: String,
    /// In the audit log: the kind of thing, and its id with us.
    pub resource: &'static str,
    pub id: String,
}

/// The request, as it is compared with others.
pub(super) fn asked(request: &impl Serialize) -> Result<Value> {
    serde_json::to_value(request).map_err(|error| sqlx::Error::Encode(error.into()).into())
}

/// An action that is written down.
pub(super) struct Begun {
    id: StripeActionId,
    /// Under which Stripe is asked; `None` when it answered already.
    pub key: Option<String>,
    /// Whether Stripe was never asked under this key: then it is certain that nothing was done if it is not reached.
    first: bool,
}

/// Writes it down, asks, and writes down what was answered.
pub(super) async fn perform<S: Stripe>(
    pool: &PgPool,
    stripe: Port<'_, S>,
    actor: &Actor,
    key: Option<&RequestKey>,
    plan: &Plan<'_>,
    ask: &Ask,
) -> Result<StripeAction> {
    let stripe = stripe.ok_or(Refusal::NotConnected)?;
    let begun = begin(pool, actor, key, plan).await?;
    let answer = match &begun.key {
        Some(key) => stripe.ask(ask, key).await,
        None => return standing(pool, &begun).await,
    };
    settle(pool, &begun, answer).await
}

/// How far it is.
pub(super) async fn standing(pool: &PgPool, begun: &Begun) -> Result<StripeAction> {
    one(&mut *pool.acquire().await?, begun.id).await
}

/// Writes it down, unless it was before: then it goes on where it stopped.
pub(super) async fn begin(pool: &PgPool, actor: &Actor, key: Option<&RequestKey>, plan: &Plan<'_>) -> Result<Begun> {
    let name = key.map_or_else(|| Uuid::now_v7().simple().to_string(), |key| key.0.clone());
    let stripe_key = format!("{KEY_PREFIX}{name}");
    let mut tx = pool.begin().await?;
    sqlx::query!(
        "UPDATE stripe_actions SET state = 'unconfirmed'
         WHERE subject = $1 AND state = 'pending' AND asked_at < now() - interval '15 minutes'",
        plan.subject,
    )
    .execute(&mut *tx)
    .await?;
    if let Some(begun) = again(&mut tx, &stripe_key).await? {
        tx.commit().await?;
        return Ok(begun);
    }
    let id = Uuid::now_v7();
    let written = sqlx::query!(
        "INSERT INTO stripe_actions (id, kind, subject, customer_id, asked, summary, stripe_key, asked_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (subject) WHERE state = 'pending' DO NOTHING",
        id,
        plan.kind.as_str(),
        plan.subject,
        plan.customer,
        plan.asked,
        plan.summary,
        stripe_key,
        actor.name,
    )
    .execute(&mut *tx)
    .await?;
    if written.rows_affected() == 0 {
        let begun = under_way(&mut tx, plan).await?;
        tx.commit().await?;
        return Ok(begun);
    }
    let subject = Subject { resource: plan.resource, id: &plan.id, verb: "stripe_asked" };
    let after = json!({"kind": plan.kind, "summary": plan.summary, "asked": plan.asked, "stripe_action": id});
    audit::record(&mut tx, actor, subject, None, Some(&after)).await?;
    announce(&mut tx).await?;
    tx.commit().await?;
    Ok(Begun { id: StripeActionId(id), key: Some(stripe_key), first: true })
}

/// The same request of the same caller. What failed is asked anew, what was answered is not.
async fn again(tx: &mut PgConnection, stripe_key: &str) -> Result<Option<Begun>> {
    let row =
        sqlx::query!("SELECT id, state, answered FROM stripe_actions WHERE stripe_key = $1 FOR UPDATE", stripe_key)
            .fetch_optional(&mut *tx)
            .await?;
    let Some(row) = row else { return Ok(None) };
    let failed = row.state == "failed";
    if failed {
        sqlx::query!(
            "UPDATE stripe_actions SET state = 'pending', answered = false, reason = NULL, settled_at = NULL, asked_at = now() WHERE id = $1",
            row.id
        )
        .execute(&mut *tx)
        .await?;
        announce(tx).await?;
    }
    let open = failed || (!row.answered && row.state != "confirmed");
    Ok(Some(Begun { id: StripeActionId(row.id), key: open.then(|| stripe_key.to_owned()), first: failed }))
}

/// What is being done to the same thing: this request, of which nobody knows yet what became, or another one.
async fn under_way(tx: &mut PgConnection, plan: &Plan<'_>) -> Result<Begun> {
    let row = sqlx::query!(
        "SELECT id, kind, asked, answered, stripe_key, summary, asked_by FROM stripe_actions
         WHERE subject = $1 AND state = 'pending'",
        plan.subject
    )
    .fetch_optional(&mut *tx)
    .await?;
    let busy = |message: String| DomainError::Conflict { field: None, message };
    let Some(row) = row else {
        return Err(busy("Something else was done to it at this moment. Look again.".to_owned()));
    };
    if !row.answered && row.kind == plan.kind.as_str() && row.asked == plan.asked {
        return Ok(Begun { id: StripeActionId(row.id), key: Some(row.stripe_key), first: false });
    }
    Err(busy(format!(
        "Something is on its way already: {} ({} asked). Wait until Stripe has confirmed it.",
        row.summary, row.asked_by
    )))
}

/// Writes down what was answered. What is not certain stays pending: the webhook tells, or the next try.
pub(super) async fn settle(
    pool: &PgPool,
    begun: &Begun,
    answer: std::result::Result<Answer, Refusal>,
) -> Result<StripeAction> {
    let mut tx = pool.begin().await?;
    let refusal = match answer {
        Ok(answer) => {
            let made = Some(answer.id).filter(|id| id.starts_with("sub_"));
            sqlx::query!(
                "UPDATE stripe_actions SET answered = true, reason = NULL,
                     made = CASE WHEN kind = 'start' THEN $2 ELSE made END
                 WHERE id = $1 AND state <> 'failed'",
                begun.id.0,
                made,
            )
            .execute(&mut *tx)
            .await?;
            None
        }
        Err(refusal) => {
            // The webhook of another try may have been faster.
            sqlx::query!(
                "UPDATE stripe_actions SET reason = $2, state = CASE WHEN $3 THEN 'failed' ELSE state END,
                     settled_at = CASE WHEN $3 THEN now() END
                 WHERE id = $1 AND state = 'pending' AND NOT answered",
                begun.id.0,
                refusal.to_string(),
                if begun.first { refusal.is_final() } else { refusal.is_decided() },
            )
            .execute(&mut *tx)
            .await?;
            Some(refusal)
        }
    };
    let action = one(&mut tx, begun.id).await?;
    announce(&mut tx).await?;
    tx.commit().await?;
    match refusal {
        Some(refusal) if action.reason.is_some() => Err(refusal.into()),
        _ => Ok(action),
    }
}

/// Tells open pages.
async fn announce(tx: &mut PgConnection) -> Result<()> {
    realtime::publish(tx, &RealtimeEvent::BillingChanged { events: 0 }).await.map(drop)
}
