//! What is expected, over HTTP: of a business that lived for two years, and of one of which too little is known.

use crate::business;
use crate::simulated_year::{SECRET, drain};
use crate::support::TestApp;
use crm_types::Currency;
use crm_types::accounts::Role;
use crm_types::analytics::Overview;
use crm_types::analytics_forecast::ForecastReport;
use stripe_sandbox::{ApiShape, Business, BusinessConfig, Delivery};

/// Two years of a business through signed webhooks.
async fn two_years(app: &TestApp) {
    let config = BusinessConfig {
        customers: 500,
        days: 730,
        shape: ApiShape::Current,
        log_limit: 0,
        ..BusinessConfig::default()
    };
    let (start, days) = (config.start, i64::from(config.days));
    let mut business = Business::new(config);
    let delivery = Delivery::new(app.url("/webhooks/stripe"), SECRET);
    let client = reqwest::Client::new();
    for part in 1..=24 {
        let events = delivery.plan(business.step_to(start + days * 86_400 * part / 24));
        let report = delivery.send(&client, &events, 16).await.unwrap();
        assert_eq!((report.refused, report.failed), (0, 0));
    }
    drain(app).await;
}

#[actix_web::test]
async fn two_years_are_projected_and_the_error_of_the_last_half_year_is_shown() {
    let app = TestApp::spawn_with(&[("STRIPE_WEBHOOK_SECRETS", SECRET)]).await;
    two_years(&app).await;
    let client = app.client(Role::Analyst).await;
    let forecast: ForecastReport = client.get("/api/analytics/forecast").await.json();
    let currency = forecast.currency;
    assert_eq!(
        (currency, forecast.why_not.as_deref(), forecast.why_no_back_test.as_deref()),
        (Currency::USD, None, None)
    );

    // What it begins with is what the dashboard shows of that day.
    let overview = format!("/api/analytics/overview?from={0}&to={0}", forecast.until);
    let overview: Overview = client.get(&overview).await.json();
    assert_eq!((Some(forecast.mrr), Some(forecast.total.mrr)), (overview.mrr.value, overview.mrr.value));
    assert_eq!(Some(forecast.total.customers), overview.paying_customers.value);
    assert_eq!(forecast.history.last().map(|point| (point.day, point.mrr)), Some((forecast.until, forecast.mrr)));
    for (part, all) in [
        (forecast.plans.iter().map(|plan| plan.mrr.minor).sum::<i64>(), forecast.total.mrr.minor),
        (forecast.plans.iter().map(|plan| plan.customers).sum(), forecast.total.customers),
        (forecast.plans.iter().map(|plan| plan.size).sum(), forecast.total.size),
    ] {
        assert_eq!(part, all);
    }

    assert_eq!(forecast.months.len(), 12);
    for month in &forecast.months {
        assert_eq!(month.expected.minor, month.retained.minor + month.added.minor);
        assert!(month.low.minor <= month.expected.minor && month.expected.minor <= month.high.minor, "{month:?}");
    }
    let retained: Vec<i64> = forecast.months.iter().map(|month| month.retained.minor).collect();
    assert!(retained.windows(2).all(|pair| pair[0] >= pair[1]) && retained[0] < forecast.mrr.minor, "{retained:?}");

    let back_test = forecast.back_test.unwrap();
    let error = back_test.mean_error.unwrap();
    println!("back-test: mean error {error:.4}, {} of 6 months inside; {:?}", back_test.inside, forecast.total.model);
    assert_eq!(back_test.months.len(), 6);
    for month in &back_test.months {
        let day = format!("/api/analytics/overview?from={0}&to={0}", month.day);
        let day: Overview = client.get(&day).await.json();
        assert_eq!(Some(month.actual), day.mrr.value, "what came is what the dashboard shows");
    }
    // Ever more people sign up at this business, and the pace is assumed to go on unchanged: too little is foretold.
    assert!(error < 0.2, "half a year is foretold to within 20 % on average: {error}");

    // As of now it is what it is.
    let today = chrono::Utc::now().date_naive();
    let known: ForecastReport = client.get(&format!("/api/analytics/forecast?as_of={today}")).await.json();
    assert!(known.as_of.is_some());
    assert_eq!((known.months, known.total), (forecast.months.clone(), forecast.total.clone()));

    // A dollar that is worth less later makes a customer worth less.
    let patient: ForecastReport = client.get("/api/analytics/forecast?discount_bp=100").await.json();
    assert!(patient.total.ltv.unwrap().minor > forecast.total.ltv.unwrap().minor);
    assert_eq!(patient.months, forecast.months, "which says nothing of MRR");
}

#[tokio::test]
async fn of_too_little_history_nothing_is_made_up() {
    let app = TestApp::spawn().await;
    let client = app.client(Role::Viewer).await;
    let empty: ForecastReport = client.get("/api/analytics/forecast").await.json();
    assert!(empty.why_not.unwrap().starts_with("There is no full month of payments yet"));
    assert_eq!((empty.months.len(), empty.back_test, empty.total.ltv, empty.plans.len()), (0, None, None, 0));

    business::write(app.pool()).await;
    let young: ForecastReport = client.get("/api/analytics/forecast").await.json();
    // One customer since January, who moved to tier 2 in February; the newest day is in March.
    assert_eq!((young.until.to_string().as_str(), young.known_months, young.mrr.minor), ("2026-02-28", 2, 1_900));
    assert_eq!(young.why_not.as_deref(), Some("There are 2 full months of payments; a forecast takes at least 6."));
    assert_eq!(
        young.plans.iter().map(|plan| (plan.key.as_str(), plan.mrr.minor)).collect::<Vec<_>>(),
        [("tier1", 1_900), ("tier2", 0)]
    );
    assert_eq!((young.total.model, young.total.residual_value), (None, None));
}

#[tokio::test]
async fn impossible_discounts_are_refused() {
    let app = TestApp::spawn().await;
    let client = app.client(Role::Viewer).await;
    for query in ["discount_bp=0", "discount_bp=99", "discount_bp=10001", "discount_bp=much", "discount_bp=-5"] {
        let problem = client.get(&format!("/api/analytics/forecast?{query}")).await.problem(422);
        assert_eq!(problem.errors[0].field, "discount_bp", "{query}");
    }
    assert_eq!(client.get("/api/analytics/forecast?currency=coins").await.problem(422).errors[0].field, "currency");
}
