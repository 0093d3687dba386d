//! The rules by which revenue is shared: each holds for a time, and one at a time for the same.

use crate::audit::{self, Actor, Subject};
use crate::customers::list::read_organization;
use crate::customers::references::require_organization;
use crate::db::{DomainError, Result};
use crate::filter::push_equal;
use crate::page::{Keyset, Kind, Order, PageRequest, Shown};
use crate::row::RowExt;
use chrono::{DateTime, Datelike, Utc};
use crm_types::Page;
use crm_types::customers::CustomerRef;
use crm_types::ids::{CoachingRelationshipId, CustomerId, OrganizationId, ShareRuleId};
use crm_types::organizations::OrganizationRef;
use crm_types::revenue::{CoachingShare, NewShareRule, ShareBase, ShareRule, ShareRuleSort, ShareScope};
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Postgres, QueryBuilder, Row};
use uuid::Uuid;

const RESOURCE: &str = "share_rule";
const WHOLE: i32 = 10_000;

/// What to narrow the list with.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ShareRuleFilter {
    /// For whom.
    pub scope: Option<ShareScope>,
    /// For this organisation.
    pub organization: Option<OrganizationId>,
    /// For this coaching relationship.
    pub relationship: Option<CoachingRelationshipId>,
    /// Which hold at that instant.
    pub at: Option<DateTime<Utc>>,
}

/// Whom something that is called `page` is for, beside [`JOINS`]; for [`read_names`].
macro_rules! names {
    () => {
        "page.organization_id, page.relationship_id, r.coach_id, r.client_id, \
         (SELECT o.name FROM organizations o WHERE o.id = page.organization_id) AS organization_name, \
         (SELECT customer_called(k) FROM customers k WHERE k.id = r.coach_id) AS coach_name, \
         (SELECT customer_called(k) FROM customers k WHERE k.id = r.client_id) AS client_name"
    };
}
pub(super) const NAMES: &str = names!();
pub(super) const JOINS: &str = " LEFT JOIN coaching_relationships r ON r.id = page.relationship_id";

/// Of a `share_rules` that is called `page`.
const COLUMNS: &str = concat!(
    "page.id, page.scope, page.base, page.coach_bp, page.organization_bp, lower(page.during) AS starts_at, \
     upper(page.during) AS ends_at, ",
    names!()
);

/// One page of rules, those that are over or yet to come included.
///
/// # Errors
/// When the cursor is of another list, or the database fails.
pub async fn list(
    pool: &PgPool,
    filter: &ShareRuleFilter,
    sort: ShareRuleSort,
    page: &PageRequest,
) -> Result<Page<ShareRule>> {
    let order = Order {
        name: sort.as_str(),
        columns: &[("lower(s.during)", Kind::Time), ("s.id", Kind::Id)],
        descending: sort == ShareRuleSort::StartsAtDescending,
    };
    let keyset = Keyset::new(order, filter, page)?;
    let totals = keyset.totals(pool, page.count(), |query| push_source(query, filter), None).await?;
    let shown = Shown { inner: "s.*", outer: COLUMNS, joins: JOINS };
    keyset.read(pool, shown, totals, |query| push_source(query, filter), read).await
}

fn push_source(query: &mut QueryBuilder<Postgres>, filter: &ShareRuleFilter) {
    query.push(" FROM share_rules s WHERE true");
    push_equal(query, "s.scope", filter.scope.map(ShareScope::as_str));
    if let Some(organization) = filter.organization {
        query.push(" AND s.organization_id = ").push_bind(organization.0);
    }
    if let Some(relationship) = filter.relationship {
        query.push(" AND s.relationship_id = ").push_bind(relationship.0);
    }
    if let Some(at) = filter.at {
        query.push(" AND s.during @> ").push_bind(at);
    }
}

/// Whom a rule is for.
pub(super) struct Names {
    pub organization: Option<OrganizationRef>,
    pub relationship_id: Option<CoachingRelationshipId>,
    pub coach: Option<CustomerRef>,
    pub client: Option<CustomerRef>,
}

