//! Staff: invitations, roles, links, and who is kept out.

use crate::support::{Client, PASSWORD, TestApp, figure};
use crm_types::accounts::{LoginReply, Role, Session, User};
use crm_types::users::{AccountLink, AccountLinkHolder, UserAccount, UserState};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const USERS: &str = "/api/users";

#[derive(Deserialize)]
struct Items<T> {
    items: Vec<T>,
}

async fn owner(app: &TestApp) -> Client {
    let user = app.create_user("owner@example.com", Role::Owner).await;
    app.session_of(&user).await.0
}

async fn invite(client: &Client, email: &str, role: Role) -> AccountLink {
    let reply = client.post_json(USERS, &json!({"email": email, "name": "Grace", "role": role})).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    reply.json()
}

/// The API's address for a link of the app.
fn api(link: &str) -> String {
    let (_, path) = link.split_once("://").and_then(|(_, rest)| rest.split_once('/')).unwrap();
    match path.split_once('/').unwrap() {
        ("invite", token) => format!("/api/auth/invitations/{token}"),
        ("reset", token) => format!("/api/auth/password-resets/{token}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn who_is_invited_sets_name_and_password_and_is_in() {
    let app = TestApp::spawn_with(&[("CRM_PUBLIC_URL", "https://crm.example.com")]).await;
    let owner = owner(&app).await;
    let invited = invite(&owner, "Grace@Example.com", Role::Support).await;
    assert_eq!((invited.user.state, invited.user.email.as_str()), (UserState::Invited, "grace@example.com"));
    assert!(invited.link.starts_with("https://crm.example.com/invite/"), "{}", invited.link);
    let body = json!({"email": "grace@example.com", "password": PASSWORD});
    app.anonymous().post_json("/api/auth/login", &body).await.problem(401);

    let link = api(&invited.link);
    let client = app.anonymous();
    assert_eq!(client.get(&link).await.json::<AccountLinkHolder>().email, "grace@example.com");
    for (body, field) in [
        (json!({"name": "", "password": PASSWORD}), "name"),
        (json!({"name": "Grace", "password": "password1234"}), "password"),
        (json!({"name": "Grace", "password": PASSWORD, "role": "owner"}), "role"),
    ] {
        assert_eq!(client.post_json(&link, &body).await.problem(422).errors[0].field, field);
    }
    let accept = json!({"name": "Grace Hopper", "password": PASSWORD});
    let tries = (0..5).map(|_| {
        let (client, link, accept) = (app.anonymous(), link.clone(), accept.clone());
        async move { client.post_json(&link, &accept).await }
    });
    let replies = futures_util::future::join_all(tries).await;
    let (won, lost): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 200);
    assert_eq!((won.len(), lost.iter().filter(|reply| reply.status == 404).count()), (1, 4));
    let login: LoginReply = won[0].json();
    assert_eq!((login.user.name.as_str(), login.user.role), ("Grace Hopper", Role::Support));
    assert!(won[0].headers.get_all("set-cookie").iter().count() == 2);
    client.get(&link).await.problem(404);
    assert_eq!(app.anonymous().post_json("/api/auth/login", &body).await.status, 200);

    let listed: Items<UserAccount> = owner.get(USERS).await.json();
    let states: Vec<_> = listed.items.iter().map(|user| (user.name.as_str(), user.state)).collect();
    assert_eq!(states, [("Ada", UserState::Active), ("Grace Hopper", UserState::Active)]);
    assert!(listed.items[1].last_seen_at.is_some());
}

#[tokio::test]
async fn what_cannot_be_is_refused_by_field() {
    let app = TestApp::spawn().await;
    let owner = owner(&app).await;
    let taken = json!({"email": "OWNER@example.com", "name": "X", "role": "viewer"});
    assert_eq!(owner.post_json(USERS, &taken).await.problem(409).errors[0].field, "email");
    for (body, field) in [
        (json!({"email": "nobody", "name": "X", "role": "viewer"}), "email"),
        (json!({"email": "a@b.c", "name": " ", "role": "viewer"}), "name"),
        (json!({"email": "a@b.c", "name": "X", "role": "viewer", "id": "x"}), "id"),
    ] {
        assert_eq!(owner.post_json(USERS, &body).await.problem(422).errors[0].field, field);
    }
    let grace = invite(&owner, "grace@example.com", Role::Viewer).await.user;
    let path = format!("{USERS}/{}", grace.id);
    owner.post(&format!("{path}/password-reset")).await.problem(409);
    assert_eq!(
        owner.send_json(Method::PATCH, &path, &json!({"role": "admin"})).await.problem(422).errors[0].field,
        "version"
    );
    let stale = json!({"role": "admin", "version": 7});
    assert_eq!(owner.send_json(Method::PATCH, &path, &stale).await.problem(409).current.unwrap()["name"], "Grace");
}

#[tokio::test]
async fn a_disabled_colleague_is_out_within_five_seconds_and_can_come_back() {
    let app = TestApp::spawn().await;
    let owner = owner(&app).await;
    let ada = app.create_user("ada@example.com", Role::Admin).await;
    let (client, session) = app.session_of(&ada).await;
    assert_eq!(client.get("/api/customers").await.status, 200);
    let path = format!("{USERS}/{}", ada.id);
    let sessions: Items<Session> = owner.get(&format!("{path}/sessions")).await.json();
    assert_eq!(sessions.items.iter().map(|s| (s.id, s.current)).collect::<Vec<_>>(), [(session, false)]);

    let start = Instant::now();
    let disabled = owner.send_json(Method::PATCH, &path, &json!({"version": 1, "disabled": true})).await;
    assert_eq!(disabled.json::<UserAccount>().state, UserState::Disabled);
    while client.get("/api/customers").await.status == 200 {
        assert!(start.elapsed() < Duration::from_secs(5), "still let in");
    }
    let after = start.elapsed().as_millis();
    figure("revocation", format_args!("disabled by a colleague: refused after {after} ms (at most 5,000)"));
    let back = owner.send_json(Method::PATCH, &path, &json!({"version": 2, "disabled": false})).await;
    assert_eq!(back.json::<UserAccount>().state, UserState::Active);
    client.get("/api/customers").await.problem(401);
    assert_eq!(app.session_of(&ada).await.0.get("/api/customers").await.status, 200);
}

#[tokio::test]
async fn a_session_is_ended_by_who_manages_the_staff() {
    let app = TestApp::spawn().await;
    let owner = owner(&app).await;
    let ada = app.create_user("ada@example.com", Role::Viewer).await;
    let (client, session) = app.session_of(&ada).await;
    let (stays, _) = app.session_of(&ada).await;
    assert_eq!(client.get("/api/auth/me").await.status, 200);
    let path = format!("{USERS}/{}/sessions/{session}", ada.id);
    for _ in 0..2 {
        assert_eq!(owner.delete(&path).await.status, 204);
    }
    client.get("/api/auth/me").await.problem(401);
    assert_eq!(stays.get("/api/auth/me").await.status, 200);
    owner.get(&format!("{USERS}/00000000-0000-7000-8000-000000000000/sessions")).await.problem(404);
    let reason: String = sqlx::query_scalar("SELECT revoked_reason FROM sessions WHERE id = $1")
        .bind(session.0)
        .fetch_one(app.pool())
        .await
        .unwrap();
    assert_eq!(reason, "ended_by_colleague");
}

#[tokio::test]
async fn an_admin_gets_hold_of_no_owner_and_the_last_owner_stays() {
    let app = TestApp::spawn().await;
    let boss = app.create_user("owner@example.com", Role::Owner).await;
    let (owner, session) = app.session_of(&boss).await;
    let admin = app.client(Role::Admin).await;
    let path = format!("{USERS}/{}", boss.id);
    for body in [
        json!({"version": 1, "role": "viewer"}),
        json!({"version": 1, "disabled": true}),
        json!({"version": 1, "name": "X"}),
    ] {
        let problem = admin.send_json(Method::PATCH, &path, &body).await.problem(403);
        assert!(problem.detail.contains("Only an owner"), "{}", problem.detail);
    }
    admin.post(&format!("{path}/password-reset")).await.problem(403);
    admin.delete(&format!("{path}/sessions/{session}")).await.problem(403);
    admin.post_json(USERS, &json!({"email": "x@example.com", "name": "X", "role": "owner"})).await.problem(403);
    owner.send_json(Method::PATCH, &path, &json!({"version": 1, "disabled": true})).await.problem(403);
    let last = owner.send_json(Method::PATCH, &path, &json!({"version": 1, "role": "admin"})).await.problem(409);
    assert_eq!((last.errors[0].field.as_str(), last.errors[0].code.as_str()), ("role", "last_owner"));
    app.create_user("second@example.com", Role::Owner).await;
    let left = owner.send_json(Method::PATCH, &path, &json!({"version": 1, "role": "admin"})).await;
    assert_eq!(left.json::<UserAccount>().role, Role::Admin);
}

#[tokio::test]
async fn a_reset_link_sets_a_password_and_ends_all_sessions() {
    let app = TestApp::spawn().await;
    let owner = owner(&app).await;
    let ada = app.create_user("ada@example.com", Role::Viewer).await;
    let (client, _) = app.session_of(&ada).await;
    let offered = owner.post(&format!("{USERS}/{}/password-reset", ada.id)).await;
    assert_eq!(offered.status, 201);
    let link = api(&offered.json::<AccountLink>().link);
    assert_eq!(client.get("/api/auth/me").await.status, 200, "an offer alone changes nothing");
    let body = json!({"password": "another quiet harbour"});
    let wrong = link.replace("password-resets", "invitations");
    app.anonymous().post_json(&wrong, &json!({"name": "X", "password": PASSWORD})).await.problem(404);
    assert_eq!(app.anonymous().post_json(&link, &body).await.status, 200);
    client.get("/api/auth/me").await.problem(401);
    app.anonymous().post_json(&link, &body).await.problem(404);
    let login = async |password: &str| {
        let body = json!({"email": "ada@example.com", "password": password});
        app.anonymous().post_json("/api/auth/login", &body).await.status.as_u16()
    };
    assert_eq!((login(PASSWORD).await, login("another quiet harbour").await), (401, 200));
}

#[tokio::test]
async fn everybody_changes_their_own_name_and_password() {
    let app = TestApp::spawn().await;
    let ada = app.create_user("ada@example.com", Role::Viewer).await;
    let (client, _) = app.session_of(&ada).await;
    let (elsewhere, _) = app.session_of(&ada).await;
    assert_eq!(elsewhere.get("/api/auth/me").await.status, 200);
    let renamed = client.send_json(Method::PATCH, "/api/auth/me", &json!({"name": " Countess "})).await;
    assert_eq!(renamed.json::<UserAccount>().name, "Countess");
    assert_eq!(client.get("/api/auth/me").await.json::<User>().name, "Countess");
    let refused = client.send_json(Method::PATCH, "/api/auth/me", &json!({"name": "X", "role": "owner"})).await;
    assert_eq!(refused.problem(422).errors[0].field, "role");

    let change = |current: &str| json!({"current_password": current, "password": "another quiet harbour"});
    let wrong = client.post_json("/api/auth/password", &change("not it")).await.problem(422);
    assert_eq!((wrong.errors[0].field.as_str(), wrong.errors[0].code.as_str()), ("current_password", "wrong"));
    assert_eq!(client.post_json("/api/auth/password", &change(PASSWORD)).await.status, 204);
    assert_eq!(client.get("/api/auth/me").await.status, 200, "this session stays");
    elsewhere.get("/api/auth/me").await.problem(401);
    for _ in 0..4 {
        client.post_json("/api/auth/password", &change("not it")).await;
    }
    client.post_json("/api/auth/password", &change("another quiet harbour")).await.problem(429);
}

#[tokio::test]
async fn what_is_done_with_accounts_is_in_the_log_without_secrets() {
    let app = TestApp::spawn().await;
    let owner = owner(&app).await;
    let invited = invite(&owner, "grace@example.com", Role::Viewer).await;
    let token = invited.link.rsplit('/').next().unwrap().to_owned();
    let body = json!({"name": "Grace Hopper", "password": PASSWORD});
    assert_eq!(app.anonymous().post_json(&api(&invited.link), &body).await.status, 200);
    let path = format!("{USERS}/{}", invited.user.id);
    owner.send_json(Method::PATCH, &path, &json!({"version": 2, "role": "support"})).await.json::<UserAccount>();
    let offered: AccountLink = owner.post(&format!("{path}/password-reset")).await.json();
    let log = owner.get("/api/audit-log").await;
    let entries: Value = log.json();
    let entries = entries["items"].as_array().unwrap();
    let actions: Vec<&str> = entries.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["user.password_reset_offered", "user.updated", "user.joined", "user.invited"]);
    assert_eq!(
        (&entries[1]["before"], &entries[1]["after"]),
        (&json!({"role": "viewer"}), &json!({"role": "support"}))
    );
    assert_eq!((&entries[2]["actor_name"], &entries[2]["address"]), (&json!("Grace Hopper"), &json!("127.0.0.1")));
    for secret in [PASSWORD, "argon2", &token, offered.link.rsplit('/').next().unwrap()] {
        assert!(!log.text().contains(secret), "{secret}");
    }
    let stored: Vec<String> =
        sqlx::query_scalar("SELECT l::text FROM account_links l").fetch_all(app.pool()).await.unwrap();
    assert!(stored.len() == 1 && !stored[0].contains(offered.link.rsplit('/').next().unwrap()));
}
