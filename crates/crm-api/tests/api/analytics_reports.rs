use crate::business;
use crate::support::{Client, TestApp};
use crm_types::accounts::Role;
use crm_types::analytics::{MovementSummary, MrrSeries, Step};
use crm_types::analytics_payments::{PaymentReport, RecognisedReport};
use crm_types::analytics_retention::{ChurnReport, CohortReport, LtvReport, TrialReport};
use crm_types::analytics_streams::{BridgeReport, StreamsReport};
use crm_types::mrr::MrrMovement;
use crm_types::{Currency, Money, Page};

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

async fn viewer(app: &TestApp) -> Client {
    business::write(app.pool()).await;
    app.client(Role::Viewer).await
}

#[tokio::test]
async fn every_report_has_its_figures() {
    let app = TestApp::spawn().await;
    let client = viewer(&app).await;
    let period = "from=2026-01-01&to=2026-02-28";
    let churn: ChurnReport = client.get(&format!("/api/analytics/churn?{period}&group_by=tier")).await.json();
    assert_eq!((churn.interval, churn.steps.len(), churn.groups.len()), (Step::Month, 2, 5));
    let february = &churn.steps[1].figures;
    assert_eq!(
        (february.nrr, february.grr, february.customer_churn_rate),
        (Some(1_900.0 / 900.0), Some(1.0), Some(0.0))
    );
    assert_eq!((churn.total.nrr, churn.total.end_mrr), (None, usd(1_900)));

    let ltv: LtvReport = client.get(&format!("/api/analytics/ltv?{period}&group_by=stream")).await.json();
    assert_eq!((ltv.total.arpa, ltv.total.ltv, ltv.groups[0].value.customers), (Some(usd(1_900)), None, 1));

    let cohorts: CohortReport = client.get(&format!("/api/analytics/cohorts?{period}&group_by=source")).await.json();
    assert_eq!((cohorts.cohorts[0].size, cohorts.cohorts[0].cells[1].mrr, cohorts.cohorts[1].size), (1, 1_900, 0));
    assert_eq!(cohorts.groups[0].label, "Unknown");

    let trials: TrialReport = client.get(&format!("/api/analytics/trials?{period}")).await.json();
    assert_eq!((trials.total.ended, trials.total.rate, trials.currency), (0, None, None));

    let streams: StreamsReport = client.get(&format!("/api/analytics/streams?{period}")).await.json();
    assert_eq!(
        (streams.rev1.total.mrr, streams.ecosystem.mrr, streams.rev1.coached.customers),
        (usd(1_900), usd(1_900), 0)
    );

    let payments: PaymentReport = client.get(&format!("/api/analytics/payments?{period}")).await.json();
    assert_eq!(
        (payments.total.paid, payments.total.refunded, payments.total.refund_rate),
        (usd(900), usd(-300), Some(1.0 / 3.0))
    );
    assert_eq!(payments.steps.iter().map(|s| s.figures.payments).collect::<Vec<_>>(), [1, 0]);
    let earned: RecognisedReport = client.get(&format!("/api/analytics/recognised?{period}")).await.json();
    assert_eq!((earned.recognised, earned.deferred, earned.steps[0].other), (usd(900), usd(0), usd(900)));
    let euros: PaymentReport = client.get("/api/analytics/payments?currency=eur").await.json();
    assert_eq!(
        (euros.total.failed_invoices, euros.total.failed_amount.minor, euros.total.recovery_rate),
        (1, 19_900, Some(0.0))
    );
}