pub(super) fn read_names(row: &PgRow) -> sqlx::Result<Names> {
    let person = |id: &str, name: &str| {
        let found: Option<Uuid> = row.try_get(id)?;
        found.map(|id| Ok::<_, sqlx::Error>(CustomerRef { id: CustomerId(id), name: row.try_get(name)? })).transpose()
    };
    Ok(Names {
        organization: read_organization(row)?,
        relationship_id: row.try_get::<Option<Uuid>, _>("relationship_id")?.map(CoachingRelationshipId),
        coach: person("coach_id", "coach_name")?,
        client: person("client_id", "client_name")?,
    })
}

fn read(row: &PgRow) -> sqlx::Result<ShareRule> {
    let Names { organization, relationship_id, coach, client } = read_names(row)?;
    Ok(ShareRule {
        id: ShareRuleId(row.try_get("id")?),
        scope: row.word("scope")?,
        organization,
        relationship_id,
        coach,
        client,
        base: row.word("base")?,
        coach_bp: row.try_get("coach_bp")?,
        organization_bp: row.try_get("organization_bp")?,
        starts_at: row.try_get("starts_at")?,
        ends_at: row.try_get("ends_at")?,
    })
}

/// Publishes a rule. What holds for the same at its first instant ends there; it holds until the next begins. Payments since
/// are shared anew.
///
/// # Errors
/// [`DomainError::Invalid`] for parts that are more than all, or somebody who is not there; the database's
/// `share_rules_one_at_a_time` when another begins at that very instant.
pub async fn create(pool: &PgPool, actor: &Actor, new: &NewShareRule) -> Result<ShareRule> {
    let mut tx = pool.begin().await?;
    let rule = create_in(&mut tx, actor, new).await?;
    tx.commit().await?;
    Ok(rule)
}

/// The same, as a part of something.
pub(super) async fn create_in(tx: &mut PgConnection, actor: &Actor, new: &NewShareRule) -> Result<ShareRule> {
    check_parts("", new.coach_bp, new.organization_bp)?;
    if new.starts_at.is_some_and(|at| !(1970..=9999).contains(&at.year())) {
        return Err(DomainError::invalid("starts_at", "out_of_range", "Use a time between 1970 and 9999."));
    }
    let scope = match (new.organization_id, new.relationship_id) {
        (Some(_), Some(_)) => {
            let message = "A rule is for an organization or for a coaching relationship, not for both.";
            return Err(DomainError::invalid("relationship_id", "invalid", message));
        }
        (Some(organization), None) => {
            require_organization(tx, "organization_id", organization).await?;
            ShareScope::Organization
        }
        (None, Some(relationship)) => {
            require_relationship(tx, relationship).await?;
            ShareScope::Relationship
        }
        (None, None) => ShareScope::Default,
    };
    // One at a time: what holds must not change between looking and writing.
    sqlx::query("LOCK TABLE share_rules IN SHARE ROW EXCLUSIVE MODE").execute(&mut *tx).await?;
    let id = ShareRuleId(Uuid::now_v7());
    let subject = new.organization_id.map(|id| id.0).or(new.relationship_id.map(|id| id.0)).unwrap_or_default();
    let starts_at = new.starts_at.unwrap_or_else(Utc::now);
    let replaced = sqlx::query_scalar!(
        "UPDATE share_rules SET during = tstzrange(lower(during), $3)
         WHERE scope = $1 AND subject_id = $2 AND during @> $3::timestamptz AND lower(during) < $3 RETURNING id",
        scope.as_str(),
        subject,
        starts_at,
    )
    .fetch_optional(&mut *tx)
    .await?;
    sqlx::query!(
        "INSERT INTO share_rules (id, scope, organization_id, relationship_id, base, coach_bp, organization_bp, during)
         SELECT $1, $2, $3, $4, $5, $6, $7, tstzrange($8, min(lower(during)))
         FROM share_rules WHERE scope = $2 AND subject_id = $9 AND lower(during) > $8",
        id.0,
        scope.as_str(),
        new.organization_id.map(|id| id.0),
        new.relationship_id.map(|id| id.0),
        new.base.unwrap_or(ShareBase::Gross).as_str(),
        new.coach_bp,
        new.organization_bp,
        starts_at,
        subject,
    )
    .execute(&mut *tx)
    .await?;
    if let Some(replaced) = replaced {
        let old = one(tx, ShareRuleId(replaced)).await?;
        let before = ShareRule { ends_at: one(tx, id).await?.ends_at, ..old.clone() };
        record(tx, actor, "ended", Some(&before), Some(&old)).await?;
    }
    let rule = one(tx, id).await?;
    record(tx, actor, "created", None, Some(&rule)).await?;
    share_again(tx, &rule, rule.starts_at).await?;
    Ok(rule)
}

