use super::*;
use crate::accounts::{Device, NewUser, SecretToken, active_user, create_user, open_session};
use crm_types::ids::UserId;
use crm_types::users::{NewUserAccount, UserAccountPatch, UserState};
use sqlx::PgPool;

async fn member(pool: &PgPool, email: &str, role: Role) -> User {
    let new = NewUser { email: Email::parse(email).unwrap(), name: "Ada".into(), role, password_hash: "x".into() };
    create_user(&mut pool.acquire().await.unwrap(), new).await.unwrap()
}

fn staff(user: &User) -> Actor {
    Actor::user(user, None, None)
}

fn somebody(email: &str, role: Role) -> NewUserAccount {
    NewUserAccount { email: email.into(), name: " Grace ".into(), role }
}

async fn accept(pool: &PgPool, purpose: Purpose, token: &SecretToken, name: Option<&str>) -> Option<User> {
    let mut tx = pool.begin().await.unwrap();
    let done = redeem(&mut tx, (purpose, token), name, "hash", staff).await.unwrap();
    tx.commit().await.unwrap();
    done.map(|(user, _)| user)
}

async fn audited(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar("SELECT action FROM audit_log ORDER BY id").fetch_all(pool).await.unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_invitation_is_accepted_once_and_the_newest_counts(pool: PgPool) {
    let owner = member(&pool, "owner@example.com", Role::Owner).await;
    let (grace, first) =
        invite(&pool, &staff(&owner), &owner, &somebody("Grace@Example.com", Role::Support)).await.unwrap();
    assert_eq!(
        (grace.state, grace.name.as_str(), grace.email.as_str()),
        (UserState::Invited, "Grace", "grace@example.com")
    );
    let (_, second) = renew(&pool, &staff(&owner), &owner, grace.id, Purpose::Invitation).await.unwrap();
    assert!(find_holder(&pool, Purpose::Invitation, &first.token).await.unwrap().is_none(), "it was replaced");
    assert!(find_holder(&pool, Purpose::PasswordReset, &second.token).await.unwrap().is_none(), "another purpose");
    assert_eq!(
        find_holder(&pool, Purpose::Invitation, &second.token).await.unwrap().unwrap().email,
        "grace@example.com"
    );
    let joined = accept(&pool, Purpose::Invitation, &second.token, Some("Grace Hopper")).await.unwrap();
    assert_eq!((joined.id, joined.name.as_str(), joined.role), (grace.id, "Grace Hopper", Role::Support));
    assert!(accept(&pool, Purpose::Invitation, &second.token, Some("Again")).await.is_none());
    assert!(matches!(
        renew(&pool, &staff(&owner), &owner, grace.id, Purpose::Invitation).await,
        Err(DomainError::Conflict { .. })
    ));
    assert_eq!(audited(&pool).await, ["user.invited", "user.invitation_renewed", "user.joined"]);
    let dump: String = sqlx::query_scalar("SELECT coalesce(string_agg(a::text, ''), '') FROM audit_log a")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert!(!dump.contains(second.token.expose()) && !dump.contains("hash"), "{dump}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_link_ends_by_itself_and_with_its_account(pool: PgPool) {
    let owner = member(&pool, "owner@example.com", Role::Owner).await;
    let ada = member(&pool, "ada@example.com", Role::Viewer).await;
    let offer = async || renew(&pool, &staff(&owner), &owner, ada.id, Purpose::PasswordReset).await.unwrap().1.token;
    let late = offer().await;
    sqlx::query("UPDATE account_links SET expires_at = now() - interval '1 second'").execute(&pool).await.unwrap();
    assert!(accept(&pool, Purpose::PasswordReset, &late, None).await.is_none());
    let kept_out = offer().await;
    let off = UserAccountPatch { disabled: Some(true), ..UserAccountPatch::default() };
    update(&pool, &staff(&owner), &owner, ada.id, 1, &off).await.unwrap();
    assert!(accept(&pool, Purpose::PasswordReset, &kept_out, None).await.is_none());
    let on = UserAccountPatch { disabled: Some(false), ..UserAccountPatch::default() };
    update(&pool, &staff(&owner), &owner, ada.id, 2, &on).await.unwrap();
    assert!(accept(&pool, Purpose::PasswordReset, &kept_out, None).await.is_none(), "it does not come back");
    let good = offer().await;
    let session = open_session(&mut pool.acquire().await.unwrap(), ada.id, &Device::default()).await.unwrap().id;
    assert!(accept(&pool, Purpose::PasswordReset, &good, None).await.is_some());
    assert!(
        active_user(&mut pool.acquire().await.unwrap(), session).await.unwrap().is_none(),
        "sessions of before end"
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_may_change_whom(pool: PgPool) {
    let owner = member(&pool, "owner@example.com", Role::Owner).await;
    let admin = member(&pool, "admin@example.com", Role::Admin).await;
    let ada = member(&pool, "ada@example.com", Role::Viewer).await;
    let role = |role| UserAccountPatch { role: Some(role), ..UserAccountPatch::default() };
    let off = UserAccountPatch { disabled: Some(true), ..UserAccountPatch::default() };
    let by = async |who: &User, id: UserId, version, patch: &UserAccountPatch| {
        update(&pool, &staff(who), who, id, version, patch).await
    };
    for refused in [
        by(&admin, ada.id, 1, &role(Role::Owner)).await,
        by(&admin, owner.id, 1, &role(Role::Viewer)).await,
        by(&admin, owner.id, 1, &off).await,
        by(&admin, admin.id, 1, &off).await,
        by(&owner, owner.id, 1, &off).await,
    ] {
        assert!(matches!(refused, Err(DomainError::Refused(_))), "{refused:?}");
    }
    for purpose in [Purpose::PasswordReset, Purpose::Invitation] {
        let refused = renew(&pool, &staff(&admin), &admin, owner.id, purpose).await;
        assert!(matches!(refused, Err(DomainError::Refused(_))), "an admin would become the owner: {refused:?}");
    }
    let invited = invite(&pool, &staff(&admin), &admin, &somebody("new@example.com", Role::Owner)).await;
    assert!(matches!(invited, Err(DomainError::Refused(_))));
    assert_eq!(by(&admin, ada.id, 1, &role(Role::Admin)).await.unwrap().user.role, Role::Admin);
    assert!(matches!(by(&admin, ada.id, 1, &off).await, Err(DomainError::Stale { .. })), "an old version");
    assert_eq!(by(&owner, ada.id, 2, &off).await.unwrap().user.state, UserState::Disabled);
    assert_eq!(audited(&pool).await, ["user.updated", "user.updated"], "what was refused left no trace");
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_two_owners_who_leave_at_once_one_stays(pool: PgPool) {
    let [one, other] =
        [member(&pool, "one@example.com", Role::Owner).await, member(&pool, "two@example.com", Role::Owner).await];
    let leave = UserAccountPatch { role: Some(Role::Viewer), ..UserAccountPatch::default() };
    let actor = Actor::system("test");
    let (first, second) = tokio::join!(
        update(&pool, &actor, &one, one.id, 1, &leave),
        update(&pool, &actor, &other, other.id, 1, &leave),
    );
    assert_ne!(first.is_ok(), second.is_ok(), "{first:?} {second:?}");
    let error = first.err().or(second.err()).unwrap();
    assert!(
        matches!(&error, DomainError::Database(e) if e.as_database_error().unwrap().constraint() == Some("users_last_owner")),
        "{error:?}"
    );
    for sql in ["UPDATE users SET disabled_at = now()", "UPDATE users SET password_hash = NULL", "DELETE FROM users"] {
        let error = sqlx::query(sql).execute(&pool).await.unwrap_err();
        assert_eq!(error.as_database_error().unwrap().constraint(), Some("users_last_owner"), "{sql}");
    }
}
