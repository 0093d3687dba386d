//! What `trust` promises, with the figure of each promise.

use crate::access::routes;
use crate::support::{PASSWORD, TestApp, figure};
use crm_types::accounts::{Permission, Role};
use crm_types::api_keys::CreatedApiKey;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;
use std::time::{Duration, Instant};

#[tokio::test]
async fn no_body_takes_a_field_that_it_does_not_have() {
    let app = TestApp::spawn().await;
    let owner = app.create_user("owner@example.com", Role::Owner).await;
    let mut checked = 0;
    for route in routes() {
        let schema = &route.operation["requestBody"]["content"]["application/json"]["schema"];
        if schema.get("$ref").is_none() {
            continue;
        }
        for field in ["role", "id", "permissions", "owner_id", "share_bp", "is_admin"] {
            // As a field that exists, it is another test's.
            let name = schema["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
            if route.schema_has(name, field) {
                continue;
            }
            let (client, _) = app.session_of(&owner).await;
            let reply = client.send_json(route.method.clone(), &route.address(), &json!({ field: "owner" })).await;
            let problem = reply.problem(422);
            let found = (problem.errors[0].field.as_str(), problem.errors[0].code.as_str());
            assert_eq!(found, (field, "unknown_field"), "{} {}", route.method, route.path);
            checked += 1;
        }
    }
    assert!(checked > 50, "{checked}");
    figure("mass assignment", format_args!("{checked} bodies x smuggled fields, all refused by name"));
}

#[tokio::test]
async fn two_hundred_log_ins_at_once_leave_other_routes_alone() {
    let app = TestApp::spawn().await;
    let client = app.client(Role::Viewer).await;
    let p99 = |mut times: Vec<Duration>| {
        times.sort_unstable();
        times[times.len() * 99 / 100]
    };
    let measure = async |until: &dyn Fn() -> bool| {
        let mut times = Vec::new();
        while times.len() < 20 || !until() {
            let start = Instant::now();
            assert_eq!(client.get("/api/customers").await.status, 200);
            times.push(start.elapsed());
        }
        times
    };
    let quiet = p99(measure(&|| true).await);
    let log_ins = (0..200).map(|i| {
        let client = app.anonymous();
        let body = json!({"email": format!("nobody{i}@example.com"), "password": PASSWORD});
        tokio::spawn(async move { client.post_json("/api/auth/login", &body).await.status.as_u16() })
    });
    let log_ins: Vec<_> = log_ins.collect();
    let busy = p99(measure(&|| log_ins.iter().all(tokio::task::JoinHandle::is_finished)).await);
    let statuses: Vec<u16> = join_all(log_ins).await.into_iter().map(Result::unwrap).collect();
    assert!(statuses.iter().all(|status| [401, 503].contains(status)), "{statuses:?}");
    assert!(busy < Duration::from_millis(500), "{busy:?}");
    let (quiet, busy) = (quiet.as_millis(), busy.as_millis());
    figure("password hash", format_args!("200 log-ins at once: p99 of a list {busy} ms (alone {quiet} ms, below 500)"));
}

#[tokio::test]
async fn guesses_from_many_addresses_do_not_lock_the_victim_out() {
    let app = TestApp::spawn_with(&[("CRM_TRUSTED_PROXIES", "127.0.0.1")]).await;
    app.create_user("ada@example.com", Role::Owner).await;
    let client = app.anonymous();
    let log_in = async |address: &str, password: &str| {
        let request = client.request(Method::POST, "/api/auth/login").header("x-forwarded-for", address);
        let body = json!({"email": "ada@example.com", "password": password});
        client.send(request.json(&body)).await.status.as_u16()
    };
    let (mut compared, mut refused) = (0, 0);
    for guesser in 0..10 {
        for _ in 0..8 {
            match log_in(&format!("198.51.100.{guesser}"), "a wrong guess of it").await {
                401 => compared += 1,
                429 => refused += 1,
                other => panic!("{other}"),
            }
        }
    }
    assert!((50..=60).contains(&compared), "five a minute from each address: {compared}");
    assert_eq!(log_in("203.0.113.5", PASSWORD).await, 200, "the victim at home");
    figure(
        "login throttle",
        format_args!("80 guesses from 10 addresses: {compared} compared, {refused} refused; the victim is in at once"),
    );
}

#[tokio::test]
async fn whatever_is_taken_away_is_gone_within_five_seconds() {
    let app = TestApp::spawn().await;
    let boss = app.create_user("owner@example.com", Role::Owner).await;
    let (owner, _) = app.session_of(&boss).await;
    let ada = app.create_user("ada@example.com", Role::Admin).await;
    let made = json!({"name": "x", "scopes": [Permission::AuditRead]});
    let key: CreatedApiKey = owner.post_json("/api/api-keys", &made).await.json();
    let account = format!("/api/users/{}", ada.id);
    let take: [(&str, Method, String, serde_json::Value); 3] = [
        ("role", Method::PATCH, account.clone(), json!({"version": 1, "role": "viewer"})),
        ("account", Method::PATCH, account, json!({"version": 2, "disabled": true})),
        ("API key", Method::DELETE, format!("/api/api-keys/{}", key.api_key.id), json!({})),
    ];
    for (what, method, path, body) in take {
        // The role and the key gave the log; a disabled account may not even see its colleagues.
        let (client, read) = match what {
            "API key" => (app.anonymous().with_token(&key.key), "/api/audit-log"),
            "role" => (app.session_of(&ada).await.0, "/api/audit-log"),
            _ => (app.session_of(&ada).await.0, "/api/users"),
        };
        assert_eq!(client.get(read).await.status, 200, "{what}");
        assert!(owner.send_json(method, &path, &body).await.status.is_success(), "{what}");
        let start = Instant::now();
        while client.get(read).await.status == 200 {
            assert!(start.elapsed() < Duration::from_secs(5), "{what}: still let in");
        }
        let after = start.elapsed().as_millis();
        figure("revocation", format_args!("{what} taken away: refused after {after} ms (at most 5,000)"));
    }
}

#[tokio::test]
async fn no_secret_is_in_the_audit_log() {
    let app = TestApp::spawn().await;
    let (owner, _) = app.session_of(&app.create_user("owner@example.com", Role::Owner).await).await;
    let scopes = json!({"name": "Website", "scopes": [Permission::CustomersRead]});
    let key: CreatedApiKey = owner.post_json("/api/api-keys", &scopes).await.json();
    let person = json!({"email": "ada@example.com", "name": "Ada", "role": "viewer"});
    let invited: serde_json::Value = owner.post_json("/api/users", &person).await.json();
    let token = |reply: &serde_json::Value| reply["link"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let invitation = token(&invited);
    let accept = json!({"name": "Ada", "password": PASSWORD});
    let path = format!("/api/auth/invitations/{invitation}");
    assert_eq!(app.anonymous().post_json(&path, &accept).await.status, 200);
    let path = format!("/api/users/{}/password-reset", invited["user"]["id"].as_str().unwrap());
    let reset = token(&owner.post(&path).await.json());
    let other = "another harbour at dusk";
    let path = format!("/api/auth/password-resets/{reset}");
    assert_eq!(app.anonymous().post_json(&path, &json!({"password": other})).await.status, 200);
    let enrolment: serde_json::Value = owner.post("/api/auth/second-factor/enrolment").await.json();
    let totp = enrolment["secret"].as_str().unwrap().to_owned();
    let (records, log): (i64, String) = sqlx::query_as("SELECT count(*), string_agg(a::text, ' ') FROM audit_log a")
        .fetch_one(app.pool())
        .await
        .unwrap();
    let secrets = [key.key.rsplit('_').next().unwrap(), &invitation, &reset, PASSWORD, other, &totp, "$argon2id$"];
    for secret in secrets {
        assert!(secret.len() > 8 && !log.contains(secret), "{secret} is in the log: {log}");
    }
    assert!(records >= 4, "{records}");
    figure("audit", format_args!("{} secrets looked for in {records} records: 0 found", secrets.len()));
}
