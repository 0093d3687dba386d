//! The simulator: a period replayed under other rules, by the same derivation that the ledger follows. A job goes through the
//! clients a thousand at a time, so that it holds no more than their payments, whatever the size of the business; and it reads
//! in a transaction in which the database refuses every write.

use super::derive::{During, Rule, Scope, Share, derive};
use super::load::{self, Account};
use super::rules::check_parts;
use crate::audit::Actor;
use crate::customers::references::require_organization;
use crate::db::{DomainError, Result};
use crate::filter::Day;
use crate::jobs::{self as job, Batch, NewJob, Work};
use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};
use crm_types::Currency;
use crm_types::jobs::{Job, JobKind, SkipReason};
use crm_types::revenue::{PayoutParty, ShareBase};
use crm_types::revenue_simulation::{MOST_MONTHS, MOST_RULES, NewSimulation, ProposedRule};
use serde::{Deserialize, Serialize};
use sqlx::{Connection, PgConnection, PgPool};
use std::collections::{BTreeMap, HashSet};
use uuid::Uuid;

/// Clients that a batch replays.
const TOGETHER: i64 = 1_000;

/// What a job of this kind is told to do.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Params {
    /// Its first day.
    pub from: NaiveDate,
    /// The first day of the last month.
    pub to: NaiveDate,
    pub rules: Vec<ProposedRule>,
    /// Nothing is changed.
    dry_run: bool,
}

impl Params {
    /// The first day after the period.
    fn end(&self) -> NaiveDate {
        self.to.checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX)
    }
}

/// Queues a simulation.
///
/// # Errors
/// [`DomainError::Invalid`] for a period that has not begun or is too long, for parts that are more than all, for rules about the
/// same or about somebody who is not there.
pub async fn start(pool: &PgPool, actor: &Actor, new: &NewSimulation) -> Result<Job> {
    let first = |field, day| -> Result<NaiveDate> { Ok(Day::parse(field, day)?.date().with_day(1).unwrap_or(day)) };
    let (from, to) = (first("from", new.from)?, first("to", new.to)?);
    let mut db = pool.acquire().await?;
    let today = sqlx::query_scalar!(r#"SELECT account_day(now()) AS "today!""#).fetch_one(&mut *db).await?;
    if from > today {
        return Err(DomainError::invalid(
            "from",
            "out_of_range",
            "Choose months that have begun: nothing was paid in others.",
        ));
    }
    if from > to {
        return Err(DomainError::invalid("to", "out_of_range", "The last month must not be before the first one."));
    }
    if from.checked_add_months(Months::new(MOST_MONTHS)).is_none_or(|end| to >= end) {
        return Err(DomainError::invalid("to", "out_of_range", format!("Choose at most {MOST_MONTHS} months.")));
    }
    check_rules(&mut db, &new.rules).await?;
    drop(db);
    let params = Params { from, to, rules: new.rules.clone(), dry_run: true };
    job::create(
        pool,
        actor,
        NewJob { kind: JobKind::RevenueSimulation, params: &params, undoes: None, import_id: None },
    )
    .await
}

async fn check_rules(db: &mut PgConnection, rules: &[ProposedRule]) -> Result<()> {
    if !(1..=MOST_RULES).contains(&rules.len()) {
        return Err(DomainError::invalid("rules", "out_of_range", format!("Propose 1 to {MOST_RULES} rules.")));
    }
    let mut seen = HashSet::new();
    for (i, rule) in rules.iter().enumerate() {
        let of = |field: &str| format!("rules.{i}.{field}");
        check_parts(&of(""), rule.coach_bp, rule.organization_bp)?;
        match (rule.organization_id, rule.relationship_id) {
            (Some(_), Some(_)) => {
                let message = "A rule is for an organization or for a coaching relationship, not for both.";
                return Err(DomainError::invalid(of("relationship_id"), "invalid", message));
            }
            (Some(organization), None) => require_organization(db, "organization_id", organization)
                .await
                .map_err(|error| within(error, &of("")))?,
            (None, Some(relationship)) => {
                super::rules::require_relationship(db, relationship).await.map_err(|error| within(error, &of("")))?
            }
            (None, None) => {}
        }
        if !seen.insert((rule.organization_id, rule.relationship_id)) {
            let message = "Another of these rules is for the same: propose one for each.";
            return Err(DomainError::invalid(of("organization_id"), "duplicate", message));
        }
    }
    Ok(())
}

/// The same error, of a field within something.
fn within(error: DomainError, of: &str) -> DomainError {
    match error {
        DomainError::Invalid { field, code, message } => DomainError::invalid(format!("{of}{field}"), code, message),
        other => other,
    }
}

/// Where a batch ended.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Position {
    client: Uuid,
}

