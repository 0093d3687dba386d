use super::*;
use crate::fixture::run;
use crate::jobs::Step;
use crm_types::jobs::JobState;

fn staff() -> Actor {
    Actor::system("test")
}

async fn checked(pool: &PgPool) -> InvariantBoard {
    check(pool, &staff()).await.unwrap();
    while job::step(pool).await.unwrap() != Step::Idle {}
    board(pool).await.unwrap()
}

fn wrong(board: &InvariantBoard) -> Vec<(Identity, i64, i64)> {
    let off = |one: &Invariant| one.differences.iter().map(|money| money.minor).sum::<i64>();
    board.identities.iter().filter(|one| one.wrong > 0).map(|one| (one.identity, one.wrong, off(one))).collect()
}

/// Whatever forbids it otherwise.
async fn forced(pool: &PgPool, sql: &str) {
    let sql = format!("{sql}; RESET session_replication_role");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(pool).await.unwrap();
}

/// A share, its statement, an MRR movement, each with what is kept of them.
async fn books(pool: &PgPool) {
    run(
        pool,
        "SET session_replication_role = replica;
         INSERT INTO revenue_shares (id, business_key, revision, payment_key, kind, customer_id, coach_id, organization_id, relationship_id,
             rule_id, base, coach_bp, organization_bp, currency, paid_minor, shared_minor, coach_minor, organization_minor, platform_minor, occurred_at, month)
         SELECT gen_random_uuid(), 'in_' || i, 0, 'in_' || i, 'payment', lpad('3', 32, '0')::uuid, lpad('2', 32, '0')::uuid, lpad('9', 32, '0')::uuid,
                gen_random_uuid(), gen_random_uuid(), 'gross', 3000, 1000, 'usd', 1000, 1000, 300, 100, 600, '2026-01-15Z', '2026-01-01'
         FROM generate_series(1, 3) i;
         INSERT INTO revenue_closings (month) VALUES ('2026-01-01'), ('2026-02-01');
         INSERT INTO payout_statements (id, month, party, party_id, currency, carried_minor, earned_minor, refunded_minor, minimum_minor, payable_minor, forward_minor)
         VALUES (gen_random_uuid(), '2026-01-01', 'coach', lpad('2', 32, '0')::uuid, 'usd', 0, 900, 0, 1000, 0, 900),
                (gen_random_uuid(), '2026-02-01', 'coach', lpad('2', 32, '0')::uuid, 'usd', 900, 0, 0, 0, 900, 0),
                (gen_random_uuid(), '2026-01-01', 'organization', lpad('9', 32, '0')::uuid, 'usd', 0, 300, 0, 0, 300, 0);
         INSERT INTO subscriptions (id, stripe_subscription_id, customer_id, status, stripe_status, currency, mrr_minor, created_at)
         SELECT lpad('5', 32, '0')::uuid, 'sub_1', lpad('3', 32, '0')::uuid, 'active', 'active', 'usd', 1000, now();
         INSERT INTO mrr_movements (id, customer_id, subscription_id, stripe_event_id, tie, movement, currency, amount_minor, before_minor, after_minor, stream, occurred_at)
         VALUES (lpad('7', 32, '0')::uuid, lpad('3', 32, '0')::uuid, lpad('5', 32, '0')::uuid, 'evt', 0, 'new', 'usd', 1000, 0, 1000, 'rev1_individual', '2026-01-15Z');
         INSERT INTO mrr_movement_lines (movement_id, subscription_id, stream, tier, currency, amount_minor, occurred_at)
         VALUES (lpad('7', 32, '0')::uuid, lpad('5', 32, '0')::uuid, 'rev1_individual', 'tier1', 'usd', 1000, '2026-01-15Z');
         INSERT INTO mrr_daily (currency, day, movement, stream, tier, amount_minor, movements)
         VALUES ('usd', '2026-01-15', 'new', 'rev1_individual', 'tier1', 1000, 1);
         INSERT INTO transactions (id, business_key, payment_key, customer_id, kind, status, transaction_type, currency, amount_minor, refunded_minor, occurred_at)
         VALUES (gen_random_uuid(), 'in_1', 'in_1', lpad('3', 32, '0')::uuid, 'payment', 'succeeded', 'subscription', 'usd', 1000, 1000, '2026-01-15Z');
         RESET session_replication_role",
    )
    .await;
    crate::revenue::ledger::recount(&mut pool.acquire().await.unwrap()).await.unwrap();
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_board_that_was_never_checked_says_so_and_a_check_fills_it(pool: PgPool) {
    let fresh = board(&pool).await.unwrap();
    assert_eq!((fresh.checked_at, fresh.identities.len(), fresh.job), (None, Identity::ALL.len(), None));
    assert!(!repeat(&pool).await.unwrap(), "nobody asked so far");
    books(&pool).await;
    let job = check(&pool, &staff()).await.unwrap();
    assert_eq!(check(&pool, &staff()).await.unwrap().id, job.id, "one at a time");
    assert_eq!(board(&pool).await.unwrap().job.map(|job| job.state), Some(JobState::Queued));
    let found = checked(&pool).await;
    assert!(found.checked_at.is_some() && found.job.is_none());
    assert_eq!(wrong(&found), []);
    for identity in &found.identities {
        assert!(identity.compared > 0, "{:?} compared nothing", identity.identity);
        assert_eq!(identity.differences, [Money::new(0, crm_types::Currency::USD)]);
    }
    assert!(!repeat(&pool).await.unwrap());
    run(&pool, "UPDATE invariant_checks SET checked_at = now() - interval '25 hours'").await;
    assert!(repeat(&pool).await.unwrap());
    assert!(board(&pool).await.unwrap().job.is_some());
}

#[sqlx::test(migrations = "../../migrations")]
async fn each_identity_sees_what_is_wrong(pool: PgPool) {
    use Identity as I;
    books(&pool).await;
    for (breaks, mends, identity, off) in [
        ("UPDATE revenue_monthly SET paid_minor = paid_minor + 7", "UPDATE revenue_monthly SET paid_minor = paid_minor - 7", I::MonthsAreTheLedger, 7),
        (
            "UPDATE revenue_monthly_parties SET earned_minor = earned_minor + 5 WHERE party = 'coach'",
            "UPDATE revenue_monthly_parties SET earned_minor = earned_minor - 5 WHERE party = 'coach'",
            I::PartiesAreTheLedger,
            5,
        ),
        ("UPDATE mrr_daily SET amount_minor = 990", "UPDATE mrr_daily SET amount_minor = 1000", I::DaysAreTheLedger, 10),
        ("UPDATE subscriptions SET mrr_minor = 900", "UPDATE subscriptions SET mrr_minor = 1000", I::MrrIsMovements, 100),
        ("UPDATE transactions SET refunded_minor = 1003", "UPDATE transactions SET refunded_minor = 1000", I::RefundsWithinPayments, 3),
        (
            "SET session_replication_role = replica; UPDATE payout_statements SET earned_minor = 301, payable_minor = 301 WHERE party = 'organization'",
            "SET session_replication_role = replica; UPDATE payout_statements SET earned_minor = 300, payable_minor = 300 WHERE party = 'organization'",
            I::StatementsAreTheirRows,
            1,
        ),
        (
            "SET session_replication_role = replica; UPDATE payout_statements SET carried_minor = 800, payable_minor = 800 WHERE month = '2026-02-01'",
            "SET session_replication_role = replica; UPDATE payout_statements SET carried_minor = 900, payable_minor = 900 WHERE month = '2026-02-01'",
            I::BalancesAreCarried,
            100,
        ),
        (
            "SET session_replication_role = replica; UPDATE mrr_movement_lines SET amount_minor = 998; UPDATE mrr_daily SET amount_minor = 998",
            "SET session_replication_role = replica; UPDATE mrr_movement_lines SET amount_minor = 1000; UPDATE mrr_daily SET amount_minor = 1000",
            I::MovementsAreTheirLines,
            2,
        ),
        (
            "SET session_replication_role = replica; ALTER TABLE revenue_shares DROP CONSTRAINT revenue_shares_add_up;
             UPDATE revenue_shares SET shared_minor = 1001 WHERE business_key = 'in_1'; ALTER TABLE revenue_monthly DROP CONSTRAINT revenue_monthly_add_up;
             UPDATE revenue_monthly SET shared_minor = shared_minor + 1",
            "SET session_replication_role = replica; UPDATE revenue_shares SET shared_minor = 1000; UPDATE revenue_monthly SET shared_minor = shared_minor - 1",
            I::SharesAddUp,
            1,
        ),
        (
            "SET session_replication_role = replica; ALTER TABLE revenue_shares DROP CONSTRAINT revenue_shares_sign;
             UPDATE revenue_shares SET paid_minor = -4 WHERE business_key = 'in_1'; UPDATE revenue_monthly SET paid_minor = paid_minor - 1004",
            "SET session_replication_role = replica; UPDATE revenue_shares SET paid_minor = 1000",
            I::SharesNotNegative,
            4,
        ),
    ] {
        forced(&pool, breaks).await;
        assert_eq!(wrong(&checked(&pool).await), [(identity, 1, off)], "{breaks}");
        forced(&pool, mends).await;
    }
}
