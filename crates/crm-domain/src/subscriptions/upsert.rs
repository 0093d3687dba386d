//! Snapshots in, the newest state of each subscription out.

use super::items;
use super::version::Version;
use crate::db::{DomainError, Result};
use crate::mrr::amount::scheduled_end;
use crate::mrr::derive::{History, Standing};
use chrono::{DateTime, Utc};
use crm_types::subscriptions::SubscriptionStatus;
use sqlx::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;

/// Adds snapshots to the set; those that are there already change nothing.
pub async fn store_versions(db: &mut PgConnection, versions: &[(String, Version)]) -> Result<()> {
    if versions.is_empty() {
        return Ok(());
    }
    let events: Vec<&str> = versions.iter().map(|(_, v)| v.event_id.as_str()).collect();
    let subscriptions: Vec<&str> = versions.iter().map(|(_, v)| v.subscription.as_str()).collect();
    let customers: Vec<&str> = versions.iter().map(|(customer, _)| customer.as_str()).collect();
    let at: Vec<DateTime<Utc>> = versions.iter().map(|(_, v)| v.at).collect();
    let ranks: Vec<i16> = versions.iter().map(|(_, v)| v.rank).collect();
    let bodies =
        versions.iter().map(|(_, v)| serde_json::to_value(&v.body)).collect::<std::result::Result<Vec<_>, _>>();
    let bodies = bodies.map_err(|e| DomainError::Database(sqlx::Error::Encode(e.into())))?;
    sqlx::query!(
        "INSERT INTO subscription_versions (event_id, stripe_subscription_id, stripe_customer_id, at, rank, body)
         SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::int2[], $6::jsonb[])
         ON CONFLICT (event_id) DO NOTHING",
        &events as &[&str],
        &subscriptions as &[&str],
        &customers as &[&str],
        &at,
        &ranks,
        &bodies,
    )
    .execute(&mut *db)
    .await?;
    let pairs = versions
        .iter()
        .flat_map(|(customer, v)| v.body.items.iter().map(move |i| (i.price.as_str(), customer.as_str())));
    let (prices, owners): (Vec<&str>, Vec<&str>) = pairs.unzip();
    sqlx::query!(
        "INSERT INTO subscription_prices (price_id, stripe_customer_id) SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING",
        &prices as &[&str],
        &owners as &[&str],
    )
    .execute(db)
    .await?;
    Ok(())
}

/// All snapshots of these Stripe customers, by customer.
pub async fn load_versions(db: &mut PgConnection, customers: &[String]) -> Result<HashMap<String, Vec<Version>>> {
    let rows = sqlx::query!(
        r#"SELECT stripe_customer_id, event_id, stripe_subscription_id, at, rank, body AS "body: sqlx::types::Json<super::version::Snapshot>"
           FROM subscription_versions WHERE stripe_customer_id = ANY($1)"#,
        customers,
    )
    .fetch_all(db)
    .await?;
    let mut versions: HashMap<String, Vec<Version>> = HashMap::new();
    for row in rows {
        versions.entry(row.stripe_customer_id).or_default().push(Version {
            event_id: row.event_id,
            subscription: row.stripe_subscription_id,
            at: row.at,
            rank: row.rank,
            body: row.body.0,
        });
    }
    Ok(versions)
}

/// Our reading of Stripe's status.
pub fn status(standing: &Standing) -> SubscriptionStatus {
    match standing.body.status.as_str() {
        "trialing" => SubscriptionStatus::FreeTrial,
        "active" | "past_due" if standing.body.paused => SubscriptionStatus::Paused,
        "active" => SubscriptionStatus::Active,
        "past_due" => SubscriptionStatus::PastDue,
        "paused" => SubscriptionStatus::Paused,
        _ => SubscriptionStatus::Cancelled,
    }
}

