//! Invoices: drafted, finalised, voided.

use super::Sandbox;
use super::billing_object::{Invoice, InvoicePayment, InvoiceStatus, Item, Line, PauseBehaviour, Subscription};
use super::object::{Customer, PaymentIntent};
use crate::calendar::share;
use crate::error::{Error, Result};
use crate::shape;

impl Sandbox {
    /// Makes a draft out of the lines and of what was pending, emits `invoice.created` and gives the id. The caller
    /// tracks the subscription, whose latest invoice it becomes.
    pub(super) fn draft_invoice(
        &mut self,
        subscription: &str,
        billing_reason: &'static str,
        lines: Vec<Line>,
        period: (i64, i64),
    ) -> Result<String> {
        self.expire_discounts(subscription, false)?;
        let (row, discounted) = self.draft(subscription, billing_reason, lines, period)?;
        let object = shape::invoice(self, &row);
        self.emit("invoice.created", object);
        let id = self.invoices.insert(row);
        let sub = self.subscriptions.get_mut(subscription)?;
        sub.latest_invoice = Some(id.clone());
        sub.pending_lines.clear();
        if discounted {
            self.expire_discounts(subscription, true)?;
        }
        Ok(id)
    }

    /// The draft itself, which nobody has heard of; and whether a discount took something off.
    pub(super) fn draft(
        &mut self,
        subscription: &str,
        billing_reason: &'static str,
        lines: Vec<Line>,
        period: (i64, i64),
    ) -> Result<(Invoice, bool)> {
        let sub = self.subscriptions.get(subscription)?.clone();
        let mut all = sub.pending_lines.clone();
        all.extend(lines);
        let customer = self.customers.get(&sub.customer)?;
        let tax_bp = i64::from(customer.tax_bp);
        let discounted = self.apply_discounts(&sub, &mut all);
        for line in &mut all {
            line.tax = share(net(line), tax_bp, 10_000 + tax_bp);
        }
        let total = all.iter().map(net).sum::<i64>();
        let row = Invoice {
            id: self.ids.next("in_"),
            created: self.now,
            number: None,
            customer: sub.customer,
            subscription: sub.id,
            currency: sub.currency,
            status: InvoiceStatus::Draft,
            billing_reason,
            period,
            discounts: sub.discounts,
            subtotal: all.iter().map(|line| line.amount).sum(),
            total,
            tax: all.iter().map(|line| line.tax).sum(),
            lines: all,
            starting_balance: 0,
            ending_balance: None,
            amount_due: total.max(0),
            amount_paid: 0,
            attempts: 0,
            auto_advance: true,
            next_attempt: None,
            finalized_at: None,
            paid_at: None,
            voided_at: None,
            uncollectible_at: None,
            payment_intent: None,
            charge: None,
            payment: None,
            metadata: sub.metadata,
        };
        Ok((row, discounted))
    }

    /// Spreads the discounts over the lines that can be discounted, so that they add up to the minor unit.
    fn apply_discounts(&self, sub: &Subscription, lines: &mut [Line]) -> bool {
        let subtotal: i64 = lines.iter().filter(|line| !line.proration).map(|line| line.amount).sum();
        if subtotal <= 0 {
            return false;
        }
        let offs = self.discount_amounts(sub, subtotal);
        let mut before = 0;
        for line in lines.iter_mut().filter(|line| !line.proration) {
            let after = before + line.amount;
            for (discount, off) in &offs {
                let amount = share(*off, after, subtotal) - share(*off, before, subtotal);
                line.discounts.push((discount.clone(), amount));
            }
            before = after;
        }
        !offs.is_empty()
    }

    /// Gives a draft its number, uses the customer's balance up and collects what is left.
    pub(super) fn finalize(&mut self, invoice: &str) -> Result<()> {
        let now = self.now;
        let row = self.invoices.get(invoice)?;
        let customer = row.customer.clone();
        let total = row.total;
        let balance = self.customers.get(&customer)?.balance;
        // A negative total becomes credit; credit pays for what it can.
        let ending = if total < 0 { balance + total } else { (balance + total).min(0) };
        let due = if total < 0 { 0 } else { (total + balance.min(0)).max(0) };
        let number = self.next_number(&customer)?;
        let row = self.invoices.get_mut(invoice)?;
        row.number = Some(number);
        row.status = InvoiceStatus::Open;
        row.finalized_at = Some(now);
        row.starting_balance = balance;
        row.ending_balance = Some(ending);
        row.amount_due = due;
        self.change_customer(&customer, |row: &mut Customer| row.balance = ending)?;
        if due == 0 {
            self.emit_invoice("invoice.finalized", invoice)?;
            return self.paid(invoice);
        }
        self.open_payment(invoice)?;
        self.emit_invoice("invoice.finalized", invoice)?;
        self.attempt(invoice).map(|_| ())
    }

    fn next_number(&mut self, customer: &str) -> Result<String> {
        let row = self.customers.get_mut(customer)?;
        row.invoices += 1;
        Ok(format!("{}-{:04}", shape::invoice_prefix(&row.id), row.invoices))
    }

