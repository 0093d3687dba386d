use crate::support::{PASSWORD, TestApp};
use crm_types::accounts::{LoginReply, Role, SetupStatus};
use futures_util::future::join_all;
use serde_json::json;

#[tokio::test]
async fn the_first_owner_is_made_once_and_is_logged_in() {
    let app = TestApp::spawn().await;
    let client = app.anonymous();
    assert_eq!(client.get("/api/setup").await.json::<SetupStatus>(), SetupStatus { needed: true, demo: None });
    let body = json!({"name": "Ada", "email": "ada@example.com", "password": PASSWORD});
    let reply = client.post_json("/api/setup", &body).await;
    assert_eq!(reply.status, 201);
    let login: LoginReply = reply.json();
    assert_eq!(login.user.role, Role::Owner);
    assert!(client.cookie("crm_refresh").is_some());
    assert!(!client.get("/api/setup").await.json::<SetupStatus>().needed);
    client.post_json("/api/setup", &body).await.problem(409);
}

#[tokio::test]
async fn of_many_first_owners_at_once_exactly_one_is_made() {
    let app = TestApp::spawn().await;
    let client = app.anonymous();
    let tries = (0..20).map(|index| {
        let body = json!({"name": "Ada", "email": format!("ada{index}@example.com"), "password": PASSWORD});
        let client = client.clone();
        async move { client.post_json("/api/setup", &body).await.status.as_u16() }
    });
    let mut statuses = join_all(tries).await;
    statuses.sort_unstable();
    assert_eq!((statuses[0], &statuses[1..]), (201, &[409; 19][..]));
    let users: i64 = sqlx::query_scalar("SELECT count(*) FROM users").fetch_one(app.pool()).await.unwrap();
    assert_eq!(users, 1);
}

#[tokio::test]
async fn a_bad_first_owner_is_refused_by_field() {
    let app = TestApp::spawn().await;
    let good = json!({"name": "Ada", "email": "ada@example.com", "password": PASSWORD});
    for (field, value, code) in [
        ("name", "", "length"),
        ("email", "ada", "invalid"),
        ("password", "elevenchars", "length"),
        ("password", "password1234", "too_common"),
    ] {
        let mut body = good.clone();
        body[field] = json!(value);
        let problem = app.anonymous().post_json("/api/setup", &body).await.problem(422);
        assert_eq!(problem.errors.len(), 1, "{problem:?}");
        assert_eq!((problem.errors[0].field.as_str(), problem.errors[0].code.as_str()), (field, code));
    }
    let mut body = good;
    body["role"] = json!("owner");
    let problem = app.anonymous().post_json("/api/setup", &body).await.problem(422);
    assert_eq!((problem.errors[0].field.as_str(), problem.errors[0].code.as_str()), ("role", "unknown_field"));
}
