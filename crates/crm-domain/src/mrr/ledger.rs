//! The movement ledger, brought into line with the derived histories: what is not true any more is reversed, what is
//! missing is written, and the rollup by day follows in the same transaction.

use super::amount::PlanKey;
use super::derive::{History, Movement};
use crate::analytics::counts::{self, Rewritten};
use crate::db::Result;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;

/// A row of the ledger with its lines.
struct Entry {
    id: Uuid,
    customer: Uuid,
    subscription: Uuid,
    movement: Movement,
    reverses: Option<Uuid>,
}

/// Brings the ledgers of these customers into line, and the counts of customers with them. Gives how many rows were written.
pub async fn reconcile(
    db: &mut PgConnection,
    histories: &[(Uuid, &History)],
    subscriptions: &HashMap<String, Uuid>,
) -> Result<usize> {
    let ids: Vec<Uuid> = histories.iter().map(|(id, _)| *id).collect();
    let stored = effective(db, &ids, subscriptions).await?;
    let before: HashMap<Uuid, Vec<Movement>> = stored.iter().map(|(id, old)| (*id, in_order(old))).collect();
    let written = correct(db, histories, subscriptions, stored).await?;
    let none = Vec::new();
    let rewritten = histories.iter().filter_map(|(customer, history)| {
        let before = before.get(customer).unwrap_or(&none);
        let counts = !before.is_empty() || !history.movements.is_empty();
        counts.then(|| Rewritten {
            customer: *customer,
            before: before.iter().collect(),
            after: history.movements.iter().filter(|m| subscriptions.contains_key(&m.subscription)).collect(),
            source: history.source.as_deref(),
        })
    });
    counts::follow(db, &rewritten.collect::<Vec<_>>()).await?;
    Ok(written)
}

/// The movements in the order in which they are derived.
fn in_order(entries: &[Entry]) -> Vec<Movement> {
    let mut movements: Vec<Movement> = entries.iter().map(|entry| entry.movement.clone()).collect();
    movements.sort_by(|a, b| {
        (a.occurred_at, a.tie, &a.subscription, &a.event_id).cmp(&(b.occurred_at, b.tie, &b.subscription, &b.event_id))
    });
    movements
}

/// The same without the counts, for whoever makes them anew afterwards.
pub(crate) async fn write(
    db: &mut PgConnection,
    histories: &[(Uuid, &History)],
    subscriptions: &HashMap<String, Uuid>,
) -> Result<usize> {
    let ids: Vec<Uuid> = histories.iter().map(|(id, _)| *id).collect();
    let stored = effective(db, &ids, subscriptions).await?;
    correct(db, histories, subscriptions, stored).await
}

async fn correct(
    db: &mut PgConnection,
    histories: &[(Uuid, &History)],
    subscriptions: &HashMap<String, Uuid>,
    mut stored: HashMap<Uuid, Vec<Entry>>,
) -> Result<usize> {
    let mut entries = Vec::new();
    for (customer, history) in histories {
        let mut old = stored.remove(customer).unwrap_or_default();
        for movement in &history.movements {
            match old.iter().position(|e| e.movement == *movement) {
                Some(i) => drop(old.swap_remove(i)),
                None => {
                    let Some(subscription) = subscriptions.get(&movement.subscription) else { continue };
                    entries.push(Entry {
                        id: Uuid::now_v7(),
                        customer: *customer,
                        subscription: *subscription,
                        movement: movement.clone(),
                        reverses: None,
                    });
                }
            }
        }
        entries.extend(old.into_iter().map(reversal));
    }
    if !entries.is_empty() {
        insert(db, &entries).await?;
    }
    Ok(entries.len())
}

fn reversal(entry: Entry) -> Entry {
    let movement = Movement {
        before: entry.movement.after,
        after: entry.movement.before,
        lines: entry.movement.lines.iter().map(|(key, minor)| (*key, -minor)).collect(),
        ..entry.movement
    };
    Entry { id: Uuid::now_v7(), reverses: Some(entry.id), movement, ..entry }
}

async fn effective(
    db: &mut PgConnection,
    customers: &[Uuid],
    subscriptions: &HashMap<String, Uuid>,
) -> Result<HashMap<Uuid, Vec<Entry>>> {
    let stripe_ids: HashMap<Uuid, &str> = subscriptions.iter().map(|(stripe, id)| (*id, stripe.as_str())).collect();
    let rows = sqlx::query!(
        r#"SELECT m.id AS "id!", m.customer_id AS "customer_id!", m.subscription_id AS "subscription_id!", m.stripe_event_id AS "event_id!",
                  m.tie AS "tie!", m.movement AS "movement!", m.currency AS "currency!", m.before_minor AS "before!", m.after_minor AS "after!",
                  m.reason, m.occurred_at AS "occurred_at!", m.paying_since,
                  l.streams AS "streams!", l.tiers AS "tiers!", l.amounts AS "amounts!"
           FROM mrr_movements_effective m
           CROSS JOIN LATERAL (SELECT array_agg(stream ORDER BY stream, tier) AS streams, array_agg(tier ORDER BY stream, tier) AS tiers,
                                      array_agg(amount_minor ORDER BY stream, tier) AS amounts
                               FROM mrr_movement_lines WHERE movement_id = m.id) l
           WHERE m.customer_id = ANY($1)"#,
        customers,
    )
    .fetch_all(db)
    .await?;
    let mut entries: HashMap<Uuid, Vec<Entry>> = HashMap::new();
    for row in rows {
        let (Ok(movement), Ok(currency)) = (row.movement.parse(), row.currency.parse()) else { continue };
        let lines = row.streams.iter().zip(&row.tiers).zip(&row.amounts);
        let lines = lines.filter_map(|((s, t), minor)| Some(((s.parse().ok()?, t.parse().ok()), *minor)));
        entries.entry(row.customer_id).or_default().push(Entry {
            id: row.id,
            customer: row.customer_id,
            subscription: row.subscription_id,
            reverses: None,
            movement: Movement {
                subscription: stripe_ids.get(&row.subscription_id).copied().unwrap_or_default().to_owned(),
                event_id: row.event_id,
                tie: row.tie,
                movement,
                currency,
                before: row.before,
                after: row.after,
                lines: lines.collect::<Vec<(PlanKey, i64)>>(),
                reason: row.reason.unwrap_or_default(),
                occurred_at: row.occurred_at,
                paying_since: row.paying_since,
            },
        });
    }
    Ok(entries)
}

