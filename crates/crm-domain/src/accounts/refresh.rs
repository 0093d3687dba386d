use super::sessions::{Device, RevokedReason};
use super::{REPLY_SECONDS, REUSE_GRACE_SECONDS, store};
use crate::db::Result;
use crm_types::accounts::User;
use crm_types::ids::SessionId;
use sha2::{Digest, Sha256};
use sqlx::{Connection, PgConnection};

/// A refresh token: 256 random bits, as 64 hexadecimal digits. Only its SHA-256 is stored.
#[derive(Clone)]
pub struct RefreshToken(String);

impl RefreshToken {
    /// A new random one.
    pub fn generate() -> Self {
        Self(rand::random::<[u8; 32]>().iter().fold(String::with_capacity(64), |mut text, byte| {
            for nibble in [byte >> 4, byte & 15] {
                text.push(char::from_digit(nibble.into(), 16).unwrap_or('0'));
            }
            text
        }))
    }

    /// One that a client brought; `None` when it cannot be a token.
    pub fn from_client(text: &str) -> Option<Self> {
        (text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())).then(|| Self(text.to_owned()))
    }

    /// The token itself, for the cookie.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub(super) fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }
}

impl std::fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RefreshToken(***)")
    }
}

/// What came of showing a refresh token.
#[derive(Debug)]
pub enum Rotation {
    /// It was exchanged for the successor.
    Rotated {
        /// The session it belongs to.
        session: SessionId,
        /// Whose session that is.
        user: User,
    },
    /// Another request exchanged it a moment ago, and its reply has the successor.
    LostRace,
    /// It was spent long ago: somebody has a copy. The session was revoked.
    Reused {
        /// The session that was revoked.
        session: SessionId,
    },
    /// Unknown, or its session is over.
    Refused,
}

/// Exchanges `token` for `successor`. Of any number of requests with one token exactly one gets [`Rotation::Rotated`]:
/// a single statement marks the token as spent and stores the successor.
///
/// A browser that leaves a page while it loads never sees the reply, and comes back with the spent token: it gets another
/// successor once that reply must have arrived, as long as nobody has shown the first one.
///
/// # Errors
/// When the database fails; then the token is as it was.
pub async fn rotate(
    conn: &mut PgConnection,
    token: &RefreshToken,
    successor: &RefreshToken,
    device: &Device,
) -> Result<Rotation> {
    let mut tx = conn.begin().await?;
    let rotation = exchange(&mut tx, &token.digest(), &successor.digest()).await?;
    if let Rotation::Rotated { session, .. } = &rotation {
        store::see_session(&mut tx, *session, device).await?;
    }
    tx.commit().await?;
    Ok(rotation)
}

async fn exchange(conn: &mut PgConnection, token: &[u8; 32], successor: &[u8; 32]) -> Result<Rotation> {
    if let Some((session, user)) = store::rotate_token(conn, token, successor).await? {
        return Ok(Rotation::Rotated { session, user });
    }
    match store::find_spent_token(conn, token, REUSE_GRACE_SECONDS, REPLY_SECONDS).await? {
        None => Ok(Rotation::Refused),
        Some(spent) if spent.recent && spent.answered => {
            let replaced = store::replace_successor(conn, token, successor).await?;
            Ok(replaced.map_or(Rotation::LostRace, |(session, user)| Rotation::Rotated { session, user }))
        }
        Some(spent) if spent.recent => Ok(Rotation::LostRace),
        Some(spent) => {
            store::revoke_session(conn, spent.session, RevokedReason::TokenReuse).await?;
            Ok(Rotation::Reused { session: spent.session })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_random_and_comes_back_from_a_client() {
        let (a, b) = (RefreshToken::generate(), RefreshToken::generate());
        assert_ne!(a.expose(), b.expose());
        assert_eq!(RefreshToken::from_client(a.expose()).unwrap().digest(), a.digest());
        assert!(RefreshToken::from_client("").is_none());
        assert!(RefreshToken::from_client(&"g".repeat(64)).is_none());
        assert!(!format!("{a:?}").contains(a.expose()));
    }
}
