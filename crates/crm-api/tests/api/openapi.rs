use crate::support::TestApp;
use crm_api::app;
use crm_types::accounts::{Permission, Role};
use serde_json::Value;
use std::path::Path;

#[test]
fn the_committed_document_is_todays() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi/crm-api.json");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    let today = app::document().to_pretty_json().unwrap();
    assert!(committed.trim_end() == today.trim_end(), "openapi/crm-api.json is stale: run `./just openapi`");
}

#[test]
fn every_reference_has_its_schema() {
    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str));
                fields.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let document = serde_json::to_value(app::document()).unwrap();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 100);
    for reference in found {
        let schema = document.pointer(reference.trim_start_matches('#'));
        assert!(schema.is_some(), "{reference} is nowhere: list it in src/openapi.rs");
    }
}

#[test]
fn enums_are_listed_as_they_are_on_the_wire() {
    let document = serde_json::to_value(app::document()).unwrap();
    let listed = |name: &str| document["components"]["schemas"][name]["enum"].clone();
    assert_eq!(listed("Role"), serde_json::to_value(Role::ALL).unwrap());
    assert_eq!(listed("Permission"), serde_json::to_value(Permission::ALL).unwrap());
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