async fn insert(db: &mut PgConnection, entries: &[Entry]) -> Result<()> {
    macro_rules! column {
        ($f:expr) => {
            &entries.iter().map($f).collect::<Vec<_>>()
        };
    }
    sqlx::query!(
        "INSERT INTO mrr_movements (id, customer_id, subscription_id, stripe_event_id, tie, movement, currency, amount_minor, before_minor,
                                    after_minor, stream, tier, reason, occurred_at, paying_since, reverses, recorded_at)
         SELECT m.*, recorded_at(m.occurred_at)
         FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::int2[], $6::text[], $7::text[], $8::int8[], $9::int8[],
                     $10::int8[], $11::text[], $12::text[], $13::text[], $14::timestamptz[], $15::timestamptz[], $16::uuid[])
              AS m (id, customer_id, subscription_id, stripe_event_id, tie, movement, currency, amount_minor, before_minor,
                    after_minor, stream, tier, reason, occurred_at, paying_since, reverses)",
        column!(|e| e.id),
        column!(|e| e.customer),
        column!(|e| e.subscription),
        column!(|e| e.movement.event_id.as_str()) as &[&str],
        column!(|e| e.movement.tie),
        column!(|e| e.movement.movement.as_str()) as &[&str],
        column!(|e| e.movement.currency.code().to_owned()),
        column!(|e| e.movement.after - e.movement.before),
        column!(|e| e.movement.before),
        column!(|e| e.movement.after),
        column!(|e| e.movement.main_line().map_or("", |(stream, _)| stream.as_str())) as &[&str],
        column!(|e| e.movement.main_line().and_then(|(_, tier)| tier).map(|t| t.as_str())) as &[Option<&str>],
        column!(|e| e.movement.reason.as_str()) as &[&str],
        column!(|e| e.movement.occurred_at) as &[DateTime<Utc>],
        column!(|e| e.movement.paying_since) as &[Option<DateTime<Utc>>],
        column!(|e| e.reverses) as &[Option<Uuid>],
    )
    .execute(&mut *db)
    .await?;

    // Every line once more with what the rollup needs of its movement: its type, and on the main line the movement itself.
    let lines: Vec<(&Entry, &PlanKey, i64, i64)> = entries
        .iter()
        .flat_map(|e| {
            let main = e.movement.main_line();
            let one = if e.reverses.is_some() { -1 } else { 1 };
            e.movement.lines.iter().map(move |(key, minor)| (e, key, *minor, if main == Some(*key) { one } else { 0 }))
        })
        .collect();
    macro_rules! line {
        ($f:expr) => {
            &lines.iter().map($f).collect::<Vec<_>>()
        };
    }
    sqlx::query!(
        "WITH line AS (
             SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::int8[], $7::timestamptz[], $8::text[], $9::int8[])
                 AS l (movement_id, subscription_id, stream, tier, currency, amount_minor, occurred_at, movement, movements)
         ), written AS (
             INSERT INTO mrr_movement_lines (movement_id, subscription_id, stream, tier, currency, amount_minor, occurred_at)
             SELECT movement_id, subscription_id, stream, tier, currency, amount_minor, occurred_at FROM line
         )
         INSERT INTO mrr_daily AS t (currency, day, movement, stream, tier, amount_minor, movements)
         SELECT currency, account_day(occurred_at), movement, stream, tier, sum(amount_minor), sum(movements) FROM line
         WHERE totals_are_followed() GROUP BY 1, 2, 3, 4, 5
         ON CONFLICT (currency, day, movement, stream, tier) DO UPDATE
             SET amount_minor = t.amount_minor + excluded.amount_minor, movements = t.movements + excluded.movements",
        line!(|(e, ..)| e.id),
        line!(|(e, ..)| e.subscription),
        line!(|(_, (stream, _), ..)| stream.as_str()) as &[&str],
        line!(|(_, (_, tier), ..)| tier.map_or("", |t| t.as_str())) as &[&str],
        line!(|(e, ..)| e.movement.currency.code().to_owned()),
        line!(|(_, _, minor, _)| *minor),
        line!(|(e, ..)| e.movement.occurred_at) as &[DateTime<Utc>],
        line!(|(e, ..)| e.movement.movement.as_str()) as &[&str],
        line!(|(.., n)| *n),
    )
    .execute(db)
    .await?;
    Ok(())
}
