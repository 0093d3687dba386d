//! What is asked about a subscription that runs.

use super::perform::{Plan, RequestKey, asked, perform};
use super::port::{Ask, ChangeAsk, Port, Stripe};
use crate::audit::Actor;
use crate::customers::fields::parse_line;
use crate::db::{DomainError, Result};
use crate::row::parse;
use chrono::{DateTime, NaiveDate, Utc};
use crm_types::ids::SubscriptionId;
use crm_types::plans::Interval;
use crm_types::stripe_actions::{
    CancellationTime, CouponApplication, MOST_UNITS, ProrationBehavior, StripeAction, StripeActionKind as Kind,
    SubscriptionCancellation, SubscriptionChange, SubscriptionPause,
};
use crm_types::subscriptions::SubscriptionStatus;
use crm_types::{Currency, Money};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

/// Most characters of what a customer said.
const LONGEST_COMMENT: usize = 500;
/// Most characters of an id at Stripe.
const LONGEST_ID: usize = 200;

/// A subscription, as far as it matters for what can be done with it.
pub(super) struct Found {
    id: SubscriptionId,
    pub(super) stripe: String,
    customer: Uuid,
    status: SubscriptionStatus,
    stripe_status: String,
    currency: Currency,
    cancel_at: Option<DateTime<Utc>>,
    ends_at: Option<DateTime<Utc>>,
    /// Price and quantity of each item.
    items: Vec<(String, i64)>,
}

impl Found {
    /// One that is not over.
    pub(super) async fn running(pool: &PgPool, id: SubscriptionId) -> Result<Self> {
        let row = sqlx::query!(
            r#"SELECT s.stripe_subscription_id, s.customer_id, s.status, s.stripe_status, s.currency, s.cancel_at, s.current_period_end,
                   ARRAY(SELECT e.item->>'price' FROM jsonb_array_elements(s.items) WITH ORDINALITY AS e (item, n) ORDER BY n) AS "prices!: Vec<String>",
                   ARRAY(SELECT (e.item->>'quantity')::bigint FROM jsonb_array_elements(s.items) WITH ORDINALITY AS e (item, n) ORDER BY n)
                       AS "quantities!: Vec<i64>"
               FROM subscriptions s WHERE s.id = $1"#,
            id.0
        )
        .fetch_optional(pool)
        .await?
        .ok_or_else(|| DomainError::not_found("subscription", id))?;
        let status = parse("status", &row.status)?;
        if status == SubscriptionStatus::Cancelled {
            return Err(conflict("This subscription is over, or never began. Start a new one for the customer."));
        }
        Ok(Self {
            id,
            stripe: row.stripe_subscription_id,
            customer: row.customer_id,
            status,
            stripe_status: row.stripe_status,
            currency: parse("currency", &row.currency)?,
            cancel_at: row.cancel_at,
            ends_at: row.current_period_end,
            items: row.prices.into_iter().zip(row.quantities).collect(),
        })
    }

    fn plan(&self, kind: Kind, asked: Value, summary: String) -> Plan<'_> {
        let (resource, id) = ("subscription", self.id.to_string());
        Plan { kind, subject: &self.stripe, customer: self.customer, asked, summary, resource, id }
    }

    /// What a change asks, and how it reads.
    pub(super) async fn change(&self, pool: &PgPool, change: &SubscriptionChange) -> Result<(ChangeAsk, String)> {
        let (item_price, before) = match (&change.item_price_id, &self.items[..]) {
            (None, [item]) => item,
            (None, _) => {
                let message = "This subscription has several items: name the price of the one that changes.";
                return Err(DomainError::invalid("item_price_id", "required", message));
            }
            (Some(price), items) => items.iter().find(|(known, _)| known == price).ok_or_else(|| {
                let message = "The subscription has no item with this price.";
                DomainError::invalid("item_price_id", "unknown_value", message)
            })?,
        };
        let quantity = units(change.quantity.unwrap_or(*before))?;
        let price = Price::find(pool, change.price_id.as_deref().unwrap_or(item_price)).await?;
        if price.id == *item_price && quantity == *before {
            return Err(DomainError::invalid("price_id", "unchanged", "Choose another price or another quantity."));
        }
        if price.currency != self.currency {
            let (from, to) = (self.currency.code().to_uppercase(), price.currency.code().to_uppercase());
            let message = format!("This subscription is in {from}, the price in {to}. The currency cannot change.");
            return Err(DomainError::invalid("price_id", "currency", message));
        }
        if price.id != *item_price && self.items.iter().any(|(other, _)| *other == price.id) {
            let message = "Another item of the subscription has this price already. Change its quantity instead.";
            return Err(DomainError::invalid("price_id", "taken", message));
        }
        let summary = format!("Change to {quantity} × {}", price.shown());
        let ask = ChangeAsk {
            subscription: self.stripe.clone(),
            item_price: item_price.clone(),
            price: price.id,
            quantity,
            proration: change.proration.unwrap_or(ProrationBehavior::NextInvoice),
            prorated_at: change.prorated_at,
        };
        Ok((ask, summary))
    }
}

