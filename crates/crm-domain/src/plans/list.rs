//! The list of plans, and a plan. There are few of them, and their figures are read from `price_totals`, so that nothing here
//! grows with the number of subscriptions.

use super::prices;
use crate::db::{DomainError, Result};
use crate::filter::{Text, push_currency, push_equal, push_words};
use crate::page::{Column, Keyset, Kind, Order, PageRequest, Shown};
use crate::row::RowExt;
use crm_types::page::Count;
use crm_types::plans::{Plan, PlanSort, PlanStream, Price, Stream, Tier};
use crm_types::{Currency, Money, Page};
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Postgres, QueryBuilder, Row};
use std::collections::BTreeSet;

/// What to narrow the plan list with.
#[derive(Debug, Clone, Default, Serialize)]
pub struct PlanFilter {
    /// Words that are all in its name or id, or in the nicknames and ids of its prices.
    pub q: Option<Text>,
    /// One of its prices counts for this stream.
    pub stream: Option<Stream>,
    /// One of its prices counts for this tier.
    pub tier: Option<Tier>,
    /// One of its prices is in this currency, which is also that of the order by MRR; else that is the reporting currency.
    pub currency: Option<Currency>,
    /// Whether it is sold, or archived at Stripe.
    pub active: Option<bool>,
    /// Whether each of its prices has a stream.
    pub mapped: Option<bool>,
}

const COLUMNS: &str = "p.id, p.name, p.active, f.subscribers, f.trials, f.cancelling";

/// One page of plans. An exact count adds up their MRR.
///
/// # Errors
/// When the cursor is of another list, or the database fails.
pub async fn list(pool: &PgPool, filter: &PlanFilter, sort: PlanSort, page: &PageRequest) -> Result<Page<Plan>> {
    let keyset = Keyset::new(order(sort), filter, page)?;
    let totals = keyset.totals(pool, page.count(), |query| push_source(query, filter), None).await?;
    let mut found = keyset.read(pool, Shown::rows(COLUMNS), totals, |query| push_source(query, filter), read).await?;
    fill(pool, &mut found.items, filter.currency).await?;
    if page.count() == Count::Exact {
        found.sums = sums(pool, filter).await?;
    }
    Ok(found)
}

/// One plan.
///
/// # Errors
/// When there is none, or the database fails.
pub async fn find(pool: &PgPool, id: &Text) -> Result<Plan> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(COLUMNS);
    push_source(&mut query, &PlanFilter::default());
    query.push(" AND p.id = ").push_bind(id.as_str().to_owned());
    let row = query.build().fetch_optional(pool).await?;
    let mut plan = read(&row.ok_or_else(|| DomainError::not_found("plan", id.as_str()))?)?;
    fill(pool, std::slice::from_mut(&mut plan), None).await?;
    Ok(plan)
}

fn order(sort: PlanSort) -> Order {
    use PlanSort as S;
    const ID: Column = ("p.id", Kind::Text);
    Order {
        name: sort.as_str(),
        columns: match sort {
            S::Name | S::NameDescending => &[("lower(p.name)", Kind::Text), ID],
            S::Subscribers | S::SubscribersDescending => &[("f.subscribers", Kind::Int), ID],
            S::Mrr | S::MrrDescending => &[("f.mrr", Kind::Int), ID],
        },
        descending: sort.as_str().starts_with('-'),
    }
}

