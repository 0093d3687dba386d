//! The counts of customers in the database: kept in step with the ledger, made anew, and as they stood at an earlier time.

use super::chain::{Chain, Change, Tally};
use crate::db::Result;
use crate::mrr::amount::PlanKey;
use crate::mrr::derive::Movement;
use crate::row::parse;
use chrono::{DateTime, NaiveDate, Utc};
use crm_types::Currency;
use crm_types::plans::Stream;
use sqlx::PgConnection;
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// Customers that are counted at once when all are.
const PAGE: i64 = 5_000;

/// A customer's movements before and after the ledger was brought into line, each in the order in which they count.
pub(crate) struct Rewritten<'a> {
    pub customer: Uuid,
    pub before: Vec<&'a Movement>,
    pub after: Vec<&'a Movement>,
    /// As their newest subscription says it, where the customer's own row does not know it yet.
    pub source: Option<&'a str>,
}

/// What is counted of a customer besides the ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Traits {
    source: String,
    coached: Vec<NaiveDate>,
}

struct Known {
    /// Whether the ledger was counted at all.
    ledger: bool,
    counted: Traits,
    now: Traits,
}

/// Counts these customers as they are now instead of as they were. In the transaction that writes the ledger.
pub(crate) async fn follow(db: &mut PgConnection, customers: &[Rewritten<'_>]) -> Result<()> {
    let ids: Vec<Uuid> = customers.iter().map(|c| c.customer).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let mut known = traits(db, &ids).await?;
    let mut changed: Vec<(&Rewritten<'_>, Known)> = Vec::new();
    for customer in customers {
        let Some(mut known) = known.remove(&customer.customer) else { continue };
        if let (true, Some(source)) = (known.now.source.is_empty(), customer.source) {
            known.now.source = source.chars().take(200).collect();
        }
        if !known.ledger || customer.before != customer.after || known.now != known.counted {
            changed.push((customer, known));
        }
    }
    if changed.is_empty() {
        return Ok(());
    }
    let all = changed.iter().flat_map(|(c, _)| c.before.iter().chain(&c.after));
    let days = days(db, all.map(|m| m.occurred_at).collect()).await?;
    let mut tally = Tally::default();
    for (customer, known) in &changed {
        if known.ledger {
            chains(&customer.before, &days, &known.counted).for_each(|chain| tally.add(&chain, -1));
        }
        chains(&customer.after, &days, &known.now).for_each(|chain| tally.add(&chain, 1));
    }
    let traits: Vec<(Uuid, &Traits)> = changed
        .iter()
        .filter(|(_, known)| !known.ledger || known.now != known.counted)
        .map(|(customer, known)| (customer.customer, &known.now))
        .collect();
    write(db, &tally.condense(), &traits).await
}

fn chains<'a>(
    movements: &'a [&Movement],
    days: &'a HashMap<DateTime<Utc>, NaiveDate>,
    traits: &'a Traits,
) -> impl Iterator<Item = Chain> + use<'a> {
    let mut by_currency: BTreeMap<Currency, Vec<Change>> = BTreeMap::new();
    for movement in movements {
        let Some(day) = days.get(&movement.occurred_at) else { continue };
        let change = Change { day: *day, lines: movement.lines.clone() };
        by_currency.entry(movement.currency).or_default().push(change);
    }
    by_currency.into_iter().map(|(currency, changes)| chain(currency, changes, traits))
}

fn chain(currency: Currency, changes: Vec<Change>, traits: &Traits) -> Chain {
    Chain { currency, changes, coached: traits.coached.clone(), source: traits.source.clone() }
}

/// The account's day of each instant.
async fn days(db: &mut PgConnection, instants: HashSet<DateTime<Utc>>) -> Result<HashMap<DateTime<Utc>, NaiveDate>> {
    let instants: Vec<DateTime<Utc>> = instants.into_iter().collect();
    let rows = sqlx::query!(
        r#"SELECT at AS "at!", account_day(at) AS "day!" FROM unnest($1::timestamptz[]) AS at"#,
        &instants
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.at, row.day)).collect())
}

