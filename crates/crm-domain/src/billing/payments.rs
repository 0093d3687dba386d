//! From the facts about one payment to its transactions: one row per business fact, whatever events told us.

mod back;

use super::facts::{Body, Charge, FailedAttempt, Invoice, InvoiceLine, ObjectFact, PaymentIntent};
use chrono::{DateTime, Utc};
use crm_types::Currency;
use crm_types::billing::{TransactionKind, TransactionStatus, TransactionType};
use std::collections::{BTreeMap, HashMap};

/// A row of `transactions`, without its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionRow {
    /// Unique: an id of Stripe's, and what of it where one has several rows.
    pub business_key: String,
    /// The invoice, payment intent or charge it belongs to.
    pub payment_key: String,
    /// Stripe's customer id.
    pub customer: String,
    /// Stripe's subscription id.
    pub subscription: Option<String>,
    /// Payment, refund or dispute.
    pub kind: TransactionKind,
    /// Where it stands.
    pub status: TransactionStatus,
    /// What for.
    pub transaction_type: TransactionType,
    /// Currency of the amounts.
    pub currency: Currency,
    /// Negative for what goes back.
    pub amount: i64,
    /// Tax within.
    pub tax: i64,
    /// What Stripe kept of a payment, where it is known.
    pub fee: Option<i64>,
    /// What went back of a payment, positive.
    pub refunded: i64,
    /// As the customer sees it.
    pub invoice_number: Option<String>,
    /// `in_...`.
    pub invoice: Option<String>,
    /// `pi_...`.
    pub payment_intent: Option<String>,
    /// `ch_...`.
    pub charge: Option<String>,
    /// Why it failed or went back.
    pub reason: Option<String>,
    /// When.
    pub occurred_at: DateTime<Utc>,
    /// What the invoice is for; none without one, and none of what failed or went back.
    pub lines: Vec<InvoiceLine>,
}

/// Divides objects into payments: those that are linked, directly or through others, belong together.
pub fn groups(objects: Vec<ObjectFact>) -> Vec<Vec<ObjectFact>> {
    let mut root_of: HashMap<String, String> = HashMap::new();
    fn root(map: &mut HashMap<String, String>, id: &str) -> String {
        let mut at = id.to_owned();
        while let Some(up) = map.get(&at).filter(|up| **up != at).cloned() {
            at = up;
        }
        map.insert(id.to_owned(), at.clone());
        at
    }
    for object in &objects {
        for link in object.body.links() {
            let (a, b) = (root(&mut root_of, &object.id), root(&mut root_of, link));
            let (low, high) = if a < b { (a, b) } else { (b, a) };
            root_of.insert(high, low);
        }
    }
    let mut grouped: BTreeMap<String, Vec<ObjectFact>> = BTreeMap::new();
    for object in objects {
        let key = root(&mut root_of, &object.id);
        grouped.entry(key).or_default().push(object);
    }
    grouped.into_values().collect()
}

/// The objects of one payment, by kind.
struct Payment<'a> {
    customer: String,
    invoices: Vec<(&'a str, &'a Invoice)>,
    intents: Vec<(&'a str, &'a PaymentIntent)>,
    charges: Vec<(&'a str, &'a Charge)>,
    objects: &'a [ObjectFact],
}

/// The transactions of one payment. `None` while nothing in it says whose it is: a refund before its payment.
pub fn transactions(objects: &mut [ObjectFact]) -> Option<Vec<TransactionRow>> {
    objects.sort_by(|a, b| a.id.cmp(&b.id));
    let payment = Payment::of(objects)?;
    let mut rows = payment.paid();
    rows.extend(payment.failed());
    let (refunds, refunded) = payment.refunds();
    let (disputes, disputed) = payment.disputes();
    let back = refunded.saturating_add(disputed);
    for row in rows.iter_mut().filter(|r| r.status == TransactionStatus::Succeeded) {
        row.refunded = back.min(row.amount);
    }
    let mut paid = rows.iter_mut().filter(|r| r.status == TransactionStatus::Succeeded);
    if let (Some(only), None) = (paid.next(), paid.next()) {
        only.fee = payment.fee(only.currency).map(|fee| fee.clamp(0, only.amount));
    }
    rows.extend(refunds);
    rows.extend(disputes);
    Some(rows)
}

