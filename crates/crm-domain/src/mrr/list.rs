//! The list of MRR movements as they count: without what was reversed, and without the reversals.

use crate::db::{DomainError, Result};
use crate::filter::{DayRange, Text, push_day_start, push_equal};
use crate::page::{Keyset, Kind, Order, PageRequest, Shown, Sum};
use crate::row::RowExt;
use crm_types::ids::{CustomerId, MovementId, SubscriptionId};
use crm_types::mrr::{MovementSort, MovementType, MrrMovement};
use crm_types::page::Count;
use crm_types::plans::{Stream, Tier};
use crm_types::{Currency, Page};
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Postgres, QueryBuilder, Row};

/// What to narrow the movement list with.
#[derive(Debug, Clone, Default, Serialize)]
pub struct MovementFilter {
    /// Any of these types; none means all.
    pub movements: Vec<MovementType>,
    /// Movements with a part in this stream; amounts are that part.
    pub stream: Option<Stream>,
    /// Movements with a part in this tier; amounts are that part.
    pub tier: Option<Tier>,
    /// Currency.
    pub currency: Option<Currency>,
    /// Whose MRR.
    pub customer_id: Option<CustomerId>,
    /// The subscription that moved.
    pub subscription_id: Option<SubscriptionId>,
    /// Of subscriptions that have a price of this plan now.
    pub plan_id: Option<Text>,
    /// When it happened at Stripe.
    pub days: DayRange,
    /// Only customers who were paying when the first of `days` began, and without a break until the movement.
    pub paying_at_start: bool,
}

impl MovementFilter {
    fn by_part(&self) -> bool {
        self.stream.is_some() || self.tier.is_some()
    }
}

/// One page of movements. An exact count adds up the amounts.
pub async fn list(
    pool: &PgPool,
    filter: &MovementFilter,
    sort: MovementSort,
    page: &PageRequest,
) -> Result<Page<MrrMovement>> {
    if filter.paying_at_start && filter.days.from().is_none() {
        return Err(DomainError::invalid(
            "from",
            "required",
            "Say from which day on: who was paying is asked for when it began.",
        ));
    }
    let keyset = Keyset::new(order(sort, filter), filter, page)?;
    let amount = if filter.by_part() { "sum(part.amount_minor)" } else { "sum(m.amount_minor)" };
    let sum = Sum { currency: "m.currency", amount };
    let counted = if page.count() == Count::Exact { Parts::Whole } else { Parts::Had };
    let totals = keyset.totals(pool, page.count(), |query| push_source(query, filter, counted), Some(sum)).await?;
    let inner = match filter.by_part() {
        true => "m.*, part.amount_minor AS shown_amount",
        false => "m.*, m.amount_minor AS shown_amount",
    };
    let shown_parts = match sort {
        MovementSort::Amount | MovementSort::AmountDescending => Parts::Whole,
        MovementSort::OccurredAt | MovementSort::OccurredAtDescending => Parts::Each,
    };
    let shown = Shown {
        inner,
        outer: "page.*, coalesce(c.name, c.billing_email::text, c.email::text) AS customer_name",
        joins: " JOIN customers c ON c.id = page.customer_id",
    };
    keyset.read(pool, shown, totals, |query| push_source(query, filter, shown_parts), read).await
}

fn order(sort: MovementSort, filter: &MovementFilter) -> Order {
    use MovementSort as S;
    Order {
        name: sort.as_str(),
        columns: match sort {
            S::OccurredAt | S::OccurredAtDescending => &[("m.occurred_at", Kind::Time), ("m.id", Kind::Id)],
            S::Amount | S::AmountDescending if filter.by_part() => {
                &[("part.amount_minor", Kind::Int), ("m.id", Kind::Id)]
            }
            S::Amount | S::AmountDescending => &[("m.amount_minor", Kind::Int), ("m.id", Kind::Id)],
        },
        descending: matches!(sort, S::OccurredAtDescending | S::AmountDescending),
    }
}

/// How the parts that a filter names are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parts {
    /// Not: only which movements have one.
    Had,
    /// One probe a row, for a page in the order of time.
    Each,
    /// One pass over the lines, when all of them count.
    Whole,
}

