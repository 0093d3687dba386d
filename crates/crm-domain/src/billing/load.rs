//! Whole histories at once, into tables that know none of these customers yet: facts and everything derived of them, by
//! the same rules as from events, without the events.

use super::facts::CustomerFact;
use super::payments::TransactionRow;
use super::{apply, recompute, transactions};
use crate::analytics;
use crate::customers::copy;
use crate::customers::upsert::Known;
use crate::db::{DomainError, Result};
use crate::mrr::derive::{History, derive};
use crate::subscriptions::version::Version;
use crate::{lifecycle, mrr, subscriptions};
use sqlx::{Connection, PgConnection};
use std::collections::HashMap;
use uuid::Uuid;

/// What is known of one customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// Who it is.
    pub customer: CustomerFact,
    /// Snapshots of their subscriptions.
    pub versions: Vec<Version>,
    /// Their payments and refunds.
    pub transactions: Vec<TransactionRow>,
}

/// What was written.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Loaded {
    /// Customers.
    pub customers: usize,
    /// Subscriptions.
    pub subscriptions: usize,
    /// Payments and refunds.
    pub transactions: usize,
    /// Rows of the MRR ledger.
    pub movements: usize,
}

impl std::ops::AddAssign for Loaded {
    fn add_assign(&mut self, more: Self) {
        self.customers += more.customers;
        self.subscriptions += more.subscriptions;
        self.transactions += more.transactions;
        self.movements += more.movements;
    }
}

/// Loads accounts in one transaction. Prices must be there.
///
/// # Errors
/// When one of the customers is there already; then nothing is written.
pub async fn load(db: &mut PgConnection, accounts: &[Account]) -> Result<Loaded> {
    let mut tx = db.begin().await?;
    apply::take_turn(&mut tx).await?;
    // What is added up of all this is counted once, in the end.
    sqlx::query_scalar!(r#"SELECT set_config('crm.loading', 'on', true) AS "set!""#).fetch_one(&mut *tx).await?;
    let catalog = recompute::catalog(&mut tx, accounts.iter().flat_map(|a| &a.versions)).await?;
    let mut histories: Vec<(Uuid, History)> = Vec::with_capacity(accounts.len());
    for account in accounts {
        let history = derive(&account.versions, &catalog, account.customer.created)
            .map_err(|error| DomainError::invalid("subscription", "too_large", error.to_string()))?;
        histories.push((transactions::id_at(&account.customer.id, account.customer.created), history));
    }
    let borrowed: Vec<(Uuid, &History)> = histories.iter().map(|(id, history)| (*id, history)).collect();
    copy::customers(&mut tx, accounts, &borrowed).await?;
    let versions: Vec<(String, Version)> = accounts
        .iter()
        .flat_map(|a| a.versions.iter().map(|version| (a.customer.id.clone(), version.clone())))
        .collect();
    subscriptions::upsert::store_versions(&mut tx, &versions).await?;
    let subscriptions = subscriptions::upsert::store_standings(&mut tx, &borrowed).await?;
    let movements = mrr::ledger::write(&mut tx, &borrowed, &subscriptions).await?;
    lifecycle::store::store_transitions(&mut tx, &borrowed).await?;
    lifecycle::store::store_tier_moves(&mut tx, &borrowed).await?;
    let known: HashMap<String, Known> = accounts
        .iter()
        .zip(&histories)
        .map(|(a, (id, _))| (a.customer.id.clone(), Known { id: *id, created_at: a.customer.created }))
        .collect();
    let rows: Vec<TransactionRow> = accounts.iter().flat_map(|a| a.transactions.iter().cloned()).collect();
    transactions::store(&mut tx, &rows, &known).await?;
    tx.commit().await?;
    Ok(Loaded { customers: accounts.len(), subscriptions: subscriptions.len(), transactions: rows.len(), movements })
}

/// Counts everybody who was loaded, checks the rollup against the ledger by making it anew, and tells the planner what the tables
/// look like now.
pub async fn finish(db: &mut PgConnection) -> Result<()> {
    // Before: whoever counts looks customers up by the thousand, and must not take full tables for empty ones.
    sqlx::query("ANALYZE").execute(&mut *db).await?;
    analytics::rollup::rebuild(db).await?;
    sqlx::query(
        "ANALYZE mrr_daily, paying_daily, retention_monthly, cohort_monthly, counted_customers, trial_daily, payment_monthly,
                 failed_payments, recognised_monthly, coach_portfolios, coaching_daily, organization_totals",
    )
    .execute(db)
    .await?;
    Ok(())
}