async fn traits(db: &mut PgConnection, ids: &[Uuid]) -> Result<HashMap<Uuid, Known>> {
    let rows = sqlx::query!(
        r#"SELECT c.id AS "id!", coalesce(c.acquisition_source, left(c.metadata->>'acquisition_source', 200), '') AS "source!", coalesce(k.ledger, true) AS "ledger!", coalesce(k.source, '') AS "counted_source!",
                  coalesce(k.coached, '{}') AS "counted_coached!",
                  coalesce((SELECT array_agg(turn.day ORDER BY lower(r.during), turn.n) FROM coaching_relationships r
                            CROSS JOIN LATERAL (VALUES (0, account_day(lower(r.during))),
                                                       (1, coalesce(account_day(upper(r.during)), DATE '9999-12-31'))) AS turn (n, day)
                            WHERE r.client_id = c.id), '{}') AS "coached!"
           FROM customers c LEFT JOIN counted_customers k ON k.customer_id = c.id WHERE c.id = ANY($1)"#,
        ids
    )
    .fetch_all(db)
    .await?;
    let known = rows.into_iter().map(|row| {
        let counted = Traits { source: row.counted_source, coached: row.counted_coached };
        (
            row.id,
            Known { ledger: row.ledger, counted, now: Traits { source: row.source, coached: joined(&row.coached) } },
        )
    });
    Ok(known.collect())
}

/// Spells of coaching, of whatever coach: those that touch are one, and those that began and ended on one day are none.
fn joined(turns: &[NaiveDate]) -> Vec<NaiveDate> {
    let mut spells: Vec<NaiveDate> = Vec::with_capacity(turns.len());
    for spell in turns.chunks_exact(2) {
        let [from, until] = spell else { continue };
        match spells.last_mut() {
            _ if from >= until => (),
            Some(last) if *last >= *from => *last = (*last).max(*until),
            _ => spells.extend([*from, *until]),
        }
    }
    spells
}

