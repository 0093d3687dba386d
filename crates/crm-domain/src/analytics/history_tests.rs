//! Random histories, written as the applier writes them and then corrected by late facts: every figure is what a naive
//! recomputation from the rows says, now and as of the time before the correction.

use super::retention::share;
use super::{AsOf, Period, PeriodRequest, ReportRequest, churn, cohorts, ltv, movements, rollup};
use crate::fixture;
use crate::mrr::amount::PlanKey;
use crate::mrr::derive::{History, Movement};
use crate::mrr::ledger;
use chrono::{DateTime, Days, Months, NaiveDate, Utc};
use crm_types::Currency;
use crm_types::analytics::{GroupBy, Step};
use crm_types::analytics_retention::{CohortGroup, Retention};
use crm_types::mrr::MovementType;
use crm_types::plans::{Stream, Tier};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::Value;
use sqlx::PgPool;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// So many businesses are tried.
const BUSINESSES: usize = 12;
const PLANS: [PlanKey; 4] = [
    (Stream::Rev1Individual, Some(Tier::Tier1)),
    (Stream::Rev1Individual, Some(Tier::Tier2)),
    (Stream::Rev2Coaching, None),
    (Stream::Rev3B2b, None),
];

/// After so many days, a plan costs so many hundreds, in euros or not.
type Steps = Vec<(u64, usize, i64, bool)>;

fn first_day() -> NaiveDate {
    "2025-01-01".parse().unwrap()
}

/// What happened to one customer; what of it is known late; and whether they were coached, from when to when.
fn customer() -> impl Strategy<Value = (Steps, Vec<bool>, Option<(u64, u64)>)> {
    let step = (0_u64..70, 0_usize..4, 0_i64..4, prop::bool::weighted(0.2));
    let known = prop::collection::vec(prop::bool::weighted(0.7), 10);
    (prop::collection::vec(step, 0..10), known, prop::option::of((0_u64..300, 1_u64..200)))
}

/// Movements from what is known of the steps, by the rules of the ledger.
fn history(steps: &Steps, known: impl Fn(usize) -> bool) -> History {
    let mut parts: HashMap<(Currency, PlanKey), i64> = HashMap::new();
    let (mut mrr, mut since): (HashMap<Currency, i64>, HashMap<Currency, DateTime<Utc>>) = Default::default();
    let (mut at, mut paid, mut movements) = (first_day(), false, Vec::new());
    for (i, (days, plan, hundreds, euros)) in steps.iter().enumerate() {
        at = at + Days::new(*days);
        if !known(i) {
            continue;
        }
        let currency = if *euros { Currency::EUR } else { Currency::USD };
        let change = hundreds * 100 - parts.insert((currency, PLANS[*plan]), hundreds * 100).unwrap_or(0);
        if change == 0 {
            continue;
        }
        let before = mrr.get(&currency).copied().unwrap_or(0);
        let after = before + change;
        let occurred_at = at.and_hms_opt(12, 0, 0).unwrap().and_utc() + chrono::TimeDelta::seconds(i as i64);
        let movement = match (before, after) {
            (0, _) if paid => MovementType::Reactivation,
            (0, _) => MovementType::New,
            (_, 0) => MovementType::Churn,
            (b, a) if a < b => MovementType::Contraction,
            _ => MovementType::Expansion,
        };
        let paying_since = since.get(&currency).copied().filter(|_| before > 0);
        if before == 0 {
            since.insert(currency, occurred_at);
        }
        mrr.insert(currency, after);
        paid = true;
        movements.push(Movement {
            subscription: String::new(),
            event_id: format!("evt_{i}"),
            tie: 0,
            movement,
            currency,
            before,
            after,
            lines: vec![(PLANS[*plan], change)],
            reason: String::new(),
            occurred_at,
            paying_since,
        });
    }
    History { movements, ..History::default() }
}

/// A business of the test: histories by customer.
struct Business(Vec<(Uuid, History)>);

impl Business {
    fn of(&self, currency: Currency) -> impl Iterator<Item = Vec<&Movement>> {
        self.0.iter().map(move |(_, h)| h.movements.iter().filter(|m| m.currency == currency).collect::<Vec<_>>())
    }

