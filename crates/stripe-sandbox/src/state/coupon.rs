//! Coupons, and their discounts on subscriptions.

use super::Sandbox;
use super::billing_object::Subscription;
use super::object::{Coupon, CouponDuration, CouponTerms, Discount};
use crate::calendar::Interval;
use crate::error::{Error, Result};
use crate::shape;

impl Sandbox {
    /// Creates a coupon under an id of the caller's choice (Stripe: `FALL25OFF`) and gives the id.
    ///
    /// # Errors
    /// When the id is taken or the terms make no sense.
    pub fn create_coupon(
        &mut self,
        id: &str,
        name: &str,
        terms: CouponTerms,
        duration: CouponDuration,
    ) -> Result<String> {
        if self.coupons.find(id).is_some() {
            return Err(Error::Invalid {
                param: "id".to_owned(),
                code: "resource_already_exists",
                message: "Coupon already exists.".to_owned(),
            });
        }
        let terms = match terms {
            CouponTerms::Percent(bp) if bp == 0 || bp > 10_000 => {
                return Err(Error::invalid("percent_off", "Invalid percent_off."));
            }
            CouponTerms::Amount { minor, .. } if minor <= 0 => {
                return Err(Error::invalid("amount_off", "Invalid amount_off."));
            }
            CouponTerms::Amount { minor, currency } => {
                CouponTerms::Amount { minor, currency: currency.to_ascii_lowercase() }
            }
            percent @ CouponTerms::Percent(_) => percent,
        };
        let row =
            Coupon { id: id.to_owned(), created: self.now, name: name.to_owned(), terms, duration, times_redeemed: 0 };
        let object = shape::coupon(&row);
        self.emit("coupon.created", object);
        Ok(self.coupons.insert(row))
    }

    /// Applies a coupon to a running subscription, in place of what was applied before.
    ///
    /// # Errors
    /// When either is missing or the subscription is over.
    pub fn apply_coupon(&mut self, subscription: &str, coupon: &str) -> Result<()> {
        self.coupons.get(coupon)?;
        self.running(subscription)?;
        self.remove_coupon(subscription)?;
        let discount = self.redeem(coupon, subscription)?;
        self.change_subscription(subscription, |sub| sub.discounts = vec![discount.clone()])?;
        self.emit_discount("customer.discount.created", &discount);
        Ok(())
    }

    /// Takes a subscription's discounts away.
    ///
    /// # Errors
    /// When the subscription is missing.
    pub fn remove_coupon(&mut self, subscription: &str) -> Result<()> {
        let removed = self.subscriptions.get(subscription)?.discounts.clone();
        for discount in &removed {
            self.drop_discount(subscription, &discount.id)?;
        }
        Ok(())
    }

    /// A discount of a coupon on a subscription, counted as a redemption.
    pub(super) fn redeem(&mut self, coupon: &str, subscription: &str) -> Result<Discount> {
        let id = self.ids.next("di_");
        let start = self.now;
        let customer = self.subscriptions.get(subscription)?.customer.clone();
        let row = self.coupons.get_mut(coupon)?;
        row.times_redeemed += 1;
        let end = match row.duration {
            CouponDuration::Repeating(months) => Some(Interval::Month.after(start, months)),
            CouponDuration::Once | CouponDuration::Forever => None,
        };
        let (coupon, subscription) = (row.id.clone(), subscription.to_owned());
        let discount = Discount { id, coupon, customer, subscription, start, end };
        self.discounts.insert(discount.clone());
        Ok(discount)
    }

    pub(super) fn emit_discount(&mut self, kind: &str, discount: &Discount) {
        let object = shape::discount(self, discount);
        self.emit(kind, object);
    }

    /// Removes used-up `once` coupons after an invoice, and those whose months are over before one.
    pub(super) fn expire_discounts(&mut self, subscription: &str, invoiced: bool) -> Result<()> {
        let sub = self.subscriptions.get(subscription)?;
        let over: Vec<String> = sub
            .discounts
            .iter()
            .filter(|discount| {
                let ended = discount.end.is_some_and(|end| end <= self.now);
                let coupon = self.coupons.find(&discount.coupon);
                ended || invoiced && coupon.is_some_and(|row| row.duration == CouponDuration::Once)
            })
            .map(|discount| discount.id.clone())
            .collect();
        for id in over {
            self.drop_discount(subscription, &id)?;
        }
        Ok(())
    }

    fn drop_discount(&mut self, subscription: &str, id: &str) -> Result<()> {
        let found = |row: &&Discount| row.id == id;
        let discount = self.subscriptions.get(subscription)?.discounts.iter().find(found).cloned();
        let Some(mut discount) = discount else { return Ok(()) };
        self.change_subscription(subscription, |sub| sub.discounts.retain(|row| row.id != id))?;
        discount.end = Some(self.now);
        self.discounts.get_mut(id)?.end = discount.end;
        self.emit_discount("customer.discount.deleted", &discount);
        Ok(())
    }

    /// What the discounts of a subscription take off `amount`: percentages first, then amounts, never below 0.
    pub(super) fn discount_amounts(&self, sub: &Subscription, amount: i64) -> Vec<(String, i64)> {
        let mut left = amount.max(0);
        let mut taken = Vec::new();
        let terms = |discount: &Discount| self.coupons.find(&discount.coupon).map(|row| &row.terms);
        for discount in &sub.discounts {
            if let Some(CouponTerms::Percent(bp)) = terms(discount) {
                let off = crate::calendar::share(left, i64::from(*bp), 10_000);
                left -= off;
                taken.push((discount.id.clone(), off));
            }
        }
        for discount in &sub.discounts {
            if let Some(CouponTerms::Amount { minor, currency }) = terms(discount) {
                let off = if *currency == sub.currency { left.min(*minor) } else { 0 };
                left -= off;
                taken.push((discount.id.clone(), off));
            }
        }
        taken
    }
}
