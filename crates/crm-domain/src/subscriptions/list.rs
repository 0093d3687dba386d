//! The subscription list: as it is now, or with the MRR that each subscription had at the end of a day.

use super::items;
use crate::customers::search::Search;
use crate::db::{DomainError, Result};
use crate::filter::{Day, DayRange, Text, push_currency, push_day_start, push_equal};
use crate::page::{Keyset, Kind, Order, PageRequest, Shown, Sum};
use crate::row::RowExt;
use crm_types::ids::{CustomerId, SubscriptionId};
use crm_types::page::Count;
use crm_types::plans::{Stream, Tier};
use crm_types::subscriptions::{
    PaymentRecovery, Subscription, SubscriptionDetails, SubscriptionSort, SubscriptionStatus,
};
use crm_types::{Currency, Money, Page};
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Postgres, QueryBuilder, Row};

/// What to narrow the subscription list with.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SubscriptionFilter {
    /// What the customer is found by, or Stripe's subscription id.
    pub q: Option<Search>,
    /// Our status, now.
    pub status: Option<SubscriptionStatus>,
    /// Stream of its largest item; with `as_of`: only the MRR that counted there.
    pub stream: Option<Stream>,
    /// Tier of its largest item; with `as_of`: only the MRR that counted there.
    pub tier: Option<Tier>,
    /// Currency; with `as_of`, the reporting currency when not given.
    pub currency: Option<Currency>,
    /// Whose.
    pub customer_id: Option<CustomerId>,
    /// Has this price now; without `as_of`: only the MRR of its items with that price.
    pub price_id: Option<Text>,
    /// Has a price of this plan now; without `as_of`: only the MRR of its items of that plan.
    pub plan_id: Option<Text>,
    /// Whether it is active or past due.
    pub counted: Option<bool>,
    /// MRR as at the end of this day, and only subscriptions that had any.
    pub as_of: Option<Day>,
    /// In its trial at the end of this day.
    pub trialing_at: Option<Day>,
    /// Whether it will end: cancelled, and its period not over.
    pub scheduled: Option<bool>,
    /// Whether it is active or past due and goes on after its period.
    pub renews: Option<bool>,
    /// Its period ends on one of these days.
    pub period_end: DayRange,
}

impl SubscriptionFilter {
    /// Whether the MRR is that of some items.
    fn is_of_items(&self) -> bool {
        self.as_of.is_none() && (self.price_id.is_some() || self.plan_id.is_some())
    }
}

const COLUMNS: &str = "page.id, page.customer_id, page.stripe_subscription_id, page.status, page.stripe_status, page.stream, \
    page.tier, coalesce(subscription_plan(page.price_ids), '') AS plan, page.shown_mrr, page.shown_currency, page.interval, page.interval_count, page.quantity, \
    page.current_period_start, page.current_period_end, page.trial_start, page.trial_end, page.converted_from_trial, \
    page.cancel_at, page.ended_at, page.cancel_reason, page.created_at, \
    coalesce(c.name, c.billing_email::text, c.email::text) AS customer_name, \
    (SELECT a.kind FROM stripe_actions a WHERE a.subject = page.stripe_subscription_id AND a.state = 'pending' \
         AND a.asked_at > now() - interval '15 minutes') AS pending, \
    r.number AS open_invoice, r.open AS open_minor, r.attempts, r.next_attempt";
/// The owner of each row, and the newest invoice that is still to be collected of one that is past due.
const JOINS: &str = " JOIN customers c ON c.id = page.customer_id \
    LEFT JOIN LATERAL (SELECT o.body->>'number' AS number, (o.body->>'amount_remaining')::bigint AS open, \
            coalesce((o.body->>'attempts')::bigint, 0) AS attempts, (o.body->>'next_attempt')::timestamptz AS next_attempt \
        FROM stripe_objects o WHERE page.status = 'past_due' AND o.kind = 'invoice' AND (o.body->>'status') = 'open' \
            AND o.stripe_customer_id = c.stripe_customer_id AND o.body->>'subscription' = page.stripe_subscription_id \
        ORDER BY o.seen_at DESC LIMIT 1) r ON true";

/// One page of subscriptions. An exact count adds up MRR.
pub async fn list(
    pool: &PgPool,
    filter: &SubscriptionFilter,
    sort: SubscriptionSort,
    page: &PageRequest,
) -> Result<Page<Subscription>> {
    let filter = &SubscriptionFilter { q: Search::forgiving(filter.q.as_ref(), pool).await?, ..filter.clone() };
    let keyset = Keyset::new(order(sort, filter), filter, page)?;
    let whole_ledger = |whole: bool| whole && filter.customer_id.is_none() && filter.q.is_none();
    let exact = page.count() == Count::Exact;
    let sum = match filter.as_of {
        Some(_) => Sum { currency: "past.currency", amount: "sum(past.mrr)" },
        None if filter.is_of_items() => Sum { currency: "s.currency", amount: "sum(part.mrr)" },
        None => Sum { currency: "s.currency", amount: "sum(s.mrr_minor)" },
    };
    let totals =
        keyset.totals(pool, page.count(), |query| push_source(query, filter, whole_ledger(exact)), Some(sum)).await?;
    let inner = match filter.as_of {
        Some(_) => "s.*, past.mrr AS shown_mrr, past.currency AS shown_currency",
        None if filter.is_of_items() => "s.*, part.mrr AS shown_mrr, s.currency AS shown_currency",
        None => "s.*, s.mrr_minor AS shown_mrr, s.currency AS shown_currency",
    };
    let by_mrr = matches!(sort, SubscriptionSort::Mrr | SubscriptionSort::MrrDescending);
    let shown = Shown { inner, outer: COLUMNS, joins: JOINS };
    keyset.read(pool, shown, totals, |query| push_source(query, filter, whole_ledger(by_mrr)), read).await
}

