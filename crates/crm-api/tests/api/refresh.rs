use crate::support::{Client, PASSWORD, TestApp, figure};
use crm_types::accounts::{LoginReply, Role};
use futures_util::future::join_all;
use serde_json::json;

const REFRESH: &str = "/api/auth/refresh";

async fn logged_in(app: &TestApp) -> Client {
    app.create_user("ada@example.com", Role::Owner).await;
    let client = app.anonymous();
    let reply = client.post_json("/api/auth/login", &json!({"email": "ada@example.com", "password": PASSWORD})).await;
    assert_eq!(reply.status, 200);
    client
}

async fn age_spent_tokens(app: &TestApp, seconds: i32) {
    sqlx::query("UPDATE refresh_tokens SET rotated_at = rotated_at - make_interval(secs => $1)")
        .bind(seconds)
        .execute(app.pool())
        .await
        .unwrap();
}

#[tokio::test]
async fn refresh_gives_a_new_token_and_a_new_cookie() {
    let app = TestApp::spawn().await;
    let client = logged_in(&app).await;
    let before = client.cookie("crm_refresh").unwrap();
    let reply = client.post(REFRESH).await;
    let login: LoginReply = reply.json();
    assert_ne!(client.cookie("crm_refresh").unwrap(), before);
    assert!(client.cookie("crm_events").is_some());
    assert_eq!(app.anonymous().with_token(login.access_token).get("/api/auth/me").await.status, 200);
}

#[tokio::test]
async fn of_fifty_at_once_exactly_one_wins_and_no_session_is_lost() {
    let app = TestApp::spawn().await;
    let client = logged_in(&app).await;
    let token = client.cookie("crm_refresh").unwrap();
    let rivals: Vec<Client> = (0..50).map(|_| client.with_cookie("crm_refresh", &token)).collect();
    let replies = join_all(rivals.iter().map(|rival| rival.post(REFRESH))).await;
    let winners: Vec<usize> = (0..50).filter(|index| replies[*index].status == 200).collect();
    let [winner] = winners.as_slice() else { panic!("{} won", winners.len()) };
    for (index, reply) in replies.iter().enumerate() {
        if index != *winner {
            assert_eq!(reply.problem(409).kind, "/problems/already-rotated");
        }
    }
    assert_eq!(rivals[*winner].post(REFRESH).await.status, 200, "the session goes on");
    figure("refresh", "50 at once with one token: 1 won, 49 were told to try again, 0 sessions lost");
}

#[tokio::test]
async fn a_spent_token_that_comes_back_later_ends_the_session() {
    let app = TestApp::spawn().await;
    let client = logged_in(&app).await;
    let stolen = client.with_cookie("crm_refresh", &client.cookie("crm_refresh").unwrap());
    let access: LoginReply = client.post(REFRESH).await.json();
    stolen.post(REFRESH).await.problem(409);
    age_spent_tokens(&app, 11).await;
    stolen.post(REFRESH).await.problem(401);
    client.post(REFRESH).await.problem(401);
    app.anonymous().with_token(access.access_token).get("/api/auth/me").await.problem(401);
    let reason: String = sqlx::query_scalar("SELECT revoked_reason FROM sessions").fetch_one(app.pool()).await.unwrap();
    assert_eq!(reason, "token_reuse");
    figure("refresh", "a spent token used again 11 s later: its whole family is out");
}

#[tokio::test]
async fn a_lost_reply_loses_no_session() {
    let app = TestApp::spawn().await;
    let client = logged_in(&app).await;
    let token = client.cookie("crm_refresh").unwrap();
    let lost = client.with_cookie("crm_refresh", &token);
    assert_eq!(lost.post(REFRESH).await.status, 200);
    client.with_cookie("crm_refresh", &token).post(REFRESH).await.problem(409);
    age_spent_tokens(&app, 3).await;
    assert_eq!(client.post(REFRESH).await.status, 200, "nobody has shown the successor");
    // Whoever had it after all is found out.
    age_spent_tokens(&app, 11).await;
    lost.post(REFRESH).await.problem(401);
    client.post(REFRESH).await.problem(401);
}

#[tokio::test]
async fn a_spent_token_whose_successor_was_shown_gets_no_other() {
    let app = TestApp::spawn().await;
    let client = logged_in(&app).await;
    let spent = client.with_cookie("crm_refresh", &client.cookie("crm_refresh").unwrap());
    assert_eq!(client.post(REFRESH).await.status, 200);
    age_spent_tokens(&app, 3).await;
    assert_eq!(client.post(REFRESH).await.status, 200);
    spent.post(REFRESH).await.problem(409);
    assert_eq!(client.post(REFRESH).await.status, 200, "the session goes on");
}

#[tokio::test]
async fn a_session_ends_after_thirty_days_however_often_it_was_refreshed() {
    let app = TestApp::spawn().await;
    let client = logged_in(&app).await;
    let days: i32 = sqlx::query_scalar("SELECT extract(day FROM expires_at - created_at)::int FROM sessions")
        .fetch_one(app.pool())
        .await
        .unwrap();
    assert_eq!(days, 30);
    let expiry = "SELECT expires_at FROM sessions";
    let before: chrono::DateTime<chrono::Utc> = sqlx::query_scalar(expiry).fetch_one(app.pool()).await.unwrap();
    assert_eq!(client.post(REFRESH).await.status, 200);
    let after: chrono::DateTime<chrono::Utc> = sqlx::query_scalar(expiry).fetch_one(app.pool()).await.unwrap();
    assert_eq!(before, after);
    sqlx::query("UPDATE sessions SET expires_at = now()").execute(app.pool()).await.unwrap();
    client.post(REFRESH).await.problem(401);
}

#[tokio::test]
async fn what_is_no_token_of_ours_is_refused() {
    let app = TestApp::spawn().await;
    for token in ["", "x", &"0".repeat(64), &"é".repeat(32)] {
        app.anonymous().with_cookie("crm_refresh", token).post(REFRESH).await.problem(401);
    }
    app.anonymous().post(REFRESH).await.problem(401);
}

#[tokio::test]
async fn only_hashes_are_stored() {
    let app = TestApp::spawn().await;
    let client = logged_in(&app).await;
    let token = client.cookie("crm_refresh").unwrap();
    let dump: String = sqlx::query_scalar("SELECT string_agg(t::text, ' ') FROM refresh_tokens t")
        .fetch_one(app.pool())
        .await
        .unwrap();
    let stored = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(token.as_bytes()));
    assert!(dump.contains(&stored) && !dump.contains(&token), "{dump}");
}

#[tokio::test]
async fn another_site_refreshes_nothing() {
    let app = TestApp::spawn().await;
    let client = logged_in(&app).await;
    for (site, status) in [("cross-site", 403), ("same-site", 403), ("same-origin", 200)] {
        let request = client.request(reqwest::Method::POST, REFRESH).header("sec-fetch-site", site);
        assert_eq!(client.send(request).await.status.as_u16(), status, "{site}");
    }
}
