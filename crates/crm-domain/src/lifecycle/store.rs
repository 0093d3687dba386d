//! Journeys and tier moves in the database, brought into line with the derived histories.

use crate::db::Result;
use crate::mrr::derive::{History, TierMove, Transition};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;

/// Replaces the journeys that differ.
pub async fn store_transitions(db: &mut PgConnection, histories: &[(Uuid, &History)]) -> Result<()> {
    let ids: Vec<Uuid> = histories.iter().map(|(id, _)| *id).collect();
    let rows = sqlx::query!(
        "SELECT customer_id, at, from_state, to_state, reason, stripe_event_id FROM lifecycle_transitions
         WHERE customer_id = ANY($1) ORDER BY customer_id, position",
        &ids,
    )
    .fetch_all(&mut *db)
    .await?;
    let mut stored: HashMap<Uuid, Vec<Transition>> = HashMap::new();
    for row in rows {
        let Ok(to) = row.to_state.parse() else { continue };
        stored.entry(row.customer_id).or_default().push(Transition {
            from: row.from_state.and_then(|s| s.parse().ok()),
            to,
            at: row.at,
            reason: row.reason,
            event_id: row.stripe_event_id,
        });
    }
    // Most often a journey only grows: keep the common beginning.
    let mut stale: Vec<(Uuid, i32)> = Vec::new();
    let mut fresh: Vec<(Uuid, i32, &Transition)> = Vec::new();
    for (id, history) in histories {
        let old = stored.get(id).map(Vec::as_slice).unwrap_or_default();
        let same = old.iter().zip(&history.transitions).take_while(|(a, b)| a == b).count();
        if same < old.len() {
            stale.push((*id, same as i32));
        }
        fresh.extend(history.transitions.iter().enumerate().skip(same).map(|(i, t)| (*id, i as i32, t)));
    }
    if !stale.is_empty() {
        let (ids, from): (Vec<Uuid>, Vec<i32>) = stale.into_iter().unzip();
        sqlx::query!(
            "DELETE FROM lifecycle_transitions t USING unnest($1::uuid[], $2::int4[]) AS s (id, position)
             WHERE t.customer_id = s.id AND t.position >= s.position",
            &ids,
            &from,
        )
        .execute(&mut *db)
        .await?;
    }
    if fresh.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "INSERT INTO lifecycle_transitions (customer_id, position, at, from_state, to_state, reason, stripe_event_id)
         SELECT * FROM unnest($1::uuid[], $2::int4[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[])",
        &fresh.iter().map(|(id, _, _)| *id).collect::<Vec<_>>(),
        &fresh.iter().map(|(_, i, _)| *i).collect::<Vec<_>>(),
        &fresh.iter().map(|(_, _, t)| t.at).collect::<Vec<_>>(),
        &fresh.iter().map(|(_, _, t)| t.from.map(|s| s.as_str())).collect::<Vec<_>>() as &[Option<&str>],
        &fresh.iter().map(|(_, _, t)| t.to.as_str()).collect::<Vec<_>>() as &[&str],
        &fresh.iter().map(|(_, _, t)| t.reason.as_str()).collect::<Vec<_>>() as &[&str],
        &fresh.iter().map(|(_, _, t)| t.event_id.as_str()).collect::<Vec<_>>() as &[&str],
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Brings the tier ledger into line: what is not true any more is reversed, what is missing is written.
pub async fn store_tier_moves(db: &mut PgConnection, histories: &[(Uuid, &History)]) -> Result<()> {
    let ids: Vec<Uuid> = histories.iter().map(|(id, _)| *id).collect();
    let rows = sqlx::query!(
        "SELECT id, customer_id, stripe_event_id, from_tier, to_tier, reason, currency, mrr_impact_minor, occurred_at FROM tier_transitions t
         WHERE customer_id = ANY($1) AND reverses IS NULL AND NOT EXISTS (SELECT FROM tier_transitions r WHERE r.reverses = t.id)",
        &ids,
    )
    .fetch_all(&mut *db)
    .await?;
    let mut stored: HashMap<Uuid, Vec<(Uuid, TierMove)>> = HashMap::new();
    for row in rows {
        let Ok(currency) = row.currency.parse() else { continue };
        let tier_move = TierMove {
            from: row.from_tier,
            to: row.to_tier,
            reason: row.reason,
            currency,
            impact: row.mrr_impact_minor,
            at: row.occurred_at,
            event_id: row.stripe_event_id,
        };
        stored.entry(row.customer_id).or_default().push((row.id, tier_move));
    }
    // (customer, move, the row it reverses)
    let mut fresh: Vec<(Uuid, TierMove, Option<Uuid>)> = Vec::new();
    for (id, history) in histories {
        let mut old = stored.remove(id).unwrap_or_default();
        for tier_move in &history.tier_moves {
            match old.iter().position(|(_, m)| m == tier_move) {
                Some(i) => drop(old.swap_remove(i)),
                None => fresh.push((*id, tier_move.clone(), None)),
            }
        }
        fresh.extend(old.into_iter().map(|(row, m)| (*id, TierMove { impact: -m.impact, ..m }, Some(row))));
    }
    if fresh.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "INSERT INTO tier_transitions (id, customer_id, stripe_event_id, from_tier, to_tier, reason, currency, mrr_impact_minor, occurred_at, reverses, recorded_at)
         SELECT t.*, recorded_at(t.occurred_at)
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::int8[], $9::timestamptz[], $10::uuid[])
              AS t (id, customer_id, stripe_event_id, from_tier, to_tier, reason, currency, mrr_impact_minor, occurred_at, reverses)",
        &fresh.iter().map(|_| Uuid::now_v7()).collect::<Vec<_>>(),
        &fresh.iter().map(|(id, ..)| *id).collect::<Vec<_>>(),
        &fresh.iter().map(|(_, m, _)| m.event_id.as_str()).collect::<Vec<_>>() as &[&str],
        &fresh.iter().map(|(_, m, _)| m.from.as_str()).collect::<Vec<_>>() as &[&str],
        &fresh.iter().map(|(_, m, _)| m.to.as_str()).collect::<Vec<_>>() as &[&str],
        &fresh.iter().map(|(_, m, _)| m.reason.as_str()).collect::<Vec<_>>() as &[&str],
        &fresh.iter().map(|(_, m, _)| m.currency.code().to_owned()).collect::<Vec<_>>(),
        &fresh.iter().map(|(_, m, _)| m.impact).collect::<Vec<_>>(),
        &fresh.iter().map(|(_, m, _)| m.at).collect::<Vec<DateTime<Utc>>>(),
        &fresh.iter().map(|(.., r)| *r).collect::<Vec<_>>() as &[Option<Uuid>],
    )
    .execute(db)
    .await?;
    Ok(())
}
