//! The second factor: a code from an app, besides the password.

use crate::support::{Client, PASSWORD, TestApp};
use crm_types::accounts::{LoginReply, Role};
use crm_types::second_factor::{RecoveryCodes, SecondFactorEnrolment, SecondFactorRequired, SecondFactorState};
use crm_types::users::UserAccount;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};

const SECOND: &str = "/api/auth/second-factor";

/// The code that an app shows so many half minutes from now; the app has only what is typed into it.
fn app_code(base32: &str, later: i64) -> String {
    let bits: String =
        base32.chars().map(|c| format!("{:05b}", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(c).unwrap())).collect();
    let secret: Vec<u8> =
        (0..bits.len() / 8).map(|i| u8::from_str_radix(&bits[i * 8..i * 8 + 8], 2).unwrap()).collect();
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(&secret).unwrap();
    mac.update(&(chrono::Utc::now().timestamp() / 30 + later).to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest[19] & 15);
    let number = u32::from_be_bytes(digest[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

async fn enrol(client: &Client) -> (SecondFactorEnrolment, RecoveryCodes) {
    let enrolment: SecondFactorEnrolment = client.post(&format!("{SECOND}/enrolment")).await.json();
    let body = json!({"code": app_code(&enrolment.secret, -1)});
    let reply = client.post_json(&format!("{SECOND}/confirmation"), &body).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    (enrolment, reply.json())
}

async fn first_step(app: &TestApp, email: &str) -> SecondFactorRequired {
    let reply = app.anonymous().post_json("/api/auth/login", &json!({"email": email, "password": PASSWORD})).await;
    assert_eq!(reply.status, 202, "{}", reply.text());
    assert!(reply.headers.get("set-cookie").is_none(), "not in yet");
    reply.json()
}

#[tokio::test]
async fn a_log_in_takes_two_steps_and_a_code_works_once() {
    let app = TestApp::spawn().await;
    let ada = app.create_user("ada@example.com", Role::Analyst).await;
    let (client, _) = app.session_of(&ada).await;
    assert_eq!(client.get(SECOND).await.json::<SecondFactorState>().enabled_at, None);
    let (enrolment, recovery) = enrol(&client).await;
    assert!(enrolment.qr_svg.contains("<svg") && enrolment.otpauth_url.contains(&enrolment.secret));
    let state: SecondFactorState = client.get(SECOND).await.json();
    assert_eq!((state.enabled_at.is_some(), state.recovery_codes_left), (true, 10));
    client.post(&format!("{SECOND}/enrolment")).await.problem(409);

    let required = first_step(&app, "ada@example.com").await;
    assert!(required.second_factor_required && required.expires_in == 300);
    app.anonymous().with_token(&required.ticket).get("/api/auth/me").await.problem(401);
    let step = async |code: &str| {
        let body = json!({"ticket": required.ticket, "code": code});
        app.anonymous().post_json(SECOND, &body).await
    };
    assert_eq!(step("000000").await.problem(422).errors[0].field, "code");
    let code = app_code(&enrolment.secret, 0);
    let spaced = format!("{} {}", &code[..3], &code[3..]);
    let login: LoginReply = step(&spaced).await.json();
    assert_eq!(login.user.id, ada.id);
    assert_eq!(step(&code).await.problem(422).errors[0].code, "wrong", "replayed");
    assert_eq!(step(&recovery.recovery_codes[3]).await.status, 200);
    assert_eq!(step(&recovery.recovery_codes[3]).await.problem(422).errors[0].code, "wrong");
}

#[tokio::test]
async fn guessing_codes_is_slowed_down_for_the_account() {
    let app = TestApp::spawn().await;
    let ada = app.create_user("ada@example.com", Role::Analyst).await;
    let (client, _) = app.session_of(&ada).await;
    let (_, recovery) = enrol(&client).await;
    let required = first_step(&app, "ada@example.com").await;
    let step =
        async |code: &str| app.anonymous().post_json(SECOND, &json!({"ticket": required.ticket, "code": code})).await;
    for guess in 0..5 {
        step(&format!("00000{guess}")).await.problem(422);
    }
    assert!(step(&recovery.recovery_codes[0]).await.problem(429).retry_after.is_some());
    for ticket in ["", "a.b.c", &format!("{}x", required.ticket)] {
        app.anonymous().post_json(SECOND, &json!({"ticket": ticket, "code": "000000"})).await.problem(401);
    }
}

#[tokio::test]
async fn a_ticket_is_void_once_the_password_changed_and_a_reset_link_asks_too() {
    let app = TestApp::spawn().await;
    let owner = app.client(Role::Owner).await;
    let ada = app.create_user("ada@example.com", Role::Analyst).await;
    let (client, _) = app.session_of(&ada).await;
    let (_, recovery) = enrol(&client).await;
    let before = first_step(&app, "ada@example.com").await;
    let offered: Value = owner.post(&format!("/api/users/{}/password-reset", ada.id)).await.json();
    let token = offered["link"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let body = json!({"password": "another quiet harbour"});
    let reset = app.anonymous().post_json(&format!("/api/auth/password-resets/{token}"), &body).await;
    assert_eq!(reset.status, 202, "the link alone is not both factors");
    let code = &recovery.recovery_codes[0];
    app.anonymous().post_json(SECOND, &json!({"ticket": before.ticket, "code": code})).await.problem(401);
    let after: SecondFactorRequired = reset.json();
    let body = json!({"ticket": after.ticket, "code": code});
    assert_eq!(app.anonymous().post_json(SECOND, &body).await.status, 200);
}

#[tokio::test]
async fn it_is_turned_off_with_the_password_or_by_who_manages_the_staff() {
    let app = TestApp::spawn().await;
    let boss = app.create_user("owner@example.com", Role::Owner).await;
    let (owner, _) = app.session_of(&boss).await;
    let admin = app.client(Role::Admin).await;
    let ada = app.create_user("ada@example.com", Role::Analyst).await;
    let (client, _) = app.session_of(&ada).await;
    enrol(&client).await;
    let removal = |password: &str| json!({"current_password": password});
    let wrong = client.post_json(&format!("{SECOND}/removal"), &removal("not it")).await;
    assert_eq!(wrong.problem(422).errors[0].field, "current_password");
    assert_eq!(client.post_json(&format!("{SECOND}/removal"), &removal(PASSWORD)).await.status, 204);
    assert_eq!(client.get(SECOND).await.json::<SecondFactorState>().enabled_at, None);

    enrol(&client).await;
    let listed: Value = admin.get("/api/users").await.json();
    let users: Vec<UserAccount> = serde_json::from_value(listed["items"].clone()).unwrap();
    assert!(users.iter().any(|user| user.id == ada.id && user.second_factor));
    for _ in 0..2 {
        assert_eq!(admin.delete(&format!("/api/users/{}/second-factor", ada.id)).await.status, 204);
    }
    enrol(&owner).await;
    admin.delete(&format!("/api/users/{}/second-factor", boss.id)).await.problem(403);
    owner.delete(&format!("/api/users/{}/second-factor", boss.id)).await.problem(403);
    let body = json!({"email": "ada@example.com", "password": PASSWORD});
    assert_eq!(app.anonymous().post_json("/api/auth/login", &body).await.status, 200);
}