    async fn write(&self, pool: &PgPool, subscriptions: &HashMap<String, Uuid>) {
        let mut tx = pool.begin().await.unwrap();
        let histories: Vec<(Uuid, &History)> = self.0.iter().map(|(id, history)| (*id, history)).collect();
        ledger::reconcile(&mut tx, &histories, subscriptions).await.unwrap();
        tx.commit().await.unwrap();
    }
}

fn mrr_at(movements: &[&Movement], day: NaiveDate) -> i64 {
    let until = movements.iter().filter(|m| m.occurred_at.date_naive() <= day);
    until.map(|m| m.after - m.before).sum()
}

fn left_in(movements: &[&Movement], period: Period) -> bool {
    let within = |m: &&&Movement| period.from <= m.occurred_at.date_naive() && m.occurred_at.date_naive() <= period.to;
    movements.iter().filter(within).any(|m| m.before > 0 && m.after == 0)
}

/// Every figure of a period, by its definition, customer by customer.
fn naive(business: &Business, currency: Currency, period: Period, found: &Retention) {
    let before = period.from.pred_opt().unwrap();
    let (mut start, mut end, mut kept, mut retained) = (0, 0, 0, 0);
    let (mut paying, mut left, mut staying) = (0, 0, 0);
    let mut moved: BTreeMap<MovementType, i64> = BTreeMap::new();
    for movements in business.of(currency) {
        let (s, e) = (mrr_at(&movements, before), mrr_at(&movements, period.to));
        start += s;
        end += e;
        staying += i64::from(e > 0);
        if s > 0 {
            paying += 1;
            left += i64::from(left_in(&movements, period));
            retained += e;
            kept += s.min(e);
        }
        for m in movements
            .iter()
            .filter(|m| period.from <= m.occurred_at.date_naive() && m.occurred_at.date_naive() <= period.to)
        {
            *moved.entry(m.movement).or_default() += m.after - m.before;
        }
    }
    let of = |movement| moved.get(&movement).copied().unwrap_or(0);
    let (new, back, up) = (of(MovementType::New), of(MovementType::Reactivation), of(MovementType::Expansion));
    let lost = -of(MovementType::Contraction) - of(MovementType::Churn);
    let said = (
        found.start_customers,
        found.churned_customers,
        found.end_customers,
        found.start_mrr.minor,
        found.end_mrr.minor,
    );
    assert_eq!(said, (paying, left, staying, start, end), "{period:?}");
    assert_eq!((found.retained_mrr.minor, found.kept_mrr.minor), (retained, kept), "{period:?}");
    assert_eq!((found.nrr, found.grr), (share(retained, start), share(kept, start)), "{period:?}");
    assert_eq!(found.customer_churn_rate, share(left, paying));
    assert_eq!(found.gross_mrr_churn_rate, share(lost, start));
    assert_eq!(found.net_mrr_churn_rate, share(lost - up - back, start));
    assert_eq!(found.quick_ratio, share(new + up + back, lost));
}

fn month(from: NaiveDate) -> Period {
    Period { from, to: (from + Months::new(1)).pred_opt().unwrap() }
}

