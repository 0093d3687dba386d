use super::*;
use crate::fixture::at;
use crate::jobs::Step;
use crate::page::PageRequest;
use crate::revenue::simulated::{SimulatedFilter, find, parties};
use crate::revenue::{ledger, rules};
use crm_types::billing::TransactionKind;
use crm_types::ids::{CoachingRelationshipId, JobId, OrganizationId};
use crm_types::jobs::JobState;
use crm_types::page::Count;
use crm_types::revenue::{NewShareRule, ShareScope};
use crm_types::revenue_simulation::{SimulatedParty, SimulatedPartySort, Simulation};
use proptest::prelude::*;

fn staff() -> Actor {
    Actor::system("test")
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn rule(coach_bp: i32, organization_bp: i32) -> ProposedRule {
    ProposedRule { organization_id: None, relationship_id: None, base: None, coach_bp, organization_bp }
}

fn simulation(from: &str, to: &str, rules: Vec<ProposedRule>) -> NewSimulation {
    NewSimulation { from: day(from), to: day(to), rules }
}

/// Clients 1001 to 1000 + n, coached by 1 or 2, every other at a gym, pay 19.00 each month of 2026 until March; every tenth gets
/// 5.00 back in March. Some pay in euros.
async fn business(pool: &PgPool, clients: i32) {
    let sql = format!(
            "INSERT INTO prices (id, currency, unit_amount, stream, tier, seen_at, seen_rank, seen_event)
             VALUES ('price_1', 'usd', 1900, 'rev1_individual', 'tier2', now(), 0, '');
             INSERT INTO customers (id, name, created_at) SELECT lpad(i::text, 32, '0')::uuid, 'Person ' || i, now()
             FROM generate_series(1, 2) i UNION ALL SELECT lpad(i::text, 32, '0')::uuid, 'Client ' || i, now() FROM generate_series(1001, 1000 + {clients}) i;
             INSERT INTO organizations (id, name, kind, status) VALUES (lpad('9', 32, '0')::uuid, 'Iron Gym', 'gym', 'active');
             INSERT INTO coaching_relationships (id, coach_id, client_id, organization_id, during)
             SELECT lpad(i::text, 32, '0')::uuid, lpad((1 + i % 2)::text, 32, '0')::uuid, lpad(i::text, 32, '0')::uuid,
                    CASE WHEN i % 2 = 0 THEN lpad('9', 32, '0')::uuid END, tstzrange('2025-12-01Z', NULL)
             FROM generate_series(1001, 1000 + {clients}) i;
             INSERT INTO transactions (id, business_key, payment_key, customer_id, kind, status, transaction_type, currency, amount_minor, tax_minor, lines, occurred_at)
             SELECT gen_random_uuid(), 'in_' || i || '_' || m, 'in_' || i || '_' || m, lpad(i::text, 32, '0')::uuid, 'payment', 'succeeded', 'subscription',
                    CASE WHEN i % 5 = 0 THEN 'eur' ELSE 'usd' END, 1900, 300, jsonb_build_array(jsonb_build_object('price', 'price_1', 'amount', 1900)),
                    make_timestamptz(2026, m, 15, 0, 0, 0, 'UTC')
             FROM generate_series(1001, 1000 + {clients}) i, generate_series(1, 3) m;
             INSERT INTO transactions (id, business_key, payment_key, customer_id, kind, status, transaction_type, currency, amount_minor, occurred_at)
             SELECT gen_random_uuid(), 're_' || i, 'in_' || i || '_1', lpad(i::text, 32, '0')::uuid, 'refund', 'refunded', 'subscription',
                    CASE WHEN i % 5 = 0 THEN 'eur' ELSE 'usd' END, -500, '2026-03-20Z'
             FROM generate_series(1001, 1000 + {clients}) i WHERE i % 10 = 0"
        );
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(pool).await.unwrap();
    let new = NewShareRule {
        organization_id: None,
        relationship_id: None,
        base: None,
        coach_bp: 3_000,
        organization_bp: 1_000,
        starts_at: Some(at("2025-12-01T00:00:00Z")),
    };
    rules::create(pool, &staff(), &new).await.unwrap();
    let mut tx = pool.begin().await.unwrap();
    let ids: Vec<Uuid> = sqlx::query_scalar("SELECT id FROM customers").fetch_all(&mut *tx).await.unwrap();
    ledger::reconcile(&mut tx, &ids).await.unwrap();
    run_in(&mut tx, "DELETE FROM recompute_queue").await;
    tx.commit().await.unwrap();
}

async fn run_in(db: &mut PgConnection, sql: &'static str) {
    sqlx::query(sql).execute(db).await.unwrap();
}

async fn simulated(pool: &PgPool, new: &NewSimulation) -> Simulation {
    let id = start(pool, &staff(), new).await.unwrap().id;
    while job::step(pool).await.unwrap() != Step::Idle {}
    let done = find(pool, id).await.unwrap();
    assert_eq!((done.state, done.error.as_deref()), (JobState::Succeeded, None));
    done
}

async fn who(pool: &PgPool, id: JobId, party: Option<PayoutParty>) -> crm_types::Page<SimulatedParty> {
    let filter = SimulatedFilter { simulation: id, party, currency: None, changed: None };
    let page = PageRequest::new(Some(200), None, Some(Count::Exact)).unwrap();
    parties(pool, &filter, SimulatedPartySort::Difference, &page).await.unwrap()
}

/// How many rows each table has that a simulation has no business with, and a hash of them.
async fn everything(pool: &PgPool) -> Vec<(String, i64, Option<String>)> {
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'
           AND tablename NOT IN ('jobs', 'revenue_simulation_totals', 'revenue_simulation_parties', 'realtime_events') ORDER BY 1",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let mut all = Vec::new();
    for table in tables {
        let hash = format!("SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t");
        let (rows, hash) = sqlx::query_as(sqlx::AssertSqlSafe(hash)).fetch_one(pool).await.unwrap();
        all.push((table, rows, hash));
    }
    all
}

#[sqlx::test(migrations = "../../migrations")]
async fn it_replays_a_period_and_changes_nothing(pool: PgPool) {
    // More than one batch.
    business(&pool, 1_200).await;
    let before = everything(&pool).await;
    assert!(before.iter().any(|(table, rows, _)| table == "revenue_shares" && *rows > 3_600));
    let found = simulated(&pool, &simulation("2026-02-01", "2026-03-31", vec![rule(4_000, 500)])).await;
    assert_eq!(everything(&pool).await, before);

    assert_eq!((found.done, found.total), (1_200, Some(1_200)));
    let totals: Vec<_> = found
        .totals
        .iter()
        .map(|t| {
            (
                t.now.paid.currency.code().to_owned(),
                t.shares,
                t.now.paid.minor,
                t.now.coaches.minor,
                t.proposed.coaches.minor,
            )
        })
        .collect();
    // 240 pay in euros, of whom 120 get something back; 960 in dollars.
    let euros = 2 * 240 * 1_900 - 120 * 500;
    let dollars = 2 * 960 * 1_900;
    assert_eq!(
        totals,
        [
            ("eur".to_owned(), 2 * 240 + 120, euros, euros * 3 / 10, euros * 4 / 10),
            ("usd".to_owned(), 2 * 960, dollars, dollars * 3 / 10, dollars * 4 / 10),
        ]
    );
    // What the ledger has of these months is what the rules that hold come to.
    let ledger: Vec<(String, i64, i64, i64)> = sqlx::query_as(
        "SELECT currency, sum(coach_minor)::bigint, sum(organization_minor)::bigint, sum(platform_minor)::bigint
         FROM revenue_shares WHERE month >= '2026-02-01' GROUP BY 1 ORDER BY 1",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let now = found.totals.iter().map(|t| &t.now);
    let now: Vec<_> = now
        .map(|n| (n.paid.currency.code().to_owned(), n.coaches.minor, n.organizations.minor, n.platform.minor))
        .collect();
    assert_eq!(ledger, now);
    // Whom it is about adds up to that.
    for (party, of) in [
        (PayoutParty::Coach, (|p| p.coaches) as fn(&crm_types::revenue_simulation::SimulatedParts) -> _),
        (PayoutParty::Organization, |p| p.organizations),
    ] {
        let page = who(&pool, found.id, Some(party)).await;
        for total in &found.totals {
            let of_currency = || page.items.iter().filter(|p| p.now.currency == of(&total.now).currency);
            assert_eq!(of_currency().map(|p| p.now.minor).sum::<i64>(), of(&total.now).minor);
            assert_eq!(of_currency().map(|p| p.proposed.minor).sum::<i64>(), of(&total.proposed).minor);
            let difference = of(&total.proposed).minor - of(&total.now).minor;
            assert!(page.sums.iter().any(|sum| sum.minor == difference && sum.currency == of(&total.now).currency));
            assert!(of_currency().all(|p| p.difference.minor == p.proposed.minor - p.now.minor));
        }
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn proposed_rules_stand_for_those_of_the_same_and_others_stay(pool: PgPool) {
    business(&pool, 2).await;
    let gym = OrganizationId("00000000-0000-0000-0000-000000000009".parse().unwrap());
    let alone = CoachingRelationshipId("00000000-0000-0000-0000-000000001001".parse().unwrap());
    // 1001 is coached by 2 without a gym, 1002 by 1 at the gym.
    let coaches = async |rules: Vec<ProposedRule>| -> Vec<(String, i64, i64)> {
        let found = simulated(&pool, &simulation("2026-02-28", "2026-02-02", rules)).await;
        let page = who(&pool, found.id, Some(PayoutParty::Coach)).await;
        let mut rows: Vec<_> =
            page.items.into_iter().map(|p| (p.coach.unwrap().name, p.now.minor, p.proposed.minor)).collect();
        rows.sort();
        rows
    };
    let both = |one: i64, two: i64| vec![("Person 1".to_owned(), 570, one), ("Person 2".to_owned(), 570, two)];
    assert_eq!(coaches(vec![ProposedRule { organization_id: Some(gym), ..rule(5_000, 0) }]).await, both(950, 570));
    let own = ProposedRule { relationship_id: Some(alone), base: Some(ShareBase::NetOfTax), ..rule(10_000, 0) };
    assert_eq!(coaches(vec![own.clone()]).await, both(570, 1_600));
    assert_eq!(coaches(vec![own.clone(), rule(0, 0)]).await, both(0, 1_600));

    let at_gym = ProposedRule { organization_id: Some(gym), ..rule(1, 0) };
    let found = simulated(&pool, &simulation("2026-02-01", "2026-02-01", vec![own, rule(1, 2), at_gym])).await;
    let named: Vec<_> = found
        .rules
        .into_iter()
        .map(|r| (r.scope, r.organization.map(|o| o.name), r.coach.map(|c| c.name), r.client.map(|c| c.name), r.base))
        .collect();
    let text = |name: &str| Some(name.to_owned());
    assert_eq!(
        named,
        [
            (ShareScope::Relationship, None, text("Person 2"), text("Client 1001"), ShareBase::NetOfTax),
            (ShareScope::Default, None, None, None, ShareBase::Gross),
            (ShareScope::Organization, text("Iron Gym"), None, None, ShareBase::Gross),
        ]
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_cannot_be_is_refused_with_its_field(pool: PgPool) {
    business(&pool, 1).await;
    let nobody = "00000000-0000-0000-0000-00000000dead".parse().unwrap();
    let far = (Utc::now() + chrono::TimeDelta::days(40)).date_naive().to_string();
    for (new, field) in [
        (simulation("2026-01-01", "2026-01-01", vec![]), "rules"),
        (simulation("2026-01-01", "2026-01-01", vec![rule(10_001, 0)]), "rules.0.coach_bp"),
        (simulation("2026-01-01", "2026-01-01", vec![rule(1, 0), rule(6_000, 4_001)]), "rules.1.organization_bp"),
        (simulation("2026-01-01", "2026-01-01", vec![rule(1, 0), rule(2, 0)]), "rules.1.organization_id"),
        (
            simulation(
                "2026-01-01",
                "2026-01-01",
                vec![ProposedRule { relationship_id: Some(CoachingRelationshipId(nobody)), ..rule(1, 0) }],
            ),
            "rules.0.relationship_id",
        ),
        (
            simulation(
                "2026-01-01",
                "2026-01-01",
                vec![ProposedRule { organization_id: Some(OrganizationId(nobody)), ..rule(1, 0) }],
            ),
            "rules.0.organization_id",
        ),
        (simulation("2026-02-01", "2026-01-31", vec![rule(1, 0)]), "to"),
        (simulation("2023-01-01", "2026-01-31", vec![rule(1, 0)]), "to"),
        (simulation(&far, &far, vec![rule(1, 0)]), "from"),
        (simulation("1900-01-01", "2026-01-31", vec![rule(1, 0)]), "from"),
    ] {
        let refused = start(&pool, &staff(), &new).await.unwrap_err();
        assert!(matches!(&refused, DomainError::Invalid { field: of, .. } if of == field), "{field}: {refused:?}");
    }
    let jobs: i64 = sqlx::query_scalar("SELECT count(*) FROM jobs").fetch_one(&pool).await.unwrap();
    assert_eq!(jobs, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn nothing_can_be_written_while_it_reads(pool: PgPool) {
    let mut tx = pool.begin().await.unwrap();
    let mut reading = tx.begin().await.unwrap();
    sqlx::query("SET TRANSACTION READ ONLY").execute(&mut *reading).await.unwrap();
    let refused = sqlx::query("DELETE FROM share_rules").execute(&mut *reading).await.unwrap_err();
    assert!(refused.to_string().contains("read-only"), "{refused}");
    reading.rollback().await.unwrap();
    sqlx::query("DELETE FROM share_rules").execute(&mut *tx).await.unwrap();
}

proptest! {
    /// The same derivation on both sides: proposing what holds changes nothing, and both sides add up.
    #[test]
    fn proposing_what_holds_changes_nothing(
        amounts in prop::collection::vec((1_i64..1_000_000, 0_i64..1_000_000, any::<bool>()), 1..6),
        coach_bp in 0_i32..=7_000,
        organization_bp in 0_i32..=3_000,
        other_bp in 0_i32..=7_000,
    ) {
        let (mut account, always) = (Account::default(), During { from: DateTime::<Utc>::MIN_UTC, to: None });
        account.coachings.push(super::super::derive::Coaching {
            id: Uuid::from_u128(1),
            coach: Uuid::from_u128(2),
            organization: Some(Uuid::from_u128(3)),
            during: always,
            pauses: Vec::new(),
        });
        for (i, (amount, back, dispute)) in amounts.into_iter().enumerate() {
            account.payments.push(super::super::derive::Payment {
                business_key: format!("in_{i}"),
                payment_key: format!("in_{i}"),
                subscription: None,
                currency: Currency::USD,
                amount,
                tax: amount / 10,
                fee: 0,
                individual: (1, 1),
                period: None,
                at: at("2026-03-01T00:00:00Z"),
            });
            account.refunds.push(super::super::derive::Refund {
                business_key: format!("re_{i}"),
                payment_key: format!("in_{i}"),
                kind: if dispute { TransactionKind::Dispute } else { TransactionKind::Refund },
                amount: back,
                at: at("2026-03-02T00:00:00Z"),
            });
        }
        let holds = Rule { id: Uuid::from_u128(9), scope: Scope::Default, base: ShareBase::Gross, coach_bp, organization_bp, during: always };
        let period = During { from: at("2026-03-01T00:00:00Z"), to: Some(at("2026-04-01T00:00:00Z")) };
        let replayed = |proposed: ProposedRule| {
            let mut found = Comparison::default();
            found.add(&account, std::slice::from_ref(&holds), &overlay(std::slice::from_ref(&holds), &[proposed]), period);
            found
        };
        let same = replayed(rule(coach_bp, organization_bp));
        prop_assert_eq!(same.changed, 0);
        let other = replayed(rule(other_bp, organization_bp));
        for found in [same, other] {
            for ([now, proposed], _) in found.totals.values() {
                prop_assert_eq!(now[0], proposed[0]);
                for side in [now, proposed] {
                    prop_assert_eq!(side[1], side[2] + side[3] + side[4]);
                }
            }
        }
    }
}
