//! Asking an address for exchange rates. Staff name it, and the server goes there: so only over TLS, only to addresses of the
//! public network, without following anybody elsewhere, and with an end to waiting and to reading.

use reqwest::{Client, Url, redirect};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

/// An address that has not answered by then does not answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Rates of some thousand days.
const LONGEST: usize = 2_000_000;

/// Reads the address that staff name; else why it may not be one, as a sentence.
///
/// # Errors
/// A sentence for people.
pub fn parse(text: &str, local: bool) -> Result<Url, &'static str> {
    let url =
        Url::parse(text.trim()).map_err(|_| "This is no address. Write one such as https://example.com/rates.")?;
    if url.scheme() != "https" && !(local && url.scheme() == "http") {
        return Err("Use an address that begins with https://.");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("Leave name and password out of the address.");
    }
    if !local && host(&url).parse().is_ok_and(|address: IpAddr| !is_public(address)) {
        return Err(PRIVATE);
    }
    Ok(url)
}

const PRIVATE: &str = "The address is not one of the public network.";

/// What the address answers; else why there is nothing, as a sentence.
///
/// # Errors
/// A sentence for people.
pub async fn ask(address: &str, local: bool) -> Result<String, String> {
    let url = parse(address, local)?;
    let host = host(&url).to_owned();
    let port = url.port_or_known_default().unwrap_or(443);
    let found = tokio::net::lookup_host((host.as_str(), port)).await;
    let found: Vec<SocketAddr> = found.map_err(|_| format!("There is no {host}."))?.collect();
    // The very addresses that were looked at are gone to: nobody answers otherwise when asked again.
    if found.is_empty() || !(local || found.iter().all(|to| is_public(to.ip()))) {
        return Err(PRIVATE.to_owned());
    }
    let client = Client::builder()
        .timeout(PATIENCE)
        .redirect(redirect::Policy::none())
        .no_proxy()
        .resolve_to_addrs(&host, &found)
        .build()
        .map_err(|error| format!("It cannot be asked: {error}."))?;
    let unanswered = |error: reqwest::Error| match error.is_timeout() {
        true => format!("{host} did not answer within {} s.", PATIENCE.as_secs()),
        false => format!("{host} cannot be reached."),
    };
    let mut reply = client.get(url).header("accept", "application/json").send().await.map_err(unanswered)?;
    if !reply.status().is_success() {
        let elsewhere = if reply.status().is_redirection() { " Name the address that it leads to." } else { "" };
        return Err(format!("{host} answered with {}.{elsewhere}", reply.status()));
    }
    let mut body = Vec::new();
    while let Some(piece) = reply.chunk().await.map_err(unanswered)? {
        if body.len() + piece.len() > LONGEST {
            return Err(format!("{host} answered with more than {} MB.", LONGEST / 1_000_000));
        }
        body.extend_from_slice(&piece);
    }
    String::from_utf8(body).map_err(|_| "The reply is not JSON with base, date and rates.".to_owned())
}

/// The name, or the address without the brackets of IPv6.
fn host(url: &Url) -> &str {
    url.host_str().unwrap_or_default().trim_matches(['[', ']'])
}

/// Whether an address is one of the public network.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        // Shared by a provider's customers; protocol assignments; measuring; reserved.
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19))
        || a >= 240)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    // An IPv4 address in the clothes of an IPv6 one is what it is.
    if let Some(v4) = address.to_ipv4_mapped() {
        return is_public_v4(v4);
    }
    let [first, second, ..] = address.segments();
    // Global unicast, without documentation, Teredo and 6to4, which may lead to any IPv4 address.
    (first & 0xe000) == 0x2000 && !(first == 0x2001 && (second == 0x0db8 || second == 0)) && first != 0x2002
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_network_is_asked() {
        for address in ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34"] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
        for address in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "192.0.0.8",
            "198.18.0.1",
            "203.0.113.7",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001::1",
            "::127.0.0.1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn an_address_is_https_and_public() {
        assert!(parse("https://api.frankfurter.dev/v1/latest?base=USD", false).is_ok());
        for (address, why) in [
            ("rates", "no address"),
            ("http://example.com/rates", "https://"),
            ("ftp://example.com/rates", "https://"),
            ("https://ada:secret@example.com/", "name and password"),
            ("https://127.0.0.1/rates", "public network"),
            ("https://[::1]/rates", "public network"),
            ("https://2130706433/rates", "public network"),
            ("https://0x7f.1/rates", "public network"),
        ] {
            let said = parse(address, false).unwrap_err();
            assert!(said.contains(why), "{address}: {said}");
        }
        assert!(parse("http://127.0.0.1:8000/rates", true).is_ok());
    }

    #[tokio::test]
    async fn a_name_that_leads_into_the_machine_is_not_gone_to() {
        assert_eq!(ask("https://localhost/rates", false).await.unwrap_err(), PRIVATE);
    }
}