/// Replays the next thousand clients.
pub(crate) async fn batch(tx: &mut PgConnection, work: &Work) -> Result<Batch> {
    let params: Params = work.params()?;
    let before: Option<Position> = work.position()?;
    // The database refuses whatever would write, until this is rolled back.
    let mut reading = tx.begin().await?;
    sqlx::query("SET TRANSACTION READ ONLY").execute(&mut *reading).await?;
    let period = period(&mut reading, &params).await?;
    let total = if before.is_none() { Some(count(&mut reading, period).await?) } else { None };
    let clients = next(&mut reading, period, before.unwrap_or_default().client).await?;
    let moved: Vec<Uuid> = clients.iter().filter(|(_, moved)| *moved).map(|(id, _)| *id).collect();
    let found = replay(&mut reading, &moved, &params.rules, period).await?;
    reading.rollback().await?;

    store(tx, work, &found).await?;
    let last = clients.last().map(|(client, _)| Position { client: *client });
    let mut batch = Batch::at(&last.or(before).unwrap_or_default())?;
    batch.total = total;
    batch.changed = found.changed;
    for _ in found.changed..i64::try_from(clients.len()).unwrap_or(i64::MAX) {
        batch.skip(SkipReason::Unchanged);
    }
    batch.over = i64::try_from(clients.len()).is_ok_and(|n| n < TOGETHER);
    Ok(batch)
}

async fn period(db: &mut PgConnection, params: &Params) -> Result<During> {
    let row = sqlx::query!(
        r#"SELECT account_day_start($1) AS "from!", account_day_start($2) AS "to!""#,
        params.from,
        params.end(),
    )
    .fetch_one(db)
    .await?;
    Ok(During { from: row.from, to: Some(row.to) })
}

/// Who was coached before the period was over: also what went back of earlier payments is replayed.
async fn count(db: &mut PgConnection, period: During) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        r#"SELECT count(DISTINCT client_id) AS "n!" FROM coaching_relationships WHERE lower(during) < $1"#,
        period.to,
    )
    .fetch_one(db)
    .await?)
}

/// The next of them, and whether any money of theirs moved in the period.
async fn next(db: &mut PgConnection, period: During, after: Uuid) -> Result<Vec<(Uuid, bool)>> {
    let rows = sqlx::query!(
        r#"SELECT c.client_id AS "id!", EXISTS (SELECT FROM transactions t
                      WHERE t.customer_id = c.client_id AND t.occurred_at >= $1 AND t.occurred_at < $2) AS "moved!"
           FROM (SELECT DISTINCT client_id FROM coaching_relationships
                 WHERE lower(during) < $2 AND client_id > $3 ORDER BY client_id LIMIT $4) c ORDER BY 1"#,
        period.from,
        period.to,
        after,
        TOGETHER,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.moved)).collect())
}

async fn replay(db: &mut PgConnection, clients: &[Uuid], rules: &[ProposedRule], period: During) -> Result<Comparison> {
    let mut found = Comparison::default();
    if clients.is_empty() {
        return Ok(found);
    }
    let accounts = load::accounts(db, clients).await?;
    let now = load::rules(db, &accounts).await?;
    let proposed = overlay(&now, rules);
    accounts.values().for_each(|account| found.add(account, &now, &proposed, period));
    Ok(found)
}

/// The rules with the proposed ones in place of what the same have so far.
fn overlay(now: &[Rule], proposed: &[ProposedRule]) -> Vec<Rule> {
    let proposed: Vec<Rule> = proposed
        .iter()
        .map(|rule| Rule {
            id: Uuid::nil(),
            scope: match (rule.organization_id, rule.relationship_id) {
                (Some(id), _) => Scope::Organization(id.0),
                (_, Some(id)) => Scope::Relationship(id.0),
                (None, None) => Scope::Default,
            },
            base: rule.base.unwrap_or(ShareBase::Gross),
            coach_bp: rule.coach_bp,
            organization_bp: rule.organization_bp,
            during: During { from: DateTime::<Utc>::MIN_UTC, to: None },
        })
        .collect();
    let stays = |rule: &&Rule| !proposed.iter().any(|other| other.scope == rule.scope);
    now.iter().filter(stays).cloned().chain(proposed.iter().cloned()).collect()
}

/// By the rules that hold, and by the proposed ones.
const NOW: usize = 0;
const PROPOSED: usize = 1;

/// What some rules come to in all: paid, shared, and for coaches, organisations and the platform.
type Parts = [i64; 5];

/// Both, side by side.
#[derive(Debug, Default, PartialEq, Eq)]
struct Comparison {
    totals: BTreeMap<Currency, ([Parts; 2], i64)>,
    parties: BTreeMap<(Currency, PayoutParty, Uuid), ([i64; 2], i64)>,
    /// Clients whose shares would be others.
    changed: i64,
}

