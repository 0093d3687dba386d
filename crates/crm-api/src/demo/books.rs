//! The demo's books: how revenue is shared with coaches and organisations, and what is paid to them.

use super::gyms::demo;
use anyhow::Result;
use chrono::{Datelike, Months, TimeDelta, Utc};
use crm_domain::db::DomainError;
use crm_domain::revenue::closing::{self, Reach};
use crm_domain::revenue::{rules, settling, shares};
use crm_types::organizations::Organization;
use crm_types::revenue::{NewShareRule, RevenueMonth};
use sqlx::PgPool;

/// What coaches get, and what organisations get, in basis points.
const TERMS: (i32, i32) = (3_000, 1_000);
/// Organisations that agreed on other terms.
const OWN_TERMS: [(&str, (i32, i32)); 2] = [("Harbour Strength", (2_500, 2_000)), ("Moving Well Physio", (4_000, 0))];

/// Publishes a rule that has held since before the demo's year: for all, or for an organisation that has terms of its own.
pub async fn agree(pool: &PgPool, organization: Option<&Organization>) -> Result<()> {
    let own = |organization: &Organization| OWN_TERMS.iter().find(|(name, _)| *name == organization.name);
    let Some((coach_bp, organization_bp)) = organization.map_or(Some(TERMS), |o| Some(own(o)?.1)) else {
        return Ok(());
    };
    let rule = NewShareRule {
        organization_id: organization.map(|organization| organization.id),
        relationship_id: None,
        base: None,
        coach_bp,
        organization_bp,
        starts_at: Some(Utc::now() - TimeDelta::days(2 * 365)),
    };
    rules::create(pool, &demo(), &rule).await?;
    Ok(())
}

/// Closes the months that are over, but for the last, and pays what they come to, but for the newest of them: as somebody does
/// who keeps books. What cannot be done now, or was done by somebody who looks at the demo, is left.
pub async fn settle_up(pool: &PgPool) -> Result<()> {
    match settle(pool).await {
        Err(DomainError::Conflict { .. }) => Ok(()),
        settled => Ok(settled?),
    }
}

async fn settle(pool: &PgPool) -> Result<(), DomainError> {
    let last = Utc::now().date_naive() - Months::new(1);
    let over = |month: &&RevenueMonth| {
        !month.closed && (month.month.year(), month.month.month()) < (last.year(), last.month())
    };
    let mut months: Vec<_> = shares::months(pool, 24).await?.iter().filter(over).map(|month| month.month).collect();
    months.sort();
    months.dedup();
    let newest = months.last().copied();
    for month in months {
        closing::close(pool, &demo(), month, Reach::One).await?;
        settling::approve(pool, &demo(), month).await?;
        if Some(month) != newest {
            let reference = format!("Transfer {}", month.format("%Y-%m"));
            settling::pay(pool, &demo(), month, Some(&reference)).await?;
        }
    }
    Ok(())
}
