//! What costs as much a row as the row itself is set aside while millions of them are written, and made anew or checked at the
//! end in one go: indexes that nobody reads meanwhile, references, and what each row of a ledger is held to.

use crate::db::{DomainError, Result};
use crate::{organizations, plans, revenue};
use sqlx::{AssertSqlSafe, PgConnection};

/// Tables that are written to for each customer.
const TABLES: [&str; 14] = [
    "customers",
    "customer_search",
    "customer_words",
    "coaching_relationships",
    "subscription_versions",
    "subscription_prices",
    "subscriptions",
    "transactions",
    "mrr_movements",
    "mrr_movement_lines",
    "lifecycle_transitions",
    "tier_transitions",
    "revenue_shares",
    "revenue_monthly_parties",
];

/// Of them, those whose rows nobody looks up by key meanwhile, and that no other table's rows belong to yet.
const LEDGERS: [&str; 5] =
    ["coaching_relationships", "transactions", "mrr_movements", "mrr_movement_lines", "revenue_shares"];

/// Triggers that check a row against others, add it up, or have it computed later: [`check`], the sums made anew and the loading
/// itself do so for all. Every one of a ledger, and these.
const TRIGGERS: [(&str, &str); 3] = [
    ("customers", "customers_added_to_totals"),
    ("customers", "customers_moved_in_totals"),
    ("subscriptions", "subscriptions_added_to_totals"),
];

/// Statements that bring back what was set aside.
pub(super) struct SetAside(Vec<String>);

impl SetAside {
    /// Sets aside, in the caller's transaction: should it fail, nothing was.
    pub(super) async fn begin(db: &mut PgConnection) -> Result<Self> {
        // The rules look at what is known of a customer already.
        let indexes: Vec<(String, String)> = sqlx::query_as(
            r"SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
              FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
              WHERE i.indrelid = ANY($1::regclass[]) AND c.relname !~ '_(customer|client)' AND NOT EXISTS (
                  SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
              ORDER BY 1",
        )
        .bind(&TABLES[..])
        .fetch_all(&mut *db)
        .await?;
        let references =
            constraints(db, "contype = 'f' AND (conrelid = ANY($1::regclass[]) OR confrelid = ANY($2::regclass[]))")
                .await?;
        let keys = constraints(db, "contype IN ('p', 'u', 'x') AND conrelid = ANY($2::regclass[])").await?;
        let mut back = Vec::new();
        for (name, definition) in indexes {
            run(db, format!("DROP INDEX {name}")).await?;
            back.push(definition);
        }
        for (table, name, _) in references.iter().chain(&keys) {
            run(db, format!("ALTER TABLE {table} DROP CONSTRAINT {name}")).await?;
        }
        for (table, name, definition) in keys.into_iter().chain(references) {
            back.push(format!("ALTER TABLE {table} ADD CONSTRAINT {name} {definition}"));
        }
        for (table, trigger) in TRIGGERS.into_iter().chain(LEDGERS.map(|table| (table, "USER"))) {
            run(db, format!("ALTER TABLE {table} DISABLE TRIGGER {trigger}")).await?;
            back.push(format!("ALTER TABLE {table} ENABLE TRIGGER {trigger}"));
        }
        Ok(Self(back))
    }

    /// Brings everything back.
    ///
    /// # Errors
    /// [`DomainError::Refused`] when what was written does not hold what its checks would have held it to.
    pub(super) async fn end(self, db: &mut PgConnection) -> Result<()> {
        run(db, "SET CONSTRAINTS ALL IMMEDIATE".to_owned()).await?;
        // Now whole tables are read, and sorted.
        let settings = "SELECT set_config('enable_seqscan', 'on', true), set_config('work_mem', '256MB', true),
                               set_config('maintenance_work_mem', '512MB', true)";
        sqlx::query(settings).execute(&mut *db).await?;
        // Whoever checks and counts must not take full tables for empty ones.
        run(db, "ANALYZE".to_owned()).await?;
        check(db).await?;
        // Before there are indexes that it would have to write to.
        organizations::revenue::recount(db).await?;
        plans::recount(db).await?;
        revenue::ledger::recount(db).await?;
        for statement in self.0 {
            run(db, statement).await?;
        }
        Ok(())
    }
}

/// Table, name and definition of the constraints that a condition chooses, where $1 are the tables, and $2 the ledgers.
async fn constraints(db: &mut PgConnection, which: &str) -> Result<Vec<(String, String, String)>> {
    let query = format!(
        "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
         WHERE {which} ORDER BY 1, 2"
    );
    Ok(sqlx::query_as(AssertSqlSafe(query)).bind(&TABLES[..]).bind(&LEDGERS[..]).fetch_all(db).await?)
}

/// Names and definitions are the database's own.
async fn run(db: &mut PgConnection, statement: String) -> Result<()> {
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(db).await?;
    Ok(())
}

/// What the triggers keep, for all rows at once.
async fn check(db: &mut PgConnection) -> Result<()> {
    for (wrong, query) in [
        (
            "a movement's lines do not add up to it",
            "SELECT FROM mrr_movements m
             LEFT JOIN (SELECT movement_id, sum(amount_minor) AS minor FROM mrr_movement_lines GROUP BY 1) l ON l.movement_id = m.id
             WHERE coalesce(l.minor, 0) <> m.amount_minor",
        ),
        (
            "a customer's movements do not add up to their MRR",
            "SELECT FROM (SELECT customer_id, currency, sum(amount_minor) AS minor FROM mrr_movements GROUP BY 1, 2) t
             JOIN (SELECT DISTINCT ON (customer_id, currency) customer_id, currency, after_minor FROM mrr_movements_effective
                   ORDER BY customer_id, currency, occurred_at DESC, tie DESC, stripe_event_id DESC) l USING (customer_id, currency)
             WHERE t.minor <> l.after_minor",
        ),
        (
            "a payment is shared twice",
            "SELECT FROM revenue_shares GROUP BY business_key HAVING count(*) FILTER (WHERE reverses IS NULL) - count(reverses) > 1",
        ),
        (
            "more of a payment goes back than was shared",
            "SELECT FROM revenue_shares GROUP BY payment_key HAVING sum(shared_minor) < 0",
        ),
    ] {
        // Counted: for the first row alone the planner would compare each with each.
        let counted = format!("SELECT count(*) FROM ({query}) AS wrong");
        let count: i64 = sqlx::query_scalar(AssertSqlSafe(counted)).fetch_one(&mut *db).await?;
        if count > 0 {
            return Err(DomainError::Refused(format!("What was written is not right: {wrong}.")));
        }
    }
    Ok(())
}