impl Comparison {
    /// Adds a client, by the same derivation as the ledger's: pure.
    fn add(&mut self, account: &Account, now: &[Rule], proposed: &[Rule], period: During) {
        let of = |rules| {
            let mut shares = derive(&account.payments, &account.refunds, &account.coachings, rules);
            shares.retain(|share| period.contains(share.at));
            shares
        };
        let sides = [of(now), of(proposed)];
        let amounts = |shares: &[Share]| -> Vec<_> {
            shares.iter().map(|s| (s.business_key.clone(), s.shared, s.coach_part, s.organization_part)).collect()
        };
        self.changed += i64::from(amounts(&sides[NOW]) != amounts(&sides[PROPOSED]));
        // What both share is one payment, counted once.
        let mut counted = HashSet::new();
        for (side, shares) in sides.iter().enumerate() {
            for share in shares {
                let first = counted.insert(&share.business_key);
                self.add_share(side, share, first);
            }
        }
    }

    fn add_share(&mut self, side: usize, share: &Share, first: bool) {
        let parts = [share.paid, share.shared, share.coach_part, share.organization_part, share.platform_part];
        let (sums, shares) = self.totals.entry(share.currency).or_default();
        *shares += i64::from(first);
        if let Some(sums) = sums.get_mut(side) {
            sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum = sum.saturating_add(part));
        }
        let organization = share.organization.map(|id| (PayoutParty::Organization, id, share.organization_part));
        for (party, id, part) in [(PayoutParty::Coach, share.coach, share.coach_part)].into_iter().chain(organization) {
            let (sums, shares) = self.parties.entry((share.currency, party, id)).or_default();
            *shares += i64::from(first);
            if let Some(sum) = sums.get_mut(side) {
                *sum = sum.saturating_add(part);
            }
        }
    }
}

/// Adds what a batch found to what those before it did.
async fn store(db: &mut PgConnection, work: &Work, found: &Comparison) -> Result<()> {
    for (currency, ([now, proposed], shares)) in &found.totals {
        sqlx::query!(
            "INSERT INTO revenue_simulation_totals AS t VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
             ON CONFLICT (job_id, currency) DO UPDATE SET shares = t.shares + excluded.shares,
                 now_paid_minor = t.now_paid_minor + excluded.now_paid_minor,
                 now_shared_minor = t.now_shared_minor + excluded.now_shared_minor,
                 now_coach_minor = t.now_coach_minor + excluded.now_coach_minor,
                 now_organization_minor = t.now_organization_minor + excluded.now_organization_minor,
                 now_platform_minor = t.now_platform_minor + excluded.now_platform_minor,
                 proposed_paid_minor = t.proposed_paid_minor + excluded.proposed_paid_minor,
                 proposed_shared_minor = t.proposed_shared_minor + excluded.proposed_shared_minor,
                 proposed_coach_minor = t.proposed_coach_minor + excluded.proposed_coach_minor,
                 proposed_organization_minor = t.proposed_organization_minor + excluded.proposed_organization_minor,
                 proposed_platform_minor = t.proposed_platform_minor + excluded.proposed_platform_minor",
            work.id.0,
            currency.code(),
            shares,
            now[0],
            now[1],
            now[2],
            now[3],
            now[4],
            proposed[0],
            proposed[1],
            proposed[2],
            proposed[3],
            proposed[4],
        )
        .execute(&mut *db)
        .await?;
    }
    macro_rules! column {
        ($f:expr) => {
            &found.parties.iter().map($f).collect::<Vec<_>>()
        };
    }
    sqlx::query!(
        "INSERT INTO revenue_simulation_parties AS p (job_id, currency, party, party_id, shares, now_minor, proposed_minor)
         SELECT $1, s.* FROM unnest($2::text[], $3::text[], $4::uuid[], $5::int8[], $6::int8[], $7::int8[]) AS s
         ON CONFLICT (job_id, party, party_id, currency) DO UPDATE SET shares = p.shares + excluded.shares,
             now_minor = p.now_minor + excluded.now_minor, proposed_minor = p.proposed_minor + excluded.proposed_minor",
        work.id.0,
        column!(|((currency, ..), _)| currency.code().to_owned()),
        column!(|((_, party, _), _)| party.as_str().to_owned()),
        column!(|((.., id), _)| *id),
        column!(|(_, (_, shares))| *shares),
        column!(|(_, ([now, _], _))| *now),
        column!(|(_, ([_, proposed], _))| *proposed),
    )
    .execute(db)
    .await?;
    Ok(())
}

#[cfg(test)]
#[path = "simulate_tests.rs"]
mod tests;