/// A price that can be subscribed to.
pub(super) struct Price {
    pub(super) id: String,
    currency: Currency,
    name: String,
    unit: Option<i64>,
    interval: Interval,
    interval_count: i32,
}

impl Price {
    /// Refuses what is unknown, given up, paid once or paid by usage.
    pub(super) async fn find(pool: &PgPool, id: &str) -> Result<Self> {
        let unknown = || DomainError::invalid("price_id", "unknown_value", "There is no such price.");
        let row = sqlx::query!(
            r#"SELECT p.id, p.currency, coalesce(d.name, p.nickname, p.id) AS "name!", round(p.unit_amount)::bigint AS unit, p.interval,
                   p.interval_count, p.metered, p.active
               FROM prices p LEFT JOIN products d ON d.id = p.product_id WHERE p.id = $1"#,
            parse_line("price_id", Some(id), LONGEST_ID)?.ok_or_else(unknown)?
        )
        .fetch_optional(pool)
        .await?
        .ok_or_else(unknown)?;
        let unfit = |message| DomainError::invalid("price_id", "unfit", message);
        if !row.active {
            return Err(unfit("This price is not sold any more."));
        }
        let interval = row.interval.as_deref().filter(|_| !row.metered);
        let interval = interval.ok_or_else(|| unfit("This price is not charged regularly by quantity."))?;
        Ok(Self {
            id: row.id,
            currency: parse("currency", &row.currency)?,
            name: row.name,
            unit: row.unit,
            interval: parse("interval", interval)?,
            interval_count: row.interval_count,
        })
    }

    /// `Premium ($29.00 a month)`.
    pub(super) fn shown(&self) -> String {
        let unit = self.unit.map_or_else(|| "tiered".to_owned(), |minor| amount(Money::new(minor, self.currency)));
        let every = match self.interval_count {
            1 => format!("a {}", self.interval),
            n => format!("every {n} {}s", self.interval),
        };
        format!("{} ({unit} {every})", self.name)
    }
}

/// An amount in a sentence: `29.00 USD`.
pub(super) fn amount(money: Money) -> String {
    let (per, decimals) = (money.currency.minor_per_major().unsigned_abs(), money.currency.decimals() as usize);
    let (sign, minor) = (if money.minor < 0 { "-" } else { "" }, money.minor.unsigned_abs());
    let rest = if decimals == 0 { String::new() } else { format!(".{:0decimals$}", minor % per) };
    format!("{sign}{}{rest} {}", minor / per, money.currency.code().to_uppercase())
}

/// A number of units.
pub(super) fn units(quantity: i64) -> Result<i64> {
    if (1..=MOST_UNITS).contains(&quantity) {
        return Ok(quantity);
    }
    Err(DomainError::invalid("quantity", "out_of_range", "Give a quantity from 1 to 100,000. To end it, cancel it."))
}

/// The id of a coupon.
pub(super) fn coupon(text: Option<&str>) -> Result<Option<String>> {
    parse_line("coupon", text, LONGEST_ID)
}

pub(super) fn conflict(message: impl Into<String>) -> DomainError {
    DomainError::Conflict { field: None, message: message.into() }
}

fn day(at: DateTime<Utc>) -> NaiveDate {
    at.date_naive()
}

/// Asks for another price or quantity.
///
/// # Errors
/// [`DomainError::Conflict`] when the subscription is over or something else is on its way; [`DomainError::Invalid`] for a price
/// or quantity that cannot be; [`DomainError::Stripe`] when Stripe does not do it. The same is true of all that follow.
pub async fn change<S: Stripe>(
    pool: &PgPool,
    stripe: Port<'_, S>,
    actor: &Actor,
    key: Option<&RequestKey>,
    id: SubscriptionId,
    change: &SubscriptionChange,
) -> Result<StripeAction> {
    let found = Found::running(pool, id).await?;
    let (ask, summary) = found.change(pool, change).await?;
    let plan = found.plan(Kind::Change, asked(change)?, summary);
    perform(pool, stripe, actor, key, &plan, &Ask::Change(ask)).await
}

/// Asks for a coupon in place of those that are applied.
pub async fn apply_coupon<S: Stripe>(
    pool: &PgPool,
    stripe: Port<'_, S>,
    actor: &Actor,
    key: Option<&RequestKey>,
    id: SubscriptionId,
    application: &CouponApplication,
) -> Result<StripeAction> {
    let missing = || DomainError::invalid("coupon", "required", "Name the coupon.");
    let coupon = coupon(Some(&application.coupon))?.ok_or_else(missing)?;
    let found = Found::running(pool, id).await?;
    let plan = found.plan(Kind::ApplyCoupon, asked(application)?, format!("Apply coupon {coupon}"));
    let ask = Ask::ApplyCoupon { subscription: found.stripe.clone(), coupon };
    perform(pool, stripe, actor, key, &plan, &ask).await
}

