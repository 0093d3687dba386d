use crate::business;
use crate::support::TestApp;
use crm_types::accounts::Role;
use crm_types::system::SystemHealth;
use crm_types::{Currency, Money};

#[tokio::test]
async fn health_says_what_an_admin_wants_to_know() {
    let app = TestApp::spawn_with(&[("STRIPE_WEBHOOK_SECRETS", "whsec_one,whsec_two")]).await;
    business::write(app.pool()).await;
    let client = app.client(Role::Analyst).await;
    let health: SystemHealth = client.get("/api/system/health").await.json();
    assert_eq!(health.mrr_difference, [Money::new(0, Currency::EUR), Money::new(0, Currency::USD)]);
    assert_eq!((health.webhook_secrets, health.stripe_api_key), (2, false));
    assert_eq!((health.inbox.dead, health.inbox.parked, health.recompute_pending), (1, 1, 0));
    assert!(health.webhook_url.ends_with("/webhooks/stripe") && health.webhook_url.starts_with("http"));
    assert!(health.database_bytes > 0 && health.postgres_version.starts_with(|c: char| c.is_ascii_digit()));
    assert_eq!(health.memory_bytes.is_some(), cfg!(target_os = "linux"));
    app.client(Role::Viewer).await.get("/api/system/health").await.problem(403);
}
