use super::*;
use crate::accounts::{Email, NewUser, create_user};
use crate::audit::Actor;
use crate::db::DomainError;
use chrono::{TimeDelta, Utc};
use crm_types::accounts::{Permission as P, Role, User};
use crm_types::api_keys::NewApiKey;
use sqlx::PgPool;

async fn member(pool: &PgPool, role: Role) -> User {
    let email = Email::parse(&format!("{role}@example.com")).unwrap();
    let new = NewUser { email, name: "Ada".into(), role, password_hash: "x".into() };
    create_user(&mut pool.acquire().await.unwrap(), new).await.unwrap()
}

fn reader(scopes: &[P]) -> NewApiKey {
    NewApiKey { name: " Website ".into(), scopes: scopes.to_vec(), expires_at: None }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_key_opens_until_it_is_revoked_or_expires_and_only_with_its_own_secret(pool: PgPool) {
    let owner = member(&pool, Role::Owner).await;
    let actor = Actor::user(&owner, None, None);
    let made = create(&pool, &actor, &owner, &reader(&[P::PlansRead, P::CustomersRead, P::PlansRead])).await.unwrap();
    assert_eq!(
        (made.api_key.name.as_str(), made.api_key.scopes.as_slice()),
        ("Website", &[P::CustomersRead, P::PlansRead][..])
    );
    let shown = PresentedKey::parse(&made.key).unwrap();
    let mut conn = pool.acquire().await.unwrap();
    let stored = find_stored(&mut conn, shown.id).await.unwrap().unwrap();
    assert!(stored.opens_with(&shown.secret, Utc::now()));
    assert!(!stored.opens_with(&crate::accounts::SecretToken::generate(), Utc::now()));
    let secret = shown.secret.expose().to_owned();
    for sql in ["SELECT string_agg(k::text, ' ') FROM api_keys k", "SELECT string_agg(a::text, ' ') FROM audit_log a"] {
        let dump: String = sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap();
        assert!(!dump.contains(&secret) && dump.contains("Website"), "{dump}");
    }
    sqlx::query("UPDATE api_keys SET expires_at = now() + interval '1 hour'").execute(&pool).await.unwrap();
    let stored = find_stored(&mut conn, shown.id).await.unwrap().unwrap();
    assert!(stored.opens_with(&shown.secret, Utc::now()));
    assert!(!stored.opens_with(&shown.secret, Utc::now() + TimeDelta::hours(2)), "expired");
    for _ in 0..2 {
        revoke(&pool, &actor, shown.id).await.unwrap();
    }
    assert!(find_stored(&mut conn, shown.id).await.unwrap().is_none());
    let actions: Vec<String> =
        sqlx::query_scalar("SELECT action FROM audit_log ORDER BY id").fetch_all(&pool).await.unwrap();
    assert_eq!(actions, ["api_key.created", "api_key.revoked"]);
    assert!(list(&pool).await.unwrap()[0].revoked_at.is_some());
}

#[sqlx::test(migrations = "../../migrations")]
async fn nobody_gives_a_key_what_they_lack_or_what_no_key_may_have(pool: PgPool) {
    let (owner, viewer) = (member(&pool, Role::Owner).await, member(&pool, Role::Viewer).await);
    let past = NewApiKey { expires_at: Some(Utc::now() - TimeDelta::seconds(1)), ..reader(&[P::PlansRead]) };
    for (who, new, field) in [
        (&viewer, reader(&[P::CustomersRead, P::CustomersWrite]), "scopes"),
        (&owner, reader(&[P::UsersWrite]), "scopes"),
        (&owner, reader(&[P::ApiKeysWrite]), "scopes"),
        (&owner, reader(&[]), "scopes"),
        (&owner, NewApiKey { name: " ".into(), ..reader(&[P::PlansRead]) }, "name"),
        (&owner, past, "expires_at"),
    ] {
        match create(&pool, &Actor::system("test"), who, &new).await {
            Err(DomainError::Invalid { field: found, .. }) => assert_eq!(found, field),
            other => panic!("{:?}", other.map(|made| made.api_key)),
        }
    }
    let error = sqlx::query(
        "INSERT INTO api_keys (id, name, hash, scopes) VALUES (gen_random_uuid(), 'x', sha256('x'), '{users:write}')",
    )
    .execute(&pool)
    .await
    .unwrap_err();
    assert_eq!(error.as_database_error().unwrap().constraint(), Some("api_keys_scopes"), "the database says so too");
}

#[test]
fn what_is_no_key_is_none() {
    let good = format!("crm_live_{}_{}", uuid::Uuid::nil().simple(), "a".repeat(64));
    assert_eq!(PresentedKey::parse(&good).unwrap().text(), good);
    for bad in ["", "crm_live_", "crm_live__", &good[1..], &good[..good.len() - 1], &format!("{good}0"), "crm_test_1_2"]
    {
        assert!(PresentedKey::parse(bad).is_none(), "{bad}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn use_is_noted_to_the_minute(pool: PgPool) {
    let owner = member(&pool, Role::Owner).await;
    let made = create(&pool, &Actor::system("test"), &owner, &reader(&[P::PlansRead])).await.unwrap();
    let mut conn = pool.acquire().await.unwrap();
    touch(&mut conn, made.api_key.id).await.unwrap();
    let first = list(&pool).await.unwrap()[0].last_used_at.unwrap();
    touch(&mut conn, made.api_key.id).await.unwrap();
    assert_eq!(list(&pool).await.unwrap()[0].last_used_at, Some(first));
    sqlx::query("UPDATE api_keys SET last_used_at = last_used_at - interval '61 s'").execute(&pool).await.unwrap();
    touch(&mut conn, made.api_key.id).await.unwrap();
    assert!(list(&pool).await.unwrap()[0].last_used_at.unwrap() >= first);
}
