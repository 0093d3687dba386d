//! Customers as Stripe tells them. The newest snapshot wins; who is only referred to gets a row that waits for its own.

use crate::billing::facts::CustomerFact;
use crate::db::Result;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// A customer's place in the database.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Known {
    /// Our id.
    pub id: Uuid,
    /// When the journey begins.
    pub created_at: DateTime<Utc>,
}

/// Gives a Stripe customer who is new here the row of the person whom staff know by that e-mail, if there is one.
pub async fn adopt(db: &mut PgConnection, facts: &[CustomerFact]) -> Result<()> {
    let known = facts.iter().filter_map(|fact| Some((fact.id.as_str(), fact.email.as_deref()?)));
    let (ids, emails): (Vec<&str>, Vec<&str>) = known.unzip();
    if ids.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "UPDATE customers c SET stripe_customer_id = f.id
         FROM (SELECT DISTINCT ON (email::citext) id, email::citext AS email FROM unnest($1::text[], $2::text[]) AS f (id, email)
               WHERE NOT EXISTS (SELECT FROM customers o WHERE o.stripe_customer_id = f.id) ORDER BY email::citext, id) f
         WHERE c.email = f.email AND c.stripe_customer_id IS NULL AND c.archived_at IS NULL",
        &ids as &[&str],
        &emails as &[&str],
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Our ids of Stripe customers.
pub async fn known(db: &mut PgConnection, stripe_ids: &[String]) -> Result<HashMap<String, Known>> {
    let rows = sqlx::query!(
        r#"SELECT stripe_customer_id AS "stripe_id!", id, created_at FROM customers WHERE stripe_customer_id = ANY($1)"#,
        stripe_ids,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|r| (r.stripe_id, Known { id: r.id, created_at: r.created_at })).collect())
}

/// Stores what Stripe says of people, where it is newer than what is stored, and makes sure that every Stripe customer of
/// `since`, the earliest instant at which each was heard of, has a row.
pub async fn store(
    db: &mut PgConnection,
    since: &BTreeMap<String, DateTime<Utc>>,
    facts: &[CustomerFact],
) -> Result<()> {
    let said = Said::of(facts);
    let mut moved = insert(db, since, &said).await?;
    if facts.is_empty() {
        return claim_emails(db, &moved).await;
    }
    // Joined with itself for what it was before.
    let changed = sqlx::query_as!(
        EmailMove,
        r#"UPDATE customers c SET
             billing_email = f.email, metadata = f.metadata, stripe_deleted_at = f.deleted,
             name = CASE WHEN 'name' = ANY (c.kept) THEN c.name ELSE f.name END,
             phone = CASE WHEN 'phone' = ANY (c.kept) THEN c.phone ELSE f.phone END,
             utm_source = left(f.metadata->>'utm_source', 200), utm_medium = left(f.metadata->>'utm_medium', 200),
             utm_campaign = left(f.metadata->>'utm_campaign', 200), utm_content = left(f.metadata->>'utm_content', 200),
             utm_term = left(f.metadata->>'utm_term', 200), landing_page = left(f.metadata->>'landing_page', 2000),
             referrer = left(f.metadata->>'referrer', 2000),
             seen_at = f.at, seen_rank = f.rank, seen_event = f.event, version = c.version + 1, updated_at = now()
         FROM unnest($1::text[], $2::timestamptz[], $3::int2[], $4::text[], $5::text[], $6::text[], $7::text[], $8::jsonb[], $9::timestamptz[])
              AS f (id, at, rank, event, email, name, phone, metadata, deleted)
         JOIN customers o ON o.stripe_customer_id = f.id
         WHERE c.id = o.id
           AND (c.seen_at IS NULL OR (f.at, f.rank, f.event) > (c.seen_at, c.seen_rank, c.seen_event))
         RETURNING c.id, o.billing_email::text AS before, c.billing_email::text AS after,
                   (o.billing_email, o.stripe_deleted_at, o.seen_at IS NULL) IS DISTINCT FROM (c.billing_email, c.stripe_deleted_at, false)
                       AS "open!""#,
        &said.ids as &[&str],
        &said.at,
        &said.ranks,
        &said.events as &[&str],
        &said.emails as &[Option<&str>],
        &said.names as &[Option<&str>],
        &said.phones as &[Option<&str>],
        &said.metadata as &[&serde_json::Value],
        &said.deleted as &[Option<DateTime<Utc>>],
    )
    .fetch_all(&mut *db)
    .await?;
    moved.extend(changed);
    claim_emails(db, &moved).await
}

/// The billing e-mail of a customer that was written.
struct EmailMove {
    id: Uuid,
    before: Option<String>,
    after: Option<String>,
    /// Whether it may be another's turn to have an e-mail now.
    open: bool,
}

/// What Stripe says of people, a column for each thing.
#[derive(Default)]
struct Said<'a> {
    ids: Vec<&'a str>,
    at: Vec<DateTime<Utc>>,
    ranks: Vec<i16>,
    events: Vec<&'a str>,
    emails: Vec<Option<&'a str>>,
    names: Vec<Option<&'a str>>,
    phones: Vec<Option<&'a str>>,
    metadata: Vec<&'a serde_json::Value>,
    deleted: Vec<Option<DateTime<Utc>>>,
}

impl<'a> Said<'a> {
    fn of(facts: &'a [CustomerFact]) -> Self {
        let mut said = Self::default();
        for fact in facts {
            said.ids.push(&fact.id);
            said.at.push(fact.stamp.at);
            said.ranks.push(fact.stamp.rank);
            said.events.push(&fact.stamp.event);
            said.emails.push(fact.email.as_deref());
            said.names.push(fact.name.as_deref());
            said.phones.push(fact.phone.as_deref());
            said.metadata.push(&fact.metadata);
            said.deleted.push(fact.deleted.then_some(fact.stamp.at));
        }
        said
    }
}

