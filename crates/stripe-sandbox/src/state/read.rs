//! Objects and lists as JSON, in the sandbox's shape.

use serde_json::Value;

use super::Sandbox;
use super::billing_object::Status;
use crate::error::Result;
use crate::shape;

/// Which part of a list.
#[derive(Debug, Clone)]
pub struct Page {
    /// At most so many, 1 to 100.
    pub limit: usize,
    /// Only what comes after the object with this id.
    pub starting_after: Option<String>,
}

impl Default for Page {
    fn default() -> Self {
        Self { limit: 10, starting_after: None }
    }
}

impl Page {
    /// The page's part of rows that are newest first, and whether there are more.
    fn cut<'a, T: super::table::Row + 'a>(&self, rows: impl Iterator<Item = &'a T>) -> (Vec<&'a T>, bool) {
        let after = self.starting_after.as_deref();
        let mut rows = rows.skip_while(|row| after.is_some_and(|id| row.id() != id)).skip(usize::from(after.is_some()));
        let page = rows.by_ref().take(self.limit).collect();
        (page, rows.next().is_some())
    }
}

impl Sandbox {
    /// A product. An unknown id is an error, here and below.
    ///
    /// # Errors
    /// When it is missing.
    pub fn product_json(&self, id: &str) -> Result<Value> {
        Ok(shape::product(self.products.get(id)?, self.shape))
    }

    /// A price.
    ///
    /// # Errors
    /// When it is missing.
    pub fn price_json(&self, id: &str) -> Result<Value> {
        Ok(shape::price(self.prices.get(id)?, self.shape))
    }

    /// A coupon.
    ///
    /// # Errors
    /// When it is missing.
    pub fn coupon_json(&self, id: &str) -> Result<Value> {
        Ok(shape::coupon(self.coupons.get(id)?))
    }

    /// A discount.
    ///
    /// # Errors
    /// When it is missing.
    pub fn discount_json(&self, id: &str) -> Result<Value> {
        Ok(shape::discount(self, self.discounts.get(id)?))
    }

    /// A customer, or its deleted stub.
    ///
    /// # Errors
    /// When it is missing.
    pub fn customer_json(&self, id: &str) -> Result<Value> {
        Ok(shape::customer(self.customers.get(id)?, self.shape))
    }

    /// A subscription.
    ///
    /// # Errors
    /// When it is missing.
    pub fn subscription_json(&self, id: &str) -> Result<Value> {
        Ok(shape::subscription(self, self.subscriptions.get(id)?))
    }

    /// An invoice.
    ///
    /// # Errors
    /// When it is missing.
    pub fn invoice_json(&self, id: &str) -> Result<Value> {
        Ok(shape::invoice(self, self.invoices.get(id)?))
    }

    /// An invoice payment.
    ///
    /// # Errors
    /// When it is missing.
    pub fn invoice_payment_json(&self, id: &str) -> Result<Value> {
        Ok(shape::invoice_payment(self.invoice_payments.get(id)?))
    }

    /// A payment intent.
    ///
    /// # Errors
    /// When it is missing.
    pub fn payment_intent_json(&self, id: &str) -> Result<Value> {
        Ok(shape::payment_intent(self, self.payment_intents.get(id)?))
    }

    /// A charge.
    ///
    /// # Errors
    /// When it is missing.
    pub fn charge_json(&self, id: &str) -> Result<Value> {
        Ok(shape::charge(self, self.charges.get(id)?))
    }

    /// A refund.
    ///
    /// # Errors
    /// When it is missing.
    pub fn refund_json(&self, id: &str) -> Result<Value> {
        Ok(shape::refund(self.refunds.get(id)?))
    }

    /// A dispute.
    ///
    /// # Errors
    /// When it is missing.
    pub fn dispute_json(&self, id: &str) -> Result<Value> {
        Ok(shape::dispute(self.disputes.get(id)?))
    }

    /// A subscription's status.
    ///
    /// # Errors
    /// When it is missing.
    pub fn status(&self, subscription: &str) -> Result<Status> {
        Ok(self.subscriptions.get(subscription)?.status)
    }

    /// Products, newest first; in all lists with whether there are more.
    #[must_use]
    pub fn list_products(&self, page: &Page) -> (Vec<Value>, bool) {
        let (rows, more) = page.cut(self.products.newest_first());
        (rows.into_iter().map(|row| shape::product(row, self.shape)).collect(), more)
    }

    /// Prices, of one product if given.
    #[must_use]
    pub fn list_prices(&self, product: Option<&str>, page: &Page) -> (Vec<Value>, bool) {
        let of = |row: &&super::object::Price| product.is_none_or(|id| row.product == id);
        let (rows, more) = page.cut(self.prices.newest_first().filter(of));
        (rows.into_iter().map(|row| shape::price(row, self.shape)).collect(), more)
    }

