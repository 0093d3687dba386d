use super::sessions::{Device, RevokedReason};
use super::{REPLY_SECONDS, REUSE_GRACE_SECONDS, SecretToken, store};
use crate::db::Result;
use crm_types::accounts::User;
use crm_types::ids::SessionId;
use sqlx::{Connection, PgConnection};

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
    token: &SecretToken,
    successor: &SecretToken,
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