/// Ends a rule; one that has not begun is withdrawn, and the one that it was to take over from goes on. Payments since are shared anew, by the next rule further out.
///
/// # Errors
/// [`DomainError::Invalid`] for an end that is not between its beginning and its end so far.
pub async fn end(
    pool: &PgPool,
    actor: &Actor,
    id: ShareRuleId,
    at: Option<DateTime<Utc>>,
) -> Result<Option<ShareRule>> {
    let mut tx = pool.begin().await?;
    sqlx::query("LOCK TABLE share_rules IN SHARE ROW EXCLUSIVE MODE").execute(&mut *tx).await?;
    let old = one(&mut tx, id).await?;
    let now = Utc::now();
    if at.is_none() && old.ends_at.is_some_and(|end| end <= now) {
        return Ok(Some(old));
    }
    if old.starts_at > now && at.is_none_or(|at| at <= old.starts_at) {
        withdraw(&mut tx, actor, &old).await?;
        tx.commit().await?;
        return Ok(None);
    }
    let at = at.unwrap_or(now);
    if at <= old.starts_at || old.ends_at.is_some_and(|end| at > end) {
        let message = "Use a time after its beginning, and not after its end so far.";
        return Err(DomainError::invalid("ends_at", "out_of_range", message));
    }
    sqlx::query!("UPDATE share_rules SET during = tstzrange(lower(during), $2) WHERE id = $1", id.0, at)
        .execute(&mut *tx)
        .await?;
    let ended = one(&mut tx, id).await?;
    record(&mut tx, actor, "ended", Some(&old), Some(&ended)).await?;
    share_again(&mut tx, &old, at).await?;
    tx.commit().await?;
    Ok(Some(ended))
}

/// Takes away a rule that has not begun. What would have made room for it goes on.
async fn withdraw(tx: &mut PgConnection, actor: &Actor, rule: &ShareRule) -> Result<()> {
    sqlx::query!("DELETE FROM share_rules WHERE id = $1", rule.id.0).execute(&mut *tx).await?;
    record(tx, actor, "withdrawn", Some(rule), None).await?;
    let subject =
        rule.organization.as_ref().map(|o| o.id.0).or(rule.relationship_id.map(|id| id.0)).unwrap_or_default();
    let cut_short = sqlx::query_scalar!(
        "SELECT id FROM share_rules WHERE scope = $1 AND subject_id = $2 AND upper(during) = $3::timestamptz",
        rule.scope.as_str(),
        subject,
        rule.starts_at,
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(before) = cut_short.map(ShareRuleId) else { return Ok(()) };
    let old = one(tx, before).await?;
    sqlx::query!("UPDATE share_rules SET during = tstzrange(lower(during), $2) WHERE id = $1", before.0, rule.ends_at,)
        .execute(&mut *tx)
        .await?;
    let new = one(tx, before).await?;
    record(tx, actor, "prolonged", Some(&old), Some(&new)).await
}

/// Fails unless the parts are parts, and no more than all together. `of` stands before the fields' names.
pub(super) fn check_parts(of: &str, coach_bp: i32, organization_bp: i32) -> Result<()> {
    for (field, part) in [("coach_bp", coach_bp), ("organization_bp", organization_bp)] {
        if !(0..=WHOLE).contains(&part) {
            return Err(DomainError::invalid(
                format!("{of}{field}"),
                "out_of_range",
                "Use 0 to 10000 basis points: 3000 is 30 %.",
            ));
        }
    }
    if coach_bp + organization_bp > WHOLE {
        let message = "Coach and organization together cannot get more than 100 % (10000 basis points).";
        return Err(DomainError::invalid(format!("{of}organization_bp"), "out_of_range", message));
    }
    Ok(())
}

/// Fails unless the id is that of a coaching relationship.
pub(super) async fn require_relationship(tx: &mut PgConnection, id: CoachingRelationshipId) -> Result<()> {
    let there =
        sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM coaching_relationships WHERE id = $1) AS "there!""#, id.0)
            .fetch_one(tx)
            .await?;
    if there {
        return Ok(());
    }
    Err(DomainError::invalid("relationship_id", "unknown_value", "No coaching relationship has this id."))
}

