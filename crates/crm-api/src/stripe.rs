//! Asking Stripe: async-stripe's requests, with what it leaves out: an end to waiting, tries that carry one key, and an error
//! for people.
//!
//! Of replies only what is needed is read ([`replies`]): a field that another version of the API spells differently must not
//! turn what was done into an error.

mod asks;
mod reads;
mod replies;

pub use reads::Reader;

use crate::config::StripeConfig;
use anyhow::{Context, Result};
use crm_domain::stripe_actions::Refusal;
use miniserde::Deserialize;
use rand::Rng;
use std::time::Duration;
use stripe::{Client, ClientBuilder, IdempotencyKey, RequestStrategy, StripeError};
use stripe_client_core::CustomizableStripeRequest;

/// How often something is tried.
const TRIES: u32 = 3;
/// The pause before the second try; twice as long before the third.
const PAUSE: Duration = Duration::from_millis(300);

/// Stripe, at the address of the settings.
#[derive(Debug)]
pub struct Gateway {
    client: Client,
    /// Where customers come back to from Stripe's pages.
    home: String,
}

impl Gateway {
    /// `None` without a key.
    ///
    /// # Errors
    /// When the key or the address cannot be sent.
    pub fn connect(config: &StripeConfig, home: String) -> Result<Option<Self>> {
        let Some(key) = &config.api_key else { return Ok(None) };
        choose_tls();
        let client = ClientBuilder::new(key.expose()).url(config.api_base.as_str()).timeout(config.timeout);
        Ok(Some(Self { client: client.build().context("Stripe's client cannot be made")?, home }))
    }

    /// Sends a request until it is answered, a few times at most. All tries of a write carry its key.
    async fn send<T: Deserialize>(
        &self,
        key: Option<&str>,
        request: impl Fn() -> CustomizableStripeRequest<T> + Send,
    ) -> std::result::Result<T, Refusal> {
        let key = key.map(IdempotencyKey::new).transpose();
        let key = key.map_err(|error| Refusal::Invalid { param: None, message: error.to_string() })?;
        let mut uncertain = None;
        let mut tried = 0;
        loop {
            let strategy = key.clone().map_or(RequestStrategy::Once, RequestStrategy::Idempotent);
            let error = match request().request_strategy(strategy).send(&self.client).await {
                Ok(reply) => return Ok(reply),
                Err(error) => error,
            };
            let refusal = read(&error);
            tried += 1;
            tracing::warn!(tried, error = short(&error), "Stripe did not do what it was asked");
            if !passes(&refusal) {
                return Err(refusal);
            }
            if !refusal.is_final() {
                uncertain = Some(refusal.clone());
            }
            if tried == TRIES {
                // That the last try did not get through says nothing of those before it.
                return Err(uncertain.unwrap_or(refusal));
            }
            let spread = rand::rng().random_range(0.5..1.5);
            tokio::time::sleep((PAUSE * 2_u32.pow(tried - 1)).mul_f64(spread)).await;
        }
    }
}

/// Two libraries bring a TLS of their own; an error only says that the choice was made already.
fn choose_tls() {
    let _chosen = rustls::crypto::ring::default_provider().install_default();
}

/// What an error means for who asked.
fn read(error: &StripeError) -> Refusal {
    match error {
        StripeError::Stripe(error, status) => {
            let message = error.message.clone().unwrap_or_else(|| format!("status {status}"));
            let message = if message.ends_with('.') { message } else { format!("{message}.") };
            match status {
                402 => Refusal::Declined(message),
                401 | 403 => Refusal::Unauthorized(message),
                429 => Refusal::Busy,
                // The same key is at work, or a lock is held.
                409 => Refusal::Silent,
                500.. => Refusal::Broken,
                _ => Refusal::Invalid { param: error.param.clone(), message },
            }
        }
        StripeError::JSONDeserialize(_) => Refusal::Unreadable,
        // hyper's word for a connection that never was.
        StripeError::ClientError(text) if text.contains("(Connect)") => Refusal::Unreachable,
        StripeError::ClientError(_) | StripeError::Timeout => Refusal::Silent,
        StripeError::ConfigError(text) => Refusal::Invalid { param: None, message: text.clone() },
    }
}

/// Whether another try may help.
const fn passes(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::Busy | Refusal::Unreachable | Refusal::Silent | Refusal::Broken | Refusal::Unreadable)
}

/// For the log, without what the request held.
fn short(error: &StripeError) -> String {
    match error {
        StripeError::Stripe(error, status) => format!("{status} {}", error.message.as_deref().unwrap_or_default()),
        other => other.to_string(),
    }
}
