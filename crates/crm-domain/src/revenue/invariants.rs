//! The board of identities. To look at it costs nothing: a job checks one identity after the other over all of history, and what
//! it found is kept with its time.

use crate::audit::Actor;
use crate::db::{DomainError, Result};
use crate::jobs::list::{self as jobs, Viewer};
use crate::jobs::{self as job, Batch, NewJob, Work};
use crate::row::parse;
use crm_types::Money;
use crm_types::ids::JobId;
use crm_types::invariants::{Identity, Invariant, InvariantBoard};
use crm_types::jobs::{Job, JobKind};
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, PgConnection, PgPool};
use std::time::Instant;

/// Hours after which a check is repeated, once there was one.
const REPEAT_HOURS: i32 = 24;

/// What is compared, by currency: how much was, how much of it differs, and by how much.
const fn sql(identity: Identity) -> &'static str {
    match identity {
        Identity::SharesAddUp => {
            "SELECT currency, abs(coach_minor + organization_minor + platform_minor - shared_minor) AS off FROM revenue_shares"
        }
        Identity::SharesNotNegative => {
            "SELECT currency, greatest(-sum(shared_minor), -sum(paid_minor), 0) AS off FROM revenue_shares GROUP BY currency, payment_key"
        }
        Identity::MonthsAreTheLedger => {
            "SELECT currency, abs(coalesce(l.paid, 0) - coalesce(m.paid_minor, 0)) + abs(coalesce(l.shared, 0) - coalesce(m.shared_minor, 0))
                 + abs(coalesce(l.coach, 0) - coalesce(m.coach_minor, 0)) + abs(coalesce(l.organization, 0) - coalesce(m.organization_minor, 0))
                 + abs(coalesce(l.platform, 0) - coalesce(m.platform_minor, 0)) AS off
             FROM (SELECT month, currency, sum(paid_minor) AS paid, sum(shared_minor) AS shared, sum(coach_minor) AS coach,
                          sum(organization_minor) AS organization, sum(platform_minor) AS platform
                   FROM revenue_shares GROUP BY 1, 2) l FULL JOIN revenue_monthly m USING (month, currency)"
        }
        Identity::PartiesAreTheLedger => {
            "SELECT currency, abs(coalesce(l.earned, 0) - coalesce(m.earned_minor, 0)) + abs(coalesce(l.refunded, 0) - coalesce(m.refunded_minor, 0)) AS off
             FROM (SELECT s.month, s.currency, p.party, p.party_id, coalesce(sum(p.minor) FILTER (WHERE s.kind = 'payment'), 0) AS earned,
                          coalesce(sum(p.minor) FILTER (WHERE s.kind <> 'payment'), 0) AS refunded
                   FROM revenue_shares s, LATERAL (VALUES ('coach', s.coach_id, s.coach_minor),
                                                          ('organization', s.organization_id, s.organization_minor)) AS p (party, party_id, minor)
                   WHERE p.party_id IS NOT NULL GROUP BY 1, 2, 3, 4) l
             FULL JOIN revenue_monthly_parties m USING (month, currency, party, party_id)"
        }
        Identity::StatementsAreTheirRows => {
            "SELECT currency, abs(coalesce(l.total, 0) - coalesce(s.earned_minor + s.refunded_minor, 0)) AS off
             FROM (SELECT r.month, r.currency, p.party, p.party_id, sum(p.minor) AS total
                   FROM revenue_shares r, LATERAL (VALUES ('coach', r.coach_id, r.coach_minor),
                                                          ('organization', r.organization_id, r.organization_minor)) AS p (party, party_id, minor)
                   WHERE p.party_id IS NOT NULL AND r.month <= (SELECT max(month) FROM revenue_closings) GROUP BY 1, 2, 3, 4) l
             FULL JOIN payout_statements s USING (month, currency, party, party_id)"
        }
        Identity::BalancesAreCarried => {
            "SELECT currency, abs(coalesce(p.forward_minor, 0) - coalesce(s.carried_minor, 0)) AS off
             FROM (SELECT party, party_id, currency, month, carried_minor FROM payout_statements
                   UNION ALL SELECT party, party_id, currency, month, carried_minor FROM revenue_monthly_parties WHERE carried_minor <> 0) s
             FULL JOIN (SELECT f.party, f.party_id, f.currency, f.forward_minor, next.month
                        FROM payout_statements f JOIN LATERAL (
                            SELECT coalesce((SELECT min(c.month) FROM revenue_closings c WHERE c.month > f.month), first_open_month()) AS month
                        ) next ON next.month IS NOT NULL) p
                 USING (party, party_id, currency, month)"
        }
        Identity::RefundsWithinPayments => {
            "SELECT currency, greatest(refunded_minor - amount_minor, 0) AS off FROM transactions WHERE kind = 'payment'"
        }
        Identity::MrrIsMovements => {
            "SELECT currency, abs(coalesce(s.total, 0) - coalesce(m.total, 0)) AS off
             FROM (SELECT currency, sum(mrr_minor) AS total FROM subscriptions WHERE currency IS NOT NULL GROUP BY 1) s
             FULL JOIN (SELECT currency, sum(amount_minor) AS total FROM mrr_movements GROUP BY 1) m USING (currency)"
        }
        Identity::MovementsAreTheirLines => {
            "SELECT m.currency, abs(m.amount_minor - coalesce(sum(l.amount_minor), 0)) AS off
             FROM mrr_movements m LEFT JOIN mrr_movement_lines l ON l.movement_id = m.id GROUP BY m.id, m.currency, m.amount_minor"
        }
        Identity::DaysAreTheLedger => {
            "SELECT currency, abs(coalesce(g.total, 0) - coalesce(d.amount_minor, 0)) AS off
             FROM (SELECT m.currency, account_day(m.occurred_at) AS day, m.movement, l.stream, l.tier, sum(l.amount_minor) AS total
                   FROM mrr_movements m JOIN mrr_movement_lines l ON l.movement_id = m.id GROUP BY 1, 2, 3, 4, 5) g
             FULL JOIN mrr_daily d USING (currency, day, movement, stream, tier)"
        }
    }
}

