use crate::support::{PASSWORD, TestApp};
use crm_types::accounts::Role;
use reqwest::Method;
use serde_json::json;

const LOGIN: &str = "/api/auth/login";

#[tokio::test]
async fn whatever_goes_wrong_is_a_problem() {
    let app = TestApp::spawn().await;
    let client = app.client(Role::Owner).await;
    client.get("/api/nothing").await.problem(404);
    client.get("/api/crm/nothing").await.problem(404);
    client.get("/api").await.problem(404);
    client.get("/missing.js").await.problem(404);
    client.delete("/api/auth/sessions/not-an-id").await.problem(404);
    client.get("/api/events?last_event_id=x").await.problem(422);
    client.get("/api/events?other=1").await.problem(422);

    let reply = client.post("/api/auth/me").await;
    assert_eq!(reply.header("allow"), "GET, PATCH");
    reply.problem(405);
    client.post("/").await.problem(405);

    let raw = |body: &'static str, kind: &'static str| {
        client.request(Method::POST, LOGIN).header("content-type", kind).body(body)
    };
    client.send(raw("{\"email\":", "application/json")).await.problem(400);
    client.send(raw("{}", "text/plain")).await.problem(415);
    client.send(client.request(Method::POST, LOGIN).body("{}")).await.problem(415);
    let problem = client.send(raw("{}", "application/json")).await.problem(422);
    assert_eq!((problem.errors[0].field.as_str(), problem.errors[0].code.as_str()), ("email", "required"));
    client.send(raw("{", "application/json")).await.problem(400);
    // Neither is an object, whatever else is in it.
    for list in ["[", "[1]", "[\"a@example.com\", \"a password\"]"] {
        let problem = client.send(raw(list, "application/json")).await.problem(422);
        assert_eq!(problem.errors[0].message, "A list stands where an object belongs.");
    }
}

#[tokio::test]
async fn a_body_above_one_mebibyte_is_refused_also_when_it_does_not_say_its_size() {
    let app = TestApp::spawn().await;
    let client = app.anonymous();
    let large = json!({"email": "a".repeat(1024 * 1024), "password": "x"}).to_string();
    let request = client.request(Method::POST, LOGIN).header("content-type", "application/json");
    client.send(request.body(large.clone())).await.problem(413);
    let chunks =
        large.into_bytes().chunks(64 * 1024).map(|chunk| Ok::<_, std::io::Error>(chunk.to_vec())).collect::<Vec<_>>();
    let request = client.request(Method::POST, LOGIN).header("content-type", "application/json");
    let chunked = request.body(reqwest::Body::wrap_stream(futures_util::stream::iter(chunks)));
    client.send(chunked).await.problem(413);
}

#[tokio::test]
async fn a_taken_name_is_409_on_its_field_and_what_cannot_be_stored_is_400() {
    use crm_api::ApiError;
    use crm_domain::accounts::{self, Email, NewUser};
    let app = TestApp::spawn().await;
    let new = || NewUser {
        email: Email::parse("ada@example.com").unwrap(),
        name: "Ada".to_owned(),
        role: Role::Viewer,
        password_hash: "x".to_owned(),
    };
    let mut conn = app.pool().acquire().await.unwrap();
    accounts::create_user(&mut conn, new()).await.unwrap();
    let error = ApiError::from(accounts::create_user(&mut conn, new()).await.unwrap_err());
    assert_eq!((error.problem().status, error.problem().errors[0].field.as_str()), (409, "email"));

    let body = json!({"email": "nul\u{0}@example.com", "password": PASSWORD});
    app.anonymous().post_json(LOGIN, &body).await.problem(401);
    let error = ApiError::from(sqlx::query("SELECT $1::text").bind("nul\0").execute(&mut *conn).await.unwrap_err());
    assert_eq!(error.problem().status, 400);
}

#[tokio::test]
async fn every_reply_carries_security_headers_and_a_request_id() {
    let app = TestApp::spawn().await;
    let client = app.anonymous();
    for path in ["/", "/healthz", "/api/setup", "/api/auth/me", "/api/nothing", "/missing.js", "/docs/index.html"] {
        let reply = client.get(path).await;
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(reply.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(reply.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(reply.header("cross-origin-opener-policy"), "same-origin", "{path}");
        let csp = reply.header("content-security-policy");
        for part in ["default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"] {
            assert!(csp.contains(part), "{path}: {csp}");
        }
        assert!(!csp.contains("script-src 'self' 'unsafe"), "{path}");
        assert_eq!(csp.contains("unsafe-inline"), path.starts_with("/docs"), "{path}");
        assert_eq!(reply.header("x-request-id").len(), 36, "{path}");
        if path.starts_with("/api") {
            assert_eq!(reply.header("cache-control"), "no-store", "{path}");
        }
    }
}
