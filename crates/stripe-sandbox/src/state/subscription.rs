//! Creating subscriptions.

use super::Sandbox;
use super::billing_object::{Cancellation, Item, Status, Subscription, TrialEnd};
use super::clock::Action;
use super::object::Metadata;
use crate::calendar::{DAY, Interval};
use crate::error::{Error, Result};

/// An item of a subscription to create.
#[derive(Debug, Clone)]
pub struct NewItem {
    /// The price's id.
    pub price: String,
    /// Seats.
    pub quantity: i64,
}

/// A subscription to create.
#[derive(Debug, Clone, Default)]
pub struct NewSubscription {
    /// The customer's id.
    pub customer: String,
    /// At least one; one currency and one interval.
    pub items: Vec<NewItem>,
    /// Days of a free trial; 0 for none.
    pub trial_days: u32,
    /// What happens at the trial's end without a card.
    pub trial_end: TrialEnd,
    /// A coupon's id.
    pub coupon: Option<String>,
    /// Refuses to create it when the first payment fails, instead of leaving it `incomplete`.
    pub error_if_incomplete: bool,
    /// Key-value pairs.
    pub metadata: Metadata,
}

impl Sandbox {
    /// Creates a subscription, invoices it (a trial with 0) and gives its id.
    ///
    /// # Errors
    /// When something is missing, currencies or intervals are mixed, or (if asked) the card is declined.
    pub fn create_subscription(&mut self, new: NewSubscription) -> Result<String> {
        let currency = self.check_items(&new.items)?;
        let customer = self.customers.get(&new.customer)?;
        if customer.deleted {
            return Err(Error::Missing { object: "customer", id: new.customer });
        }
        if customer.currency.as_ref().is_some_and(|used| *used != currency) {
            let message = "You cannot combine currencies on a single customer.";
            return Err(Error::invalid("items[0][price]", message));
        }
        if let Some(coupon) = &new.coupon {
            self.coupons.get(coupon)?;
        }
        use super::object::PaymentBehaviour::{NoMethod, Succeed};
        let pays = matches!(customer.behaviour, Succeed);
        let no_card = matches!(customer.behaviour, NoMethod);
        if new.error_if_incomplete && new.trial_days == 0 && !pays {
            return Err(if no_card {
                Error::Invalid {
                    param: String::new(),
                    code: "resource_missing",
                    message: "This customer has no attached payment source or default payment method.".to_owned(),
                }
            } else {
                Error::Declined
            });
        }
        self.change_customer(&new.customer, |row| row.currency = Some(currency.clone()))?;
        let items = self.make_items(&new.items);
        let now = self.now;
        let trial = (new.trial_days > 0).then(|| (now, now + i64::from(new.trial_days) * DAY));
        let end = trial.map_or(now, |(_, end)| end);
        let id = self.subscriptions.insert(Subscription {
            id: self.ids.next("sub_"),
            created: now,
            customer: new.customer,
            currency,
            status: if trial.is_some() { Status::Trialing } else { Status::Incomplete },
            items,
            anchor: end,
            cycle: 0,
            period_start: now,
            period_end: end,
            trial,
            trial_end_behaviour: new.trial_end,
            cancel_at_period_end: false,
            canceled_at: None,
            ended_at: None,
            cancellation: Cancellation::default(),
            pause: None,
            discounts: Vec::new(),
            latest_invoice: None,
            pending_lines: Vec::new(),
            metadata: new.metadata,
        });
        let discount = new.coupon.as_ref().map(|coupon| self.redeem(coupon, &id)).transpose()?;
        self.subscriptions.get_mut(&id)?.discounts.extend(discount.clone());
        self.untold(&id, |sandbox| sandbox.first_invoice(&id, trial))?;
        let object = self.subscription_json(&id)?;
        self.emit("customer.subscription.created", object);
        if let Some(discount) = discount {
            self.emit_discount("customer.discount.created", &discount);
        }
        Ok(id)
    }

    fn first_invoice(&mut self, id: &str, trial: Option<(i64, i64)>) -> Result<()> {
        if let Some((_, trial_end)) = trial {
            let subscription = id.to_owned();
            self.schedule(trial_end - 3 * DAY, Action::TrialWillEnd { subscription, trial_end });
            let action = Action::PeriodEnd { subscription: id.to_owned(), end: trial_end };
            self.schedule(trial_end, action);
        } else {
            self.advance_period(id)?;
        }
        let sub = self.subscriptions.get(id)?;
        let (items, period) = (sub.items.clone(), (sub.period_start, sub.period_end));
        let mut lines = Vec::with_capacity(items.len());
        for item in &items {
            let mut line = self.period_line(item, period)?;
            if trial.is_some() {
                line.amount = 0;
                line.description = format!("Free trial for {}", line.description);
            }
            lines.push(line);
        }
        let invoice = self.draft_invoice(id, "subscription_create", lines, (self.now, self.now))?;
        self.finalize(&invoice)
    }

    /// One currency and one interval, all recurring; gives the currency.
    pub(super) fn check_items(&self, items: &[NewItem]) -> Result<String> {
        let mut shared: Option<(&str, (Interval, u32))> = None;
        for (index, item) in items.iter().enumerate() {
            let param = format!("items[{index}][price]");
            let price = self.prices.get(&item.price)?;
            let Some(recurring) = price.recurring else {
                return Err(Error::invalid(&param, "The price is not recurring."));
            };
            if item.quantity < 0 {
                let param = format!("items[{index}][quantity]");
                return Err(Error::invalid(&param, "This value must be greater than or equal to 0."));
            }
            let this = (price.currency.as_str(), recurring);
            if shared.is_some_and(|first| first != this) {
                let message = "All prices on a subscription must have the same currency and `recurring.interval`.";
                return Err(Error::invalid(&param, message));
            }
            shared = Some(this);
        }
        shared.map(|(currency, _)| currency.to_owned()).ok_or_else(|| Error::required("items"))
    }

    pub(super) fn make_items(&mut self, items: &[NewItem]) -> Vec<Item> {
        items
            .iter()
            .map(|item| Item {
                id: self.ids.next_short("si_"),
                created: self.now,
                price: item.price.clone(),
                quantity: item.quantity,
            })
            .collect()
    }

    /// A subscription that is not over.
    pub(super) fn running(&self, id: &str) -> Result<&Subscription> {
        let sub = self.subscriptions.get(id)?;
        if sub.status.is_over() {
            return Err(Error::Missing { object: "subscription", id: id.to_owned() });
        }
        Ok(sub)
    }

    /// Changes a subscription and emits `customer.subscription.updated` when something visible changed.
    pub(super) fn change_subscription(&mut self, id: &str, change: impl FnOnce(&mut Subscription)) -> Result<()> {
        self.track(id, |sandbox| {
            change(sandbox.subscriptions.get_mut(id)?);
            Ok(())
        })
    }
}