/// The board, as it was found last.
///
/// # Errors
/// When the database fails.
pub async fn board(pool: &PgPool) -> Result<InvariantBoard> {
    let checks = sqlx::query!("SELECT identity, checked_at, took_ms FROM invariant_checks").fetch_all(pool).await?;
    let rows = sqlx::query!(
        "SELECT identity, currency, compared, wrong, difference_minor FROM invariant_results ORDER BY currency"
    )
    .fetch_all(pool)
    .await?;
    let mut identities = Vec::with_capacity(Identity::ALL.len());
    for identity in Identity::ALL {
        let check = checks.iter().find(|check| check.identity == identity.as_str());
        let mut found = Invariant {
            identity: *identity,
            checked_at: check.map(|check| check.checked_at),
            took_ms: check.map(|check| check.took_ms),
            compared: 0,
            wrong: 0,
            differences: Vec::new(),
        };
        for row in rows.iter().filter(|row| row.identity == identity.as_str()) {
            found.compared += row.compared;
            found.wrong += row.wrong;
            found.differences.push(Money::new(row.difference_minor, parse("currency", &row.currency)?));
        }
        identities.push(found);
    }
    let checked_at = identities.iter().map(|identity| identity.checked_at).min().flatten();
    let job = match open_check(pool).await? {
        Some(id) => Some(jobs::find(pool, id, Viewer::Everybody).await?),
        None => None,
    };
    Ok(InvariantBoard { identities, checked_at, job })
}

async fn open_check(pool: &PgPool) -> Result<Option<JobId>> {
    let id = sqlx::query_scalar!("SELECT id FROM jobs WHERE kind = 'revenue.check' AND state IN ('queued', 'running')");
    Ok(id.fetch_optional(pool).await?.map(JobId))
}

