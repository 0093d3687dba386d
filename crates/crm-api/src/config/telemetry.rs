use super::Source;
use tracing_subscriber::EnvFilter;

/// Logs.
#[derive(Debug, Clone)]
pub struct TelemetryConfig {
    /// `CRM_LOG`: what is logged.
    pub filter: String,
}

impl TelemetryConfig {
    /// Unless `CRM_LOG` says otherwise. sqlx would log every slow statement with its text.
    pub const DEFAULT_FILTER: &str = "info,sqlx=warn,actix_server=warn";

    /// Only warnings, unless `CRM_LOG` says otherwise: for a terminal where something else is to be read.
    #[must_use]
    pub fn quiet(self) -> Self {
        if self.filter == Self::DEFAULT_FILTER { Self { filter: "warn".to_owned() } } else { self }
    }

    pub(super) fn read(source: &mut Source<'_>) -> Self {
        Self {
            filter: source
                .parse(
                    "CRM_LOG",
                    "a level (error, warn, info, debug, trace) or a list such as info,sqlx=debug",
                    |text| {
                        let known = EnvFilter::try_new(text).is_ok() && text.split(',').all(is_directive);
                        known.then(|| text.to_owned())
                    },
                )
                .unwrap_or_else(|| Self::DEFAULT_FILTER.to_owned()),
        }
    }
}

/// The filter's own parser takes a bare word for a target, so `CRM_LOG=verbose` would silence everything.
fn is_directive(text: &str) -> bool {
    const LEVELS: [&str; 6] = ["error", "warn", "info", "debug", "trace", "off"];
    text.contains(['=', '[']) || LEVELS.contains(&text.trim().to_lowercase().as_str())
}
