use super::*;
use crate::fixture::{exact, run};
use crate::revenue::statements::{self, StatementFilter, approve, pay, withdraw_approval};
use crate::revenue::{minimums, settling};
use chrono::Utc;
use crm_types::revenue::{PayoutStatement, StatementSort, StatementStatus};
use crm_types::{Currency, Money};

fn staff() -> Actor {
    Actor::system("test")
}

/// The first day of a month that is over, so many months ago.
fn month(ago: u32) -> NaiveDate {
    Utc::now().date_naive().with_day(1).unwrap().checked_sub_months(Months::new(ago)).unwrap()
}

async fn party(pool: &PgPool) {
    run(
        pool,
        "INSERT INTO customers (id, name, created_at) VALUES (lpad('1', 32, '0')::uuid, 'Client', now()), (lpad('2', 32, '0')::uuid, 'Coach', now());
         INSERT INTO organizations (id, name, kind, status) VALUES (lpad('9', 32, '0')::uuid, 'Iron Gym', 'gym', 'active');
         INSERT INTO coaching_relationships (id, coach_id, client_id, during)
         VALUES (lpad('3', 32, '0')::uuid, lpad('2', 32, '0')::uuid, lpad('1', 32, '0')::uuid, tstzrange('2020-01-01Z', NULL));
         INSERT INTO share_rules (id, scope, base, coach_bp, organization_bp, during)
         VALUES (lpad('4', 32, '0')::uuid, 'default', 'gross', 3000, 1000, tstzrange('2020-01-01Z', NULL));
         DELETE FROM recompute_queue",
    )
    .await;
}

/// A share of a payment, or of what goes back of it, on the 15th of a month: coach, gym, platform.
async fn share(pool: &PgPool, key: &str, of: NaiveDate, parts: [i64; 3]) -> sqlx::Result<()> {
    let whole: i64 = parts.iter().sum();
    let mut tx = pool.begin().await?;
    sqlx::query(
        "INSERT INTO revenue_shares (id, business_key, revision, payment_key, kind, customer_id, coach_id, organization_id, relationship_id,
             rule_id, base, coach_bp, organization_bp, currency, paid_minor, shared_minor, coach_minor, organization_minor, platform_minor,
             occurred_at, month)
         VALUES (gen_random_uuid(), $1, 0, 'in', CASE WHEN $2 < 0 THEN 'refund' ELSE 'payment' END, lpad('1', 32, '0')::uuid,
                 lpad('2', 32, '0')::uuid, lpad('9', 32, '0')::uuid, lpad('3', 32, '0')::uuid, lpad('4', 32, '0')::uuid, 'gross', 3000, 1000,
                 'usd', $2, $2, $3, $4, $5, $6::date + interval '14 days', revenue_month($6::date + interval '14 days'))",
    )
    .bind(key)
    .bind(whole)
    .bind(parts[0])
    .bind(parts[1])
    .bind(parts[2])
    .bind(of)
    .execute(&mut *tx)
    .await?;
    crate::revenue::ledger::recount(&mut tx).await.unwrap();
    tx.commit().await
}

async fn stated(pool: &PgPool) -> Vec<PayoutStatement> {
    let mut page = statements::list(pool, &StatementFilter::default(), StatementSort::Month, &exact()).await.unwrap();
    page.items.sort_by_key(|s| (s.month, s.party));
    page.items
}

