//! What simulations came to.

use super::rules::{JOINS, NAMES, Names, create_in, read_names};
use super::simulate::Params;
use crate::audit::Actor;
use crate::customers::list::read_organization;
use crate::db::{DomainError, Result};
use crate::filter::push_equal;
use crate::jobs::list::{self as jobs, Viewer};
use crate::page::{Keyset, Kind, Order, PageRequest, Shown, Sum};
use crate::row::{RowExt, parse};
use chrono::Utc;
use crm_types::customers::CustomerRef;
use crm_types::ids::{CustomerId, JobId};
use crm_types::jobs::{Job, JobKind, JobState};
use crm_types::revenue::{NewShareRule, PayoutParty, ShareBase, ShareRule, ShareScope};
use crm_types::revenue_simulation::{
    ProposedRule, Publication, SimulatedParts, SimulatedParty, SimulatedPartySort, SimulatedRule, Simulation,
    SimulationTotal,
};
use crm_types::{Currency, Money, Page};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Postgres, QueryBuilder, Row};

/// What to narrow the list of whom a simulation is about with.
#[derive(Debug, Clone, Serialize)]
pub struct SimulatedFilter {
    /// The simulation.
    pub simulation: JobId,
    /// Coaches or organisations.
    pub party: Option<PayoutParty>,
    /// In this currency.
    pub currency: Option<Currency>,
    /// Whether anything would be different.
    pub changed: Option<bool>,
}

/// A simulation, and what it comes to so far.
///
/// # Errors
/// [`DomainError::NotFound`] when no simulation has this id.
pub async fn find(pool: &PgPool, id: JobId) -> Result<Simulation> {
    let (job, params) = asked(pool, id).await?;
    let rules = rules(pool, id).await?;
    let rows = sqlx::query!("SELECT * FROM revenue_simulation_totals WHERE job_id = $1 ORDER BY currency", id.0)
        .fetch_all(pool)
        .await?;
    let mut totals = Vec::with_capacity(rows.len());
    for row in rows {
        let currency: Currency = parse("currency", &row.currency)?;
        let parts = |[paid, shared, coaches, organizations, platform]: [i64; 5]| {
            let money = |minor| Money::new(minor, currency);
            let (paid, shared, platform) = (money(paid), money(shared), money(platform));
            SimulatedParts { paid, shared, coaches: money(coaches), organizations: money(organizations), platform }
        };
        let r = &row;
        let now =
            [r.now_paid_minor, r.now_shared_minor, r.now_coach_minor, r.now_organization_minor, r.now_platform_minor];
        let proposed = [
            r.proposed_paid_minor,
            r.proposed_shared_minor,
            r.proposed_coach_minor,
            r.proposed_organization_minor,
            r.proposed_platform_minor,
        ];
        totals.push(SimulationTotal { shares: row.shares, now: parts(now), proposed: parts(proposed) });
    }
    Ok(Simulation {
        id,
        from: params.from,
        to: params.to,
        rules,
        state: job.state,
        done: job.done,
        total: job.total,
        error: job.error,
        totals,
        created_at: job.created_at,
        finished_at: job.finished_at,
    })
}

/// The job, and what it was told.
async fn asked(pool: &PgPool, id: JobId) -> Result<(Job, Params)> {
    let job = jobs::find(pool, id, Viewer::Everybody).await?;
    if job.kind != JobKind::RevenueSimulation {
        return Err(DomainError::not_found("simulation", id));
    }
    let params = sqlx::query_scalar!("SELECT params FROM jobs WHERE id = $1", id.0).fetch_one(pool).await?;
    Ok((job, Params::deserialize(params).map_err(|error| sqlx::Error::Decode(error.into()))?))
}

/// The rules that a simulation tries out, with the names of whom they are for.
async fn rules(pool: &PgPool, id: JobId) -> Result<Vec<SimulatedRule>> {
    let mut query = QueryBuilder::new("SELECT page.base, page.coach_bp, page.organization_bp, ");
    query.push(NAMES).push(
        " FROM jobs j CROSS JOIN ROWS FROM (jsonb_to_recordset(j.params -> 'rules') \
             AS (organization_id uuid, relationship_id uuid, base text, coach_bp int, organization_bp int)) \
             WITH ORDINALITY AS page (organization_id, relationship_id, base, coach_bp, organization_bp, place)",
    );
    query.push(JOINS).push(" WHERE j.id = ").push_bind(id.0).push(" ORDER BY page.place");
    let rows = query.build().fetch_all(pool).await?;
    Ok(rows.iter().map(read_rule).collect::<sqlx::Result<_>>()?)
}