/// Asks for no coupon any more.
pub async fn remove_coupon<S: Stripe>(
    pool: &PgPool,
    stripe: Port<'_, S>,
    actor: &Actor,
    key: Option<&RequestKey>,
    id: SubscriptionId,
) -> Result<StripeAction> {
    let found = Found::running(pool, id).await?;
    let discounted = sqlx::query_scalar!(
        r#"SELECT jsonb_array_length(coalesce(body->'discounts', '[]')) > 0 AS "discounted!" FROM subscription_versions
           WHERE stripe_subscription_id = $1 ORDER BY at DESC, rank DESC LIMIT 1"#,
        found.stripe
    );
    if discounted.fetch_optional(pool).await? == Some(false) {
        return Err(conflict("This subscription has no coupon."));
    }
    let plan = found.plan(Kind::RemoveCoupon, json!({}), "Remove the coupon".to_owned());
    let ask = Ask::RemoveCoupon { subscription: found.stripe.clone() };
    perform(pool, stripe, actor, key, &plan, &ask).await
}

/// Asks for a pause: nothing is collected.
pub async fn pause<S: Stripe>(
    pool: &PgPool,
    stripe: Port<'_, S>,
    actor: &Actor,
    key: Option<&RequestKey>,
    id: SubscriptionId,
    pause: &SubscriptionPause,
) -> Result<StripeAction> {
    let found = Found::running(pool, id).await?;
    if found.status == SubscriptionStatus::Paused {
        return Err(conflict("This subscription is paused already."));
    }
    if pause.resumes_at.is_some_and(|at| at <= Utc::now()) {
        return Err(DomainError::invalid("resumes_at", "out_of_range", "Choose a time in the future."));
    }
    let until = pause.resumes_at.map(|at| format!(" until {}", day(at))).unwrap_or_default();
    let plan = found.plan(Kind::Pause, asked(pause)?, format!("Pause{until}"));
    let ask = Ask::Pause { subscription: found.stripe.clone(), resumes_at: pause.resumes_at };
    perform(pool, stripe, actor, key, &plan, &ask).await
}

/// Asks for the end of a pause.
pub async fn resume<S: Stripe>(
    pool: &PgPool,
    stripe: Port<'_, S>,
    actor: &Actor,
    key: Option<&RequestKey>,
    id: SubscriptionId,
) -> Result<StripeAction> {
    let found = Found::running(pool, id).await?;
    if found.status != SubscriptionStatus::Paused {
        return Err(conflict("This subscription is not paused."));
    }
    let plan = found.plan(Kind::Resume, json!({}), "Resume".to_owned());
    let ask = Ask::Resume { subscription: found.stripe.clone(), stopped: found.stripe_status == "paused" };
    perform(pool, stripe, actor, key, &plan, &ask).await
}

/// Asks for the end of a subscription.
pub async fn cancel<S: Stripe>(
    pool: &PgPool,
    stripe: Port<'_, S>,
    actor: &Actor,
    key: Option<&RequestKey>,
    id: SubscriptionId,
    cancellation: &SubscriptionCancellation,
) -> Result<StripeAction> {
    let comment = parse_line("comment", cancellation.comment.as_deref(), LONGEST_COMMENT)?;
    let found = Found::running(pool, id).await?;
    let now = cancellation.when == CancellationTime::Now;
    if let Some(at) = found.cancel_at.filter(|_| !now) {
        let message = format!("This subscription is set to end on {} already.", day(at));
        return Err(conflict(message));
    }
    let reason = cancellation.reason.as_str().replace('_', " ");
    let (kind, when) = match (now, found.ends_at) {
        (true, _) => (Kind::CancelNow, "now".to_owned()),
        (false, Some(end)) => (Kind::CancelAtPeriodEnd, format!("on {}", day(end))),
        (false, None) => (Kind::CancelAtPeriodEnd, "at the period’s end".to_owned()),
    };
    let plan = found.plan(kind, asked(cancellation)?, format!("Cancel {when}: {reason}"));
    let ask = Ask::Cancel { subscription: found.stripe.clone(), now, reason: cancellation.reason, comment };
    perform(pool, stripe, actor, key, &plan, &ask).await
}

/// Asks that a subscription that is set to end goes on.
pub async fn reactivate<S: Stripe>(
    pool: &PgPool,
    stripe: Port<'_, S>,
    actor: &Actor,
    key: Option<&RequestKey>,
    id: SubscriptionId,
) -> Result<StripeAction> {
    let found = Found::running(pool, id).await?;
    if found.cancel_at.is_none() {
        return Err(conflict("This subscription is not set to end."));
    }
    let plan = found.plan(Kind::Reactivate, json!({}), "Reactivate".to_owned());
    let ask = Ask::Keep { subscription: found.stripe.clone() };
    perform(pool, stripe, actor, key, &plan, &ask).await
}
