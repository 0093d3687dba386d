//! The ledger of shared revenue, brought into line with what the payments of customers say now: a share that is not true any
//! more is reversed, one that is missing is written, and the sums by month follow in the same transaction.

use super::derive::{Share, derive};
use super::load::{accounts, rules};
use crate::db::Result;
use crate::row::parse;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// A row of the ledger.
struct Entry {
    id: Uuid,
    customer: Uuid,
    revision: i32,
    reverses: Option<Uuid>,
    share: Share,
}

/// Brings the shares of these customers' payments into line. Gives how many rows were written.
pub async fn reconcile(db: &mut PgConnection, customers: &[Uuid]) -> Result<usize> {
    let coached = coached(db, customers).await?;
    if coached.is_empty() {
        return Ok(0);
    }
    let mut accounts = accounts(db, &coached).await?;
    let rules = rules(db, &accounts).await?;
    let mut stored = stored(db, &coached).await?;
    let mut entries = Vec::new();
    for customer in coached {
        let account = accounts.remove(&customer).unwrap_or_default();
        let mut old = stored.remove(&customer).unwrap_or_default();
        for share in derive(&account.payments, &account.refunds, &account.coachings, &rules) {
            let revision = match old.effective.remove(&share.business_key) {
                Some(entry) if entry.share == share => continue,
                Some(entry) => {
                    let next = entry.revision + 1;
                    entries.push(entry.reversal());
                    next
                }
                None => old.revisions.get(&share.business_key).map_or(0, |last| last + 1),
            };
            entries.push(Entry { id: Uuid::now_v7(), customer, revision, reverses: None, share });
        }
        let mut untrue: Vec<Entry> = old.effective.into_values().map(Entry::reversal).collect();
        untrue.sort_by(|a, b| a.share.business_key.cmp(&b.share.business_key));
        entries.extend(untrue);
    }
    if !entries.is_empty() {
        insert(db, &entries).await?;
    }
    Ok(entries.len())
}

impl Entry {
    fn reversal(self) -> Self {
        let share = Share {
            paid: -self.share.paid,
            shared: -self.share.shared,
            coach_part: -self.share.coach_part,
            organization_part: -self.share.organization_part,
            platform_part: -self.share.platform_part,
            ..self.share
        };
        Self { id: Uuid::now_v7(), reverses: Some(self.id), share, ..self }
    }
}

/// Those of the customers who were coached ever, or whose payments were shared.
async fn coached(db: &mut PgConnection, customers: &[Uuid]) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar!(
        r#"SELECT c.id AS "id!" FROM unnest($1::uuid[]) AS c (id)
           WHERE EXISTS (SELECT FROM coaching_relationships r WHERE r.client_id = c.id)
              OR EXISTS (SELECT FROM revenue_shares s WHERE s.customer_id = c.id)
           ORDER BY 1"#,
        customers,
    )
    .fetch_all(db)
    .await?)
}

/// What the ledger has of a customer.
#[derive(Default)]
struct Stored {
    /// What counts, by business key.
    effective: HashMap<String, Entry>,
    /// The last revision of each business key, reversed since or not.
    revisions: HashMap<String, i32>,
}

async fn stored(db: &mut PgConnection, customers: &[Uuid]) -> Result<HashMap<Uuid, Stored>> {
    let rows =
        sqlx::query!("SELECT * FROM revenue_shares WHERE customer_id = ANY($1)", customers).fetch_all(db).await?;
    let reversed: HashSet<Uuid> = rows.iter().filter_map(|row| row.reverses).collect();
    let mut stored: HashMap<Uuid, Stored> = HashMap::new();
    for row in rows.into_iter().filter(|row| row.reverses.is_none()) {
        let of_customer = stored.entry(row.customer_id).or_default();
        let last = of_customer.revisions.entry(row.business_key.clone()).or_insert(row.revision);
        *last = row.revision.max(*last);
        if reversed.contains(&row.id) {
            continue;
        }
        let share = Share {
            business_key: row.business_key.clone(),
            payment_key: row.payment_key,
            kind: parse("kind", &row.kind)?,
            coach: row.coach_id,
            organization: row.organization_id,
            relationship: row.relationship_id,
            rule: row.rule_id,
            subscription: row.stripe_subscription_id,
            base: parse("base", &row.base)?,
            coach_bp: row.coach_bp,
            organization_bp: row.organization_bp,
            currency: parse("currency", &row.currency)?,
            paid: row.paid_minor,
            shared: row.shared_minor,
            coach_part: row.coach_minor,
            organization_part: row.organization_minor,
            platform_part: row.platform_minor,
            period: row.period_start.zip(row.period_end),
            at: row.occurred_at,
        };
        let entry = Entry { id: row.id, customer: row.customer_id, revision: row.revision, reverses: None, share };
        of_customer.effective.insert(row.business_key, entry);
    }
    Ok(stored)
}