fn read_rule(row: &PgRow) -> sqlx::Result<SimulatedRule> {
    let Names { organization, relationship_id, coach, client } = read_names(row)?;
    let base: Option<String> = row.try_get("base")?;
    Ok(SimulatedRule {
        scope: match (&organization, relationship_id) {
            (Some(_), _) => ShareScope::Organization,
            (_, Some(_)) => ShareScope::Relationship,
            (None, None) => ShareScope::Default,
        },
        organization,
        relationship_id,
        coach,
        client,
        base: base.map_or(Ok(ShareBase::Gross), |base| parse("base", &base))?,
        coach_bp: row.try_get("coach_bp")?,
        organization_bp: row.try_get("organization_bp")?,
    })
}

/// One page of whom a simulation is about. An exact count adds up the differences.
///
/// # Errors
/// When no simulation has this id, the cursor is of another list, or the database fails.
pub async fn parties(
    pool: &PgPool,
    filter: &SimulatedFilter,
    sort: SimulatedPartySort,
    page: &PageRequest,
) -> Result<Page<SimulatedParty>> {
    let there = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM jobs WHERE id = $1 AND kind = 'revenue.simulation') AS "there!""#,
        filter.simulation.0
    );
    if !there.fetch_one(pool).await? {
        return Err(DomainError::not_found("simulation", filter.simulation));
    }
    let keyset = Keyset::new(order(sort), filter, page)?;
    let sum = Sum { currency: "s.currency", amount: "sum(s.difference_minor)" };
    let totals = keyset.totals(pool, page.count(), |query| push_source(query, filter), Some(sum)).await?;
    let shown = Shown {
        inner: "s.*",
        outer: "page.*, CASE WHEN page.party = 'organization' THEN page.party_id END AS organization_id, \
                (SELECT customer_called(k) FROM customers k WHERE page.party = 'coach' AND k.id = page.party_id) AS coach_name, \
                (SELECT o.name FROM organizations o WHERE page.party = 'organization' AND o.id = page.party_id) AS organization_name",
        joins: "",
    };
    keyset.read(pool, shown, totals, |query| push_source(query, filter), read).await
}

/// Publishes the rules of a simulation, all or none, as of an instant.
///
/// # Errors
/// [`DomainError::Conflict`] when it is not over, or another rule for the same begins at that very instant; whatever publishing a
/// rule fails with.
pub async fn publish(pool: &PgPool, actor: &Actor, id: JobId, publication: &Publication) -> Result<Vec<ShareRule>> {
    let (job, params) = asked(pool, id).await?;
    if job.state != JobState::Succeeded {
        let message = "This simulation did not come to its end. Look at what it comes to first.";
        return Err(DomainError::Conflict { field: None, message: message.into() });
    }
    let starts_at = Some(publication.starts_at.unwrap_or_else(Utc::now));
    let mut tx = pool.begin().await?;
    let mut rules = Vec::with_capacity(params.rules.len());
    for ProposedRule { organization_id, relationship_id, base, coach_bp, organization_bp } in params.rules {
        let new = NewShareRule { organization_id, relationship_id, base, coach_bp, organization_bp, starts_at };
        rules.push(create_in(&mut tx, actor, &new).await?);
    }
    tx.commit().await?;
    Ok(rules)
}

fn order(sort: SimulatedPartySort) -> Order {
    use SimulatedPartySort as S;
    Order {
        name: sort.as_str(),
        columns: match sort {
            S::Difference | S::DifferenceDescending => &[("s.difference_minor", Kind::Int), ("s.id", Kind::Id)],
            S::Now | S::NowDescending => &[("s.now_minor", Kind::Int), ("s.id", Kind::Id)],
            S::Proposed | S::ProposedDescending => &[("s.proposed_minor", Kind::Int), ("s.id", Kind::Id)],
        },
        descending: sort.as_str().starts_with('-'),
    }
}

fn push_source(query: &mut QueryBuilder<Postgres>, filter: &SimulatedFilter) {
    query.push(" FROM revenue_simulation_parties s WHERE s.job_id = ").push_bind(filter.simulation.0);
    push_equal(query, "s.party", filter.party.map(PayoutParty::as_str));
    push_equal(query, "s.currency", filter.currency.as_ref().map(Currency::code));
    if let Some(changed) = filter.changed {
        query.push(if changed { " AND s.difference_minor <> 0" } else { " AND s.difference_minor = 0" });
    }
}

fn read(row: &PgRow) -> sqlx::Result<SimulatedParty> {
    let coach: Option<String> = row.try_get("coach_name")?;
    let coach = coach.map(|name| Ok::<_, sqlx::Error>(CustomerRef { id: CustomerId(row.try_get("party_id")?), name }));
    Ok(SimulatedParty {
        party: row.word("party")?,
        coach: coach.transpose()?,
        organization: read_organization(row)?,
        shares: row.try_get("shares")?,
        now: row.money("now_minor", "currency")?,
        proposed: row.money("proposed_minor", "currency")?,
        difference: row.money("difference_minor", "currency")?,
    })
}
