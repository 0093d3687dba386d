use crate::support::{PASSWORD, TestApp, figure};
use crm_domain::accounts::{self, Email};
use crm_types::accounts::{LoginReply, Permission, Role, Session, User};
use serde_json::json;
use std::time::{Duration, Instant};

const LOGIN: &str = "/api/auth/login";

#[tokio::test]
async fn login_gives_a_token_and_two_narrow_cookies() {
    let app = TestApp::spawn().await;
    app.create_user("ada@example.com", Role::Analyst).await;
    let client = app.anonymous();
    let reply = client.post_json(LOGIN, &json!({"email": " Ada@Example.com", "password": PASSWORD})).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("cache-control"), "no-store");
    let cookies: Vec<&str> = reply.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
    for (name, path) in [("crm_refresh", "Path=/api/auth"), ("crm_events", "Path=/api/events")] {
        let cookie = cookies.iter().find(|cookie| cookie.starts_with(name)).expect(name);
        assert!(["HttpOnly", "SameSite=Strict", path].iter().all(|part| cookie.contains(part)), "{cookie}");
        assert!(!cookie.contains("Secure"), "plain http: the browser would drop it");
    }
    let login: LoginReply = reply.json();
    assert_eq!((login.user.role, login.expires_in), (Role::Analyst, 900));
    assert!(!login.user.permissions.contains(&Permission::StripeWrite));
    let me: User = app.anonymous().with_token(&login.access_token).get("/api/auth/me").await.json();
    assert_eq!(me, login.user);
    let alias: User = app.anonymous().with_token(&login.access_token).get("/api/crm/auth/me").await.json();
    assert_eq!(alias, me);
}

