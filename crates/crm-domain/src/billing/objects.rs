//! Facts about payments and coupons in the database: the newest snapshot of each, and which belong together.

use super::facts::{Body, ObjectFact, Stamp};
use crate::db::{DomainError, Result};
use crate::mrr::amount::Coupon;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::collections::HashMap;

/// Stores snapshots, where newer, and their links. A batch names each object once.
pub async fn store(db: &mut PgConnection, facts: &[ObjectFact]) -> Result<()> {
    if facts.is_empty() {
        return Ok(());
    }
    let bodies = facts.iter().map(|f| serde_json::to_value(&f.body)).collect::<std::result::Result<Vec<_>, _>>();
    let bodies = bodies.map_err(|e| DomainError::Database(sqlx::Error::Encode(e.into())))?;
    macro_rules! column {
        ($f:expr) => {
            &facts.iter().map($f).collect::<Vec<_>>()
        };
    }
    sqlx::query!(
        "INSERT INTO stripe_objects AS t (id, kind, stripe_customer_id, seen_at, seen_rank, seen_event, body)
         SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::int2[], $6::text[], $7::jsonb[])
         ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, stripe_customer_id = coalesce(excluded.stripe_customer_id, t.stripe_customer_id),
             seen_at = excluded.seen_at, seen_rank = excluded.seen_rank, seen_event = excluded.seen_event, body = excluded.body
         WHERE (excluded.seen_at, excluded.seen_rank, excluded.seen_event) > (t.seen_at, t.seen_rank, t.seen_event)",
        column!(|f| f.id.as_str()) as &[&str],
        column!(|f| f.body.kind()) as &[&str],
        column!(|f| f.customer.as_deref()) as &[Option<&str>],
        column!(|f| f.stamp.at) as &[DateTime<Utc>],
        column!(|f| f.stamp.rank),
        column!(|f| f.stamp.event.as_str()) as &[&str],
        &bodies,
    )
    .execute(&mut *db)
    .await?;
    let pairs = facts.iter().flat_map(|f| f.body.links().into_iter().map(move |link| (f.id.as_str(), link)));
    let (a, b): (Vec<&str>, Vec<&str>) = pairs.flat_map(|(a, b)| [(a, b), (b, a)]).unzip();
    if a.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "INSERT INTO stripe_links (a, b) SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING",
        &a as &[&str],
        &b as &[&str],
    )
    .execute(db)
    .await?;
    Ok(())
}

/// All objects of the payments that these ids belong to.
pub async fn payments_of(db: &mut PgConnection, ids: &[String]) -> Result<Vec<ObjectFact>> {
    let rows = sqlx::query!(
        // OFFSET 0: each is looked up by its key. How many there will be no planner can guess, and it would read whole tables.
        r#"WITH RECURSIVE member (id) AS (
             SELECT unnest($1::text[])
             UNION
             SELECT l.b FROM member m CROSS JOIN LATERAL (SELECT b FROM stripe_links WHERE a = m.id OFFSET 0) AS l
           )
           SELECT o.id AS "id!", o.stripe_customer_id, o.seen_at AS "seen_at!", o.seen_rank AS "seen_rank!", o.seen_event AS "seen_event!",
                  o.body AS "body!: sqlx::types::Json<Body>"
           FROM member m CROSS JOIN LATERAL (SELECT * FROM stripe_objects WHERE id = m.id OFFSET 0) AS o"#,
        ids,
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| ObjectFact {
            id: r.id,
            customer: r.stripe_customer_id,
            stamp: Stamp { at: r.seen_at, rank: r.seen_rank, event: r.seen_event },
            body: r.body.0,
        })
        .collect())
}

/// The coupon behind each of these discounts; unknown ones are not in it.
pub async fn coupons_of(db: &mut PgConnection, discounts: &[String]) -> Result<HashMap<String, Coupon>> {
    if discounts.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query!(
        r#"SELECT d.id, c.body AS "body: sqlx::types::Json<Body>"
           FROM stripe_objects d JOIN stripe_objects c ON c.id = d.body->>'coupon' AND c.kind = 'coupon'
           WHERE d.id = ANY($1) AND d.kind = 'discount'"#,
        discounts,
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|r| if let Body::Coupon(coupon) = r.body.0 { Some((r.id, coupon)) } else { None })
        .collect())
}

/// The coupons that are stored, of these.
pub async fn coupons(db: &mut PgConnection, ids: &[String]) -> Result<HashMap<String, Coupon>> {
    let rows = sqlx::query!(
        r#"SELECT id, body AS "body: sqlx::types::Json<Body>" FROM stripe_objects WHERE id = ANY($1) AND kind = 'coupon'"#,
        ids,
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|r| if let Body::Coupon(coupon) = r.body.0 { Some((r.id, coupon)) } else { None })
        .collect())
}

/// Puts everyone who has a discount of these coupons into the queue of customers to compute again.
pub async fn recompute_users_of(db: &mut PgConnection, coupons: &[String]) -> Result<()> {
    sqlx::query!(
        "INSERT INTO recompute_queue (customer_id, reason)
         SELECT DISTINCT c.id, 'coupon' FROM stripe_objects d JOIN customers c USING (stripe_customer_id)
         WHERE d.kind = 'discount' AND d.body->>'coupon' = ANY($1)
         ON CONFLICT (customer_id) DO NOTHING",
        coupons,
    )
    .execute(db)
    .await?;
    Ok(())
}