impl<'a> Payment<'a> {
    fn of(objects: &'a [ObjectFact]) -> Option<Self> {
        let mut payment =
            Payment { customer: String::new(), invoices: vec![], intents: vec![], charges: vec![], objects };
        for object in objects {
            match &object.body {
                Body::Invoice(i) => payment.invoices.push((&object.id, i)),
                Body::PaymentIntent(p) => payment.intents.push((&object.id, p)),
                Body::Charge(c) => payment.charges.push((&object.id, c)),
                _ => {}
            }
        }
        payment.customer = objects
            .iter()
            .filter(|o| matches!(o.body, Body::Invoice(_) | Body::PaymentIntent(_) | Body::Charge(_)))
            .find_map(|o| o.customer.clone())?;
        Some(payment)
    }

    /// What the rows of this payment are filed under.
    fn key(&self) -> String {
        let first = |ids: &[&str]| ids.first().map(|id| (*id).to_owned());
        let ids = |list: Vec<&'a str>| first(&list);
        ids(self.invoices.iter().map(|(id, _)| *id).collect())
            .or_else(|| ids(self.intents.iter().map(|(id, _)| *id).collect()))
            .or_else(|| ids(self.charges.iter().map(|(id, _)| *id).collect()))
            .unwrap_or_default()
    }

    /// The succeeded one, else the first that anything names.
    fn intent(&self) -> Option<String> {
        let good = self.intents.iter().find(|(_, p)| p.status == "succeeded").or(self.intents.first());
        good.map(|(id, _)| (*id).to_owned()).or_else(|| {
            self.objects.iter().find_map(|o| match &o.body {
                Body::Invoice(i) => i.payment_intent.clone(),
                Body::InvoicePayment(p) => p.payment_intent.clone(),
                Body::Charge(c) => c.payment_intent.clone(),
                Body::FailedAttempt(f) => f.payment_intent.clone(),
                _ => None,
            })
        })
    }

    fn charge(&self) -> Option<String> {
        let good = self.charges.iter().find(|(_, c)| c.status == "succeeded").or(self.charges.first());
        good.map(|(id, _)| (*id).to_owned()).or_else(|| {
            self.objects.iter().find_map(|o| match &o.body {
                Body::Invoice(i) => i.charge.clone(),
                Body::InvoicePayment(p) => p.charge.clone(),
                Body::PaymentIntent(p) => p.latest_charge.clone(),
                _ => None,
            })
        })
    }

    /// What Stripe kept: known when it is of each charge that succeeded, in the currency of the payment.
    fn fee(&self, currency: Currency) -> Option<i64> {
        let of = |charge: &str| {
            self.objects.iter().find_map(|object| match &object.body {
                Body::Fee(fee) if fee.charge.as_deref() == Some(charge) && fee.currency == currency => Some(fee.amount),
                _ => None,
            })
        };
        let mut charges = self.charges.iter().filter(|(_, charge)| charge.status == "succeeded").peekable();
        charges.peek()?;
        charges.try_fold(0_i64, |sum, (id, _)| Some(sum.saturating_add(of(id)?)))
    }

    fn transaction_type(&self) -> TransactionType {
        match self.invoices.first() {
            Some((_, i)) if i.billing_reason.as_deref() == Some("subscription_update") => TransactionType::Upgrade,
            Some((_, i)) if i.subscription.is_some() => TransactionType::Subscription,
            _ => TransactionType::OneTime,
        }
    }

    fn row(
        &self,
        key: String,
        status: TransactionStatus,
        currency: Currency,
        amount: i64,
        at: DateTime<Utc>,
    ) -> TransactionRow {
        let invoice = self.invoices.first();
        TransactionRow {
            business_key: key,
            payment_key: self.key(),
            customer: self.customer.clone(),
            subscription: invoice.and_then(|(_, i)| i.subscription.clone()),
            kind: TransactionKind::Payment,
            status,
            transaction_type: self.transaction_type(),
            currency,
            amount,
            tax: 0,
            fee: None,
            refunded: 0,
            invoice_number: invoice.and_then(|(_, i)| i.number.clone()),
            invoice: invoice.map(|(id, _)| (*id).to_owned()),
            payment_intent: self.intent(),
            charge: self.charge(),
            reason: None,
            occurred_at: at,
            lines: Vec::new(),
        }
    }

