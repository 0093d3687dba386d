//! Trials that end and periods that follow each other.

use super::Sandbox;
use super::billing_object::{InvoiceStatus, Status, TrialEnd};
use super::clock::Action;
use super::object::PaymentBehaviour;
use crate::calendar::{HOUR, Interval};
use crate::error::Result;
use crate::shape;

impl Sandbox {
    /// Runs a change and emits one `customer.subscription.updated` (or `deleted`, when it ended in it) for all that
    /// it did to the subscription. Changes inside a change are told once, by the outermost: Stripe does so too, and
    /// two events of one object in one second could not be put in order by a reader.
    pub(super) fn track<T>(&mut self, subscription: &str, change: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.tracked.as_deref() == Some(subscription) {
            return change(self);
        }
        let sub = self.subscriptions.get(subscription)?;
        let was_over = sub.status.is_over();
        let before = shape::subscription(self, sub);
        let outer = self.tracked.replace(subscription.to_owned());
        let result = change(self);
        self.tracked = outer;
        let sub = self.subscriptions.get(subscription)?;
        let after = shape::subscription(self, sub);
        if sub.status == Status::Canceled && !was_over {
            self.emit("customer.subscription.deleted", after);
        } else {
            self.emit_change("customer.subscription.updated", &before, after);
        }
        result
    }

    /// Emits nothing for what `change` does to the subscription: its creation tells it all.
    pub(super) fn untold<T>(&mut self, subscription: &str, change: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let outer = self.tracked.replace(subscription.to_owned());
        let result = change(self);
        self.tracked = outer;
        result
    }

    pub(super) fn trial_will_end(&mut self, subscription: &str, trial_end: i64) -> Result<()> {
        let sub = self.subscriptions.get(subscription)?;
        if sub.status == Status::Trialing && sub.trial.is_some_and(|(_, end)| end == trial_end) {
            let object = shape::subscription(self, sub);
            self.emit("customer.subscription.trial_will_end", object);
        }
        Ok(())
    }

    /// A period is over: the subscription ends, pauses for want of a card, or goes on into the next one.
    pub(super) fn period_end(&mut self, subscription: &str, end: i64) -> Result<()> {
        let sub = self.subscriptions.get(subscription)?;
        let idle = matches!(sub.status, Status::Paused | Status::Incomplete);
        if sub.status.is_over() || idle || sub.period_end != end {
            return Ok(());
        }
        if sub.cancel_at_period_end {
            return self.end_subscription(subscription);
        }
        let no_card = self.customers.get(&sub.customer)?.behaviour == PaymentBehaviour::NoMethod;
        if sub.status == Status::Trialing && no_card {
            match sub.trial_end_behaviour {
                TrialEnd::Cancel => return self.end_subscription(subscription),
                TrialEnd::Pause => return self.pause_for_want_of_card(subscription),
                TrialEnd::CreateInvoice => {}
            }
        }
        self.track(subscription, |sandbox| sandbox.next_period(subscription))
    }

    fn pause_for_want_of_card(&mut self, subscription: &str) -> Result<()> {
        self.track(subscription, |sandbox| {
            sandbox.subscriptions.get_mut(subscription)?.status = Status::Paused;
            Ok(())
        })?;
        let object = self.subscription_json(subscription)?;
        self.emit("customer.subscription.paused", object);
        Ok(())
    }

    /// Resumes a subscription that was paused when its trial ended: a new period starts now, and is paid now.
    ///
    /// # Errors
    /// When the subscription is missing or not paused.
    pub fn resume_paused(&mut self, subscription: &str) -> Result<()> {
        if self.subscriptions.get(subscription)?.status != Status::Paused {
            let message = "This subscription is not paused.";
            return Err(crate::error::Error::invalid("subscription", message));
        }
        self.track(subscription, |sandbox| {
            let now = sandbox.now;
            let sub = sandbox.subscriptions.get_mut(subscription)?;
            sub.status = Status::Active;
            sub.anchor = now;
            sub.cycle = 0;
            sub.period_end = now;
            let invoice = sandbox.start_period(subscription)?;
            sandbox.finalize(&invoice)
        })?;
        let object = self.subscription_json(subscription)?;
        self.emit("customer.subscription.resumed", object);
        Ok(())
    }

    fn next_period(&mut self, subscription: &str) -> Result<()> {
        let sub = self.subscriptions.get_mut(subscription)?;
        if sub.status == Status::Trialing {
            sub.status = Status::Active;
            sub.anchor = sub.period_end;
            sub.cycle = 0;
        }
        let invoice = self.start_period(subscription)?;
        self.schedule(self.now + HOUR, Action::Finalize { invoice });
        Ok(())
    }

    /// Moves to the period after the current one and drafts its invoice.
    fn start_period(&mut self, subscription: &str) -> Result<String> {
        self.advance_period(subscription)?;
        let sub = self.subscriptions.get(subscription)?;
        let (items, period) = (sub.items.clone(), (sub.period_start, sub.period_end));
        let mut lines = Vec::with_capacity(items.len());
        for item in &items {
            lines.push(self.period_line(item, period)?);
        }
        self.draft_invoice(subscription, "subscription_cycle", lines, period)
    }

    pub(super) fn advance_period(&mut self, subscription: &str) -> Result<()> {
        let (interval, count) = self.interval_of(subscription)?;
        let sub = self.subscriptions.get_mut(subscription)?;
        sub.cycle += 1;
        sub.period_start = sub.period_end;
        sub.period_end = interval.after(sub.anchor, sub.cycle.saturating_mul(count));
        let end = sub.period_end;
        let action = Action::PeriodEnd { subscription: subscription.to_owned(), end };
        self.schedule(end, action);
        Ok(())
    }

    /// The interval of the items, which is the same for all.
    pub(super) fn interval_of(&self, subscription: &str) -> Result<(Interval, u32)> {
        let sub = self.subscriptions.get(subscription)?;
        let price = sub.items.first().and_then(|item| self.prices.find(&item.price));
        Ok(price.and_then(|price| price.recurring).unwrap_or((Interval::Month, 1)))
    }

    /// Ends a subscription now. What is still open is not tried again.
    pub(super) fn end_subscription(&mut self, subscription: &str) -> Result<()> {
        self.track(subscription, |sandbox| {
            let now = sandbox.now;
            let sub = sandbox.subscriptions.get_mut(subscription)?;
            sub.status = Status::Canceled;
            sub.ended_at = Some(now);
            sub.canceled_at.get_or_insert(now);
            sub.pending_lines.clear();
            let latest = sub.latest_invoice.clone();
            if let Some(invoice) = latest {
                let row = sandbox.invoices.get_mut(&invoice)?;
                if matches!(row.status, InvoiceStatus::Draft | InvoiceStatus::Open) {
                    row.auto_advance = false;
                    row.next_attempt = None;
                }
            }
            Ok(())
        })
    }
}
