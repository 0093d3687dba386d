//! Every route of the OpenAPI document, with every role.

use crate::support::{TestApp, figure};
use crm_api::app;
use crm_api::auth::rules::{self, Access, RULES};
use crm_types::Problem;
use crm_types::accounts::{Permission, Role};
use crm_types::api_keys::CreatedApiKey;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Not in the document: pages, the document itself, and the second address of the webhook.
const UNDOCUMENTED: [&str; 5] = ["/docs", "/docs/", "/docs/{file}", "/api/openapi.json", "/api/webhooks/stripe"];

pub struct Route {
    pub method: Method,
    pub path: String,
    pub operation: Value,
}

impl Route {
    fn access(&self) -> Access {
        let method = actix_web::http::Method::from_bytes(self.method.as_str().as_bytes()).unwrap();
        let rule = rules::find(&method, &self.path);
        rule.unwrap_or_else(|| panic!("{} {} has no rule in auth/rules.rs", self.method, self.path)).access
    }

    /// Whether a schema of the document has a field.
    pub fn schema_has(&self, schema: &str, field: &str) -> bool {
        let document = serde_json::to_value(app::document()).unwrap();
        !document["components"]["schemas"][schema]["properties"][field].is_null()
    }

    /// With something in place of the parameters.
    pub fn address(&self) -> String {
        let parts = self.path.split('/').map(|part| match part {
            "{month}" | "{day}" => "2026-01-01",
            "{currency}" => "usd",
            _ if part.starts_with('{') => "00000000-0000-7000-8000-000000000000",
            _ => part,
        });
        parts.collect::<Vec<_>>().join("/")
    }
}

pub fn routes() -> Vec<Route> {
    let document = serde_json::to_value(app::document()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let routes = paths.iter().flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(|(method, operation)| Route {
            method: method.to_uppercase().parse().unwrap(),
            path: path.clone(),
            operation: operation.clone(),
        })
    });
    routes.collect()
}

#[test]
fn every_route_has_a_rule_and_every_rule_a_route() {
    let documented: BTreeSet<(String, String)> = routes()
        .iter()
        .map(|route| {
            route.access();
            (route.method.to_string(), route.path.clone())
        })
        .collect();
    for rule in RULES.iter().filter(|rule| !UNDOCUMENTED.contains(&rule.path)) {
        let route = (rule.method.to_owned(), rule.path.to_owned());
        assert!(documented.contains(&route), "{} {} has a rule and no route", rule.method, rule.path);
    }
}

#[test]
fn the_document_says_what_each_route_needs() {
    for route in routes() {
        let (operation, name) = (&route.operation, format!("{} {}", route.method, route.path));
        let has = |status: &str| operation["responses"].get(status).is_some();
        match route.access() {
            Access::Public => assert!(operation.get("security").is_none(), "{name}"),
            Access::Staff => {
                assert!(has("401") && has("403"), "{name}");
                assert_eq!(operation["security"], json!([{"bearer": []}]), "{name}");
            }
            Access::Anybody => {
                assert!(has("401"), "{name}");
                assert_eq!(operation["security"], json!([{"bearer": []}, {"api_key": []}]), "{name}");
            }
            Access::Permission(permission) => {
                assert!(has("401") && has("403"), "{name}");
                let keys = operation["security"].as_array().unwrap().contains(&json!({"api_key": []}));
                assert_eq!(keys, permission.suits_a_key(), "{name}");
                assert_eq!(operation["x-permission"], permission.as_str(), "{name}");
            }
        }
        assert!(operation["summary"].is_string(), "{name} has no summary");
        assert!(operation["tags"].as_array().is_some_and(|tags| tags.len() == 1), "{name} needs one tag");
    }
}

#[tokio::test]
async fn nobody_gets_where_their_role_does_not_let_them() {
    let app = TestApp::spawn_with(&[("STRIPE_WEBHOOK_SECRETS", "whsec_test")]).await;
    let mut checked = 0;
    for role in Role::ALL.iter().copied() {
        let user = app.create_user(&format!("{role}@example.com"), role).await;
        for route in routes() {
            for address in [route.address(), route.address().replacen("/api/", "/api/crm/", 1)] {
                // A session for each call, as some calls end it.
                let (client, _) = app.session_of(&user).await;
                let mut request = client.request(route.method.clone(), &address);
                if route.operation.get("requestBody").is_some() {
                    request = request.json(&json!({}));
                }
                let response = request.send().await.unwrap();
                let (status, name) = (response.status().as_u16(), format!("{} {address} as {role}", route.method));
                match route.access() {
                    Access::Permission(permission) if !role.may(permission) => {
                        assert_eq!(status, 403, "{name}");
                        let problem: Problem = response.json().await.unwrap();
                        assert_eq!(problem.permission.as_deref(), Some(permission.as_str()), "{name}");
                    }
                    Access::Public => assert!(status < 500, "{name}: {status}"),
                    _ => assert!(status < 500 && ![401, 403, 405].contains(&status), "{name}: {status}"),
                }
                checked += 1;
            }
        }
    }
    assert!(checked >= RULES.len());
    figure("authorisation", format_args!("{checked} calls, every route x every role, all as the rules say"));
}

