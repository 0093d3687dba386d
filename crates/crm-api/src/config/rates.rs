use super::Source;

/// Where exchange rates may be asked for.
#[derive(Debug, Clone, Copy)]
pub struct RatesConfig {
    /// `CRM_RATES_LOCAL`: whether an address may be this machine's or a private network's, and without TLS.
    pub local: bool,
}

impl RatesConfig {
    pub(super) fn read(source: &mut Source<'_>) -> Self {
        Self { local: source.parse("CRM_RATES_LOCAL", "true or false", |text| text.parse().ok()).unwrap_or(false) }
    }
}