    /// Coupons.
    #[must_use]
    pub fn list_coupons(&self, page: &Page) -> (Vec<Value>, bool) {
        let (rows, more) = page.cut(self.coupons.newest_first());
        (rows.into_iter().map(shape::coupon).collect(), more)
    }

    /// Customers that are not deleted, with one e-mail address if given.
    #[must_use]
    pub fn list_customers(&self, email: Option<&str>, page: &Page) -> (Vec<Value>, bool) {
        let of = |row: &&super::object::Customer| {
            !row.deleted && email.is_none_or(|email| row.email.as_deref() == Some(email))
        };
        let (rows, more) = page.cut(self.customers.newest_first().filter(of));
        (rows.into_iter().map(|row| shape::customer(row, self.shape)).collect(), more)
    }

    /// Subscriptions, of one customer if given. Without a `status` all but canceled ones, as Stripe does; `all` or
    /// one of Stripe's words otherwise.
    #[must_use]
    pub fn list_subscriptions(&self, customer: Option<&str>, status: Option<&str>, page: &Page) -> (Vec<Value>, bool) {
        let of = |row: &&super::billing_object::Subscription| {
            customer.is_none_or(|id| row.customer == id)
                && match status {
                    None => row.status != Status::Canceled,
                    Some("all") => true,
                    Some("ended") => row.status.is_over(),
                    Some(word) => row.status.as_str() == word,
                }
        };
        let (rows, more) = page.cut(self.subscriptions.newest_first().filter(of));
        (rows.into_iter().map(|row| shape::subscription(self, row)).collect(), more)
    }

    /// Invoices, of one customer, of one subscription, of one status if given.
    #[must_use]
    pub fn list_invoices(
        &self,
        customer: Option<&str>,
        subscription: Option<&str>,
        status: Option<&str>,
        page: &Page,
    ) -> (Vec<Value>, bool) {
        let of = |row: &&super::billing_object::Invoice| {
            customer.is_none_or(|id| row.customer == id)
                && subscription.is_none_or(|id| row.subscription == id)
                && status.is_none_or(|word| row.status.as_str() == word)
        };
        let (rows, more) = page.cut(self.invoices.newest_first().filter(of));
        (rows.into_iter().map(|row| shape::invoice(self, row)).collect(), more)
    }

    /// Invoice payments, of one invoice if given.
    #[must_use]
    pub fn list_invoice_payments(&self, invoice: Option<&str>, page: &Page) -> (Vec<Value>, bool) {
        let of = |row: &&super::billing_object::InvoicePayment| invoice.is_none_or(|id| row.invoice == id);
        let (rows, more) = page.cut(self.invoice_payments.newest_first().filter(of));
        (rows.into_iter().map(shape::invoice_payment).collect(), more)
    }

    /// Payment intents, of one customer if given.
    #[must_use]
    pub fn list_payment_intents(&self, customer: Option<&str>, page: &Page) -> (Vec<Value>, bool) {
        let of = |row: &&super::object::PaymentIntent| customer.is_none_or(|id| row.customer == id);
        let (rows, more) = page.cut(self.payment_intents.newest_first().filter(of));
        (rows.into_iter().map(|row| shape::payment_intent(self, row)).collect(), more)
    }

    /// Charges, of one customer or payment intent if given.
    #[must_use]
    pub fn list_charges(
        &self,
        customer: Option<&str>,
        payment_intent: Option<&str>,
        page: &Page,
    ) -> (Vec<Value>, bool) {
        let of = |row: &&super::object::Charge| {
            customer.is_none_or(|id| row.customer == id) && payment_intent.is_none_or(|id| row.payment_intent == id)
        };
        let (rows, more) = page.cut(self.charges.newest_first().filter(of));
        (rows.into_iter().map(|row| shape::charge(self, row)).collect(), more)
    }

    /// Refunds, of one charge or payment intent if given.
    #[must_use]
    pub fn list_refunds(&self, charge: Option<&str>, payment_intent: Option<&str>, page: &Page) -> (Vec<Value>, bool) {
        let of = |row: &&super::object::Refund| {
            charge.is_none_or(|id| row.charge == id) && payment_intent.is_none_or(|id| row.payment_intent == id)
        };
        let (rows, more) = page.cut(self.refunds.newest_first().filter(of));
        (rows.into_iter().map(shape::refund).collect(), more)
    }

    /// Disputes, of one charge or payment intent if given.
    #[must_use]
    pub fn list_disputes(&self, charge: Option<&str>, payment_intent: Option<&str>, page: &Page) -> (Vec<Value>, bool) {
        let of = |row: &&super::object::Dispute| {
            charge.is_none_or(|id| row.charge == id) && payment_intent.is_none_or(|id| row.payment_intent == id)
        };
        let (rows, more) = page.cut(self.disputes.newest_first().filter(of));
        (rows.into_iter().map(shape::dispute).collect(), more)
    }
}