#[tokio::test]
async fn a_key_gets_where_its_one_scope_lets_it_and_nowhere_else() {
    let app = TestApp::spawn_with(&[("STRIPE_WEBHOOK_SECRETS", "whsec_test")]).await;
    let owner = app.client(Role::Owner).await;
    let mut checked = 0;
    for scope in Permission::ALL.iter().copied().filter(|scope| scope.suits_a_key()) {
        let made: CreatedApiKey =
            owner.post_json("/api/api-keys", &json!({"name": "Key", "scopes": [scope]})).await.json();
        let key = app.anonymous().with_token(made.key);
        for route in routes() {
            let mut request = key.request(route.method.clone(), &route.address());
            if route.operation.get("requestBody").is_some() {
                request = request.json(&json!({}));
            }
            let reply = key.send(request).await;
            let (status, name) = (reply.status.as_u16(), format!("{} {} with {scope}", route.method, route.path));
            match route.access() {
                Access::Permission(permission) if permission != scope => {
                    assert_eq!(reply.problem(403).permission.as_deref(), Some(permission.as_str()), "{name}");
                }
                Access::Staff => assert!(reply.problem(403).detail.contains("people"), "{name}"),
                Access::Public => assert!(status < 500, "{name}: {status}"),
                Access::Anybody | Access::Permission(_) => {
                    assert!(status < 500 && ![401, 403, 405].contains(&status), "{name}: {status}");
                }
            }
            checked += 1;
        }
    }
    figure("authorisation", format_args!("{checked} calls, every route x every scope of a key, all as the rules say"));
}

#[tokio::test]
async fn a_key_with_every_scope_is_let_in_wherever_the_document_says_so() {
    let app = TestApp::spawn_with(&[("STRIPE_WEBHOOK_SECRETS", "whsec_test")]).await;
    let owner = app.client(Role::Owner).await;
    let scopes: Vec<Permission> = Permission::ALL.iter().copied().filter(|scope| scope.suits_a_key()).collect();
    let body = json!({"name": "Everything", "scopes": scopes});
    let made: CreatedApiKey = owner.post_json("/api/api-keys", &body).await.json();
    let key = app.anonymous().with_token(made.key);
    let (mut open, mut people) = (0, 0);
    for route in routes() {
        let Some(security) = route.operation["security"].as_array() else { continue };
        let mut request = key.request(route.method.clone(), &route.address());
        if route.operation.get("requestBody").is_some() {
            request = request.json(&json!({}));
        }
        let (status, name) = (key.send(request).await.status.as_u16(), format!("{} {}", route.method, route.path));
        match security.contains(&json!({"api_key": []})) {
            true => {
                assert!(![401, 403].contains(&status), "{name} lists API keys and answers {status}");
                open += 1;
            }
            false => {
                assert_eq!(status, 403, "{name} does not list API keys");
                people += 1;
            }
        }
    }
    assert!(open > 50 && people > 10, "{open}, {people}");
    figure(
        "API keys",
        format_args!(
            "with every scope let in by all {open} operations that list keys, and by none of {people} that do not"
        ),
    );
}

#[tokio::test]
async fn without_a_token_only_public_routes_answer() {
    let app = TestApp::spawn().await;
    for route in routes() {
        if route.access() == Access::Public {
            continue;
        }
        for address in spellings(&route.address()) {
            let request = app.anonymous().request(route.method.clone(), &address);
            let reply = app.anonymous().send(request).await;
            assert_eq!(reply.status, 401, "{} {address}", route.method);
        }
    }
}

/// The same address, with a percent sign for a letter of each of its parts: routing takes it for the same.
fn spellings(address: &str) -> Vec<String> {
    let starts = address.match_indices('/').map(|(slash, _)| slash + 1);
    let spelt = starts.map(|at| {
        let (before, after) = address.split_at(at);
        let letter = after.chars().next().unwrap();
        format!("{before}%{:02x}{}", u32::from(letter), &after[letter.len_utf8()..])
    });
    std::iter::once(address.to_owned()).chain(spelt).collect()
}

#[tokio::test]
async fn a_percent_sign_for_a_letter_gets_nobody_further() {
    let app = TestApp::spawn().await;
    let viewer = app.client(Role::Viewer).await;
    for route in routes() {
        let Access::Permission(permission) = route.access() else { continue };
        if Role::Viewer.may(permission) {
            continue;
        }
        for address in spellings(&route.address()) {
            let mut request = viewer.request(route.method.clone(), &address);
            if route.operation.get("requestBody").is_some() {
                request = request.json(&json!({}));
            }
            assert_eq!(viewer.send(request).await.status, 403, "{} {address}", route.method);
        }
    }
}
