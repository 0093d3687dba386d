//! Turning the second factor on and off.

use super::RECOVERY_CODES;
use super::codes::{self, SECRET_BYTES};
use crate::audit::{self, Actor, Subject};
use crate::db::{DomainError, Result};
use chrono::Utc;
use crm_types::accounts::User;
use crm_types::ids::UserId;
use crm_types::second_factor::SecondFactorState;
use sqlx::{PgConnection, PgPool};

/// What an app needs to make codes.
pub struct Enrolment {
    /// To be typed in, in base 32.
    pub secret: String,
    /// The same as an address that apps open.
    pub otpauth_url: String,
}

/// Whether the user has a second factor.
///
/// # Errors
/// When the database fails.
pub async fn state(pool: &PgPool, user: UserId) -> Result<SecondFactorState> {
    let row = sqlx::query!(
        r#"SELECT confirmed_at, (SELECT count(*) FROM recovery_codes c WHERE c.user_id = f.user_id AND c.used_at IS NULL) AS "left!"
           FROM second_factors f WHERE user_id = $1 AND confirmed_at IS NOT NULL"#,
        user.0
    )
    .fetch_optional(pool)
    .await?;
    Ok(SecondFactorState {
        enabled_at: row.as_ref().and_then(|row| row.confirmed_at),
        recovery_codes_left: row.map_or(0, |row| row.left),
    })
}

/// Makes a secret in place of a former one that was never confirmed. `issuer` is what the app calls us.
///
/// # Errors
/// [`DomainError::Conflict`] when there is a second factor already.
pub async fn begin(pool: &PgPool, user: &User, issuer: &str) -> Result<Enrolment> {
    let secret: [u8; SECRET_BYTES] = rand::random();
    let stored = sqlx::query!(
        "INSERT INTO second_factors (user_id, secret) VALUES ($1, $2)
         ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, created_at = now() WHERE second_factors.confirmed_at IS NULL",
        user.id.0,
        secret.as_slice()
    )
    .execute(pool)
    .await?;
    if stored.rows_affected() == 0 {
        let message = "There is a second factor already. Turn it off before you set up another one.".into();
        return Err(DomainError::Conflict { field: None, message });
    }
    let (secret, label) = (codes::base32(&secret), format!("{}:{}", encode(issuer), encode(&user.email)));
    let otpauth_url = format!("otpauth://totp/{label}?secret={secret}&issuer={}", encode(issuer));
    Ok(Enrolment { secret, otpauth_url })
}

/// Turns the second factor on once a code proves that the app has the secret; gives the recovery codes.
///
/// # Errors
/// [`DomainError::Invalid`] on `code`; [`DomainError::Conflict`] when nothing waits for a code.
pub async fn confirm(pool: &PgPool, actor: &Actor, user: UserId, code: &str) -> Result<Vec<String>> {
    let mut tx = pool.begin().await?;
    let waiting = sqlx::query_scalar!(
        "SELECT secret FROM second_factors WHERE user_id = $1 AND confirmed_at IS NULL FOR UPDATE",
        user.0
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(secret) = waiting else {
        let message = "Nothing waits for a code. Begin anew.".into();
        return Err(DomainError::Conflict { field: None, message });
    };
    let Some(step) = codes::step_of(&secret, code.trim(), Utc::now().timestamp(), 0) else {
        let message = "This is not the code that the app shows now. Check the phone's clock.";
        return Err(DomainError::invalid("code", "wrong", message));
    };
    sqlx::query!("UPDATE second_factors SET confirmed_at = now(), last_step = $2 WHERE user_id = $1", user.0, step)
        .execute(&mut *tx)
        .await?;
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| codes::recovery_code()).collect();
    let hashes: Vec<Vec<u8>> = codes.iter().map(|code| codes::recovery_digest(code).to_vec()).collect();
    sqlx::query!("INSERT INTO recovery_codes (user_id, hash) SELECT $1, unnest($2::bytea[])", user.0, &hashes)
        .execute(&mut *tx)
        .await?;
    record(&mut tx, actor, user, "second_factor_enabled").await?;
    tx.commit().await?;
    Ok(codes)
}

/// Turns the second factor off. Once more is no error.
///
/// # Errors
/// When the database fails.
pub async fn remove(tx: &mut PgConnection, actor: &Actor, user: UserId) -> Result<()> {
    let removed = sqlx::query!("DELETE FROM second_factors WHERE user_id = $1 RETURNING confirmed_at", user.0)
        .fetch_optional(&mut *tx)
        .await?;
    match removed.and_then(|row| row.confirmed_at) {
        Some(_) => record(tx, actor, user, "second_factor_disabled").await,
        None => Ok(()),
    }
}

async fn record(tx: &mut PgConnection, actor: &Actor, user: UserId, verb: &'static str) -> Result<()> {
    let id = user.to_string();
    audit::record(tx, actor, Subject { resource: "user", id: &id, verb }, None::<&()>, None).await
}

/// Percent-encoding of everything but letters and digits.
fn encode(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
        out
    })
}