/// One subscription, as it is now, with its items.
pub async fn find(pool: &PgPool, id: SubscriptionId) -> Result<SubscriptionDetails> {
    let mut query = QueryBuilder::new("SELECT page.items, ");
    query.push(COLUMNS);
    query.push(" FROM (SELECT s.*, s.mrr_minor AS shown_mrr, s.currency AS shown_currency FROM subscriptions s WHERE s.id = ").push_bind(id.0);
    query.push(") AS page").push(JOINS);
    let row = query.build().fetch_optional(pool).await?.ok_or_else(|| DomainError::not_found("subscription", id))?;
    let subscription = read(&row)?;
    let sqlx::types::Json(items) = row.try_get("items")?;
    let items = items::described(pool, items, subscription.mrr.currency).await?;
    let coupons = coupons(pool, &subscription.stripe_subscription_id).await?;
    Ok(SubscriptionDetails { subscription, items, coupons })
}

/// Coupons of the newest snapshot. One whose discount was never told goes by the discount's id.
async fn coupons(pool: &PgPool, subscription: &str) -> Result<Vec<String>> {
    let rows = sqlx::query_scalar!(
        r#"SELECT coalesce(o.body->>'coupon', d.id) AS "coupon!"
           FROM (SELECT body FROM subscription_versions WHERE stripe_subscription_id = $1 ORDER BY at DESC, rank DESC LIMIT 1) v
           CROSS JOIN LATERAL jsonb_array_elements_text(coalesce(v.body->'discounts', '[]')) AS d (id)
           LEFT JOIN stripe_objects o ON o.id = d.id ORDER BY 1"#,
        subscription
    );
    Ok(rows.fetch_all(pool).await?)
}

fn order(sort: SubscriptionSort, filter: &SubscriptionFilter) -> Order {
    use SubscriptionSort as S;
    Order {
        name: sort.as_str(),
        columns: match sort {
            S::Mrr | S::MrrDescending if filter.as_of.is_some() => &[("past.mrr", Kind::Int), ("s.id", Kind::Id)],
            S::Mrr | S::MrrDescending => &[("s.mrr_minor", Kind::Int), ("s.id", Kind::Id)],
            S::CreatedAt | S::CreatedAtDescending => &[("s.created_at", Kind::Time), ("s.id", Kind::Id)],
            S::CurrentPeriodEnd => {
                &[("coalesce(s.current_period_end, 'infinity'::timestamptz)", Kind::TimeOrNever), ("s.id", Kind::Id)]
            }
        },
        descending: matches!(sort, S::MrrDescending | S::CreatedAtDescending),
    }
}

fn push_source(query: &mut QueryBuilder<Postgres>, filter: &SubscriptionFilter, whole_ledger: bool) {
    query.push(" FROM subscriptions s");
    if let Some(day) = filter.as_of {
        push_mrr_then(query, filter, day, whole_ledger);
    } else if filter.is_of_items() {
        push_items(query, filter);
    }
    query.push(" WHERE true");
    if filter.as_of.is_some() {
        query.push(" AND past.mrr <> 0");
    } else {
        push_equal(query, "s.stream", filter.stream.map(Stream::as_str));
        push_equal(query, "s.tier", filter.tier.map(Tier::as_str));
        push_equal(query, "s.currency", filter.currency.as_ref().map(Currency::code));
    }
    if let Some(q) = &filter.q {
        query.push(
            " AND s.id IN (SELECT f.id FROM subscriptions f JOIN customer_search c ON c.id = f.customer_id WHERE true",
        );
        q.push(query);
        query.push(" UNION ALL SELECT f.id FROM subscriptions f WHERE f.stripe_subscription_id = ");
        query.push_bind(q.as_str().to_owned()).push(")");
    }
    push_equal(query, "s.status", filter.status.map(SubscriptionStatus::as_str));
    if let Some(customer) = filter.customer_id {
        query.push(" AND s.customer_id = ").push_bind(customer.0);
    }
    if let Some(price) = &filter.price_id {
        query.push(" AND s.price_ids @> ARRAY[").push_bind(price.as_str().to_owned()).push("]");
    }
    if let Some(plan) = &filter.plan_id {
        query.push(" AND s.price_ids && ");
        push_prices(query, plan);
    }
    if let Some(counted) = filter.counted {
        query.push(if counted { " AND s.status IN" } else { " AND s.status NOT IN" }).push(" ('active', 'past_due')");
    }
    if let Some(day) = filter.trialing_at {
        query.push(" AND s.trialed_from < ");
        push_day_start(query, day.next());
        query.push(" AND (s.trialed_until IS NULL OR s.trialed_until >= ");
        push_day_start(query, day.next());
        query.push(")");
    }
    if let Some(scheduled) = filter.scheduled {
        query.push(match scheduled {
            true => " AND s.cancel_at IS NOT NULL AND s.ended_at IS NULL",
            false => " AND (s.cancel_at IS NULL OR s.ended_at IS NOT NULL)",
        });
    }
    if let Some(renews) = filter.renews {
        query.push(match renews {
            true => " AND s.status IN ('active', 'past_due') AND s.cancel_at IS NULL",
            false => " AND NOT (s.status IN ('active', 'past_due') AND s.cancel_at IS NULL)",
        });
    }
    // As the indexes have it.
    filter.period_end.push(query, "coalesce(s.current_period_end, 'infinity'::timestamptz)");
}

