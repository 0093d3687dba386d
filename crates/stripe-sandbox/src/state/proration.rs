//! Changing items in the middle of a period.

use serde_json::Value;

use super::Sandbox;
use super::billing_object::{Item, Line, Status, Subscription};
use super::object::{CouponDuration, CouponTerms};
use super::subscription::NewItem;
use super::subscription_change::{ItemChange, Proration};
use crate::calendar::share;
use crate::error::{Error, Result};
use crate::shape;

impl Sandbox {
    /// Changes prices or quantities, adds or removes items. What is unused of the old items is credited and the rest
    /// of the period charged, by the second; another interval starts a new period at once. A credit beyond the
    /// invoice goes to the customer's balance.
    ///
    /// # Errors
    /// When something is missing, the subscription is over, no item is left, or currencies or intervals are mixed.
    pub fn change_items(&mut self, subscription: &str, changes: &[ItemChange], proration: Proration) -> Result<()> {
        self.change_items_at(subscription, changes, proration, None)
    }

    /// The same with time reckoned to another instant of the period (Unix seconds), as a preview named it.
    ///
    /// # Errors
    /// As [`Sandbox::change_items`], and when the instant is not within the period.
    pub fn change_items_at(
        &mut self,
        subscription: &str,
        changes: &[ItemChange],
        proration: Proration,
        at: Option<i64>,
    ) -> Result<()> {
        let sub = self.running(subscription)?.clone();
        let at = self.proration_date(&sub, at)?;
        let after = self.checked_items_after(&sub, changes)?;
        self.track(subscription, |sandbox| {
            let interval = sandbox.interval_of(subscription)?;
            sandbox.subscriptions.get_mut(subscription)?.items = after;
            if sub.status == Status::Trialing {
                return Ok(());
            }
            if sandbox.interval_of(subscription)? != interval {
                return sandbox.restart_period(&sub);
            }
            if proration == Proration::None {
                return Ok(());
            }
            let lines = sandbox.proration_lines(&sub, at)?;
            let pending = &mut sandbox.subscriptions.get_mut(subscription)?.pending_lines;
            pending.extend(lines);
            if proration == Proration::AlwaysInvoice && !pending.is_empty() {
                return sandbox.invoice_now(subscription, Vec::new());
            }
            Ok(())
        })
    }

    /// The invoice that would follow a change, as Stripe's `invoices/create_preview` tells it. Nothing is changed.
    ///
    /// # Errors
    /// As [`Sandbox::change_items_at`].
    pub fn preview_change(
        &mut self,
        subscription: &str,
        changes: &[ItemChange],
        proration: Proration,
        at: Option<i64>,
    ) -> Result<Value> {
        let (sub, ids) = (self.running(subscription)?.clone(), self.ids.clone());
        let preview = self.preview(&sub, changes, proration, at);
        *self.subscriptions.get_mut(subscription)? = sub;
        self.ids = ids;
        preview
    }

    fn preview(
        &mut self,
        sub: &Subscription,
        changes: &[ItemChange],
        proration: Proration,
        at: Option<i64>,
    ) -> Result<Value> {
        let at = self.proration_date(sub, at)?;
        let after = self.checked_items_after(sub, changes)?;
        let before = self.interval_of(&sub.id)?;
        self.subscriptions.get_mut(&sub.id)?.items.clone_from(&after);
        let (interval, count) = self.interval_of(&sub.id)?;
        let trial = sub.status == Status::Trialing;
        let restarts = (interval, count) != before && !trial;
        let mut lines = match (trial, restarts, proration) {
            (true, ..) | (false, false, Proration::None) => Vec::new(),
            (false, true, _) => {
                sub.items.iter().map(|item| self.rest_line(sub, item, -1, self.now)).collect::<Result<_>>()?
            }
            (false, false, _) => self.proration_lines(sub, at)?,
        };
        let whole = match (restarts, proration) {
            (true, _) => Some((self.now, interval.after(self.now, count))),
            (false, Proration::AlwaysInvoice) if !trial => None,
            (false, _) => Some((sub.period_end, interval.after(sub.anchor, (sub.cycle + 1).saturating_mul(count)))),
        };
        for item in after.iter().filter(|_| whole.is_some()) {
            lines.push(self.period_line(item, whole.unwrap_or_default())?);
        }
        let due = whole.map_or(self.now, |(start, _)| start);
        let (mut row, _) = self.draft(&sub.id, "upcoming", lines, (sub.period_start, due))?;
        row.id = format!("upcoming_{}", row.id);
        row.created = due;
        row.next_attempt = Some(due);
        row.starting_balance = self.customers.get(&sub.customer)?.balance;
        row.amount_due = (row.total + row.starting_balance.min(0)).max(0);
        let mut invoice = shape::invoice(self, &row);
        if let Some(details) = invoice.pointer_mut("/parent/subscription_details").and_then(Value::as_object_mut) {
            details.insert("subscription_proration_date".to_owned(), at.into());
        }
        Ok(invoice)
    }

