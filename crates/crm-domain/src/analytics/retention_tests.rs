use super::*;
use crate::analytics::{AsOf, PeriodRequest, bridge, cohorts, ltv, streams};
use crate::fixture::{self, NewMovement, refused};
use crm_types::Currency;
use crm_types::analytics::Step;
use crm_types::analytics_retention::CohortGroup;
use uuid::Uuid;

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

#[test]
fn the_examples_of_churn() {
    // Start 100, lost 10 + 10, expansion 10: 20 % and 10 %.
    let of = Figures { start_mrr: 100, expansion: 10, contraction: -10, churn: -10, ..Figures::default() }.rates(usd);
    assert_eq!((of.gross_mrr_churn_rate, of.net_mrr_churn_rate), (Some(0.2), Some(0.1)));
    assert_eq!(of.quick_ratio, Some(0.5));
    let of = Figures { start_mrr: 100, reactivation: 30, churn: -10, ..Figures::default() }.rates(usd);
    assert_eq!(of.net_mrr_churn_rate, Some(-0.2));
    // Of 200 at the start, one grows by 50 and one shrinks by 30: NRR 110 %, GRR 85 %.
    let start = Paying { customers: 2, mrr: 200 };
    let of = Figures { start, kept: Kept { retained: 20, kept: -30, churned: 0 }, ..Figures::default() }.rates(usd);
    assert_eq!((of.nrr, of.grr, of.customer_churn_rate), (Some(1.1), Some(0.85), Some(0.0)));
}

#[test]
fn nothing_has_no_rates() {
    let of = Figures { new: 100, ..Figures::default() }.rates(usd);
    let rates =
        [of.customer_churn_rate, of.gross_mrr_churn_rate, of.net_mrr_churn_rate, of.nrr, of.grr, of.quick_ratio];
    assert_eq!(rates, [None; 6]);
}

struct Person {
    customer: Uuid,
    subscription: Uuid,
    mrr: i64,
}

async fn person(pool: &PgPool, name: &str) -> Person {
    let customer = fixture::customer(pool, name, "2025-01-01T00:00:00Z").await;
    let subscription = fixture::subscription(pool, customer, "usd", 900, "2025-01-01T00:00:00Z").await;
    Person { customer, subscription, mrr: 0 }
}

impl Person {
    async fn moves(&mut self, pool: &PgPool, movement: &str, lines: &[fixture::Line], at: &str) {
        let paying_since = (self.mrr > 0).then_some("2025-01-01T00:00:00Z");
        let (customer, subscription, before) = (self.customer, self.subscription, self.mrr);
        let new = NewMovement { customer, subscription, movement, currency: "usd", before, lines, at, paying_since };
        fixture::movement(pool, &new).await;
        self.mrr += lines.iter().map(|(_, _, minor)| minor).sum::<i64>();
    }
}

/// January: three start at 9, 19 and 199 dollars, the first two coached and not. February: Ada goes up to tier 2, Bob leaves.
/// March: Bob comes back with tier 1; the coach pays less.
async fn business(pool: &PgPool) {
    let (mut ada, mut bob, mut coach) =
        (person(pool, "Ada").await, person(pool, "Bob").await, person(pool, "Coach").await);
    let at = |day: &str| format!("2026-{day}T12:00:00Z");
    ada.moves(pool, "new", &[("rev1_individual", "tier1", 900)], &at("01-05")).await;
    bob.moves(pool, "new", &[("rev1_individual", "tier2", 1_900)], &at("01-06")).await;
    coach.moves(pool, "new", &[("rev2_coaching", "", 19_900)], &at("01-07")).await;
    ada.moves(
        pool,
        "expansion",
        &[("rev1_individual", "tier1", -900), ("rev1_individual", "tier2", 1_900)],
        &at("02-10"),
    )
    .await;
    bob.moves(pool, "churn", &[("rev1_individual", "tier2", -1_900)], &at("02-11")).await;
    bob.moves(pool, "reactivation", &[("rev1_individual", "tier1", 900)], &at("03-01")).await;
    coach.moves(pool, "contraction", &[("rev2_coaching", "", -5_000)], &at("03-15")).await;
    sqlx::query("UPDATE customers SET acquisition_source = 'referral' WHERE id = $1")
        .bind(ada.customer)
        .execute(pool)
        .await
        .unwrap();
    sqlx::query(
        "INSERT INTO coaching_relationships (id, coach_id, client_id, during) VALUES ($1, $2, $3, '[2026-01-20Z,)')",
    )
    .bind(Uuid::now_v7())
    .bind(coach.customer)
    .bind(ada.customer)
    .execute(pool)
    .await
    .unwrap();
    fixture::roll_up(pool).await;
}