/// Months ago, party, carried, earned, refunded, payable, forward, status.
type Row = (u32, &'static str, i64, i64, i64, i64, i64, StatementStatus);

fn rows(statements: &[PayoutStatement]) -> Vec<Row> {
    let ago = |of: NaiveDate| (0..9).find(|n| month(*n) == of).unwrap();
    let row = |s: &PayoutStatement| {
        let amounts = [s.carried, s.earned, s.refunded, s.payable, s.forward].map(|amount| amount.minor);
        let [carried, earned, refunded, payable, forward] = amounts;
        (ago(s.month), s.party.as_str(), carried, earned, refunded, payable, forward, s.status)
    };
    statements.iter().map(row).collect()
}

fn refused<T: std::fmt::Debug>(result: Result<T>) -> String {
    match result.unwrap_err() {
        DomainError::Conflict { message, .. } => message,
        other => panic!("{other:?}"),
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn months_close_in_order_and_balances_are_carried(pool: PgPool) {
    use StatementStatus::{Closed, Open};
    party(&pool).await;
    minimums::set(&pool, &staff(), Money::new(500, Currency::USD)).await.unwrap();
    share(&pool, "in_1", month(3), [300, 600, 100]).await.unwrap();
    share(&pool, "in_2", month(2), [400, 0, 600]).await.unwrap();
    let first = [(3, "coach", 0, 300, 0, 0, 300, Open), (3, "organization", 0, 600, 0, 600, 0, Open)];
    assert_eq!(rows(&stated(&pool).await)[..2], first);

    assert!(refused(close(&pool, &staff(), month(2), Reach::One).await).contains("first: months are closed in order"));
    assert!(refused(close(&pool, &staff(), month(0), Reach::One).await).contains("not over yet"));
    let before = stated(&pool).await[1].id;
    run(&pool, "INSERT INTO recompute_queue (customer_id, reason) SELECT id, 'test' FROM customers").await;
    assert!(refused(close(&pool, &staff(), month(3), Reach::One).await).contains("being computed"));
    run(&pool, "DELETE FROM recompute_queue").await;
    let closing = close(&pool, &staff(), month(3), Reach::One).await.unwrap();
    assert_eq!((closing.statements, closing.payable), (2, 1));
    assert_eq!(stated(&pool).await[1].id, before, "the same statement, closed");
    assert!(refused(close(&pool, &staff(), month(3), Reach::One).await).contains("closed already"));

    // What goes back later counts to the next month, and may leave somebody in debt.
    share(&pool, "re_2", month(3), [-300, -600, -100]).await.unwrap();
    close(&pool, &staff(), month(2), Reach::One).await.unwrap();
    let expected = [
        (3, "coach", 0, 300, 0, 0, 300, Closed),
        (3, "organization", 0, 600, 0, 600, 0, Closed),
        (2, "coach", 300, 400, -300, 0, 400, Closed),
        (2, "organization", 0, 0, -600, 0, -600, Closed),
    ];
    assert_eq!(rows(&stated(&pool).await)[..4], expected);
    share(&pool, "in_3", month(1), [100, 700, 0]).await.unwrap();
    close(&pool, &staff(), month(1), Reach::One).await.unwrap();
    let third = [(1, "coach", 400, 100, 0, 500, 0, Closed), (1, "organization", -600, 700, 0, 0, 100, Closed)];
    assert_eq!(rows(&stated(&pool).await)[4..6], third);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_balance_waits_for_the_first_open_month_that_has_shares(pool: PgPool) {
    use StatementStatus::{Closed, Open};
    party(&pool).await;
    minimums::set(&pool, &staff(), Money::new(500, Currency::USD)).await.unwrap();
    share(&pool, "in_1", month(4), [300, 0, 700]).await.unwrap();
    close(&pool, &staff(), month(4), Reach::One).await.unwrap();
    let coach = async || {
        let mut rows = rows(&stated(&pool).await);
        rows.retain(|row| row.1 == "coach");
        rows
    };
    let closed = (4, "coach", 0, 300, 0, 0, 300, Closed);
    assert_eq!(coach().await, [closed]);
    share(&pool, "in_2", month(1), [50, 0, 50]).await.unwrap();
    assert_eq!(coach().await, [closed, (1, "coach", 300, 50, 0, 0, 350, Open)]);
    // One before it has shares after all, of others.
    share(&pool, "in_3", month(2), [0, 40, 60]).await.unwrap();
    let carried = (2, "coach", 300, 0, 0, 0, 300, Open);
    assert_eq!(coach().await, [closed, carried, (1, "coach", 0, 50, 0, 0, 50, Open)]);
    // A month in which nobody earned anything passes it on.
    let closing = close(&pool, &staff(), month(3), Reach::One).await.unwrap();
    assert_eq!((closing.statements, closing.payable), (1, 0));
    let passed = (3, "coach", 300, 0, 0, 0, 300, Closed);
    let last = (1, "coach", 0, 50, 0, 0, 50, Open);
    assert_eq!(coach().await, [closed, passed, carried, last]);
    // Of open months, what is paid follows the minimum.
    minimums::set(&pool, &staff(), Money::new(0, Currency::USD)).await.unwrap();
    let paid = [(2, "coach", 300, 0, 0, 300, 0, Open), (1, "coach", 0, 50, 0, 50, 0, Open)];
    assert_eq!(coach().await, [closed, passed, paid[0], paid[1]]);
    let last = stated(&pool).await.pop().unwrap();
    assert_eq!(statements::find(&pool, last.id).await.unwrap(), last);
}

#[sqlx::test(migrations = "../../migrations")]
async fn months_are_closed_together_as_they_are_one_by_one(pool: PgPool) {
    use StatementStatus::{Closed, Open};
    party(&pool).await;
    minimums::set(&pool, &staff(), Money::new(500, Currency::USD)).await.unwrap();
    for (key, ago) in [("in_1", 5), ("in_2", 4), ("in_3", 2), ("in_4", 1)] {
        share(&pool, key, month(ago), [300, 0, 700]).await.unwrap();
    }
    assert!(refused(close(&pool, &staff(), month(2), Reach::One).await).contains("first: months are closed in order"));
    assert!(refused(close(&pool, &staff(), month(0), Reach::AllBefore).await).contains("not over yet"));
    let closing = close(&pool, &staff(), month(2), Reach::AllBefore).await.unwrap();
    assert_eq!((closing.month, closing.months, closing.payable), (month(2), 3, 1));
    let mut rows = rows(&stated(&pool).await);
    rows.retain(|row| row.1 == "coach");
    let expected = [
        (5, "coach", 0, 300, 0, 0, 300, Closed),
        (4, "coach", 300, 300, 0, 600, 0, Closed),
        (2, "coach", 0, 300, 0, 0, 300, Closed),
        (1, "coach", 300, 300, 0, 600, 0, Open),
    ];
    assert_eq!(rows, expected);
    assert!(refused(close(&pool, &staff(), month(4), Reach::AllBefore).await).contains("closed already"));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_month_is_approved_and_paid_at_once(pool: PgPool) {
    party(&pool).await;
    share(&pool, "in_1", month(2), [300, 100, 600]).await.unwrap();
    share(&pool, "in_2", month(1), [500, -200, 700]).await.unwrap();
    assert!(refused(settling::approve(&pool, &staff(), month(2)).await).contains("is not closed yet"));
    close(&pool, &staff(), month(2), Reach::One).await.unwrap();
    close(&pool, &staff(), month(1), Reach::One).await.unwrap();
    let states = async || stated(&pool).await.iter().map(|s| (s.month, s.status)).collect::<Vec<_>>();
    use StatementStatus::{Approved, Closed, Paid};

    let none = settling::pay(&pool, &staff(), month(2), None).await.unwrap();
    assert_eq!((none.statements, none.amounts), (0, vec![]), "nothing is paid that nobody approved");
    let last_day = month(1).pred_opt().unwrap();
    let approved = settling::approve(&pool, &staff(), last_day).await.unwrap();
    assert_eq!((approved.month, approved.statements), (month(2), 2));
    assert_eq!(approved.amounts, [Money::new(400, Currency::USD)]);
    assert_eq!(settling::approve(&pool, &staff(), month(2)).await.unwrap().statements, 0, "once more is no error");
    let expected = [(month(2), Approved), (month(2), Approved), (month(1), Closed), (month(1), Closed)];
    assert_eq!(states().await, expected);

    let paid = settling::pay(&pool, &staff(), month(2), Some(" Run 7 ")).await.unwrap();
    assert_eq!((paid.statements, paid.amounts), (2, vec![Money::new(400, Currency::USD)]));
    assert_eq!(stated(&pool).await[0].payment_reference.as_deref(), Some("Run 7"));
    // Of the next, the gym owes what went back.
    assert_eq!(settling::approve(&pool, &staff(), month(1)).await.unwrap().statements, 1);
    assert_eq!(states().await, [(month(2), Paid), (month(2), Paid), (month(1), Approved), (month(1), Closed)]);
    let audited: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM audit_log WHERE resource = 'revenue_month' AND action IN ('revenue_month.approved', 'revenue_month.paid')",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(audited, 3);
    let long = "x".repeat(201);
    assert!(matches!(settling::pay(&pool, &staff(), month(1), Some(&long)).await, Err(DomainError::Invalid { .. })));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_statement_is_approved_and_paid_and_nothing_else(pool: PgPool) {
    party(&pool).await;
    share(&pool, "in_1", month(1), [300, 0, 700]).await.unwrap();
    let id = stated(&pool).await[0].id;
    assert!(refused(approve(&pool, &staff(), id).await).contains("not closed yet"));
    close(&pool, &staff(), month(1), Reach::One).await.unwrap();
    let gym = stated(&pool).await[1].id;
    assert!(refused(approve(&pool, &staff(), gym).await).contains("nothing to pay"));
    assert!(refused(pay(&pool, &staff(), id, None).await).contains("Approve it first"));
    assert!(approve(&pool, &staff(), id).await.unwrap().approved_at.is_some());
    assert_eq!(withdraw_approval(&pool, &staff(), id).await.unwrap().approved_at, None);
    let approved = approve(&pool, &staff(), id).await.unwrap();
    assert_eq!(approve(&pool, &staff(), id).await.unwrap(), approved, "once more is no error");
    let paid = pay(&pool, &staff(), id, Some(" SEPA 17 ")).await.unwrap();
    assert_eq!((paid.status, paid.payment_reference.as_deref()), (StatementStatus::Paid, Some("SEPA 17")));
    assert_eq!(pay(&pool, &staff(), id, Some("SEPA 17")).await.unwrap(), paid, "once more is no error");
    assert_eq!(pay(&pool, &staff(), id, None).await.unwrap(), paid);
    assert!(refused(pay(&pool, &staff(), id, Some("SEPA 18")).await).contains("another reference"));
    assert!(refused(withdraw_approval(&pool, &staff(), id).await).contains("paid already"));
    let verbs: Vec<(String,)> =
        sqlx::query_as("SELECT action FROM audit_log WHERE resource = 'payout_statement' ORDER BY id")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(verbs.len(), 4);
    for sql in [
        "UPDATE payout_statements SET payable_minor = payable_minor + 1, forward_minor = forward_minor - 1",
        "UPDATE payout_statements SET status = 'approved', paid_at = NULL, payment_reference = NULL",
        "DELETE FROM payout_statements",
        "DELETE FROM revenue_closings",
        "TRUNCATE payout_statements",
    ] {
        assert!(sqlx::query(sql).execute(&pool).await.is_err(), "{sql}");
    }
    let late = sqlx::query(
        "INSERT INTO revenue_shares (id, business_key, revision, payment_key, kind, customer_id, coach_id, relationship_id, rule_id, base, coach_bp,
             organization_bp, currency, paid_minor, shared_minor, coach_minor, organization_minor, platform_minor, occurred_at, month)
         SELECT gen_random_uuid(), 'in_late', 0, 'in_late', kind, customer_id, coach_id, relationship_id, rule_id, base, coach_bp,
             organization_bp, currency, paid_minor, shared_minor, coach_minor, 0, platform_minor, occurred_at, month FROM revenue_shares",
    )
    .execute(&pool)
    .await;
    let constraint = late.unwrap_err().as_database_error().and_then(|e| e.constraint().map(str::to_owned));
    assert_eq!(constraint.as_deref(), Some("revenue_shares_month_is_open"));
}