/// Queues whoever was coached since then, where the rule is for them.
async fn share_again(tx: &mut PgConnection, rule: &ShareRule, since: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "INSERT INTO recompute_queue (customer_id, reason)
         SELECT DISTINCT client_id, 'share_rule' FROM coaching_relationships
         WHERE $1 <= now() AND during && tstzrange($1, NULL) AND ($2::uuid IS NULL OR organization_id = $2) AND ($3::uuid IS NULL OR id = $3)
         ON CONFLICT DO NOTHING",
        since,
        rule.organization.as_ref().map(|organization| organization.id.0),
        rule.relationship_id.map(|id| id.0),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// One rule.
///
/// # Errors
/// [`DomainError::NotFound`] when it is not there.
pub async fn find(pool: &PgPool, id: ShareRuleId) -> Result<ShareRule> {
    one(&mut *pool.acquire().await?, id).await
}

/// The rule by which what the client of a coaching relationship pays now is shared: the nearest that holds. For one that is over,
/// that which held at its end.
///
/// # Errors
/// [`DomainError::NotFound`] when there is no such relationship.
pub async fn of_relationship(pool: &PgPool, id: CoachingRelationshipId) -> Result<CoachingShare> {
    let known =
        sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM coaching_relationships WHERE id = $1) AS "known!""#, id.0);
    if !known.fetch_one(pool).await? {
        return Err(DomainError::not_found("coaching relationship", id));
    }
    let mut query = QueryBuilder::new("SELECT ");
    query.push(COLUMNS).push(" FROM share_rules page").push(JOINS).push(
        " JOIN coaching_relationships c
              ON page.scope = 'default' OR page.relationship_id = c.id OR page.organization_id = c.organization_id
          WHERE page.during @> least(now(), upper(c.during) - interval '1 microsecond') AND c.id = ",
    );
    query
        .push_bind(id.0)
        .push(" ORDER BY array_position(ARRAY['relationship', 'organization', 'default'], page.scope) LIMIT 1");
    let row = query.build().fetch_optional(pool).await?;
    Ok(CoachingShare { rule: row.as_ref().map(read).transpose()? })
}

async fn one(tx: &mut PgConnection, id: ShareRuleId) -> Result<ShareRule> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(COLUMNS).push(" FROM share_rules page").push(JOINS).push(" WHERE page.id = ").push_bind(id.0);
    let row = query.build().fetch_optional(tx).await?;
    Ok(read(&row.ok_or_else(|| DomainError::not_found("rule", id))?)?)
}

async fn record(
    tx: &mut PgConnection,
    actor: &Actor,
    verb: &'static str,
    before: Option<&ShareRule>,
    after: Option<&ShareRule>,
) -> Result<()> {
    let id = after.or(before).map(|rule| rule.id.to_string()).unwrap_or_default();
    audit::record(tx, actor, Subject { resource: RESOURCE, id: &id, verb }, before, after).await
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