/// What a job of this kind is told to do: everything.
#[derive(Debug, Serialize)]
struct Params {}

/// Queues a check of all identities; gives the one that is open already if there is one.
///
/// # Errors
/// When the database fails.
pub async fn check(pool: &PgPool, actor: &Actor) -> Result<Job> {
    if let Some(open) = open_check(pool).await? {
        return jobs::find(pool, open, Viewer::Everybody).await;
    }
    let new = NewJob { kind: JobKind::RevenueCheck, params: &Params {}, undoes: None, import_id: None };
    match job::create(pool, actor, new).await {
        // Somebody was faster.
        Err(DomainError::Database(sqlx::Error::Database(error))) if error.constraint() == Some("jobs_one_check") => {
            let open = open_check(pool).await?.ok_or(DomainError::Conflict {
                field: None,
                message: "A check was just over. Look at it, or ask for another.".into(),
            })?;
            jobs::find(pool, open, Viewer::Everybody).await
        }
        other => other,
    }
}

/// Repeats the check once a day, as soon as there was a first one.
///
/// # Errors
/// When the database fails.
pub async fn repeat(pool: &PgPool) -> Result<bool> {
    let due = sqlx::query_scalar!(
        r#"SELECT coalesce(max(checked_at) < now() - make_interval(hours => $1), false) AS "due!" FROM invariant_checks"#,
        REPEAT_HOURS,
    );
    let due = due.fetch_one(pool).await?;
    if due {
        check(pool, &Actor::system("daily check")).await?;
    }
    Ok(due)
}

/// How many identities were checked.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Position {
    checked: usize,
}

/// Checks the next identity.
pub(crate) async fn batch(tx: &mut PgConnection, work: &Work) -> Result<Batch> {
    let Position { checked } = work.position()?.unwrap_or_default();
    let Some(identity) = Identity::ALL.get(checked).copied() else {
        return Ok(Batch { over: true, ..Batch::at(&Position { checked })? });
    };
    look(tx, identity).await?;
    let mut batch = Batch::at(&Position { checked: checked + 1 })?;
    batch.total = (checked == 0).then_some(i64::try_from(Identity::ALL.len()).unwrap_or(i64::MAX));
    batch.changed = 1;
    batch.over = checked + 1 == Identity::ALL.len();
    Ok(batch)
}

/// Compares over all of history, in one statement: what others write meanwhile is in both sides or in none.
async fn look(tx: &mut PgConnection, identity: Identity) -> Result<()> {
    sqlx::query("SET LOCAL statement_timeout = '15min'").execute(&mut *tx).await?;
    let begun = Instant::now();
    let compare = format!(
        "SELECT currency, count(*), count(*) FILTER (WHERE off <> 0), coalesce(sum(off), 0)::bigint FROM ({}) c GROUP BY 1",
        sql(identity)
    );
    let found: Vec<(String, i64, i64, i64)> = sqlx::query_as(AssertSqlSafe(compare)).fetch_all(&mut *tx).await?;
    let took = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
    sqlx::query!("DELETE FROM invariant_results WHERE identity = $1", identity.as_str()).execute(&mut *tx).await?;
    for (currency, compared, wrong, off) in found {
        sqlx::query!(
            "INSERT INTO invariant_results (identity, currency, compared, wrong, difference_minor) VALUES ($1, $2, $3, $4, $5)",
            identity.as_str(),
            currency,
            compared,
            wrong,
            off,
        )
        .execute(&mut *tx)
        .await?;
    }
    sqlx::query!(
        "INSERT INTO invariant_checks (identity, checked_at, took_ms) VALUES ($1, clock_timestamp(), $2)
         ON CONFLICT (identity) DO UPDATE SET checked_at = excluded.checked_at, took_ms = excluded.took_ms",
        identity.as_str(),
        took,
    )
    .execute(tx)
    .await?;
    Ok(())
}

#[cfg(test)]
#[path = "invariants_tests.rs"]
mod tests;
