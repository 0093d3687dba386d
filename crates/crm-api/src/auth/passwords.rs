//! Hashing, off the async threads and not without bound: each hash takes 19 MiB and some 30 ms of a core.

use crate::{ApiError, ApiResult};
use crm_domain::accounts::{self, NewPassword, Verdict};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use uuid::Uuid;

/// Who has waited so long is told to come again.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a ticket carries of a password's hash: another password, another fingerprint.
pub fn fingerprint(password_hash: &str) -> Uuid {
    let digest: [u8; 32] = Sha256::digest(password_hash.as_bytes()).into();
    // The first half of it is enough to tell passwords of one account apart.
    Uuid::from_bytes(digest.first_chunk().copied().unwrap_or_default())
}

/// The hasher.
#[derive(Debug)]
pub struct Passwords {
    permits: Arc<Semaphore>,
    /// A hash of nothing, to compare with when there is no user: an unknown address takes as long as a wrong password.
    nobody: Arc<str>,
}

impl Passwords {
    /// With room for half of the cores, so that log-ins leave the other half to everybody else.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn new() -> anyhow::Result<Self> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let nobody = accounts::hash(&hex::encode(rand::random::<[u8; 16]>()))
            .map_err(|error| anyhow::anyhow!("hashing failed: {error}"))?;
        Ok(Self { permits: Arc::new(Semaphore::new((cores / 2).max(1))), nobody: nobody.into() })
    }

    /// Hashes a password that somebody chose.
    ///
    /// # Errors
    /// 503 when too many wait.
    pub async fn hash(&self, password: NewPassword) -> ApiResult<String> {
        self.run(move || accounts::hash(password.expose())).await
    }

    /// Hashes a password that was right again, with today's parameters.
    ///
    /// # Errors
    /// 503 when too many wait.
    pub async fn rehash(&self, password: String) -> ApiResult<String> {
        self.run(move || accounts::hash(&password)).await
    }

    /// Compares a password with a stored hash; without one, takes the same time and says no.
    ///
    /// # Errors
    /// 503 when too many wait.
    pub async fn verify(&self, password: String, stored: Option<String>) -> ApiResult<Verdict> {
        metrics::counter!("password_comparisons_total").increment(1);
        let known = stored.is_some();
        let stored = stored.map_or_else(|| Arc::clone(&self.nobody), Arc::from);
        let verdict = self.run(move || accounts::verify(&password, &stored)).await?;
        Ok(if known { verdict } else { Verdict::Wrong })
    }

    async fn run<T, E, F>(&self, work: F) -> ApiResult<T>
    where
        T: Send + 'static,
        E: std::fmt::Display + Send + 'static,
        F: FnOnce() -> Result<T, E> + Send + 'static,
    {
        let permit = tokio::time::timeout(PATIENCE, Arc::clone(&self.permits).acquire_owned())
            .await
            .map_err(|_| ApiError::unavailable(anyhow::anyhow!("too many log-ins wait for a core")))?
            .map_err(ApiError::internal)?;
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(permit);
            result
        });
        match done.await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(ApiError::internal(anyhow::anyhow!("hashing failed: {error}"))),
            Err(error) => Err(ApiError::internal(error)),
        }
    }
}
