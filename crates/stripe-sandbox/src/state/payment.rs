//! Collecting an invoice: the attempt, its success, its failure and the retries.

use super::Sandbox;
use super::billing_object::{InvoiceStatus, Status};
use super::clock::Action;
use super::object::{Charge, PaymentBehaviour};
use crate::calendar::{DAY, HOUR};
use crate::error::{Error, Result};

/// Days from one failed attempt to the next; after the last one the subscription is canceled.
const RETRY_AFTER_DAYS: [i64; 3] = [3, 5, 7];
/// A first payment that fails has this long to be made.
const INCOMPLETE_FOR: i64 = 23 * HOUR;

impl Sandbox {
    /// Tries to collect an open invoice now, as when a customer has entered a new card.
    ///
    /// # Errors
    /// When the invoice is missing or not open, or the card is declined.
    pub fn pay_invoice(&mut self, invoice: &str) -> Result<()> {
        let row = self.invoices.get(invoice)?;
        if row.status != InvoiceStatus::Open {
            return Err(Error::invalid("invoice", "Invoice is already paid or closed."));
        }
        let subscription = row.subscription.clone();
        let paid = self.track(&subscription, |sandbox| sandbox.attempt(invoice))?;
        if paid { Ok(()) } else { Err(Error::Declined) }
    }

    /// One attempt to collect; tells whether it succeeded.
    pub(super) fn attempt(&mut self, invoice: &str) -> Result<bool> {
        let row = self.invoices.get_mut(invoice)?;
        row.attempts += 1;
        let customer = row.customer.clone();
        let has_method = self.customers.get(&customer)?.behaviour != PaymentBehaviour::NoMethod;
        let succeeded = self.next_payment_succeeds(&customer)?;
        // Without a payment method there is nothing to charge, and so no charge.
        if has_method {
            self.charge(invoice, succeeded)?;
        }
        self.settle_intent(invoice, succeeded)?;
        if succeeded {
            self.paid(invoice)?;
        } else {
            self.failed(invoice)?;
        }
        Ok(succeeded)
    }

    fn charge(&mut self, invoice: &str, succeeded: bool) -> Result<()> {
        let id = self.ids.next("ch_");
        let row = self.invoices.get_mut(invoice)?;
        let intent = row.payment_intent.clone().unwrap_or_default();
        let intent_row = self.payment_intents.get_mut(&intent)?;
        let customer = self.customers.get(&row.customer)?;
        intent_row.latest_charge = Some(id.clone());
        intent_row.payment_method = customer.payment_method.clone();
        row.charge = Some(id.clone());
        self.charges.insert(Charge {
            id: id.clone(),
            created: self.now,
            customer: row.customer.clone(),
            invoice: row.id.clone(),
            payment_intent: intent,
            amount: row.amount_due,
            amount_refunded: 0,
            currency: row.currency.clone(),
            succeeded,
            description: intent_row.description,
            payment_method: customer.payment_method.clone(),
            refunds: Vec::new(),
        });
        let object = self.charge_json(&id)?;
        self.emit(if succeeded { "charge.succeeded" } else { "charge.failed" }, object);
        Ok(())
    }

    fn settle_intent(&mut self, invoice: &str, succeeded: bool) -> Result<()> {
        let intent = self.invoices.get(invoice)?.payment_intent.clone().unwrap_or_default();
        let row = self.payment_intents.get_mut(&intent)?;
        row.succeeded = succeeded;
        row.failed = !succeeded;
        let object = self.payment_intent_json(&intent)?;
        let kind = if succeeded { "payment_intent.succeeded" } else { "payment_intent.payment_failed" };
        self.emit(kind, object);
        Ok(())
    }

