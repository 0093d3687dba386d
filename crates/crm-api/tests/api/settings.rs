use crate::support::TestApp;
use crm_types::accounts::Role;
use crm_types::settings::AccountSettings;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn settings_change_for_who_saw_the_current_version() {
    let app = TestApp::spawn().await;
    let admin = app.client(Role::Admin).await;
    let before: AccountSettings = admin.get("/api/settings").await.json();
    assert_eq!((before.version, before.time_zone.as_str()), (1, "UTC"));

    let patch = json!({"version": 1, "time_zone": "Europe/Berlin", "cancellation": "request"});
    let after: AccountSettings = admin.send_json(Method::PATCH, "/api/settings", &patch).await.json();
    assert_eq!((after.version, after.time_zone.as_str()), (2, "Europe/Berlin"));
    assert_eq!(admin.get("/api/settings").await.json::<AccountSettings>(), after);

    let problem = admin.send_json(Method::PATCH, "/api/settings", &patch).await.problem(409);
    assert_eq!(problem.errors[0].field, "version");
    assert!(problem.detail.contains("current version is 2"), "{}", problem.detail);
    for (patch, field) in [
        (json!({}), "version"),
        (json!({"version": 2, "account_name": ""}), "account_name"),
        (json!({"version": 2, "time_zone": "Moon/Base"}), "time_zone"),
        (json!({"version": 2, "mrr": 1}), "mrr"),
    ] {
        let problem = admin.send_json(Method::PATCH, "/api/settings", &patch).await.problem(422);
        assert_eq!(problem.errors[0].field, field, "{patch}");
    }
    let analyst = app.client(Role::Analyst).await;
    analyst.send_json(Method::PATCH, "/api/settings", &patch).await.problem(403);
}

#[tokio::test]
async fn policies_are_previewed_without_being_changed() {
    let app = TestApp::spawn().await;
    crate::business::write(app.pool()).await;
    let viewer = app.client(Role::Analyst).await;
    let path = "/api/settings/policies/preview";
    let said: crm_types::settings::PolicyPreview =
        viewer.post_json(path, &json!({"cancellation": "request"})).await.json();
    // Bob is set to leave; of him no snapshot is stored that could be computed.
    assert_eq!((said.customers, said.computed, said.changes.len()), (1, 1, 0));
    let settings: AccountSettings = viewer.get("/api/settings").await.json();
    assert_eq!(settings.version, 1);
    viewer.post_json(path, &json!({"cancellation": "never"})).await.problem(422);
    assert_eq!(viewer.post_json(path, &json!({"pause": true})).await.problem(422).errors[0].field, "pause");
}