/// Joins what the items of the price or plan add to each subscription's MRR, in its currency.
fn push_items(query: &mut QueryBuilder<Postgres>, filter: &SubscriptionFilter) {
    query.push(" CROSS JOIN LATERAL (SELECT coalesce(sum(i.mrr), 0)::bigint AS mrr FROM jsonb_to_recordset(s.items) AS i (price text, mrr bigint) WHERE true");
    push_equal(query, "i.price", filter.price_id.as_ref().map(Text::as_str));
    if let Some(plan) = &filter.plan_id {
        query.push(" AND i.price = ANY (");
        push_prices(query, plan);
        query.push(")");
    }
    query.push(") AS part");
}

/// Adds the array of a plan's prices.
fn push_prices(query: &mut QueryBuilder<Postgres>, plan: &Text) {
    query.push("ARRAY(SELECT k.id FROM prices k WHERE k.plan_id = ").push_bind(plan.as_str().to_owned()).push(")");
}

/// Joins what each subscription's movements add up to before the end of a day, reversals included so that they net.
/// Two forms of the same: one probe a row for a page in another order, or one pass over the ledger when all of it counts.
fn push_mrr_then(query: &mut QueryBuilder<Postgres>, filter: &SubscriptionFilter, day: Day, whole_ledger: bool) {
    // Materialised, or each parallel worker would make the pass on its own.
    query.push(if whole_ledger {
        " JOIN (WITH sums AS MATERIALIZED (SELECT l.subscription_id,"
    } else {
        " CROSS JOIN LATERAL (SELECT"
    });
    query.push(" min(l.currency) AS currency, sum(l.amount_minor)::bigint AS mrr FROM mrr_movement_lines l WHERE l.currency = ");
    push_currency(query, filter.currency);
    query.push(" AND l.occurred_at < ");
    push_day_start(query, day.next());
    push_equal(query, "l.stream", filter.stream.map(Stream::as_str));
    push_equal(query, "l.tier", filter.tier.map(Tier::as_str));
    query.push(if whole_ledger {
        " GROUP BY l.subscription_id) SELECT * FROM sums) AS past ON past.subscription_id = s.id"
    } else {
        " AND l.subscription_id = s.id) AS past"
    });
}

fn read(row: &PgRow) -> sqlx::Result<Subscription> {
    Ok(Subscription {
        id: SubscriptionId(row.try_get("id")?),
        customer_id: CustomerId(row.try_get("customer_id")?),
        customer_name: row.try_get("customer_name")?,
        stripe_subscription_id: row.try_get("stripe_subscription_id")?,
        status: row.word("status")?,
        stripe_status: row.try_get("stripe_status")?,
        stream: row.optional_word("stream")?,
        tier: row.optional_word("tier")?,
        plan: row.try_get("plan")?,
        mrr: row.money("shown_mrr", "shown_currency")?,
        interval: row.optional_word("interval")?,
        interval_count: row.try_get("interval_count")?,
        quantity: row.try_get("quantity")?,
        current_period_start: row.try_get("current_period_start")?,
        current_period_end: row.try_get("current_period_end")?,
        trial_start: row.try_get("trial_start")?,
        trial_end: row.try_get("trial_end")?,
        converted_from_trial: row.try_get("converted_from_trial")?,
        cancel_at: row.try_get("cancel_at")?,
        ended_at: row.try_get("ended_at")?,
        cancel_reason: row.try_get("cancel_reason")?,
        created_at: row.try_get("created_at")?,
        pending: row.optional_word("pending")?,
        recovery: recovery(row)?,
    })
}

fn recovery(row: &PgRow) -> sqlx::Result<Option<PaymentRecovery>> {
    let Some(open) = row.try_get::<Option<i64>, _>("open_minor")? else { return Ok(None) };
    Ok(Some(PaymentRecovery {
        invoice_number: row.try_get("open_invoice")?,
        open: Money::new(open, row.word("shown_currency")?),
        attempts: row.try_get("attempts")?,
        next_attempt_at: row.try_get("next_attempt")?,
    }))
}

#[cfg(test)]
#[path = "list_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "list_views_tests.rs"]
mod views_tests;