    fn open_payment(&mut self, invoice: &str) -> Result<()> {
        let created = self.now;
        let (intent, payment) = (self.ids.next("pi_"), self.ids.next("inpay_"));
        let row = self.invoices.get_mut(invoice)?;
        let customer = self.customers.get(&row.customer)?;
        row.payment_intent = Some(intent.clone());
        row.payment = Some(payment.clone());
        self.invoice_payments.insert(InvoicePayment {
            id: payment,
            created,
            invoice: row.id.clone(),
            payment_intent: intent.clone(),
            amount: row.amount_due,
            currency: row.currency.clone(),
            paid_at: None,
            canceled_at: None,
        });
        let intent = PaymentIntent {
            id: intent,
            created,
            customer: row.customer.clone(),
            invoice: row.id.clone(),
            amount: row.amount_due,
            currency: row.currency.clone(),
            latest_charge: None,
            succeeded: false,
            canceled_at: None,
            failed: false,
            description: if row.billing_reason == "subscription_create" {
                "Subscription creation"
            } else {
                "Subscription update"
            },
            payment_method: customer.payment_method.clone(),
        };
        let object = shape::payment_intent(self, &intent);
        self.emit("payment_intent.created", object);
        self.payment_intents.insert(intent);
        Ok(())
    }

    /// A draft became an hour old: it is collected, or not while collection is paused.
    pub(super) fn finalize_due(&mut self, invoice: &str) -> Result<()> {
        let row = self.invoices.get(invoice)?;
        if row.status != InvoiceStatus::Draft || !row.auto_advance {
            return Ok(());
        }
        let subscription = row.subscription.clone();
        match self.subscriptions.get(&subscription)?.pause {
            None => self.track(&subscription, |sandbox| sandbox.finalize(invoice)),
            Some((PauseBehaviour::Void, _)) => self.void(invoice),
            Some((PauseBehaviour::KeepAsDraft, _)) => {
                self.invoices.get_mut(invoice)?.auto_advance = false;
                Ok(())
            }
            Some((PauseBehaviour::MarkUncollectible, _)) => {
                let row = self.invoices.get_mut(invoice)?;
                row.status = InvoiceStatus::Uncollectible;
                row.auto_advance = false;
                row.uncollectible_at = Some(self.now);
                self.emit_invoice("invoice.marked_uncollectible", invoice)
            }
        }
    }

    /// Voids a draft or an open invoice; its payment intent is canceled.
    ///
    /// # Errors
    /// When the invoice is missing or already closed.
    pub fn void(&mut self, invoice: &str) -> Result<()> {
        let now = self.now;
        let row = self.invoices.get_mut(invoice)?;
        if !matches!(row.status, InvoiceStatus::Draft | InvoiceStatus::Open) {
            return Err(Error::invalid("invoice", "You can only void open invoices."));
        }
        row.status = InvoiceStatus::Void;
        row.auto_advance = false;
        row.next_attempt = None;
        row.voided_at = Some(now);
        let (intent, payment) = (row.payment_intent.clone(), row.payment.clone());
        if let Some(intent) = intent {
            self.payment_intents.get_mut(&intent)?.canceled_at = Some(now);
            let object = self.payment_intent_json(&intent)?;
            self.emit("payment_intent.canceled", object);
        }
        if let Some(payment) = payment {
            self.invoice_payments.get_mut(&payment)?.canceled_at = Some(now);
        }
        self.emit_invoice("invoice.voided", invoice)
    }

    pub(super) fn emit_invoice(&mut self, kind: &str, invoice: &str) -> Result<()> {
        let object = self.invoice_json(invoice)?;
        self.emit(kind, object);
        Ok(())
    }

    /// A line for a whole period of an item.
    pub(super) fn period_line(&mut self, item: &Item, period: (i64, i64)) -> Result<Line> {
        let (amount, description) = self.describe(item)?;
        Ok(self.line(item, amount, description, period, false))
    }

    pub(super) fn line(
        &mut self,
        item: &Item,
        amount: i64,
        description: String,
        period: (i64, i64),
        proration: bool,
    ) -> Line {
        Line {
            id: self.ids.next("il_"),
            description,
            amount,
            price: item.price.clone(),
            quantity: item.quantity,
            period,
            proration,
            item: item.id.clone(),
            discounts: Vec::new(),
            tax: 0,
        }
    }

    /// The amount of a whole period and Stripe's words for it: `2 × Premium (at $29.00 / month)`.
    fn describe(&self, item: &Item) -> Result<(i64, String)> {
        let price = self.prices.get(&item.price)?;
        let product = self.products.get(&price.product)?;
        let interval = price.recurring.map_or("once", |(interval, _)| interval.as_str());
        let amount = price.unit_amount.saturating_mul(item.quantity);
        let unit = format_amount(price.unit_amount, &price.currency);
        Ok((amount, format!("{} × {} (at {unit} / {interval})", item.quantity, product.name)))
    }
}

/// What is left of a line after its discounts.
fn net(line: &Line) -> i64 {
    line.amount - line.discounts.iter().map(|(_, amount)| amount).sum::<i64>()
}

fn format_amount(minor: i64, currency: &str) -> String {
    let code = currency.to_ascii_uppercase();
    match currency {
        "usd" => format!("${}.{:02}", minor / 100, minor % 100),
        "eur" => format!("€{}.{:02}", minor / 100, minor % 100),
        "jpy" => format!("¥{minor}"),
        _ => format!("{code} {}.{:02}", minor / 100, minor % 100),
    }
}