async fn check(pool: &PgPool, business: &Business, as_of: Option<AsOf>) -> Value {
    let mut said = Vec::new();
    for currency in [Currency::USD, Currency::EUR] {
        let of = |from: NaiveDate, to: NaiveDate, interval| {
            let period = PeriodRequest::new(Some(from), Some(to)).unwrap();
            ReportRequest { period, interval: Some(interval), as_of, currency: Some(currency.into()) }
        };
        let (from, to) = (first_day() + Months::new(2), month(first_day() + Months::new(19)).to);
        let report = churn(pool, of(from, to, Step::Month), Some(GroupBy::Tier)).await.unwrap();
        naive(business, currency, Period { from, to }, &report.total);
        report.steps.iter().for_each(|s| naive(business, currency, Period { from: s.from, to: s.to }, &s.figures));
        for (i, step) in report.steps.iter().enumerate() {
            let groups = report.groups.iter().map(|g| &g.steps[i].figures);
            let sums = groups.fold((0, 0, 0), |(n, l, r), f| {
                (n + f.start_customers, l + f.churned_customers, r + f.retained_mrr.minor)
            });
            let all = &step.figures;
            assert_eq!(sums, (all.start_customers, all.churned_customers, all.retained_mrr.minor));
        }
        said.push(serde_json::to_value(&report).unwrap());

        // Days that are no whole months are read from the ledger itself.
        let (from, to) = (first_day() + Days::new(75), first_day() + Days::new(150));
        let weeks = churn(pool, of(from, to, Step::Week), Some(GroupBy::Stream)).await.unwrap();
        naive(business, currency, Period { from, to }, &weeks.total);
        weeks.steps.iter().for_each(|s| naive(business, currency, Period { from: s.from, to: s.to }, &s.figures));
        said.push(serde_json::to_value(&weeks).unwrap());

        let (from, to) = (first_day(), first_day() + Months::new(11));
        let table = cohorts(pool, of(from, to, Step::Month), Some(CohortGroup::Stream)).await.unwrap();
        for cohort in &table.cohorts {
            let began = |m: &Vec<&Movement>| {
                m.first().is_some_and(|first| {
                    let day = first.occurred_at.date_naive();
                    cohort.month <= day && day <= month(cohort.month).to
                })
            };
            let members: Vec<_> = business.of(currency).filter(began).collect();
            assert_eq!(cohort.size, members.len() as i64);
            let sizes: i64 =
                table.groups.iter().flat_map(|g| &g.cohorts).filter(|c| c.month == cohort.month).map(|c| c.size).sum();
            assert_eq!(sizes, cohort.size);
            let at = |k| month(cohort.month + Months::new(k)).to;
            let mrr_of = |k| members.iter().map(|m| mrr_at(m, at(k))).sum::<i64>();
            for cell in &cohort.cells {
                let paying = members.iter().filter(|m| mrr_at(m, at(cell.k)) > 0).count() as i64;
                assert_eq!((cell.customers, cell.mrr), (paying, mrr_of(cell.k)), "{} + {}", cohort.month, cell.k);
                assert_eq!(cell.customer_retention, share(paying, cohort.size));
                assert_eq!(cell.mrr_retention, share(mrr_of(cell.k), mrr_of(0)));
            }
        }
        said.push(serde_json::to_value(&table).unwrap());

        let value = ltv(pool, of(from, to, Step::Month), None).await.unwrap();
        let rates: Vec<f64> = (0..6)
            .filter_map(|n| {
                let month = month(value.churn_from + Months::new(n));
                let paying = |m: &Vec<&Movement>| mrr_at(m, month.from.pred_opt().unwrap()) > 0;
                let left = business.of(currency).filter(|m| paying(m) && left_in(m, month)).count() as i64;
                share(left, business.of(currency).filter(paying).count() as i64)
            })
            .collect();
        let mean = (!rates.is_empty()).then(|| rates.iter().sum::<f64>() / rates.len() as f64);
        assert_eq!((value.total.mean_churn_rate, value.total.churn_months), (mean, rates.len() as i64));
        let paying = business.of(currency).filter(|m| mrr_at(m, to) > 0).count() as i64;
        let mrr: i64 = business.of(currency).map(|m| mrr_at(&m, to)).sum();
        assert_eq!((value.total.customers, value.total.mrr.minor), (paying, mrr));
        let worth = mean
            .filter(|mean| *mean > 0.0 && paying > 0)
            .map(|mean| (mrr as f64 / paying as f64 / mean).round() as i64);
        assert_eq!(value.total.ltv.map(|money| money.minor), worth);
        said.push(serde_json::to_value(&value).unwrap());

        let waterfall = movements(pool, of(from, to, Step::Month)).await.unwrap();
        assert_eq!(waterfall.difference.minor, 0);
        for pair in waterfall.steps.windows(2) {
            assert_eq!(pair[0].end, pair[1].start);
        }
        said.push(serde_json::to_value(&waterfall).unwrap());
    }
    let mut said = Value::Array(said);
    // The only thing that may differ is what was asked.
    said.as_array_mut().unwrap().iter_mut().for_each(|report| report["as_of"] = Value::Null);
    said
}