fn request(from: &str, to: &str) -> ReportRequest {
    ReportRequest {
        period: PeriodRequest::new(from.parse().ok(), to.parse().ok()).unwrap(),
        ..ReportRequest::default()
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_stays_and_who_leaves(pool: PgPool) {
    business(&pool).await;
    let report = churn(&pool, request("2026-01-01", "2026-03-31"), Some(GroupBy::Tier)).await.unwrap();
    assert_eq!((report.interval, report.steps.len()), (Step::Month, 3));
    let months: Vec<_> = report
        .steps
        .iter()
        .map(|s| {
            (
                s.figures.start_customers,
                s.figures.churned_customers,
                s.figures.end_customers,
                s.figures.start_mrr.minor,
                s.figures.end_mrr.minor,
            )
        })
        .collect();
    assert_eq!(months, [(0, 0, 3, 0, 22_700), (3, 1, 2, 22_700, 21_800), (2, 0, 3, 21_800, 17_700)]);
    let february = &report.steps[1].figures;
    // Lost 1,900 of 22,700, won 1,000; those who were there pay 21,800, and without what was won 20,800.
    assert_eq!(
        (february.gross_mrr_churn_rate, february.net_mrr_churn_rate),
        (Some(1_900.0 / 22_700.0), Some(900.0 / 22_700.0))
    );
    assert_eq!((february.retained_mrr, february.kept_mrr), (usd(21_800), usd(20_800)));
    assert_eq!((february.nrr, february.grr), (Some(21_800.0 / 22_700.0), Some(20_800.0 / 22_700.0)));
    // Who stood in tier 1 when February began grew into tier 2.
    let tier1 = report.groups.iter().find(|g| g.key == "tier1").unwrap();
    assert_eq!(
        (tier1.steps[1].figures.nrr, tier1.steps[1].figures.customer_churn_rate),
        (Some(1_900.0 / 900.0), Some(0.0))
    );
    assert_eq!(tier1.steps[1].figures.end_customers, 0);
    for step in 0..3 {
        let of = |f: fn(&Retention) -> i64| report.groups.iter().map(|g| f(&g.steps[step].figures)).sum::<i64>();
        let all = &report.steps[step].figures;
        assert_eq!(of(|f| f.start_customers), all.start_customers);
        assert_eq!(of(|f| f.churned_customers), all.churned_customers);
        assert_eq!(of(|f| f.end_mrr.minor), all.end_mrr.minor);
        assert_eq!(of(|f| f.retained_mrr.minor), all.retained_mrr.minor);
    }
    // Of those who paid when March began, by days as by months.
    let march = churn(&pool, request("2026-03-01", "2026-03-31"), None).await.unwrap();
    assert_eq!(march.total, report.steps[2].figures);
    let days = ReportRequest { interval: Some(Step::Day), ..request("2026-02-05", "2026-03-10") };
    let days = churn(&pool, days, None).await.unwrap();
    assert_eq!((days.steps.len(), days.total.churned_customers, days.total.retained_mrr), (34, 1, usd(22_700)));
    assert_eq!(days.total.kept_mrr, usd(21_700));
}

#[sqlx::test(migrations = "../../migrations")]
async fn cohorts_by_source_and_tier(pool: PgPool) {
    business(&pool).await;
    let by = |group| cohorts(&pool, request("2026-01-01", "2026-03-31"), Some(group));
    let report = by(CohortGroup::Source).await.unwrap();
    let january = &report.cohorts[0];
    assert_eq!((january.size, report.cohorts[1].size, report.cohorts.len()), (3, 0, 3));
    let cells: Vec<_> = january.cells.iter().take(3).map(|c| (c.k, c.customers, c.mrr)).collect();
    assert_eq!(cells, [(0, 3, 22_700), (1, 2, 21_800), (2, 3, 17_700)]);
    assert_eq!(january.cells[1].customer_retention, Some(2.0 / 3.0));
    assert_eq!(january.cells[1].mrr_retention, Some(21_800.0 / 22_700.0));
    let groups: Vec<_> = report.groups.iter().map(|g| (g.key.as_str(), g.label.as_str(), g.cohorts[0].size)).collect();
    assert_eq!(groups, [("referral", "referral", 1), ("", "Unknown", 2)]);
    let tiers = by(CohortGroup::Tier).await.unwrap();
    let of_tiers: Vec<_> =
        tiers.groups.iter().map(|g| (g.key.as_str(), g.cohorts[0].size, g.cohorts[0].cells[2].mrr)).collect();
    assert_eq!(
        of_tiers,
        [("tier1", 1, 1_900), ("tier2", 1, 900), ("tier3", 0, 0), ("rev2_coaching", 1, 14_900), ("rev3_b2b", 0, 0)]
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_newest_month_is_marked(pool: PgPool) {
    let mut ada = person(&pool, "Ada").await;
    let now = chrono::Utc::now();
    ada.moves(&pool, "new", &[("rev1_individual", "tier1", 900)], &(now - chrono::TimeDelta::days(40)).to_rfc3339())
        .await;
    fixture::roll_up(&pool).await;
    let report = cohorts(&pool, ReportRequest::default(), None).await.unwrap();
    assert_eq!(report.cohorts.len(), 12);
    for cohort in &report.cohorts {
        let complete: Vec<bool> = cohort.cells.iter().map(|cell| cell.complete).collect();
        assert!(!complete.last().unwrap() && complete.iter().rev().skip(1).all(|complete| *complete), "{complete:?}");
    }
    let churn = churn(&pool, ReportRequest::default(), None).await.unwrap();
    assert_eq!((churn.steps.len(), churn.steps[11].complete, churn.steps[10].complete), (12, false, true));
    assert_eq!(churn.total.end_mrr, usd(900));
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_streams_add_up(pool: PgPool) {
    business(&pool).await;
    let report = streams(&pool, request("2026-02-01", "2026-03-31")).await.unwrap();
    let (rev1, rev2) = (&report.rev1, &report.rev2);
    assert_eq!((rev1.total.customers, rev1.total.mrr, rev1.total.arpu), (2, usd(2_800), Some(usd(1_400))));
    assert_eq!(
        rev1.tiers.iter().map(|t| (t.key.as_str(), t.customers)).collect::<Vec<_>>(),
        [("tier1", 1), ("tier2", 1), ("tier3", 0)]
    );
    assert_eq!(
        (rev1.coached.customers, rev1.coached.mrr, rev1.coached.customer_churn_rate),
        (1, usd(1_900), Some(0.0))
    );
    assert_eq!(
        (rev1.uncoached.customers, rev1.uncoached.mrr, rev1.uncoached.customer_churn_rate),
        (1, usd(900), Some(1.0))
    );
    assert_eq!((rev2.total.mrr, rev2.clients, rev2.portfolio_size), (usd(14_900), 1, Some(1.0)));
    assert_eq!((rev2.coach_retention_rate, rev2.portfolio_nrr), (Some(1.0), Some(1_900.0 / 900.0)));
    assert_eq!((report.ecosystem.mrr, report.ecosystem.arr), (usd(17_700), usd(212_400)));
    assert_eq!(report.rev3.coaches_per_organization, None);
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_bridge_adds_up_and_names_who_moved_most(pool: PgPool) {
    business(&pool).await;
    let report = bridge(&pool, request("2026-02-01", "2026-03-31"), GroupBy::Tier).await.unwrap();
    assert_eq!((report.start, report.end, report.difference), (usd(22_700), usd(17_700), usd(0)));
    for segment in &report.segments {
        assert_eq!(segment.difference, usd(0), "{}", segment.key);
    }
    let cell = |key: &str, i: usize| {
        let cell = &report.segments.iter().find(|s| s.key == key).unwrap().cells[i];
        (
            cell.amount.minor,
            cell.count,
            cell.customers.iter().map(|c| (c.name.as_str(), c.amount.minor)).collect::<Vec<_>>(),
        )
    };
    assert_eq!(cell("tier1", 1), (900, 1, vec![("Bob", 900)]));
    assert_eq!(cell("tier1", 2), (-900, 0, vec![]));
    assert_eq!(cell("tier2", 2), (1_900, 1, vec![("Ada", 1_000)]));
    assert_eq!(cell("tier2", 4), (-1_900, 1, vec![("Bob", -1_900)]));
    assert_eq!(cell("rev2_coaching", 3), (-5_000, 1, vec![("Coach", -5_000)]));
}

#[sqlx::test(migrations = "../../migrations")]
async fn lifetime_value_by_stream(pool: PgPool) {
    business(&pool).await;
    let report = ltv(&pool, request("2026-01-01", "2026-03-31"), Some(GroupBy::Stream)).await.unwrap();
    assert_eq!((report.total.customers, report.total.arpa), (3, Some(usd(5_900))));
    // Nothing happened since 15 March, so March is not over; in January nobody paid at the start. February counts: 1 of 3 left.
    assert_eq!(report.total.churn_months, 1);
    assert_eq!((report.total.mean_churn_rate, report.total.ltv), (Some(1.0 / 3.0), Some(usd(17_700))));
    let rev2 = report.groups.iter().find(|g| g.key == "rev2_coaching").unwrap();
    assert_eq!((rev2.value.arpa, rev2.value.mean_churn_rate, rev2.value.ltv), (Some(usd(14_900)), Some(0.0), None));
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_cannot_be_answered_is_refused(pool: PgPool) {
    let days = |interval| ReportRequest { interval: Some(interval), ..request("2025-01-01", "2025-12-31") };
    assert_eq!(refused(churn(&pool, days(Step::Day), None).await), "from");
    assert_eq!(refused(churn(&pool, request("2025-01-02", "2025-12-31"), None).await), "from");
    assert_eq!(refused(cohorts(&pool, days(Step::Week), None).await), "interval");
    assert_eq!(refused(cohorts(&pool, request("2018-01-01", "2025-12-31"), None).await), "from");
    assert_eq!(
        refused(
            ltv(&pool, ReportRequest { interval: Some(Step::Day), ..request("2023-01-01", "2025-12-31") }, None).await
        ),
        "interval"
    );
    let tomorrow = AsOf::Day(chrono::Utc::now().date_naive() + chrono::Days::new(2));
    let future = ReportRequest { as_of: Some(tomorrow), ..request("2025-01-01", "2025-12-31") };
    assert_eq!(refused(churn(&pool, future, None).await), "as_of");
    assert_eq!(refused(bridge(&pool, future, GroupBy::Stream).await), "as_of");
}