/// Stores where each subscription of the histories stands. Gives our ids by Stripe's.
pub async fn store_standings(db: &mut PgConnection, histories: &[(Uuid, &History)]) -> Result<HashMap<String, Uuid>> {
    let all: Vec<(Uuid, &Standing)> =
        histories.iter().flat_map(|(customer, h)| h.standings.values().map(move |s| (*customer, s))).collect();
    if all.is_empty() {
        return Ok(HashMap::new());
    }
    let stripe_ids: Vec<&str> = all.iter().map(|(_, s)| s.subscription.as_str()).collect();
    // `price_ids` travel as one text each: a nested array cannot be unnested.
    let price_ids: Vec<String> = all
        .iter()
        .map(|(_, s)| {
            serde_json::to_string(&s.body.items.iter().map(|i| &i.price).collect::<Vec<_>>()).unwrap_or_default()
        })
        .collect();
    let items = all.iter().map(|(_, s)| items::to_json(s)).collect::<Result<Vec<_>>>()?;
    macro_rules! column {
        ($f:expr) => {
            &all.iter().map($f).collect::<Vec<_>>()
        };
    }
    let largest = |s: &Standing| {
        s.body.items.iter().max_by_key(|i| (i.interval, i.quantity)).map(|i| (i.interval.as_str(), i.interval_count))
    };
    sqlx::query!(
        "INSERT INTO subscriptions AS t (id, customer_id, stripe_subscription_id, status, stripe_status, stream, tier, currency, mrr_minor,
             interval, interval_count, quantity, price_ids, current_period_start, current_period_end, trial_start, trial_end,
             trialed_from, trialed_until, converted_from_trial, cancel_at, ended_at, cancelled_at, cancel_reason, created_at, items)
         SELECT n.id, n.customer_id, n.stripe_id, n.status, n.stripe_status, n.stream, n.tier, n.currency, n.mrr,
             n.interval, n.interval_count, n.quantity,
             ARRAY(SELECT value FROM jsonb_array_elements_text(n.price_ids::jsonb) WITH ORDINALITY AS e (value, i) ORDER BY i),
             n.period_start, n.period_end, n.trial_start, n.trial_end,
             n.trialed_from, n.trialed_until, n.converted, n.cancel_at, n.ended_at, n.cancelled_at, n.cancel_reason, n.created_at, n.items
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::int8[],
                     $10::text[], $11::int4[], $12::int8[], $13::text[], $14::timestamptz[], $15::timestamptz[], $16::timestamptz[],
                     $17::timestamptz[], $18::timestamptz[], $19::timestamptz[], $20::bool[], $21::timestamptz[], $22::timestamptz[],
                     $23::timestamptz[], $24::text[], $25::timestamptz[], $26::jsonb[])
              AS n (id, customer_id, stripe_id, status, stripe_status, stream, tier, currency, mrr, interval, interval_count, quantity,
                    price_ids, period_start, period_end, trial_start, trial_end, trialed_from, trialed_until, converted, cancel_at,
                    ended_at, cancelled_at, cancel_reason, created_at, items)
         ON CONFLICT (stripe_subscription_id) DO UPDATE SET
             customer_id = excluded.customer_id, status = excluded.status, stripe_status = excluded.stripe_status, stream = excluded.stream,
             tier = excluded.tier, currency = excluded.currency, mrr_minor = excluded.mrr_minor, interval = excluded.interval,
             interval_count = excluded.interval_count, quantity = excluded.quantity, price_ids = excluded.price_ids,
             current_period_start = excluded.current_period_start, current_period_end = excluded.current_period_end,
             trial_start = excluded.trial_start, trial_end = excluded.trial_end, trialed_from = excluded.trialed_from,
             trialed_until = excluded.trialed_until, converted_from_trial = excluded.converted_from_trial, cancel_at = excluded.cancel_at,
             ended_at = excluded.ended_at, cancelled_at = excluded.cancelled_at, cancel_reason = excluded.cancel_reason,
             created_at = excluded.created_at, items = excluded.items, updated_at = now()
         WHERE (t.customer_id, t.status, t.stripe_status, t.stream, t.tier, t.currency, t.mrr_minor, t.interval, t.interval_count, t.quantity,
                t.price_ids, t.current_period_start, t.current_period_end, t.trial_start, t.trial_end, t.trialed_from, t.trialed_until,
                t.converted_from_trial, t.cancel_at, t.ended_at, t.cancelled_at, t.cancel_reason, t.created_at, t.items)
               IS DISTINCT FROM
               (excluded.customer_id, excluded.status, excluded.stripe_status, excluded.stream, excluded.tier, excluded.currency,
                excluded.mrr_minor, excluded.interval, excluded.interval_count, excluded.quantity, excluded.price_ids,
                excluded.current_period_start, excluded.current_period_end, excluded.trial_start, excluded.trial_end,
                excluded.trialed_from, excluded.trialed_until, excluded.converted_from_trial, excluded.cancel_at, excluded.ended_at,
                excluded.cancelled_at, excluded.cancel_reason, excluded.created_at, excluded.items)",
        column!(|_| Uuid::now_v7()),
        column!(|(customer, _)| *customer),
        &stripe_ids as &[&str],
        column!(|(_, s)| status(s).as_str()) as &[&str],
        column!(|(_, s)| s.body.status.as_str()) as &[&str],
        column!(|(_, s)| s.plan.map(|(stream, _)| stream.as_str())) as &[Option<&str>],
        column!(|(_, s)| s.plan.and_then(|(_, tier)| tier).map(|t| t.as_str())) as &[Option<&str>],
        column!(|(_, s)| s.body.currency.code().to_owned()),
        column!(|(_, s)| s.parts.iter().map(|(_, minor)| minor).sum::<i64>()),
        column!(|(_, s)| largest(s).map(|(interval, _)| interval)) as &[Option<&str>],
        column!(|(_, s)| largest(s).map_or(1, |(_, count)| count)),
        column!(|(_, s)| s.body.items.iter().map(|i| i.quantity).fold(0, i64::saturating_add)),
        &price_ids,
        column!(|(_, s)| s.body.period_start) as &[Option<DateTime<Utc>>],
        column!(|(_, s)| s.body.period_end) as &[Option<DateTime<Utc>>],
        column!(|(_, s)| s.body.trial_start) as &[Option<DateTime<Utc>>],
        column!(|(_, s)| s.body.trial_end) as &[Option<DateTime<Utc>>],
        column!(|(_, s)| s.trialed_from) as &[Option<DateTime<Utc>>],
        column!(|(_, s)| s.trialed_until) as &[Option<DateTime<Utc>>],
        column!(|(_, s)| s.converted) as &[Option<bool>],
        column!(|(_, s)| if s.body.ended_at.is_some() { None } else { scheduled_end(&s.body) }) as &[Option<DateTime<Utc>>],
        column!(|(_, s)| s.body.ended_at) as &[Option<DateTime<Utc>>],
        column!(|(_, s)| s.body.canceled_at) as &[Option<DateTime<Utc>>],
        column!(|(_, s)| s.body.cancel_reason.as_deref()) as &[Option<&str>],
        column!(|(_, s)| s.body.created),
        &items,
    )
    .execute(&mut *db)
    .await?;
    let rows = sqlx::query!(
        "SELECT stripe_subscription_id, id FROM subscriptions WHERE stripe_subscription_id = ANY($1)",
        &stripe_ids as &[&str]
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|r| (r.stripe_subscription_id, r.id)).collect())
}
