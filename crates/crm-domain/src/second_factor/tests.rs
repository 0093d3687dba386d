use super::codes::code_at;
use super::*;
use crate::accounts::{Email, NewUser, create_user};
use crate::audit::Actor;
use crate::db::DomainError;
use chrono::Utc;
use crm_types::accounts::{Role, User};
use sqlx::PgPool;

async fn member(pool: &PgPool) -> User {
    let email = Email::parse("ada@example.com").unwrap();
    let new = NewUser { email, name: "Ada".into(), role: Role::Viewer, password_hash: "x".into() };
    create_user(&mut pool.acquire().await.unwrap(), new).await.unwrap()
}

/// The code of so many half minutes from now.
async fn code(pool: &PgPool, later: i64) -> String {
    let secret: Vec<u8> = sqlx::query_scalar("SELECT secret FROM second_factors").fetch_one(pool).await.unwrap();
    code_at(&secret, Utc::now().timestamp() / 30 + later).unwrap()
}

async fn enter(pool: &PgPool, user: &User, code: &str) -> bool {
    let mut tx = pool.begin().await.unwrap();
    let right = redeem(&mut tx, user.id, code).await.unwrap();
    tx.commit().await.unwrap();
    right
}

#[sqlx::test(migrations = "../../migrations")]
async fn it_counts_once_it_was_confirmed_and_a_code_works_once(pool: PgPool) {
    let ada = member(&pool).await;
    let actor = Actor::system("test");
    let enrolment = begin(&pool, &ada, "Northwind & Co").await.unwrap();
    assert!(enrolment.otpauth_url.starts_with("otpauth://totp/Northwind%20%26%20Co:ada%40example.com?secret="));
    assert!(!is_needed(&mut pool.acquire().await.unwrap(), ada.id).await.unwrap(), "not confirmed");
    assert!(!enter(&pool, &ada, &code(&pool, 0).await).await, "not confirmed");
    let wrong = confirm(&pool, &actor, ada.id, "000 00").await.unwrap_err();
    assert!(matches!(wrong, DomainError::Invalid { .. }));
    let first = code(&pool, 0).await;
    let recovery = confirm(&pool, &actor, ada.id, &first).await.unwrap();
    assert_eq!(recovery.len(), RECOVERY_CODES);
    assert!(is_needed(&mut pool.acquire().await.unwrap(), ada.id).await.unwrap());
    assert!(!enter(&pool, &ada, &first).await, "used to confirm");
    let next = code(&pool, 1).await;
    let at_once = futures_util::future::join_all((0..5).map(|_| enter(&pool, &ada, &next))).await;
    assert_eq!(at_once.iter().filter(|right| **right).count(), 1, "{at_once:?}");
    assert!(matches!(begin(&pool, &ada, "x").await, Err(DomainError::Conflict { .. })));

    assert!(enter(&pool, &ada, &recovery[0].to_uppercase()).await);
    assert!(!enter(&pool, &ada, &recovery[0]).await, "each works once");
    let now = state(&pool, ada.id).await.unwrap();
    assert_eq!((now.enabled_at.is_some(), now.recovery_codes_left), (true, 9));

    let dump: String = sqlx::query_scalar(
        "SELECT string_agg(r::text, '') || (SELECT string_agg(a::text, '') FROM audit_log a) FROM recovery_codes r",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert!(!dump.contains(&recovery[1]) && !dump.contains(&recovery[1].replace('-', "")));
    for _ in 0..2 {
        remove(&mut pool.acquire().await.unwrap(), &actor, ada.id).await.unwrap();
    }
    assert!(!is_needed(&mut pool.acquire().await.unwrap(), ada.id).await.unwrap());
    let actions: Vec<String> =
        sqlx::query_scalar("SELECT action FROM audit_log ORDER BY id").fetch_all(&pool).await.unwrap();
    assert_eq!(actions, ["user.second_factor_enabled", "user.second_factor_disabled"]);
}
