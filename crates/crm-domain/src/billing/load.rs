//! Whole histories at once, into tables that know none of these customers yet: facts and everything derived of them, by
//! the same rules as from events, without the events.

mod set_aside;
mod transactions;

use super::facts::CustomerFact;
use super::payments::TransactionRow;
use super::transactions::id_at;
use super::{apply, recompute};
use crate::analytics;
use crate::copy::Rows;
use crate::customers::copy;
use crate::db::{DomainError, Result};
use crate::mrr::coached::Spell;
use crate::mrr::derive::{History, derive};
use crate::subscriptions::version::Version;
use crate::{lifecycle, mrr, revenue, subscriptions};
use futures_util::{StreamExt, TryStreamExt, stream};
use set_aside::SetAside;
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool, Postgres, Transaction};
use std::future::ready;
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

impl Account {
    fn id(&self) -> Uuid {
        id_at(&self.customer.id, self.customer.created)
    }
}

/// Accounts, and what can be made of them without asking the database: while others are written.
pub struct Prepared {
    accounts: Vec<Account>,
    transactions: Rows,
}

impl Prepared {
    /// Prepares them.
    #[must_use]
    pub fn of(accounts: Vec<Account>) -> Self {
        let transactions = transactions::rows(accounts.iter().flat_map(|account| {
            let id = account.id();
            account.transactions.iter().map(move |row| (row, id))
        }));
        Self { accounts, transactions }
    }
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
    /// Rows of the ledger of shared revenue.
    pub shares: usize,
}

impl std::ops::AddAssign for Loaded {
    fn add_assign(&mut self, more: Self) {
        self.customers += more.customers;
        self.subscriptions += more.subscriptions;
        self.transactions += more.transactions;
        self.movements += more.movements;
        self.shares += more.shares;
    }
}

/// A business that is being written, in one transaction: at its end all of it is there, or nothing.
pub struct Loading<'a> {
    tx: Transaction<'a, Postgres>,
    aside: SetAside,
}

impl<'a> Loading<'a> {
    /// Begins. Whoever else applies waits until the end.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin(db: &'a mut PgConnection) -> Result<Self> {
        let mut tx = db.begin().await?;
        apply::take_turn(&mut tx).await?;
        // What is added up of all this is counted once, in the end.
        sqlx::query!(
            "SELECT set_config('crm.loading', 'on', true) AS loading, set_config('crm.history', 'on', true) AS history"
        )
        .fetch_one(&mut *tx)
        .await?;
        let aside = SetAside::begin(&mut tx).await?;
        Ok(Self { tx, aside })
    }

    /// The transaction, for what else belongs to the business.
    pub fn connection(&mut self) -> &mut PgConnection {
        &mut self.tx
    }

    /// Writes accounts. Prices must be there.
    ///
    /// # Errors
    /// When one of the customers is there already; then nothing at all is written.
    pub async fn add(&mut self, Prepared { accounts, transactions }: Prepared) -> Result<Loaded> {
        let (db, accounts) = (&mut *self.tx, &accounts[..]);
        let catalog = recompute::catalog(db, accounts.iter().flat_map(|a| &a.versions)).await?;
        let mut histories: Vec<(Uuid, History)> = Vec::with_capacity(accounts.len());
        let history = |account: &Account, coached: &[Spell]| {
            derive(&account.versions, coached, &catalog, account.customer.created)
                .map_err(|error| DomainError::invalid("subscription", "too_large", error.to_string()))
        };
        for account in accounts {
            histories.push((account.id(), history(account, &[])?));
        }
        // Who pays for coaching coaches: who is coached, and what follows of it, is known after that.
        let places = copy::places(db, accounts, &histories).await?;
        for ((account, place), (_, known)) in accounts.iter().zip(&places).zip(&mut histories) {
            if let Some((_, since)) = place.coach {
                *known = history(account, &[Spell::since(since)])?;
            }
        }
        let borrowed: Vec<(Uuid, &History)> = histories.iter().map(|(id, history)| (*id, history)).collect();
        copy::customers(db, accounts, &borrowed, &places).await?;
        let versions: Vec<(String, Version)> = accounts
            .iter()
            .flat_map(|a| a.versions.iter().map(|version| (a.customer.id.clone(), version.clone())))
            .collect();
        subscriptions::upsert::store_versions(db, &versions).await?;
        let subscriptions = subscriptions::upsert::store_standings(db, &borrowed).await?;
        let movements = mrr::ledger::write(db, &borrowed, &subscriptions).await?;
        lifecycle::store::store_transitions(db, &borrowed).await?;
        lifecycle::store::store_tier_moves(db, &borrowed).await?;
        transactions::copy(db, transactions).await?;
        let ids: Vec<Uuid> = histories.iter().map(|(id, _)| *id).collect();
        let shares = revenue::ledger::reconcile(db, &ids).await?;
        let transactions = accounts.iter().map(|account| account.transactions.len()).sum();
        let subscriptions = subscriptions.len();
        Ok(Loaded { customers: accounts.len(), subscriptions, transactions, movements, shares })
    }

    /// Checks the ledgers and the rollup, makes it anew, and commits. Then the planner is told what the tables look like now.
    ///
    /// # Errors
    /// [`DomainError::Refused`] when something does not add up; then nothing is written.
    pub async fn finish(mut self) -> Result<()> {
        self.aside.end(&mut self.tx).await?;
        analytics::rollup::rebuild(&mut self.tx).await?;
        self.tx.commit().await?;
        Ok(())
    }
}

/// Tells the planner what the tables look like, and which pages everybody sees: indexes answer alone for those.
///
/// # Errors
/// When the database fails.
pub async fn settle_in(pool: &PgPool) -> Result<()> {
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
         ORDER BY pg_table_size(oid) DESC",
    )
    .fetch_all(pool)
    .await?;
    // Names are the database's own.
    let statements = tables.into_iter().map(|table| AssertSqlSafe(format!("VACUUM (ANALYZE) {table}")));
    stream::iter(statements.map(|statement| sqlx::query(statement).execute(pool)))
        .buffer_unordered(2)
        .try_for_each(|_| ready(Ok(())))
        .await?;
    Ok(())
}
