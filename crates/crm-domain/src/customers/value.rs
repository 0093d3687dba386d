//! What a customer paid and owes, how they moved between tiers, and where they came from.

use super::list::require;
use crate::db::{DomainError, Result};
use crate::row::parse;
use crm_types::customer_value::{Attribution, CustomerValue, TierTransition};
use crm_types::ids::CustomerId;
use crm_types::{Currency, Money};
use sqlx::PgPool;

/// What a customer paid and owes, a row for each currency: that of their MRR first.
pub async fn value(pool: &PgPool, id: CustomerId) -> Result<Vec<CustomerValue>> {
    require(pool, id).await?;
    let rows = sqlx::query!(
        r#"SELECT currency AS "currency!", coalesce(paid, 0) AS "paid!", coalesce(refunded, 0) AS "refunded!", coalesce(payments, 0) AS "payments!",
                  coalesce(failed, 0) AS "failed!", last_paid_at, coalesce(outstanding, 0) AS "outstanding!", coalesce(invoices, 0) AS "invoices!", since
           FROM (SELECT currency,
                        (sum(amount_minor) FILTER (WHERE kind = 'payment' AND status IN ('succeeded', 'refunded')))::bigint AS paid,
                        (-sum(amount_minor) FILTER (WHERE kind <> 'payment' AND status IN ('succeeded', 'refunded', 'disputed')))::bigint AS refunded,
                        count(*) FILTER (WHERE kind = 'payment' AND status IN ('succeeded', 'refunded')) AS payments,
                        count(*) FILTER (WHERE kind = 'payment' AND status = 'failed') AS failed,
                        max(occurred_at) FILTER (WHERE kind = 'payment' AND status IN ('succeeded', 'refunded')) AS last_paid_at
                 FROM transactions WHERE customer_id = $1 GROUP BY currency) AS t
           FULL JOIN (SELECT o.body->>'currency' AS currency, sum((o.body->>'amount_remaining')::bigint)::bigint AS outstanding, count(*) AS invoices,
                             min((o.body->>'created')::timestamptz) AS since
                      FROM customers c JOIN stripe_objects o USING (stripe_customer_id)
                      WHERE c.id = $1 AND o.kind = 'invoice' AND o.body->>'status' = 'open' AND (o.body->>'amount_remaining')::bigint > 0
                      GROUP BY 1) AS i USING (currency)
           ORDER BY currency IS DISTINCT FROM (SELECT c.currency FROM customers c WHERE c.id = $1), 1"#,
        id.0
    )
    .fetch_all(pool)
    .await?;
    let values = rows.into_iter().map(|row| {
        let currency: Currency = parse("currency", &row.currency)?;
        let money = |minor| Money::new(minor, currency);
        Ok(CustomerValue {
            lifetime_value: money(row.paid - row.refunded),
            paid: money(row.paid),
            refunded: money(row.refunded),
            outstanding: money(row.outstanding),
            open_invoices: row.invoices,
            outstanding_since: row.since,
            payments: row.payments,
            failed_payments: row.failed,
            last_paid_at: row.last_paid_at,
        })
    });
    Ok(values.collect::<sqlx::Result<_>>()?)
}

/// Moves between tiers and streams, oldest first.
pub async fn tiers(pool: &PgPool, id: CustomerId) -> Result<Vec<TierTransition>> {
    let rows = sqlx::query!(
        "SELECT from_tier, to_tier, reason, currency, mrr_impact_minor, occurred_at FROM tier_transitions t
         WHERE customer_id = $1 AND reverses IS NULL AND NOT EXISTS (SELECT FROM tier_transitions r WHERE r.reverses = t.id)
         ORDER BY occurred_at, id",
        id.0
    )
    .fetch_all(pool)
    .await?;
    let moves = rows.into_iter().map(|row| {
        Ok(TierTransition {
            from: row.from_tier,
            to: row.to_tier,
            mrr_impact: Money::new(row.mrr_impact_minor, parse("currency", &row.currency)?),
            reason: row.reason,
            at: row.occurred_at,
        })
    });
    Ok(moves.collect::<sqlx::Result<_>>()?)
}

/// Where a customer came from.
pub async fn attribution(pool: &PgPool, id: CustomerId) -> Result<Attribution> {
    let found = sqlx::query_as!(
        Attribution,
        "SELECT acquisition_source AS source, utm_source, utm_medium, utm_campaign, utm_content, utm_term, landing_page, referrer,
                created_at AS first_seen_at
         FROM customers WHERE id = $1",
        id.0
    )
    .fetch_optional(pool)
    .await?;
    found.ok_or_else(|| DomainError::not_found("customer", id))
}

#[cfg(test)]
#[path = "value_tests.rs"]
mod tests;
