//! Payments and refunds that are not there yet, by COPY.

use crate::billing::payments::TransactionRow;
use crate::billing::transactions::id_at;
use crate::copy::Rows;
use crate::db::Result;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

const COLUMNS: &str = "id, business_key, payment_key, customer_id, stripe_subscription_id, kind, status, transaction_type, currency, \
    amount_minor, tax_minor, refunded_minor, invoice_number, stripe_invoice_id, stripe_payment_intent_id, stripe_charge_id, reason, \
    occurred_at, lines, fee_minor";

/// Each with its customer, ready to be written.
pub(super) fn rows<'a>(transactions: impl Iterator<Item = (&'a TransactionRow, Uuid)>) -> Rows {
    let mut rows = Rows::default();
    for (row, customer) in transactions {
        rows.id(Some(id_at(&row.business_key, row.occurred_at)));
        rows.text(Some(&row.business_key));
        rows.text(Some(&row.payment_key));
        rows.id(Some(customer));
        rows.text(row.subscription.as_deref());
        rows.text(Some(row.kind.as_str()));
        rows.text(Some(row.status.as_str()));
        rows.text(Some(row.transaction_type.as_str()));
        rows.text(Some(row.currency.code()));
        rows.number(Some(row.amount));
        rows.number(Some(row.tax));
        rows.number(Some(row.refunded));
        rows.text(row.invoice_number.as_deref());
        rows.text(row.invoice.as_deref());
        rows.text(row.payment_intent.as_deref());
        rows.text(row.charge.as_deref());
        rows.text(row.reason.as_deref());
        rows.time(Some(row.occurred_at));
        rows.text((!row.lines.is_empty()).then(|| json!(row.lines).to_string()).as_deref());
        rows.number(row.fee);
        rows.end();
    }
    rows
}

/// Writes them.
pub(super) async fn copy(db: &mut PgConnection, rows: Rows) -> Result<()> {
    rows.send(db, "transactions", COLUMNS).await
}