/// Adds to the counts, in one statement.
async fn write(db: &mut PgConnection, tally: &Tally, traits: &[(Uuid, &Traits)]) -> Result<()> {
    macro_rules! column {
        ($rows:expr, $f:expr) => {
            &$rows.map($f).collect::<Vec<_>>()
        };
    }
    let (paying, kept, stayed) = (|| tally.paying.iter(), || tally.kept.iter(), || tally.stayed.iter());
    let tier = |tier: Option<crm_types::plans::Tier>| tier.map_or("", |tier| tier.as_str());
    sqlx::query!(
        "WITH paying AS (
             INSERT INTO paying_daily AS t (currency, day, stream, tier, coached, customers, mrr_minor)
             SELECT * FROM unnest($1::text[], $2::date[], $3::text[], $4::text[], $5::bool[], $6::int8[], $7::int8[])
             ON CONFLICT (currency, day, stream, tier, coached) DO UPDATE
                 SET customers = t.customers + excluded.customers, mrr_minor = t.mrr_minor + excluded.mrr_minor
         ), kept AS (
             INSERT INTO retention_monthly AS t (currency, since, month, stream, tier, coached, retained_minor, kept_minor, churned)
             SELECT * FROM unnest($8::text[], $9::date[], $10::date[], $11::text[], $12::text[], $13::bool[], $14::int8[], $15::int8[], $16::int8[])
             ON CONFLICT (currency, since, month, stream, tier, coached) DO UPDATE
                 SET retained_minor = t.retained_minor + excluded.retained_minor, kept_minor = t.kept_minor + excluded.kept_minor,
                     churned = t.churned + excluded.churned
         ), stayed AS (
             INSERT INTO cohort_monthly AS t (currency, cohort, month, stream, tier, source, started, customers, mrr_minor)
             SELECT * FROM unnest($17::text[], $18::date[], $19::date[], $20::text[], $21::text[], $22::text[], $23::int8[], $24::int8[], $25::int8[])
             ON CONFLICT (currency, cohort, month, stream, tier, source) DO UPDATE
                 SET started = t.started + excluded.started, customers = t.customers + excluded.customers,
                     mrr_minor = t.mrr_minor + excluded.mrr_minor
         )
         INSERT INTO counted_customers (customer_id, source, coached)
         SELECT c.id, c.source, c.coached::date[] FROM unnest($26::uuid[], $27::text[], $28::text[]) AS c (id, source, coached)
         ON CONFLICT (customer_id) DO UPDATE SET source = excluded.source, coached = excluded.coached, ledger = true",
        column!(paying(), |((currency, ..), _)| currency.code().to_owned()),
        column!(paying(), |((_, day, _), _)| *day),
        column!(paying(), |((.., at), _)| at.stream.as_str()) as &[&str],
        column!(paying(), |((.., at), _)| tier(at.tier)) as &[&str],
        column!(paying(), |((.., at), _)| at.coached),
        column!(paying(), |(_, sum)| sum.customers),
        column!(paying(), |(_, sum)| sum.mrr),
        column!(kept(), |((currency, ..), _)| currency.code().to_owned()),
        column!(kept(), |((_, since, ..), _)| *since),
        column!(kept(), |((_, _, month, _), _)| *month),
        column!(kept(), |((.., at), _)| at.stream.as_str()) as &[&str],
        column!(kept(), |((.., at), _)| tier(at.tier)) as &[&str],
        column!(kept(), |((.., at), _)| at.coached),
        column!(kept(), |(_, sum)| sum.retained),
        column!(kept(), |(_, sum)| sum.kept),
        column!(kept(), |(_, sum)| sum.churned),
        column!(stayed(), |((currency, ..), _)| currency.code().to_owned()),
        column!(stayed(), |((_, cohort, ..), _)| *cohort),
        column!(stayed(), |((_, _, month, ..), _)| *month),
        column!(stayed(), |((_, _, _, plan, _), _)| plan.0.as_str()) as &[&str],
        column!(stayed(), |((_, _, _, plan, _), _)| tier(plan.1)) as &[&str],
        column!(stayed(), |((.., source), _)| source.as_str()) as &[&str],
        column!(stayed(), |(_, sum)| sum.started),
        column!(stayed(), |(_, sum)| sum.customers),
        column!(stayed(), |(_, sum)| sum.mrr),
        column!(traits.iter(), |(id, _)| *id),
        column!(traits.iter(), |(_, t)| t.source.as_str()) as &[&str],
        column!(traits.iter(), |(_, t)| date_array(&t.coached)),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// As PostgreSQL writes an array: there are no arrays of arrays of different lengths.
fn date_array(days: &[NaiveDate]) -> String {
    format!("{{{}}}", days.iter().map(ToString::to_string).collect::<Vec<_>>().join(","))
}

/// Replaces the counts by what the ledger says.
pub(crate) async fn rebuild(db: &mut PgConnection) -> Result<()> {
    for statement in [
        "DELETE FROM paying_daily",
        "DELETE FROM retention_monthly",
        "DELETE FROM cohort_monthly",
        "DELETE FROM counted_customers",
    ] {
        sqlx::query(statement).execute(&mut *db).await?;
    }
    let mut tally = Tally::default();
    let mut after = Uuid::nil();
    loop {
        let ids = sqlx::query_scalar!("SELECT id FROM customers WHERE id > $1 ORDER BY id LIMIT $2", after, PAGE)
            .fetch_all(&mut *db)
            .await?;
        let Some(last) = ids.last() else { break };
        after = *last;
        let known = traits(db, &ids).await?;
        let moved = effective(db, &ids, None, None).await?;
        let mut counted: Vec<(Uuid, &Traits)> = Vec::new();
        for ((customer, currency), changes) in moved {
            let Some(known) = known.get(&customer) else { continue };
            tally.add(&chain(currency, changes, &known.now), 1);
            if known.now != Traits::default() && counted.last().is_none_or(|(id, _)| *id != customer) {
                counted.push((customer, &known.now));
            }
        }
        write(db, &Tally::default(), &counted).await?;
    }
    write(db, &tally.condense(), &[]).await
}

/// The movements of these customers that count, or that counted at an instant, by customer and currency, oldest first.
async fn effective(
    db: &mut PgConnection,
    customers: &[Uuid],
    currency: Option<Currency>,
    known: Option<DateTime<Utc>>,
) -> Result<BTreeMap<(Uuid, Currency), Vec<Change>>> {
    let rows = sqlx::query!(
        r#"SELECT m.id, m.customer_id, m.currency, account_day(m.occurred_at) AS "day!", l.stream, l.tier, l.amount_minor
           FROM mrr_movements m JOIN mrr_movement_lines l ON l.movement_id = m.id LEFT JOIN subscriptions s ON s.id = m.subscription_id
           WHERE m.customer_id = ANY($1) AND m.reverses IS NULL AND m.recorded_at <= coalesce($2::timestamptz, 'infinity')
             AND m.currency = coalesce($3, m.currency)
             AND NOT EXISTS (SELECT FROM mrr_movements r WHERE r.reverses = m.id AND r.recorded_at <= coalesce($2::timestamptz, 'infinity'))
           ORDER BY m.customer_id, m.currency, m.occurred_at, m.tie, s.stripe_subscription_id, m.stripe_event_id, m.id"#,
        customers,
        known,
        currency.map(|c| c.code().to_owned()),
    )
    .fetch_all(db)
    .await?;
    let mut found: BTreeMap<(Uuid, Currency), Vec<Change>> = BTreeMap::new();
    let mut newest = Uuid::nil();
    for row in rows {
        let tier = if row.tier.is_empty() { None } else { Some(parse("tier", &row.tier)?) };
        let part: PlanKey = (parse::<Stream>("stream", &row.stream)?, tier);
        let changes = found.entry((row.customer_id, parse("currency", &row.currency)?)).or_default();
        match changes.last_mut() {
            Some(change) if newest == row.id => change.lines.push((part, row.amount_minor)),
            _ => changes.push(Change { day: row.day, lines: vec![(part, row.amount_minor)] }),
        }
        newest = row.id;
    }
    Ok(found)
}

/// The chains of these customers in one currency, with what is counted of them besides the ledger.
pub(super) async fn chains_of(
    db: &mut PgConnection,
    customers: &[Uuid],
    currency: Currency,
    known: Option<DateTime<Utc>>,
) -> Result<Vec<Chain>> {
    let counted = counted(db, customers).await?;
    let moved = effective(db, customers, Some(currency), known).await?;
    let none = Traits::default();
    let with_traits = moved
        .into_iter()
        .map(|((customer, currency), changes)| chain(currency, changes, counted.get(&customer).unwrap_or(&none)));
    Ok(with_traits.collect())
}

async fn counted(db: &mut PgConnection, ids: &[Uuid]) -> Result<HashMap<Uuid, Traits>> {
    let rows =
        sqlx::query!("SELECT customer_id, source, coached FROM counted_customers WHERE customer_id = ANY($1)", ids)
            .fetch_all(db)
            .await?;
    Ok(rows.into_iter().map(|row| (row.customer_id, Traits { source: row.source, coached: row.coached })).collect())
}

/// What must be added to the counts so that they are as they were at an instant: of those in whose ledger anything was
/// written since. It costs what was written since, however long the history.
pub(crate) async fn back_to(db: &mut PgConnection, currency: Currency, known: Option<DateTime<Utc>>) -> Result<Tally> {
    let Some(known) = known else { return Ok(Tally::default()) };
    let ids = sqlx::query_scalar!(
        "SELECT DISTINCT customer_id FROM mrr_movements WHERE recorded_at > $1 AND currency = $2",
        known,
        currency.code()
    )
    .fetch_all(&mut *db)
    .await?;
    let mut tally = Tally::default();
    for ids in ids.chunks(PAGE as usize) {
        chains_of(db, ids, currency, None).await?.iter().for_each(|chain| tally.add(chain, -1));
        chains_of(db, ids, currency, Some(known)).await?.iter().for_each(|chain| tally.add(chain, 1));
    }
    Ok(tally.condense())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spells_that_touch_are_one() {
        let days =
            |days: &[u32]| days.iter().map(|d| NaiveDate::from_ymd_opt(2026, 1, *d).unwrap()).collect::<Vec<_>>();
        for (turns, spells) in [
            (&[][..], &[][..]),
            (&[1, 5], &[1, 5]),
            (&[1, 5, 5, 9], &[1, 9]),
            (&[1, 5, 6, 9], &[1, 5, 6, 9]),
            (&[3, 3], &[]),
            (&[1, 5, 5, 5, 5, 7], &[1, 7]),
        ] {
            assert_eq!(joined(&days(turns)), days(spells), "{turns:?}");
        }
    }
}