fn push_source(query: &mut QueryBuilder<Postgres>, filter: &MovementFilter, parts: Parts) {
    query.push(" FROM mrr_movements_effective m");
    // A tier is one line of a movement. A stream may be several.
    let of_stream = filter.stream.is_some() && filter.tier.is_none();
    if filter.by_part() && !(of_stream && parts == Parts::Had) {
        push_part(query, filter, parts == Parts::Whole);
    }
    query.push(" WHERE true");
    if of_stream && parts != Parts::Whole {
        query.push(" AND m.id IN (SELECT l.movement_id FROM mrr_movement_lines l WHERE true");
        push_lines(query, filter);
        query.push(")");
    }
    if !filter.movements.is_empty() {
        let names: Vec<String> = filter.movements.iter().map(MovementType::to_string).collect();
        query.push(" AND m.movement = ANY(").push_bind(names).push(")");
    }
    push_equal(query, "m.currency", filter.currency.as_ref().map(Currency::code));
    if let Some(customer) = filter.customer_id {
        query.push(" AND m.customer_id = ").push_bind(customer.0);
    }
    if let Some(subscription) = filter.subscription_id {
        query.push(" AND m.id IN (SELECT l.movement_id FROM mrr_movement_lines l WHERE l.subscription_id = ");
        query.push_bind(subscription.0).push(")");
    }
    if let Some(plan) = &filter.plan_id {
        query.push(" AND m.subscription_id IN (SELECT s.id FROM subscriptions s WHERE s.price_ids && ARRAY(SELECT k.id FROM prices k WHERE k.plan_id = ");
        query.push_bind(plan.as_str().to_owned()).push("))");
    }
    filter.days.push(query, "m.occurred_at");
    if let (true, Some(from)) = (filter.paying_at_start, filter.days.from()) {
        query.push(" AND m.paying_since < ");
        push_day_start(query, from.date());
    }
}

/// Joins the part of each movement that the filter names.
fn push_part(query: &mut QueryBuilder<Postgres>, filter: &MovementFilter, whole: bool) {
    let (select, join) = match (filter.tier, whole) {
        (Some(_), _) => (" JOIN (SELECT l.movement_id, l.amount_minor", ") AS part ON part.movement_id = m.id"),
        // Materialised, or each parallel worker would make the pass on its own.
        (None, true) => (
            " JOIN (WITH parts AS MATERIALIZED (SELECT l.movement_id, sum(l.amount_minor)::bigint AS amount_minor",
            " GROUP BY l.movement_id) SELECT * FROM parts) AS part ON part.movement_id = m.id",
        ),
        (None, false) => (
            " CROSS JOIN LATERAL (SELECT sum(l.amount_minor)::bigint AS amount_minor",
            " AND l.movement_id = m.id) AS part",
        ),
    };
    query.push(select).push(" FROM mrr_movement_lines l WHERE true");
    push_lines(query, filter);
    query.push(join);
}

/// Adds which lines are meant. The days of a line are those of its movement: said twice, either table's index serves.
fn push_lines(query: &mut QueryBuilder<Postgres>, filter: &MovementFilter) {
    // Only individuals have tiers.
    let stream = filter.stream.or(filter.tier.map(|_| Stream::Rev1Individual));
    push_equal(query, "l.stream", stream.map(Stream::as_str));
    push_equal(query, "l.tier", filter.tier.map(Tier::as_str));
    filter.days.push(query, "l.occurred_at");
}

fn read(row: &PgRow) -> sqlx::Result<MrrMovement> {
    Ok(MrrMovement {
        id: MovementId(row.try_get("id")?),
        customer_id: CustomerId(row.try_get("customer_id")?),
        customer_name: row.try_get("customer_name")?,
        subscription_id: SubscriptionId(row.try_get("subscription_id")?),
        movement: row.word("movement")?,
        amount: row.money("shown_amount", "currency")?,
        before: row.money("before_minor", "currency")?,
        after: row.money("after_minor", "currency")?,
        stream: row.optional_word("stream")?,
        tier: row.optional_word("tier")?,
        reason: row.try_get("reason")?,
        occurred_at: row.try_get("occurred_at")?,
        recorded_at: row.try_get("recorded_at")?,
        stripe_event_id: row.try_get("stripe_event_id")?,
    })
}

#[cfg(test)]
#[path = "list_tests.rs"]
mod tests;
