//! Transactions in the database, brought into line with the facts about their payments.

use super::facts::ObjectFact;
use super::objects;
use super::payments::{self, TransactionRow};
use crate::customers::upsert::Known;
use crate::db::Result;
use chrono::{DateTime, Utc};
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// What became of the payments that were touched.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Ids of objects whose payment is known now: what waited for them may go on.
    pub known: Vec<String>,
    /// Refunds and disputes whose payment is not known yet, with the id that they wait for.
    pub waiting: HashMap<String, String>,
}

/// Derives the transactions of the payments that these objects belong to, and stores what differs.
pub async fn reconcile(
    db: &mut PgConnection,
    touched: &[String],
    customers: &mut HashMap<String, Known>,
) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    if touched.is_empty() {
        return Ok(outcome);
    }
    let objects = objects::payments_of(db, touched).await?;
    let mut rows: Vec<TransactionRow> = Vec::new();
    for mut group in payments::groups(objects) {
        match payments::transactions(&mut group) {
            Some(derived) => {
                outcome.known.extend(group.iter().flat_map(members));
                rows.extend(derived);
            }
            None => {
                let waiting =
                    group.iter().filter_map(|o| Some((o.id.clone(), o.body.links().first().map(|l| (*l).to_owned())?)));
                outcome.waiting.extend(waiting);
            }
        }
    }
    let missing: Vec<String> = rows
        .iter()
        .map(|r| &r.customer)
        .filter(|c| !customers.contains_key(*c))
        .collect::<HashSet<_>>()
        .into_iter()
        .cloned()
        .collect();
    if !missing.is_empty() {
        customers.extend(crate::customers::upsert::known(db, &missing).await?);
    }
    store(db, &rows, customers).await?;
    delete_others(db, &outcome.known, &rows).await?;
    Ok(outcome)
}

fn members(object: &ObjectFact) -> Vec<String> {
    let mut ids = vec![object.id.clone()];
    ids.extend(object.body.links().into_iter().map(str::to_owned));
    ids
}

/// The same id for the same thing, whenever it is derived; sorts by time as a UUIDv7 does.
pub(super) fn id_at(key: &str, at: DateTime<Utc>) -> Uuid {
    let digest = Sha256::digest(key.as_bytes());
    let mut random = [0_u8; 10];
    random.iter_mut().zip(digest.iter()).for_each(|(r, d)| *r = *d);
    uuid::Builder::from_unix_timestamp_millis(at.timestamp_millis().unsigned_abs(), &random).into_uuid()
}

pub(super) async fn store(
    db: &mut PgConnection,
    rows: &[TransactionRow],
    customers: &HashMap<String, Known>,
) -> Result<()> {
    let rows: Vec<(&TransactionRow, Uuid)> =
        rows.iter().filter_map(|r| Some((r, customers.get(&r.customer)?.id))).collect();
    if rows.is_empty() {
        return Ok(());
    }
    macro_rules! column {
        ($f:expr) => {
            &rows.iter().map($f).collect::<Vec<_>>()
        };
    }
    sqlx::query!(
        "INSERT INTO transactions AS t (id, business_key, payment_key, customer_id, stripe_subscription_id, kind, status, transaction_type,
             currency, amount_minor, tax_minor, refunded_minor, invoice_number, stripe_invoice_id, stripe_payment_intent_id, stripe_charge_id,
             reason, occurred_at, lines, fee_minor)
         SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
             $10::int8[], $11::int8[], $12::int8[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::timestamptz[], $19::jsonb[], $20::int8[])
         ON CONFLICT (business_key) DO UPDATE SET payment_key = excluded.payment_key, customer_id = excluded.customer_id,
             stripe_subscription_id = excluded.stripe_subscription_id, kind = excluded.kind, status = excluded.status,
             transaction_type = excluded.transaction_type, currency = excluded.currency, amount_minor = excluded.amount_minor,
             tax_minor = excluded.tax_minor, refunded_minor = excluded.refunded_minor, invoice_number = excluded.invoice_number,
             stripe_invoice_id = excluded.stripe_invoice_id, stripe_payment_intent_id = excluded.stripe_payment_intent_id,
             stripe_charge_id = excluded.stripe_charge_id, reason = excluded.reason, occurred_at = excluded.occurred_at, lines = excluded.lines,
             fee_minor = excluded.fee_minor,
             updated_at = now()
         WHERE (t.payment_key, t.customer_id, t.stripe_subscription_id, t.kind, t.status, t.transaction_type, t.currency, t.amount_minor,
                t.tax_minor, t.refunded_minor, t.invoice_number, t.stripe_invoice_id, t.stripe_payment_intent_id, t.stripe_charge_id, t.reason,
                t.occurred_at, t.lines, t.fee_minor)
               IS DISTINCT FROM
               (excluded.payment_key, excluded.customer_id, excluded.stripe_subscription_id, excluded.kind, excluded.status,
                excluded.transaction_type, excluded.currency, excluded.amount_minor, excluded.tax_minor, excluded.refunded_minor,
                excluded.invoice_number, excluded.stripe_invoice_id, excluded.stripe_payment_intent_id, excluded.stripe_charge_id,
                excluded.reason, excluded.occurred_at, excluded.lines, excluded.fee_minor)",
        column!(|(r, _)| id_at(&r.business_key, r.occurred_at)),
        column!(|(r, _)| r.business_key.as_str()) as &[&str],
        column!(|(r, _)| r.payment_key.as_str()) as &[&str],
        column!(|(_, customer)| *customer),
        column!(|(r, _)| r.subscription.as_deref()) as &[Option<&str>],
        column!(|(r, _)| r.kind.as_str()) as &[&str],
        column!(|(r, _)| r.status.as_str()) as &[&str],
        column!(|(r, _)| r.transaction_type.as_str()) as &[&str],
        column!(|(r, _)| r.currency.code().to_owned()),
        column!(|(r, _)| r.amount),
        column!(|(r, _)| r.tax),
        column!(|(r, _)| r.refunded),
        column!(|(r, _)| r.invoice_number.as_deref()) as &[Option<&str>],
        column!(|(r, _)| r.invoice.as_deref()) as &[Option<&str>],
        column!(|(r, _)| r.payment_intent.as_deref()) as &[Option<&str>],
        column!(|(r, _)| r.charge.as_deref()) as &[Option<&str>],
        column!(|(r, _)| r.reason.as_deref()) as &[Option<&str>],
        column!(|(r, _)| r.occurred_at) as &[DateTime<Utc>],
        column!(|(r, _)| (!r.lines.is_empty()).then(|| json!(r.lines))) as &[Option<serde_json::Value>],
        column!(|(r, _)| r.fee) as &[Option<i64>],
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Rows that newer facts made untrue: a payment intent that turned out to pay an invoice, an invoice that is not open any more.
async fn delete_others(db: &mut PgConnection, members: &[String], rows: &[TransactionRow]) -> Result<()> {
    let keys: Vec<&str> = rows.iter().map(|r| r.business_key.as_str()).collect();
    sqlx::query!(
        "DELETE FROM transactions WHERE payment_key = ANY($1) AND NOT EXISTS (SELECT FROM unnest($2::text[]) AS k (key) WHERE k.key = business_key)",
        members,
        &keys as &[&str],
    )
    .execute(db)
    .await?;
    Ok(())
}
