use crate::support::TestApp;
use crm_api::app;
use std::path::Path;

#[test]
fn the_committed_document_is_todays() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi/crm-api.json");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    let today = app::document().to_pretty_json().unwrap();
    assert!(committed.trim_end() == today.trim_end(), "openapi/crm-api.json is stale: run `./just openapi`");
}

#[tokio::test]
async fn the_document_and_swagger_ui_are_served() {
    let app = TestApp::spawn().await;
    let document: serde_json::Value = app.anonymous().get("/api/openapi.json").await.json();
    assert_eq!(document["info"]["title"], "Prometheus CRM");
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.contains_key("/api/auth/login") && !paths.keys().any(|path| path.starts_with("/api/crm/")));
    assert_eq!(app.anonymous().get("/docs").await.header("location"), "/docs/index.html");
    let page = app.anonymous().get("/docs/index.html").await;
    assert!(page.header("content-type").starts_with("text/html") && page.text().contains("swagger-ui"));
    app.anonymous().get("/docs/nothing.js").await.problem(404);
}