    /// The invoice is paid: with money, or because nothing was due.
    pub(super) fn paid(&mut self, invoice: &str) -> Result<()> {
        let now = self.now;
        let row = self.invoices.get_mut(invoice)?;
        row.status = InvoiceStatus::Paid;
        row.paid_at = Some(now);
        row.amount_paid = row.amount_due;
        row.next_attempt = None;
        row.auto_advance = false;
        let (customer, subscription) = (row.customer.clone(), row.subscription.clone());
        if let Some(payment) = row.payment.clone() {
            self.invoice_payments.get_mut(&payment)?.paid_at = Some(now);
            if self.shape.is_current() {
                let object = self.invoice_payment_json(&payment)?;
                self.emit("invoice_payment.paid", object);
            }
        }
        self.emit_invoice("invoice.paid", invoice)?;
        self.emit_invoice("invoice.payment_succeeded", invoice)?;
        if self.has_open_invoice(&subscription)? {
            return Ok(());
        }
        self.change_customer(&customer, |row| row.delinquent = false)?;
        self.track(&subscription, |sandbox| {
            let sub = sandbox.subscriptions.get_mut(&subscription)?;
            if matches!(sub.status, Status::PastDue | Status::Incomplete) {
                sub.status = Status::Active;
            }
            Ok(())
        })
    }

    /// Only the latest invoice can be open besides the one just paid: earlier ones end in payment or cancellation.
    fn has_open_invoice(&self, subscription: &str) -> Result<bool> {
        let latest = self.subscriptions.get(subscription)?.latest_invoice.as_ref();
        let row = latest.and_then(|id| self.invoices.find(id));
        Ok(row.is_some_and(|row| row.status == InvoiceStatus::Open && row.attempts > 0))
    }

    fn failed(&mut self, invoice: &str) -> Result<()> {
        let now = self.now;
        let row = self.invoices.get_mut(invoice)?;
        let subscription = row.subscription.clone();
        let customer = row.customer.clone();
        let first = row.billing_reason == "subscription_create";
        let tried = usize::try_from(row.attempts).unwrap_or(usize::MAX).saturating_sub(1);
        let retry = RETRY_AFTER_DAYS.get(tried).filter(|_| !first && row.auto_advance);
        row.next_attempt = retry.map(|days| now + days * DAY);
        row.auto_advance = row.next_attempt.is_some();
        let attempts = row.attempts;
        if let Some(at) = row.next_attempt {
            self.schedule(at, Action::Retry { invoice: invoice.to_owned(), attempts });
        }
        let given_up = !first && self.invoices.get(invoice)?.next_attempt.is_none();
        self.emit_invoice("invoice.payment_failed", invoice)?;
        self.change_customer(&customer, |row| row.delinquent = true)?;
        if first {
            if attempts == 1 {
                let action = Action::Expire { subscription };
                self.schedule(now + INCOMPLETE_FOR, action);
            }
            return Ok(());
        }
        self.track(&subscription, |sandbox| {
            let sub = sandbox.subscriptions.get_mut(&subscription)?;
            if sub.status.is_over() {
                return Ok(());
            }
            sub.status = Status::PastDue;
            if given_up {
                sub.cancellation.reason = Some("payment_failed");
                sandbox.end_subscription(&subscription)?;
            }
            Ok(())
        })
    }

    /// A retry falls due; it is skipped when the invoice was paid, voided or given up meanwhile.
    pub(super) fn retry_due(&mut self, invoice: &str, attempts: u32) -> Result<()> {
        let row = self.invoices.get(invoice)?;
        if row.status != InvoiceStatus::Open || row.attempts != attempts || !row.auto_advance {
            return Ok(());
        }
        let subscription = row.subscription.clone();
        self.track(&subscription, |sandbox| sandbox.attempt(invoice)).map(|_| ())
    }

    /// The first payment was not made in time.
    pub(super) fn expire_incomplete(&mut self, subscription: &str) -> Result<()> {
        let sub = self.subscriptions.get(subscription)?;
        if sub.status != Status::Incomplete {
            return Ok(());
        }
        let invoice = sub.latest_invoice.clone();
        self.track(subscription, |sandbox| {
            if let Some(invoice) = &invoice {
                sandbox.void(invoice)?;
            }
            let now = sandbox.now;
            let sub = sandbox.subscriptions.get_mut(subscription)?;
            sub.status = Status::IncompleteExpired;
            sub.ended_at = Some(now);
            Ok(())
        })
    }
}
