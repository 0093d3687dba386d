//! Settings, read from the environment once at start: one struct per concern.
//!
//! An unset and an empty variable are the same. A bad value stops the start with the variable's name, what it was
//! (secrets masked) and what it may be; all bad values are named at once.

mod auth;
mod database;
mod http;
mod rates;
mod secret;
mod source;
mod stripe;
mod telemetry;

pub use auth::AuthConfig;
pub use database::DatabaseConfig;
pub use http::HttpConfig;
pub use rates::RatesConfig;
pub use secret::Secret;
pub use source::{BadValue, Source};
pub use stripe::StripeConfig;
pub use telemetry::TelemetryConfig;

use std::path::PathBuf;

/// Everything that can be set.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen, and what we are called from outside.
    pub http: HttpConfig,
    /// Where the data are.
    pub database: DatabaseConfig,
    /// Log-in.
    pub auth: AuthConfig,
    /// Stripe, in and out.
    pub stripe: StripeConfig,
    /// Where exchange rates may be asked for.
    pub rates: RatesConfig,
    /// Logs.
    pub telemetry: TelemetryConfig,
    /// `CRM_DATA_DIR`: the private cluster and the generated secret live here.
    pub data_dir: PathBuf,
}

/// The values that were refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError(pub Vec<BadValue>);

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, bad) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            bad.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// All values that may not be.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::read(&mut Source::environment())
    }

    /// Reads any source.
    ///
    /// # Errors
    /// All values that may not be.
    pub fn read(source: &mut Source<'_>) -> Result<Self, ConfigError> {
        let config = Self {
            http: HttpConfig::read(source),
            database: DatabaseConfig::read(source),
            auth: AuthConfig::read(source),
            stripe: StripeConfig::read(source),
            rates: RatesConfig::read(source),
            telemetry: TelemetryConfig::read(source),
            data_dir: source.get("CRM_DATA_DIR").unwrap_or_else(|| ".crm".into()).into(),
        };
        match source.take_errors() {
            errors if errors.is_empty() => Ok(config),
            errors => Err(ConfigError(errors)),
        }
    }
}

#[cfg(test)]
mod tests;
