//! New customers by COPY, with what is derived of their histories.

use super::upsert::Derived;
use crate::billing::load::Account;
use crate::billing::payments::TransactionRow;
use crate::db::Result;
use crate::mrr::derive::History;
use chrono::{DateTime, Utc};
use crm_types::billing::TransactionStatus;
use sqlx::PgConnection;
use uuid::Uuid;

const COLUMNS: &str = "id, email, billing_email, name, phone, stripe_customer_id, metadata, acquisition_source, utm_source, utm_medium, \
    utm_campaign, utm_content, utm_term, landing_page, referrer, customer_type, lifecycle_state, stream, tier, mrr_minor, currency, \
    lifetime_minor, lifetime_currency, first_paid_at, trial_start, trial_end, seen_at, seen_rank, seen_event, created_at";

/// Writes the customers of these accounts, with their histories in the same order.
pub(crate) async fn customers(
    db: &mut PgConnection,
    accounts: &[Account],
    histories: &[(Uuid, &History)],
) -> Result<()> {
    let mut rows = Rows::default();
    for (account, (id, history)) in accounts.iter().zip(histories) {
        let (customer, derived) = (&account.customer, Derived::of(history));
        let said = |key: &str| customer.metadata.get(key).and_then(|value| value.as_str());
        let currency = history.currency.or(account.transactions.last().map(|t| t.currency));
        let moved = |t: &&TransactionRow| {
            matches!(t.status, TransactionStatus::Succeeded | TransactionStatus::Refunded)
                && Some(t.currency) == currency
        };
        let paid: i64 = account.transactions.iter().filter(moved).map(|t| t.amount).sum();
        rows.text(Some(&id.to_string()));
        rows.text(customer.email.as_deref());
        rows.text(customer.email.as_deref());
        rows.text(customer.name.as_deref());
        rows.text(customer.phone.as_deref());
        rows.text(Some(&customer.id));
        rows.text(Some(&customer.metadata.to_string()));
        rows.text(said("acquisition_source").or(derived.source));
        for key in ["utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "landing_page", "referrer"] {
            rows.text(said(key));
        }
        rows.text(Some(derived.customer_type));
        rows.text(Some(derived.state));
        rows.text(derived.stream);
        rows.text(derived.tier);
        rows.text(Some(&derived.mrr.to_string()));
        rows.text(derived.currency.as_ref().map(|c| c.code()));
        rows.text(Some(&paid.to_string()));
        rows.text(currency.filter(|_| !account.transactions.is_empty()).as_ref().map(|c| c.code()));
        rows.time(derived.first_paid);
        rows.time(derived.trial_start);
        rows.time(derived.trial_end);
        rows.time(Some(customer.stamp.at));
        rows.text(Some(&customer.stamp.rank.to_string()));
        rows.text(Some(&customer.stamp.event));
        rows.time(Some(customer.created));
        rows.end();
    }
    let mut copy = db.copy_in_raw(&format!("COPY customers ({COLUMNS}) FROM STDIN")).await?;
    copy.send(rows.0.into_bytes()).await?;
    copy.finish().await?;
    Ok(())
}

/// Rows in COPY's text format.
#[derive(Default)]
struct Rows(String);

impl Rows {
    fn text(&mut self, value: Option<&str>) {
        match value {
            None => self.0.push_str("\\N"),
            Some(text) => {
                for c in text.chars() {
                    match c {
                        '\\' => self.0.push_str("\\\\"),
                        '\t' => self.0.push_str("\\t"),
                        '\n' => self.0.push_str("\\n"),
                        '\r' => self.0.push_str("\\r"),
                        c => self.0.push(c),
                    }
                }
            }
        }
        self.0.push('\t');
    }

    fn time(&mut self, value: Option<DateTime<Utc>>) {
        self.text(value.map(|at| at.to_rfc3339()).as_deref());
    }

    /// Ends a row: the last tab becomes a line feed.
    fn end(&mut self) {
        self.0.pop();
        self.0.push('\n');
    }
}
