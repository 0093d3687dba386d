use super::Source;
use ipnet::IpNet;
use reqwest::Url;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// Where to listen, and what we are called from outside.
#[derive(Debug, Clone)]
pub struct HttpConfig {
    /// `CRM_HOST`.
    pub host: IpAddr,
    /// `CRM_PORT`; 0 takes a free one.
    pub port: u16,
    /// `CRM_PUBLIC_URL`, without a slash at the end.
    pub public_url: Option<String>,
    /// `CRM_IMPORT_LIMIT_MB`, in bytes: the largest file of customers.
    pub import_limit: usize,
    /// `CRM_TRUSTED_PROXIES`: whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<IpNet>,
    /// `CRM_RATE_LIMIT`: requests a minute of one user or API key; 0 for any number.
    pub rate_limit: u32,
    /// `CRM_RATE_LIMIT_ANONYMOUS`: requests a minute of one address that is not logged in; 0 for any number.
    pub rate_limit_anonymous: u32,
}

/// Requests a minute of one user or API key: nobody reads so many.
const RATE_LIMIT: u32 = 6_000;
/// Requests a minute of one address that is not logged in: a whole office that comes in the morning.
const RATE_LIMIT_ANONYMOUS: u32 = 600;

impl HttpConfig {
    pub(super) fn read(source: &mut Source<'_>) -> Self {
        Self {
            host: source
                .parse("CRM_HOST", "an IP address such as 127.0.0.1, 0.0.0.0 or ::", parse_host)
                .unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            port: source
                .parse("CRM_PORT", "a port from 1 to 65535, or 0 for a free one", |text| text.parse().ok())
                .unwrap_or(8080),
            public_url: source.parse(
                "CRM_PUBLIC_URL",
                "the address that people open, such as https://crm.example.com, without a path",
                parse_origin,
            ),
            import_limit: source
                .parse("CRM_IMPORT_LIMIT_MB", "a number from 1 to 10000", parse_megabytes)
                .unwrap_or(100_000_000),
            trusted_proxies: source
                .parse("CRM_TRUSTED_PROXIES", "addresses or networks such as 127.0.0.1, 10.0.0.0/8", parse_networks)
                .unwrap_or_default(),
            rate_limit: source.parse("CRM_RATE_LIMIT", COUNT, parse_count).unwrap_or(RATE_LIMIT),
            rate_limit_anonymous: source
                .parse("CRM_RATE_LIMIT_ANONYMOUS", COUNT, parse_count)
                .unwrap_or(RATE_LIMIT_ANONYMOUS),
        }
    }

    /// The address to bind.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::new(self.host, self.port)
    }

    /// Whether people come by https, also when a proxy in front ends it.
    pub fn is_https(&self) -> bool {
        self.public_url.as_ref().is_some_and(|url| url.starts_with("https:"))
    }

    /// The address that people open: `CRM_PUBLIC_URL`, or else the one we listen on.
    pub fn origin(&self) -> String {
        match (&self.public_url, self.host) {
            (Some(url), _) => url.clone(),
            (None, host) if host.is_loopback() || host.is_unspecified() => format!("http://localhost:{}", self.port),
            (None, _) => format!("http://{}", self.address()),
        }
    }
}

const COUNT: &str = "a number of requests a minute, or 0 for any number";

fn parse_count(text: &str) -> Option<u32> {
    text.parse().ok()
}

/// `127.0.0.1, 10.0.0.0/8`
fn parse_networks(text: &str) -> Option<Vec<IpNet>> {
    let network = |part: &str| part.parse::<IpNet>().ok().or_else(|| part.parse::<IpAddr>().ok().map(IpNet::from));
    text.split(',').map(|part| network(part.trim())).collect()
}

fn parse_host(text: &str) -> Option<IpAddr> {
    match text {
        "localhost" => Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        text => text.trim_start_matches('[').trim_end_matches(']').parse().ok(),
    }
}

fn parse_megabytes(text: &str) -> Option<usize> {
    text.parse().ok().filter(|n| (1..=10_000).contains(n)).map(|n: usize| n * 1_000_000)
}

fn parse_origin(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    plain.then(|| url.origin().ascii_serialization())
}