fn push_source(query: &mut QueryBuilder<Postgres>, filter: &PlanFilter) {
    query.push(
        " FROM plans p CROSS JOIN LATERAL (SELECT coalesce(sum(t.of_plan) FILTER (WHERE t.status IN ('active', 'past_due')), 0)::bigint AS subscribers, \
         coalesce(sum(t.of_plan) FILTER (WHERE t.status = 'free_trial'), 0)::bigint AS trials, \
         coalesce(sum(t.of_plan) FILTER (WHERE t.scheduled), 0)::bigint AS cancelling, \
         coalesce(sum(t.mrr_minor) FILTER (WHERE t.currency = ",
    );
    push_currency(query, filter.currency);
    query.push("), 0)::bigint AS mrr FROM prices k JOIN price_totals t ON t.price_id = k.id WHERE k.plan_id = p.id) AS f WHERE true");
    push_words(
        query,
        "lower(concat_ws(' ', p.name, p.id, (SELECT string_agg(concat_ws(' ', k.nickname, k.id), ' ') FROM prices k WHERE k.plan_id = p.id)))",
        filter.q.as_ref(),
    );
    if let Some(active) = filter.active {
        query.push(" AND p.active = ").push_bind(active);
    }
    if let Some(currency) = filter.currency {
        query.push(" AND (f.mrr <> 0 OR EXISTS (SELECT FROM prices k WHERE k.plan_id = p.id AND k.currency = ");
        query.push_bind(currency.code().to_owned()).push("))");
    }
    if filter.stream.is_some() || filter.tier.is_some() {
        push_mapped(query, " AND EXISTS");
        push_equal(query, "m.stream", filter.stream.map(Stream::as_str));
        push_equal(query, "m.tier", filter.tier.map(Tier::as_str));
        query.push(")");
    }
    if let Some(mapped) = filter.mapped {
        push_mapped(query, if mapped { " AND NOT EXISTS" } else { " AND EXISTS" });
        query.push(" AND m.stream IS NULL)");
    }
}

/// Adds the beginning of a condition on the mapping of the plan's prices.
fn push_mapped(query: &mut QueryBuilder<Postgres>, exists: &'static str) {
    query.push(exists).push(" (SELECT FROM prices k JOIN price_mapping m ON m.price_id = k.id WHERE k.plan_id = p.id");
}

/// MRR of all plans that match, by currency.
async fn sums(pool: &PgPool, filter: &PlanFilter) -> Result<Vec<Money>> {
    let mut query = QueryBuilder::new(
        "SELECT t.currency, sum(t.mrr_minor)::bigint AS minor FROM prices k JOIN price_totals t ON t.price_id = k.id WHERE k.plan_id IN (SELECT p.id",
    );
    push_source(&mut query, filter);
    query.push(") GROUP BY t.currency HAVING sum(t.mrr_minor) <> 0 ORDER BY t.currency");
    let rows = query.build().persistent(false).fetch_all(pool).await?;
    Ok(rows.iter().map(|row| row.money("minor", "currency")).collect::<sqlx::Result<_>>()?)
}

/// Puts prices and what they add up to into plans. Amounts in `first`, else in the reporting currency, come first.
async fn fill(pool: &PgPool, plans: &mut [Plan], first: Option<Currency>) -> Result<()> {
    let first = match first {
        Some(currency) => currency,
        None => crate::settings::find(pool).await?.reporting_currency,
    };
    let ids: Vec<String> = plans.iter().map(|plan| plan.id.clone()).collect();
    for price in prices::of_plans(pool, &ids).await? {
        if let Some(plan) = plans.iter_mut().find(|plan| plan.id == price.plan_id) {
            plan.prices.push(price);
        }
    }
    for plan in plans {
        let streams = plan.prices.iter().filter_map(|p| p.stream.map(|stream| PlanStream { stream, tier: p.tier }));
        plan.streams = streams.collect::<BTreeSet<_>>().into_iter().collect();
        plan.mrr = add_up(&plan.prices);
        plan.mrr.sort_by_key(|money| (money.currency != first, money.currency));
    }
    Ok(())
}

/// Each currency by itself.
fn add_up(prices: &[Price]) -> Vec<Money> {
    let mut sums: Vec<Money> = Vec::new();
    for money in prices.iter().flat_map(|price| &price.mrr) {
        match sums.iter_mut().find(|sum| sum.currency == money.currency) {
            Some(sum) => sum.minor = sum.minor.saturating_add(money.minor),
            None => sums.push(*money),
        }
    }
    sums
}

fn read(row: &PgRow) -> sqlx::Result<Plan> {
    Ok(Plan {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        active: row.try_get("active")?,
        streams: Vec::new(),
        subscribers: row.try_get("subscribers")?,
        trials: row.try_get("trials")?,
        cancelling: row.try_get("cancelling")?,
        mrr: Vec::new(),
        prices: Vec::new(),
    })
}

#[cfg(test)]
#[path = "list_tests.rs"]
mod tests;
