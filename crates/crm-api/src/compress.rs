//! Large JSON replies are sent smaller.

use actix_web::Error;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, VARY};
use actix_web::middleware::Next;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

/// What is smaller fits into one packet, and would only be later.
const LEAST: u64 = 1_400;

/// The middleware. It stands outside of what keeps replies to send them again, which keeps them as they are. What streams has no
/// length, and goes out as it comes. That a secret could be guessed by the length of a reply needs a page elsewhere that asks
/// in somebody's name; here that takes a token, which no other page has.
///
/// # Errors
/// Those of what it surrounds.
pub async fn shorten<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let wanted = accepts_gzip(request.headers());
    let response = next.call(request).await?.map_into_boxed_body();
    let reply = response.response();
    let large = matches!(reply.body().size(), BodySize::Sized(length) if length >= LEAST);
    let json = reply.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    if !large || !json || reply.headers().contains_key(CONTENT_ENCODING) {
        return Ok(response);
    }
    Ok(response.map_body(|head, body| {
        head.headers_mut().append(VARY, HeaderValue::from_static("accept-encoding"));
        let bytes = match body.try_into_bytes() {
            Ok(bytes) if wanted => bytes,
            Ok(bytes) => return BoxBody::new(bytes),
            Err(body) => return body,
        };
        match gzip(&bytes) {
            Ok(shorter) => {
                head.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
                BoxBody::new(shorter)
            }
            Err(_) => BoxBody::new(bytes),
        }
    }))
}

fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    // A tenth of the time of the usual level, for JSON of little more length.
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 4), Compression::fast());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// Whether the caller takes gzip: named, and not with a weight of nothing.
fn accepts_gzip(headers: &HeaderMap) -> bool {
    let takes = |one: &str| {
        let mut parts = one.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        named && !parts.any(|part| part.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0)))
    };
    headers.get_all(ACCEPT_ENCODING).filter_map(|value| value.to_str().ok()).any(|value| value.split(',').any(takes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_takes_gzip_gets_it() {
        for (value, takes) in [
            ("gzip, deflate, br", true),
            ("br;q=1.0, GZIP;q=0.2", true),
            ("gzip;q=0", false),
            ("gzip; q=0.000, br", false),
            ("identity", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(value));
            assert_eq!(accepts_gzip(&headers), takes, "{value}");
        }
        assert!(!accepts_gzip(&HeaderMap::new()));
    }
}