    /// The instant to which time is reckoned: within the period.
    fn proration_date(&self, sub: &Subscription, at: Option<i64>) -> Result<i64> {
        let at = at.unwrap_or(self.now);
        if (sub.period_start..=sub.period_end).contains(&at) {
            return Ok(at);
        }
        let message = "The proration date must be within the subscription's current period.";
        Err(Error::invalid("subscription_details[proration_date]", message))
    }

    fn checked_items_after(&mut self, sub: &Subscription, changes: &[ItemChange]) -> Result<Vec<Item>> {
        let after = self.items_after(sub, changes)?;
        let wanted: Vec<NewItem> =
            after.iter().map(|item| NewItem { price: item.price.clone(), quantity: item.quantity }).collect();
        let currency = self.check_items(&wanted)?;
        if currency != sub.currency {
            let message = "The currency of a subscription cannot change.";
            return Err(Error::invalid("items[0][price]", message));
        }
        Ok(after)
    }

    fn items_after(&mut self, sub: &Subscription, changes: &[ItemChange]) -> Result<Vec<Item>> {
        let mut items = sub.items.clone();
        for change in changes {
            let Some(id) = &change.id else {
                let price = change.price.clone().ok_or_else(|| Error::required("items[0][price]"))?;
                let new = NewItem { price, quantity: change.quantity.unwrap_or(1) };
                items.extend(self.make_items(&[new]));
                continue;
            };
            let found = items.iter_mut().find(|item| item.id == *id);
            let missing = || Error::Missing { object: "subscription_item", id: id.clone() };
            let item = found.ok_or_else(missing)?;
            if let Some(price) = &change.price {
                item.price.clone_from(price);
            }
            item.quantity = change.quantity.unwrap_or(item.quantity);
            if change.deleted {
                items.retain(|item| item.id != *id);
            }
        }
        Ok(items)
    }

    /// Credits what changed of the old items and charges the new ones, for the rest of the period.
    fn proration_lines(&mut self, old: &Subscription, at: i64) -> Result<Vec<Line>> {
        let new = self.subscriptions.get(&old.id)?.items.clone();
        let same = |a: &Item, b: &Item| a.id == b.id && a.price == b.price && a.quantity == b.quantity;
        let mut lines = Vec::new();
        for item in old.items.iter().filter(|item| !new.iter().any(|other| same(item, other))) {
            lines.push(self.rest_line(old, item, -1, at)?);
        }
        for item in new.iter().filter(|item| !old.items.iter().any(|other| same(item, other))) {
            lines.push(self.rest_line(old, item, 1, at)?);
        }
        Ok(lines)
    }

    /// The rest of the period of one item: charged (`sign` 1) or credited (`sign` -1), net of lasting percentages.
    fn rest_line(&mut self, sub: &Subscription, item: &Item, sign: i64, now: i64) -> Result<Line> {
        let end = sub.period_end;
        let price = self.prices.get(&item.price)?;
        let full = price.unit_amount.saturating_mul(item.quantity).saturating_mul(sign);
        let name = self.products.get(&price.product)?.name.clone();
        let amount = share(self.after_lasting_percentages(sub, full), end - now, end - sub.period_start);
        let what = if sign < 0 { "Unused time on" } else { "Remaining time on" };
        let description = format!("{what} {} × {name}", item.quantity);
        Ok(self.line(item, amount, description, (now, end), true))
    }

    fn after_lasting_percentages(&self, sub: &Subscription, amount: i64) -> i64 {
        let mut left = amount;
        for discount in &sub.discounts {
            let coupon = self.coupons.find(&discount.coupon);
            if let Some(CouponTerms::Percent(bp)) =
                coupon.filter(|row| row.duration != CouponDuration::Once).map(|row| &row.terms)
            {
                left -= share(left, i64::from(*bp), 10_000);
            }
        }
        left
    }

    /// Another interval: the unused time is credited, and a whole new period starts and is invoiced now.
    fn restart_period(&mut self, old: &Subscription) -> Result<()> {
        let now = self.now;
        let mut lines = Vec::new();
        for item in &old.items {
            lines.push(self.rest_line(old, item, -1, now)?);
        }
        let sub = self.subscriptions.get_mut(&old.id)?;
        sub.anchor = now;
        sub.cycle = 0;
        sub.period_end = now;
        self.advance_period(&old.id)?;
        let sub = self.subscriptions.get(&old.id)?;
        let (items, period) = (sub.items.clone(), (sub.period_start, sub.period_end));
        for item in &items {
            lines.push(self.period_line(item, period)?);
        }
        self.invoice_now(&old.id, lines)
    }

    fn invoice_now(&mut self, subscription: &str, lines: Vec<Line>) -> Result<()> {
        let period = (self.now, self.now);
        let invoice = self.draft_invoice(subscription, "subscription_update", lines, period)?;
        self.finalize(&invoice)
    }
}
