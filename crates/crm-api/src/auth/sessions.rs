//! Whether a session still counts, remembered for a moment.

use crate::ApiResult;
use crm_domain::accounts;
use crm_types::accounts::User;
use crm_types::ids::SessionId;
use moka::future::Cache;
use sqlx::PgPool;
use std::sync::Arc;
use std::time::Duration;

/// How long an answer is believed. A revoked session is refused within 5 s on every node; on the one that revoked it
/// at once.
pub const BELIEVED: Duration = Duration::from_secs(2);

/// The cache. It is asked on every request, and asks the database once in a while.
#[derive(Debug)]
pub struct Sessions {
    pool: PgPool,
    known: Cache<SessionId, Option<Arc<User>>>,
}

impl Sessions {
    /// An empty cache before a database.
    pub fn new(pool: PgPool) -> Self {
        Self { pool, known: Cache::builder().max_capacity(10_000).time_to_live(BELIEVED).build() }
    }

    /// The session's user, unless the session is over or the user disabled.
    ///
    /// # Errors
    /// 503 when the database does not answer: nobody is let in on a guess.
    pub async fn user(&self, session: SessionId) -> ApiResult<Option<Arc<User>>> {
        if let Some(known) = self.known.get(&session).await {
            return Ok(known);
        }
        let mut conn = self.pool.acquire().await?;
        let user = accounts::active_user(&mut conn, session).await?.map(Arc::new);
        self.known.insert(session, user.clone()).await;
        Ok(user)
    }

    /// Forgets sessions that were just revoked here.
    pub async fn forget(&self, sessions: &[SessionId]) {
        for session in sessions {
            self.known.invalidate(session).await;
        }
    }
}