#[tokio::test]
async fn cookies_are_secure_where_people_come_by_https() {
    let app = TestApp::spawn_with(&[("CRM_PUBLIC_URL", "https://crm.example.com")]).await;
    app.create_user("ada@example.com", Role::Owner).await;
    let reply = app.anonymous().post_json(LOGIN, &json!({"email": "ada@example.com", "password": PASSWORD})).await;
    assert!(reply.headers.get_all("set-cookie").iter().all(|cookie| cookie.to_str().unwrap().contains("Secure")));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_get_the_same_reply_by_the_same_way() {
    let app = TestApp::spawn().await;
    app.create_user("ada@example.com", Role::Owner).await;
    let mut seen = Vec::new();
    for email in ["ada@example.com", "nobody@example.com", "not an address"] {
        let before = comparisons(&app).await;
        let reply = app.anonymous().post_json(LOGIN, &json!({"email": email, "password": "wrong"})).await;
        let problem = reply.problem(401);
        assert!(comparisons(&app).await > before, "{email} was refused without comparing a hash: that is faster");
        seen.push((problem.kind, problem.detail));
    }
    assert!(seen.iter().all(|problem| *problem == seen[0]), "{seen:?}");
    figure("login throttle", "unknown user, wrong password, no address: one reply, and a hash compared for each");
}

async fn comparisons(app: &TestApp) -> u64 {
    let figures = app.anonymous().get("/metrics").await.text();
    let line = figures.lines().find_map(|line| line.strip_prefix("password_comparisons_total "));
    line.map_or(0, |count| count.parse().unwrap())
}

#[tokio::test]
async fn the_sixth_try_in_a_minute_waits_also_with_the_right_password() {
    let app = TestApp::spawn().await;
    app.create_user("ada@example.com", Role::Owner).await;
    app.create_user("bob@example.com", Role::Owner).await;
    let client = app.anonymous();
    for _ in 0..5 {
        client.post_json(LOGIN, &json!({"email": "ada@example.com", "password": "wrong"})).await.problem(401);
    }
    let reply = client.post_json(LOGIN, &json!({"email": "ADA@example.com", "password": PASSWORD})).await;
    let problem = reply.problem(429);
    assert_eq!(Some(reply.header("retry-after").parse().unwrap()), problem.retry_after);
    let other = client.post_json(LOGIN, &json!({"email": "bob@example.com", "password": PASSWORD})).await;
    assert_eq!(other.status, 200, "another account is not slowed down");
    figure("login throttle", "5 tries a minute for an account and an address; the sixth waits, right or wrong");
}

#[tokio::test]
async fn a_hash_of_yesterday_is_replaced_at_log_in() {
    let app = TestApp::spawn().await;
    let user = app.create_user("ada@example.com", Role::Owner).await;
    // argon2id with m=64,t=1 of "a quiet harbour at dawn"
    let weak = weak_hash();
    sqlx::query("UPDATE users SET password_hash = $2 WHERE id = $1")
        .bind(user.id.0)
        .bind(&weak)
        .execute(app.pool())
        .await
        .unwrap();
    let body = json!({"email": "ada@example.com", "password": PASSWORD});
    assert_eq!(app.anonymous().post_json(LOGIN, &body).await.status, 200);
    let stored: String = sqlx::query_scalar("SELECT password_hash FROM users").fetch_one(app.pool()).await.unwrap();
    assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
    assert_eq!(app.anonymous().post_json(LOGIN, &body).await.status, 200, "the new hash is of the same password");
    figure("password hash", "argon2id m=19456,t=2,p=1 as stored; a weaker one is replaced at the next log-in");
}

fn weak_hash() -> String {
    use argon2::password_hash::{PasswordHasher, SaltString};
    let params = argon2::Params::new(64, 1, 1, None).unwrap();
    let argon2 = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    argon2
        .hash_password(PASSWORD.as_bytes(), &SaltString::encode_b64(b"0123456789abcdef").unwrap())
        .unwrap()
        .to_string()
}

#[tokio::test]
async fn a_token_with_another_signature_is_refused() {
    let app = TestApp::spawn().await;
    let other = TestApp::spawn().await;
    let user = app.create_user("ada@example.com", Role::Owner).await;
    let (_, session) = app.session_of(&user).await;
    use crm_api::auth::token::{Audience, Claims};
    let claims = Claims { user: user.id, session };
    let foreign = other.running.state.tokens.issue(claims, Audience::Api).unwrap();
    let stream = app.running.state.tokens.issue(claims, Audience::Events).unwrap();
    let good = app.running.state.tokens.issue(claims, Audience::Api).unwrap();
    let (head, tail) = good.split_at(good.len() / 2);
    let tampered = format!("{head}x{}", &tail[1..]);
    for token in [foreign.as_str(), stream.as_str(), tampered.as_str(), "", "a.b.c"] {
        let reply = app.anonymous().with_token(token).get("/api/auth/me").await;
        assert_eq!(reply.header("www-authenticate"), "Bearer");
        reply.problem(401);
    }
    assert_eq!(app.anonymous().with_token(good).get("/api/auth/me").await.status, 200);
}

#[tokio::test]
async fn a_disabled_user_is_out_within_five_seconds_on_every_node() {
    let app = TestApp::spawn().await;
    app.create_user("owner@example.com", Role::Owner).await;
    let user = app.create_user("ada@example.com", Role::Admin).await;
    let (client, _) = app.session_of(&user).await;
    assert_eq!(client.get("/api/auth/me").await.status, 200);
    // Past the server's cache, as another node or the command line does it.
    let email = Email::parse("ada@example.com").unwrap();
    accounts::disable_user(&mut app.pool().acquire().await.unwrap(), &email).await.unwrap();
    let start = Instant::now();
    while client.get("/api/auth/me").await.status == 200 {
        assert!(start.elapsed() < Duration::from_secs(5), "still let in");
    }
    client.get("/api/auth/me").await.problem(401);
    let reply = app.anonymous().post_json(LOGIN, &json!({"email": "ada@example.com", "password": PASSWORD})).await;
    reply.problem(401);
}

#[tokio::test]
async fn a_changed_role_counts_within_five_seconds() {
    let app = TestApp::spawn().await;
    let user = app.create_user("ada@example.com", Role::Admin).await;
    let (client, _) = app.session_of(&user).await;
    assert_eq!(client.get("/api/auth/me").await.json::<User>().role, Role::Admin);
    sqlx::query("UPDATE users SET role = 'viewer'").execute(app.pool()).await.unwrap();
    let start = Instant::now();
    while client.get("/api/auth/me").await.json::<User>().role == Role::Admin {
        assert!(start.elapsed() < Duration::from_secs(5), "still an admin");
    }
}

#[tokio::test]
async fn logout_ends_this_session_and_logout_everywhere_all() {
    let app = TestApp::spawn().await;
    let user = app.create_user("ada@example.com", Role::Viewer).await;
    let [first, second, third] =
        [app.session_of(&user).await.0, app.session_of(&user).await.0, app.session_of(&user).await.0];
    assert_eq!(first.post("/api/auth/logout").await.status, 204);
    first.get("/api/auth/me").await.problem(401);
    assert_eq!(second.get("/api/auth/me").await.status, 200);
    assert_eq!(second.post("/api/auth/logout-everywhere").await.status, 204);
    second.get("/api/auth/me").await.problem(401);
    third.get("/api/auth/me").await.problem(401);
    assert_eq!(app.anonymous().post("/api/auth/logout").await.status, 204, "without a session it is fine too");
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one_by_their_user_only() {
    let app = TestApp::spawn().await;
    let user = app.create_user("ada@example.com", Role::Viewer).await;
    let (client, here) = app.session_of(&user).await;
    let (elsewhere, there) = app.session_of(&user).await;
    let stranger = app.client(Role::Owner).await;
    let list: Vec<Session> = client.get("/api/auth/sessions").await.json();
    assert_eq!(
        list.iter().map(|session| (session.id, session.current)).collect::<Vec<_>>(),
        [(there, false), (here, true)]
    );
    assert_eq!(stranger.delete(&format!("/api/auth/sessions/{there}")).await.status, 204);
    assert_eq!(elsewhere.get("/api/auth/me").await.status, 200, "a stranger ends nothing");
    assert_eq!(client.delete(&format!("/api/auth/sessions/{there}")).await.status, 204);
    elsewhere.get("/api/auth/me").await.problem(401);
    let list: Vec<Session> = client.get("/api/auth/sessions").await.json();
    assert_eq!(list.len(), 1);
}
