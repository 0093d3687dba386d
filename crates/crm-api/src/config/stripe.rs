use super::{Secret, Source};
use reqwest::Url;
use std::time::Duration;

/// Stripe, in and out.
#[derive(Debug, Clone)]
pub struct StripeConfig {
    /// `STRIPE_WEBHOOK_SECRETS`: all that are active now; two while one is being replaced. None: webhooks are refused.
    pub webhook_secrets: Vec<Secret>,
    /// `STRIPE_API_KEY`.
    pub api_key: Option<Secret>,
    /// `STRIPE_API_BASE`, with a slash at the end.
    pub api_base: Url,
    /// `STRIPE_TIMEOUT_MS`: how long each of the tries waits for an answer.
    pub timeout: Duration,
}

impl StripeConfig {
    pub(super) fn read(source: &mut Source<'_>) -> Self {
        Self {
            webhook_secrets: source
                .parse_secret(
                    "STRIPE_WEBHOOK_SECRETS",
                    "signing secrets such as whsec_..., each of 8 characters or more, separated by commas",
                    parse_secrets,
                )
                .unwrap_or_default(),
            api_key: source.parse_secret("STRIPE_API_KEY", "a key that begins with sk_ or rk_", |text| {
                let known = text.starts_with("sk_") || text.starts_with("rk_");
                (known && text.len() >= 8 && is_token(text)).then(|| Secret::new(text))
            }),
            api_base: source
                .parse(
                    "STRIPE_API_BASE",
                    "an https URL such as https://api.stripe.com, or http on this host",
                    parse_base,
                )
                .unwrap_or_else(default_base),
            timeout: source
                .parse("STRIPE_TIMEOUT_MS", "milliseconds from 100 to 60000", parse_timeout)
                .unwrap_or(Duration::from_secs(8)),
        }
    }
}

fn parse_secrets(text: &str) -> Option<Vec<Secret>> {
    let secrets = text.split(',').map(str::trim).filter(|secret| !secret.is_empty());
    secrets.map(|secret| (secret.len() >= 8 && is_token(secret)).then(|| Secret::new(secret))).collect()
}

/// What fits a header line: no blanks, no control characters.
fn is_token(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_graphic())
}

/// The API key goes there: never in the clear over a network.
fn parse_base(text: &str) -> Option<Url> {
    let mut url = Url::parse(text).ok()?;
    let here = matches!(url.host_str()?, "localhost" | "127.0.0.1" | "[::1]");
    let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    if !plain || !(url.scheme() == "https" || (url.scheme() == "http" && here)) {
        return None;
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Some(url)
}

fn parse_timeout(text: &str) -> Option<Duration> {
    let ms: u64 = text.parse().ok()?;
    (100..=60_000).contains(&ms).then(|| Duration::from_millis(ms))
}

#[allow(clippy::expect_used, reason = "a constant")]
fn default_base() -> Url {
    Url::parse("https://api.stripe.com/").expect("a URL")
}