#[tokio::test]
async fn the_bridge_is_its_rows() {
    let app = TestApp::spawn().await;
    let client = viewer(&app).await;
    let period = "from=2026-02-01&to=2026-02-28";
    let bridge: BridgeReport = client.get(&format!("/api/analytics/bridge?{period}&group_by=tier")).await.json();
    assert_eq!((bridge.start, bridge.end, bridge.difference), (usd(900), usd(1_900), usd(0)));
    for segment in &bridge.segments {
        assert_eq!(segment.difference, usd(0));
        let Some(tier) = segment.tier else { continue };
        for cell in segment.cells.iter().filter(|cell| cell.amount.minor != 0) {
            let rows =
                format!("/api/mrr-movements?{period}&currency=usd&tier={tier}&movement={}&count=exact", cell.movement);
            let rows: Page<MrrMovement> = client.get(&rows).await.json();
            assert_eq!(rows.sums, [cell.amount], "{tier} {}", cell.movement);
        }
    }
    let tier2 = bridge.segments.iter().find(|s| s.key == "tier2").unwrap();
    assert_eq!((tier2.cells[2].customers[0].name.as_str(), tier2.cells[2].customers[0].amount), ("Ada", usd(1_000)));
    let steps: MovementSummary =
        client.get("/api/analytics/movements?from=2026-01-01&to=2026-02-28&interval=month").await.json();
    assert_eq!(steps.steps.iter().map(|s| s.end).collect::<Vec<_>>(), [usd(900), usd(1_900)]);
}

#[tokio::test]
async fn before_anything_was_known_there_is_nothing() {
    let app = TestApp::spawn().await;
    let client = viewer(&app).await;
    let query = "from=2026-01-01&to=2026-02-28&as_of=2026-03-01";
    let series: MrrSeries = client.get(&format!("/api/analytics/mrr?{query}&interval=month")).await.json();
    assert_eq!(series.total, [0, 0]);
    let churn: ChurnReport = client.get(&format!("/api/analytics/churn?{query}")).await.json();
    assert_eq!((churn.total.end_customers, churn.total.end_mrr), (0, usd(0)));
    assert_eq!(churn.as_of.unwrap().to_rfc3339(), "2026-03-01T23:59:59.999999+00:00");
    let cohorts: CohortReport = client.get(&format!("/api/analytics/cohorts?{query}")).await.json();
    assert_eq!(cohorts.cohorts[0].size, 0);
    let payments: PaymentReport = client.get(&format!("/api/analytics/payments?{query}")).await.json();
    assert_eq!(payments.total.payments, 0);
    // Today is now.
    let today = chrono::Utc::now().date_naive();
    let now: MrrSeries = client
        .get(&format!("/api/analytics/mrr?from=2026-01-01&to=2026-02-28&interval=month&as_of={today}"))
        .await
        .json();
    assert_eq!(now.total, [900, 1_900]);
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_its_field() {
    let app = TestApp::spawn().await;
    let client = app.client(Role::Viewer).await;
    for path in ["mrr", "movements", "churn", "ltv", "trials", "cohorts", "streams", "bridge", "payments", "recognised"]
    {
        for (query, field) in [
            ("from=2026-02-01&to=2026-01-31", "from"),
            ("from=2010-01-01&to=2026-01-31", "from"),
            ("to=tomorrow", "to"),
            ("currency=coins", "currency"),
            ("as_of=2999-01-01", "as_of"),
            ("as_of=2999-01-01T00:00:00Z", "as_of"),
            ("as_of=soon", "as_of"),
            ("as_of=99999-01-01", "as_of"),
            ("wish=1", "wish"),
        ] {
            let problem = client.get(&format!("/api/analytics/{path}?{query}")).await.problem(422);
            assert_eq!(problem.errors[0].field, field, "{path} {query}");
        }
    }
    for (query, field) in [
        ("churn?group_by=plan", "group_by"),
        ("ltv?group_by=source", "group_by"),
        ("trials?interval=hour", "interval"),
        ("cohorts?group_by=name", "group_by"),
        ("cohorts?interval=week", "interval"),
        ("cohorts?from=2018-01-01&to=2026-01-31", "from"),
        ("payments?interval=day", "interval"),
        ("recognised?interval=week", "interval"),
        ("churn?from=2025-01-01&to=2025-12-31&interval=week", "from"),
        ("streams?from=2025-01-02&to=2025-12-31", "from"),
        ("ltv?from=2023-01-01&to=2025-12-31&interval=day", "interval"),
        ("mrr?interval=day&step=week", "step"),
    ] {
        let problem = client.get(&format!("/api/analytics/{query}")).await.problem(422);
        assert_eq!(problem.errors[0].field, field, "{query}");
    }
}
