//! What is computed of customers: their place in the journey, MRR and what they paid so far, on their rows for lists.

use crate::db::Result;
use crate::mrr::derive::History;
use chrono::{DateTime, Utc};
use crm_types::Currency;
use sqlx::PgConnection;
use uuid::Uuid;

/// Adds up what these customers paid so far. After their transactions and their currency are stored.
async fn store_lifetime_values(db: &mut PgConnection, ids: &[Uuid]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "UPDATE customers c SET lifetime_minor = v.paid, lifetime_currency = v.paid_in
         FROM (SELECT i.id, l.paid, l.paid_in FROM customers i, customer_lifetime(i.id, i.currency) l WHERE i.id = ANY($1)) v
         WHERE c.id = v.id AND (c.lifetime_minor, c.lifetime_currency) IS DISTINCT FROM (v.paid, v.paid_in)",
        ids,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What a history says of its customer.
pub(super) struct Derived<'a> {
    pub customer_type: &'static str,
    pub state: &'static str,
    pub stream: Option<&'static str>,
    pub tier: Option<&'static str>,
    pub mrr: i64,
    pub currency: Option<Currency>,
    pub first_paid: Option<DateTime<Utc>>,
    pub trial_start: Option<DateTime<Utc>>,
    pub trial_end: Option<DateTime<Utc>>,
    pub source: Option<&'a str>,
}

impl<'a> Derived<'a> {
    pub(super) fn of(history: &'a History) -> Self {
        let plan = history.main_plan();
        Self {
            customer_type: history.customer_type().as_str(),
            state: history.state().as_str(),
            stream: plan.map(|(stream, _)| stream.as_str()),
            tier: plan.and_then(|(_, tier)| tier).map(|tier| tier.as_str()),
            mrr: history.currency.map_or(0, |currency| history.mrr(currency)),
            currency: history.currency,
            first_paid: history.first_paid_at,
            trial_start: history.standings.values().filter_map(|s| s.trialed_from).min(),
            trial_end: history.standings.values().filter_map(|s| s.body.trial_end).max(),
            source: history.source.as_deref(),
        }
    }
}

/// Stores what the histories say of their customers, and what these and the `others` paid so far, after their transactions
/// are stored.
pub async fn store(db: &mut PgConnection, histories: &[(Uuid, History)], others: &[Uuid]) -> Result<()> {
    store_lifetime_values(db, others).await?;
    if histories.is_empty() {
        return Ok(());
    }
    let rows: Vec<(Uuid, Derived)> = histories.iter().map(|(id, history)| (*id, Derived::of(history))).collect();
    macro_rules! column {
        ($f:expr) => {
            &rows.iter().map($f).collect::<Vec<_>>()
        };
    }
    sqlx::query!(
        "UPDATE customers c SET
             customer_type = d.customer_type, lifecycle_state = d.state, stream = d.stream, tier = d.tier, mrr_minor = d.mrr,
             currency = d.currency, first_paid_at = d.first_paid, trial_start = d.trial_start, trial_end = d.trial_end,
             acquisition_source = left(coalesce(c.metadata->>'acquisition_source', d.source), 200),
             lifetime_minor = d.paid, lifetime_currency = d.paid_in, updated_at = now()
         FROM (SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int8[], $7::text[], $8::timestamptz[],
                                    $9::timestamptz[], $10::timestamptz[], $11::text[])
                    AS h (id, customer_type, state, stream, tier, mrr, currency, first_paid, trial_start, trial_end, source),
                    customer_lifetime(h.id, h.currency)) d
         WHERE c.id = d.id
           AND (c.customer_type, c.lifecycle_state, c.stream, c.tier, c.mrr_minor, c.currency, c.first_paid_at, c.trial_start, c.trial_end,
                c.acquisition_source, c.lifetime_minor, c.lifetime_currency)
               IS DISTINCT FROM
               (d.customer_type, d.state, d.stream, d.tier, d.mrr, d.currency, d.first_paid, d.trial_start, d.trial_end,
                left(coalesce(c.metadata->>'acquisition_source', d.source), 200), d.paid, d.paid_in)",
        column!(|(id, _)| *id),
        column!(|(_, d)| d.customer_type) as &[&str],
        column!(|(_, d)| d.state) as &[&str],
        column!(|(_, d)| d.stream) as &[Option<&str>],
        column!(|(_, d)| d.tier) as &[Option<&str>],
        column!(|(_, d)| d.mrr),
        column!(|(_, d)| d.currency.map(|c| c.code().to_owned())) as &[Option<String>],
        column!(|(_, d)| d.first_paid) as &[Option<DateTime<Utc>>],
        column!(|(_, d)| d.trial_start) as &[Option<DateTime<Utc>>],
        column!(|(_, d)| d.trial_end) as &[Option<DateTime<Utc>>],
        column!(|(_, d)| d.source) as &[Option<&str>],
    )
    .execute(db)
    .await?;
    Ok(())
}