/// The rows of the counts, without those that came to nothing.
async fn counts(pool: &PgPool) -> Vec<String> {
    let rows = sqlx::query_scalar(
        "SELECT row::text FROM (
             SELECT ROW('paying', p.*) AS row FROM paying_daily p WHERE (customers, mrr_minor) <> (0, 0)
             UNION ALL SELECT ROW('kept', r.*) FROM retention_monthly r WHERE (retained_minor, kept_minor, churned) <> (0, 0, 0)
             UNION ALL SELECT ROW('stayed', c.*) FROM cohort_monthly c WHERE (started, customers, mrr_minor) <> (0, 0, 0)
             UNION ALL SELECT ROW('monthly', m.*) FROM mrr_monthly m WHERE (amount_minor, movements) <> (0, 0)
             UNION ALL SELECT ROW('daily', d.*) FROM mrr_daily d WHERE (amount_minor, movements) <> (0, 0)) AS rows ORDER BY 1",
    );
    rows.fetch_all(pool).await.unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn every_figure_is_what_the_rows_say_now_and_as_of_yesterday(pool: PgPool) {
    let mut runner = TestRunner::deterministic();
    let mut late = 0;
    for _ in 0..BUSINESSES {
        // Ledgers are for ever: only a test may empty them.
        fixture::run(
            &pool,
            "SET session_replication_role = replica;
             TRUNCATE customers, mrr_movements, mrr_movement_lines, mrr_daily, mrr_monthly, paying_daily, retention_monthly, cohort_monthly, counted_customers CASCADE;
             RESET session_replication_role;",
        )
        .await;
        let people = prop::collection::vec(customer(), 1..12).new_tree(&mut runner).unwrap().current();
        let mut subscriptions = HashMap::new();
        let (mut first, mut second) = (Business(Vec::new()), Business(Vec::new()));
        for (i, (steps, known, coached)) in people.iter().enumerate() {
            let id = fixture::customer(&pool, "Ada", "2024-01-01T00:00:00Z").await;
            sqlx::query("UPDATE customers SET acquisition_source = $2 WHERE id = $1")
                .bind(id)
                .bind(["referral", "event"].get(i % 3))
                .execute(&pool)
                .await
                .unwrap();
            if let (Some((from, days)), Some((coach, _))) = (coached, first.0.first()) {
                let at = |n| (first_day() + Days::new(n)).and_hms_opt(9, 0, 0).unwrap().and_utc();
                sqlx::query("INSERT INTO coaching_relationships (id, coach_id, client_id, during, status) VALUES ($1, $2, $3, tstzrange($4, $5), 'ended')")
                    .bind(Uuid::now_v7())
                    .bind(coach)
                    .bind(id)
                    .bind(at(*from))
                    .bind(at(from + days))
                    .execute(&pool)
                    .await
                    .unwrap();
            }
            let name = format!("sub_{i}");
            subscriptions
                .insert(name.clone(), fixture::subscription(&pool, id, "usd", 900, "2024-01-01T00:00:00Z").await);
            let named = |mut history: History| {
                history.movements.iter_mut().for_each(|m| m.subscription.clone_from(&name));
                history
            };
            first.0.push((id, named(history(steps, |step| known[step]))));
            second.0.push((id, named(history(steps, |_| true))));
        }
        late += first.0.iter().zip(&second.0).filter(|(a, b)| a.1 != b.1).count();
        first.write(&pool, &subscriptions).await;
        let shown = check(&pool, &first, None).await;
        let then: DateTime<Utc> = sqlx::query_scalar("SELECT clock_timestamp()").fetch_one(&pool).await.unwrap();
        second.write(&pool, &subscriptions).await;
        check(&pool, &second, None).await;
        assert_eq!(
            check(&pool, &first, Some(AsOf::Instant(then))).await,
            shown,
            "as of then it is what was shown then"
        );
        let kept = counts(&pool).await;
        rollup::rebuild(&mut pool.acquire().await.unwrap()).await.unwrap();
        assert_eq!(kept, counts(&pool).await, "what was kept in step is what is made anew");
        // A ledger of before there were counts is counted when the worker comes to its customers.
        fixture::run(
            &pool,
            "TRUNCATE paying_daily, retention_monthly, cohort_monthly, counted_customers;
             INSERT INTO counted_customers SELECT id, '', '{}', false FROM customers",
        )
        .await;
        second.write(&pool, &subscriptions).await;
        second.write(&pool, &subscriptions).await;
        assert_eq!(kept, counts(&pool).await, "what was counted late is the same");
    }
    assert!(late > BUSINESSES, "only {late} histories were corrected");
}
