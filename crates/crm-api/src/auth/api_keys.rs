//! Whether an API key opens, remembered for a moment.

use crate::ApiResult;
use crate::auth::sessions::BELIEVED;
use chrono::Utc;
use crm_domain::api_keys::{self, PresentedKey, StoredKey};
use crm_types::ids::ApiKeyId;
use moka::future::Cache;
use sqlx::PgPool;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What is believed of a key.
#[derive(Debug)]
struct Known {
    key: Arc<StoredKey>,
    /// Whether its use was noted since it was read.
    noted: AtomicBool,
}

/// The cache. It is asked on every request by a key, and asks the database once in a while.
#[derive(Debug)]
pub struct ApiKeys {
    pool: PgPool,
    known: Cache<ApiKeyId, Option<Arc<Known>>>,
}

impl ApiKeys {
    /// An empty cache before a database.
    pub fn new(pool: PgPool) -> Self {
        Self { pool, known: Cache::builder().max_capacity(10_000).time_to_live(BELIEVED).build() }
    }

    /// The key, if its secret is right and it still works.
    ///
    /// # Errors
    /// 503 when the database does not answer: nobody is let in on a guess.
    pub async fn open(&self, presented: &PresentedKey) -> ApiResult<Option<Arc<StoredKey>>> {
        let Some(known) = self.find(presented.id).await? else { return Ok(None) };
        if !known.key.opens_with(&presented.secret, Utc::now()) {
            return Ok(None);
        }
        if !known.noted.swap(true, Ordering::Relaxed) {
            api_keys::touch(&mut *self.pool.acquire().await?, presented.id).await?;
        }
        Ok(Some(Arc::clone(&known.key)))
    }

    async fn find(&self, id: ApiKeyId) -> ApiResult<Option<Arc<Known>>> {
        if let Some(known) = self.known.get(&id).await {
            return Ok(known);
        }
        let stored = api_keys::find_stored(&mut *self.pool.acquire().await?, id).await?;
        let known = stored.map(|key| Arc::new(Known { key: Arc::new(key), noted: AtomicBool::new(false) }));
        self.known.insert(id, known.clone()).await;
        Ok(known)
    }

    /// Forgets a key that was just revoked here.
    pub async fn forget(&self, id: ApiKeyId) {
        self.known.invalidate(&id).await;
    }
}