/// Who is new here gets a row with all that is said at once: each later write of it would go into every index again.
/// Only an e-mail that somebody else has, or that two of them have, is left to [`claim_emails`].
async fn insert(
    db: &mut PgConnection,
    since: &BTreeMap<String, DateTime<Utc>>,
    said: &Said<'_>,
) -> Result<Vec<EmailMove>> {
    let ids: Vec<Uuid> = since.keys().map(|_| Uuid::now_v7()).collect();
    let stripe_ids: Vec<&str> = since.keys().map(String::as_str).collect();
    let instants: Vec<DateTime<Utc>> = since.values().copied().collect();
    let moved = sqlx::query_as!(
        EmailMove,
        r#"INSERT INTO customers AS c (id, stripe_customer_id, created_at, email, billing_email, name, phone, metadata, stripe_deleted_at,
             utm_source, utm_medium, utm_campaign, utm_content, utm_term, landing_page, referrer, seen_at, seen_rank, seen_event)
         SELECT s.id, s.stripe_id, s.since,
                CASE WHEN f.deleted IS NULL AND NOT EXISTS (SELECT FROM customers o WHERE o.email = f.email::citext AND o.archived_at IS NULL)
                     AND NOT EXISTS (SELECT FROM customers o WHERE o.billing_email = f.email::citext)
                     AND count(*) OVER (PARTITION BY f.email::citext) = 1 THEN f.email END,
                f.email, f.name, f.phone, coalesce(f.metadata, '{}'), f.deleted,
                left(f.metadata->>'utm_source', 200), left(f.metadata->>'utm_medium', 200), left(f.metadata->>'utm_campaign', 200),
                left(f.metadata->>'utm_content', 200), left(f.metadata->>'utm_term', 200), left(f.metadata->>'landing_page', 2000),
                left(f.metadata->>'referrer', 2000), f.at, coalesce(f.rank, 0), coalesce(f.event, '')
         FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS s (id, stripe_id, since)
         LEFT JOIN unnest($4::text[], $5::timestamptz[], $6::int2[], $7::text[], $8::text[], $9::text[], $10::text[], $11::jsonb[], $12::timestamptz[])
              AS f (id, at, rank, event, email, name, phone, metadata, deleted) ON f.id = s.stripe_id
         WHERE NOT EXISTS (SELECT FROM customers k WHERE k.stripe_customer_id = s.stripe_id AND k.created_at <= s.since)
         ON CONFLICT (stripe_customer_id) DO UPDATE SET created_at = excluded.created_at
         RETURNING c.id, NULL AS before, c.billing_email::text AS after,
                   -- Who is older than was known may be the oldest now.
                   c.email IS DISTINCT FROM c.billing_email OR c.id <> ALL ($1) AS "open!""#,
        &ids,
        &stripe_ids as &[&str],
        &instants,
        &said.ids as &[&str],
        &said.at,
        &said.ranks,
        &said.events as &[&str],
        &said.emails as &[Option<&str>],
        &said.names as &[Option<&str>],
        &said.phones as &[Option<&str>],
        &said.metadata as &[&serde_json::Value],
        &said.deleted as &[Option<DateTime<Utc>>],
    )
    .fetch_all(db)
    .await?;
    Ok(moved)
}

/// One e-mail per living customer: of several that Stripe bills to one address, the oldest has it.
async fn claim_emails(db: &mut PgConnection, moved: &[EmailMove]) -> Result<()> {
    let moved = || moved.iter().filter(|m| m.open);
    let ids: Vec<Uuid> = moved().map(|m| m.id).collect();
    let emails: Vec<&str> = moved().flat_map(|m| m.before.iter().chain(&m.after)).map(String::as_str).collect();
    if emails.is_empty() {
        return Ok(());
    }
    // First nobody has what is not theirs any more, then the winners take it: the unique index never sees two.
    sqlx::query!(
        "UPDATE customers c SET email = NULL
         FROM (SELECT k.id FROM customers k WHERE k.billing_email = ANY($1::text[]::citext[]) UNION SELECT unnest($2::uuid[])) k
         WHERE c.id = k.id AND c.email IS NOT NULL AND 'email' <> ALL (c.kept)
           AND (c.stripe_deleted_at IS NOT NULL OR c.email IS DISTINCT FROM c.billing_email OR EXISTS (
                SELECT FROM customers o WHERE o.billing_email = c.email AND o.archived_at IS NULL AND o.stripe_deleted_at IS NULL
                   AND (o.created_at, o.stripe_customer_id) < (c.created_at, c.stripe_customer_id)))",
        &emails as &[&str],
        &ids,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "UPDATE customers c SET email = w.billing_email
         FROM (SELECT DISTINCT ON (billing_email) id, billing_email FROM customers
               WHERE billing_email = ANY($1::text[]::citext[]) AND archived_at IS NULL AND stripe_deleted_at IS NULL
               ORDER BY billing_email, created_at, stripe_customer_id) w
         WHERE c.id = w.id AND c.email IS DISTINCT FROM w.billing_email AND 'email' <> ALL (c.kept)
           AND NOT EXISTS (SELECT FROM customers o WHERE o.email = w.billing_email AND o.id <> w.id AND o.archived_at IS NULL)",
        &emails as &[&str],
    )
    .execute(&mut *db)
    .await?;
    Ok(())
}