async fn insert(db: &mut PgConnection, entries: &[Entry]) -> Result<()> {
    macro_rules! column {
        ($f:expr) => {
            &entries.iter().map($f).collect::<Vec<_>>()
        };
    }
    // What went back of a payment, and what takes such a row back, stands apart in the sums.
    sqlx::query!(
        "WITH written AS (
             INSERT INTO revenue_shares (id, business_key, revision, payment_key, kind, customer_id, coach_id, organization_id,
                 relationship_id, rule_id, stripe_subscription_id, base, coach_bp, organization_bp, currency, paid_minor, shared_minor,
                 coach_minor, organization_minor, platform_minor, period_start, period_end, occurred_at, reverses, month, recorded_at)
             SELECT s.*, revenue_month(s.occurred_at), recorded_at(s.occurred_at)
             FROM unnest($1::uuid[], $2::text[], $3::int4[], $4::text[], $5::text[], $6::uuid[], $7::uuid[], $8::uuid[], $9::uuid[], $10::uuid[],
                         $11::text[], $12::text[], $13::int4[], $14::int4[], $15::text[], $16::int8[], $17::int8[], $18::int8[], $19::int8[],
                         $20::int8[], $21::timestamptz[], $22::timestamptz[], $23::timestamptz[], $24::uuid[])
                  AS s (id, business_key, revision, payment_key, kind, customer_id, coach_id, organization_id, relationship_id, rule_id,
                        subscription, base, coach_bp, organization_bp, currency, paid, shared, coach, organization, platform, period_start,
                        period_end, occurred_at, reverses)
             RETURNING *
         ), parties AS (
             INSERT INTO revenue_monthly_parties AS m (month, currency, party, party_id, earned_minor, refunded_minor, minimum_minor)
             SELECT w.month, w.currency, p.party, p.party_id, coalesce(sum(p.minor) FILTER (WHERE w.kind = 'payment'), 0),
                    coalesce(sum(p.minor) FILTER (WHERE w.kind <> 'payment'), 0),
                    coalesce((SELECT k.minimum_minor FROM payout_minimums k WHERE k.currency = w.currency), 0)
             FROM written w, LATERAL (VALUES ('coach', w.coach_id, w.coach_minor),
                                             ('organization', w.organization_id, w.organization_minor)) AS p (party, party_id, minor)
             WHERE p.party_id IS NOT NULL AND totals_are_followed()
             GROUP BY 1, 2, 3, 4
             ON CONFLICT (month, currency, party, party_id) DO UPDATE SET earned_minor = m.earned_minor + excluded.earned_minor,
                 refunded_minor = m.refunded_minor + excluded.refunded_minor
         )
         INSERT INTO revenue_monthly AS m (month, currency, paid_minor, shared_minor, coach_minor, organization_minor, platform_minor)
         SELECT month, currency, sum(paid_minor), sum(shared_minor), sum(coach_minor), sum(organization_minor), sum(platform_minor)
         FROM written WHERE totals_are_followed() GROUP BY 1, 2
         ON CONFLICT (month, currency) DO UPDATE SET paid_minor = m.paid_minor + excluded.paid_minor,
             shared_minor = m.shared_minor + excluded.shared_minor, coach_minor = m.coach_minor + excluded.coach_minor,
             organization_minor = m.organization_minor + excluded.organization_minor,
             platform_minor = m.platform_minor + excluded.platform_minor",
        column!(|e| e.id),
        column!(|e| e.share.business_key.as_str()) as &[&str],
        column!(|e| e.revision),
        column!(|e| e.share.payment_key.as_str()) as &[&str],
        column!(|e| e.share.kind.as_str()) as &[&str],
        column!(|e| e.customer),
        column!(|e| e.share.coach),
        column!(|e| e.share.organization) as &[Option<Uuid>],
        column!(|e| e.share.relationship),
        column!(|e| e.share.rule),
        column!(|e| e.share.subscription.as_deref()) as &[Option<&str>],
        column!(|e| e.share.base.as_str()) as &[&str],
        column!(|e| e.share.coach_bp),
        column!(|e| e.share.organization_bp),
        column!(|e| e.share.currency.code().to_owned()),
        column!(|e| e.share.paid),
        column!(|e| e.share.shared),
        column!(|e| e.share.coach_part),
        column!(|e| e.share.organization_part),
        column!(|e| e.share.platform_part),
        column!(|e| e.share.period.map(|(from, _)| from)) as &[Option<DateTime<Utc>>],
        column!(|e| e.share.period.map(|(_, to)| to)) as &[Option<DateTime<Utc>>],
        column!(|e| e.share.at) as &[DateTime<Utc>],
        column!(|e| e.reverses) as &[Option<Uuid>],
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Makes the sums by month anew from the ledger.
pub async fn recount(db: &mut PgConnection) -> Result<()> {
    for statement in [
        "DELETE FROM revenue_monthly",
        "DELETE FROM revenue_monthly_parties",
        "INSERT INTO revenue_monthly_parties (month, currency, party, party_id, earned_minor, refunded_minor)
         SELECT s.month, s.currency, p.party, p.party_id, coalesce(sum(p.minor) FILTER (WHERE s.kind = 'payment'), 0),
                coalesce(sum(p.minor) FILTER (WHERE s.kind <> 'payment'), 0)
         FROM revenue_shares s, LATERAL (VALUES ('coach', s.coach_id, s.coach_minor),
                                                ('organization', s.organization_id, s.organization_minor)) AS p (party, party_id, minor)
         WHERE p.party_id IS NOT NULL GROUP BY 1, 2, 3, 4",
        "UPDATE revenue_monthly_parties m SET minimum_minor = k.minimum_minor
         FROM payout_minimums k WHERE k.currency = m.currency AND k.minimum_minor > 0 AND m.month > last_closed_month()",
        // Last: what is carried goes to the first open one of them.
        "INSERT INTO revenue_monthly (month, currency, paid_minor, shared_minor, coach_minor, organization_minor, platform_minor)
         SELECT month, currency, sum(paid_minor), sum(shared_minor), sum(coach_minor), sum(organization_minor), sum(platform_minor)
         FROM revenue_shares GROUP BY 1, 2",
    ] {
        sqlx::query(statement).execute(&mut *db).await?;
    }
    Ok(())
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