    /// Money that came in or is still to come. An invoice tells it; without one the payment intent; without that the charge.
    fn paid(&self) -> Vec<TransactionRow> {
        let mut rows = Vec::new();
        for (id, invoice) in &self.invoices {
            if invoice.amount_paid > 0 {
                let at = invoice.paid_at.unwrap_or(invoice.created);
                let mut row =
                    self.row((*id).to_owned(), TransactionStatus::Succeeded, invoice.currency, invoice.amount_paid, at);
                row.tax = invoice.tax.clamp(0, invoice.amount_paid);
                row.reason = invoice.out_of_band.then(|| "paid_out_of_band".to_owned());
                row.lines.clone_from(&invoice.lines);
                rows.push(row);
            }
            if invoice.status == "open" && invoice.amount_remaining > 0 {
                let key = format!("{id}:open");
                let mut row = self.row(
                    key,
                    TransactionStatus::Pending,
                    invoice.currency,
                    invoice.amount_remaining,
                    invoice.created,
                );
                row.reason = self.intents.iter().find_map(|(_, p)| p.last_error.clone());
                rows.push(row);
            }
        }
        if !self.invoices.is_empty() {
            return rows;
        }
        for (id, intent) in self.intents.iter().filter(|(_, intent)| !intent.for_invoice) {
            let (status, amount) = match intent.status.as_str() {
                "succeeded" => (TransactionStatus::Succeeded, intent.amount_received.max(0)),
                "processing" => (TransactionStatus::Pending, intent.amount.max(0)),
                _ => continue,
            };
            rows.push(self.row((*id).to_owned(), status, intent.currency, amount, intent.created));
        }
        if !self.intents.is_empty() {
            return rows;
        }
        for (id, charge) in &self.charges {
            let status = match charge.status.as_str() {
                "succeeded" => TransactionStatus::Succeeded,
                "pending" => TransactionStatus::Pending,
                _ => TransactionStatus::Failed,
            };
            rows.push(self.row((*id).to_owned(), status, charge.currency, charge.amount.max(0), charge.created));
        }
        rows
    }

    /// Attempts that failed. Where the invoice counts them, the payment intent's own reports are the same attempts.
    fn failed(&self) -> Vec<TransactionRow> {
        let attempts: Vec<(&ObjectFact, &FailedAttempt)> = self
            .objects
            .iter()
            .filter_map(|o| match &o.body {
                Body::FailedAttempt(attempt) => Some((o, attempt)),
                _ => None,
            })
            .collect();
        let by_invoice = !self.invoices.is_empty() || self.intents.iter().any(|(_, intent)| intent.for_invoice);
        let is_reported = |attempt: &FailedAttempt| attempt.of_invoice == by_invoice;
        // The payment intent knows what the bank said; the invoice, seconds later, does not.
        let bank = |at: DateTime<Utc>| {
            let near = |a: &FailedAttempt| !a.of_invoice && (at - a.at).num_seconds().abs() <= 60;
            attempts.iter().find(|(_, a)| near(a)).and_then(|(_, a)| a.reason.clone())
        };
        attempts
            .iter()
            .filter(|(_, attempt)| is_reported(attempt))
            .map(|(o, attempt)| {
                let mut row = self.row(
                    o.id.clone(),
                    TransactionStatus::Failed,
                    attempt.currency,
                    attempt.amount.max(0),
                    attempt.at,
                );
                let reason = attempt.reason.clone().or_else(|| bank(attempt.at));
                row.reason = reason.or_else(|| Some("payment_failed".to_owned()));
                row
            })
            .collect()
    }
}

#[cfg(test)]
#[path = "payments_tests.rs"]
mod tests;
