use crate::business;
use crate::support::{Client, TestApp};
use crm_types::accounts::Role;
use crm_types::analytics::{MovementSummary, MrrSeries, Overview};
use crm_types::mrr::MrrMovement;
use crm_types::subscriptions::Subscription;
use crm_types::{Currency, Money, Page};

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

async fn viewer(app: &TestApp) -> Client {
    business::write(app.pool()).await;
    app.client(Role::Viewer).await
}

#[tokio::test]
async fn the_overview_has_every_figure_and_its_rows_add_up_to_it() {
    let app = TestApp::spawn().await;
    let client = viewer(&app).await;
    let period = "from=2026-02-01&to=2026-02-28";
    let overview: Overview = client.get(&format!("/api/analytics/overview?{period}")).await.json();
    assert_eq!((overview.mrr.value, overview.mrr.previous), (Some(usd(1_900)), Some(usd(900))));
    assert_eq!((overview.paying_customers.value, overview.customer_churn_rate.value), (Some(1), Some(0.0)));
    assert_eq!((overview.net_new_mrr.value, overview.mrr.series.len()), (Some(usd(1_000)), 28));

    let rows: Page<Subscription> = client.get("/api/subscriptions?as_of=2026-02-28&count=exact").await.json();
    assert_eq!(rows.sums.first().copied(), overview.mrr.value);
    let rows: Page<MrrMovement> =
        client.get(&format!("/api/mrr-movements?{period}&currency=usd&count=exact")).await.json();
    assert_eq!(rows.sums.first().copied(), overview.net_new_mrr.value);

    let euros: Overview = client.get("/api/analytics/overview?currency=eur&compare=year").await.json();
    assert_eq!((euros.to.to_string().as_str(), euros.previous_to.to_string().as_str()), ("2026-03-11", "2025-03-11"));
    assert_eq!(euros.scheduled_churn, Money::new(19_900, Currency::EUR));
}

#[tokio::test]
async fn the_mrr_chart_and_the_waterfall() {
    let app = TestApp::spawn().await;
    let client = viewer(&app).await;
    let period = "from=2026-01-01&to=2026-02-28";
    let series: MrrSeries = client.get(&format!("/api/analytics/mrr?{period}&step=month&group_by=tier")).await.json();
    assert_eq!(series.total, [900, 1_900]);
    assert_eq!((series.series[0].key.as_str(), series.series[0].values.as_slice()), ("tier1", &[900, 0][..]));
    let summary: MovementSummary = client.get(&format!("/api/analytics/movements?{period}")).await.json();
    assert_eq!((summary.start, summary.end, summary.difference), (usd(0), usd(1_900), usd(0)));
    assert_eq!(summary.movements.iter().map(|m| m.count).collect::<Vec<_>>(), [1, 0, 1, 0, 0, 0]);
}

#[tokio::test]
async fn impossible_periods_are_refused() {
    let app = TestApp::spawn().await;
    let client = app.client(Role::Viewer).await;
    for path in ["overview", "mrr", "movements"] {
        for (query, field) in [
            ("from=2026-02-01&to=2026-01-31", "from"),
            ("from=2010-01-01&to=2026-01-31", "from"),
            ("from=1969-12-31", "from"),
            ("to=99999-01-01", "to"),
            ("to=tomorrow", "to"),
            ("currency=coins", "currency"),
            ("as_of=2999-01-01", "as_of"),
        ] {
            let problem = client.get(&format!("/api/analytics/{path}?{query}")).await.problem(422);
            assert_eq!(problem.errors[0].field, field, "{path} {query}");
        }
    }
    assert_eq!(client.get("/api/analytics/overview?compare=none").await.problem(422).errors[0].field, "compare");
    assert_eq!(client.get("/api/analytics/mrr?step=hour&group_by=name").await.problem(422).errors.len(), 2);
}
