//! Stripe's webhook signature: `t=<unix>,v1=<hex hmac-sha256 of "{t}.{body}">`, every `v1`, every active secret.

use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// How old or how far ahead a signature may be, in seconds.
pub const TOLERANCE: i64 = 300;

/// Why a delivery is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The header is missing or not of the form `t=...,v1=...`.
    #[error("the Stripe-Signature header is missing or malformed")]
    Malformed,
    /// Signed more than 300 s ago, or ahead.
    #[error("the signature's timestamp is more than 300 seconds away from now")]
    Timestamp,
    /// No active secret made any of the signatures.
    #[error("no active webhook secret matches the signature")]
    Mismatch,
}

/// Checks the header against the exact bytes of the body.
pub fn verify(header: &str, body: &[u8], secrets: &[&str], now: DateTime<Utc>) -> Result<(), SignatureError> {
    let mut timestamp = None;
    let mut signatures = Vec::new();
    for part in header.split(',') {
        match part.trim().split_once('=') {
            Some(("t", value)) => timestamp = Some(value),
            Some(("v1", value)) => signatures.extend(hex::decode(value).ok()),
            _ => {}
        }
    }
    let (Some(t), false) = (timestamp, signatures.is_empty()) else { return Err(SignatureError::Malformed) };
    let signed_at: i64 = t.parse().map_err(|_| SignatureError::Malformed)?;
    if now.timestamp().abs_diff(signed_at) > TOLERANCE.unsigned_abs() {
        return Err(SignatureError::Timestamp);
    }
    for secret in secrets {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { continue };
        mac.update(t.as_bytes());
        mac.update(b".");
        mac.update(body);
        // `verify_slice` compares in constant time.
        if signatures.iter().any(|signature| mac.clone().verify_slice(signature).is_ok()) {
            return Ok(());
        }
    }
    Err(SignatureError::Mismatch)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sign(secret: &str, t: i64, body: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(format!("{t}.").as_bytes());
        mac.update(body);
        hex::encode(mac.finalize().into_bytes())
    }

    #[test]
    fn table() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let t = now.timestamp();
        let body = br#"{"id":"evt_1"}"#;
        let secrets = ["whsec_old", "whsec_new"];
        let good = |t: i64| format!("t={t},v1={}", sign("whsec_new", t, body));
        let check = |header: &str, body: &[u8]| verify(header, body, &secrets, now);

        assert_eq!(check(&good(t), body), Ok(()));
        assert_eq!(check(&good(t - 300), body), Ok(()), "exactly 300 s old");
        assert_eq!(check(&good(t - 301), body), Err(SignatureError::Timestamp));
        assert_eq!(check(&good(t + 301), body), Err(SignatureError::Timestamp));
        assert_eq!(check(&good(t), br#"{"id":"evt_2"}"#), Err(SignatureError::Mismatch), "one byte changed");
        let rotated = format!("t={t},v1={},v1={}", sign("whsec_gone", t, body), sign("whsec_old", t, body));
        assert_eq!(check(&rotated, body), Ok(()), "any v1, any secret");
        assert_eq!(check(&format!("t={t},v0={}", sign("whsec_new", t, body)), body), Err(SignatureError::Malformed));
        for bad in [
            "",
            "t=,v1=",
            "v1=00",
            "t=abc,v1=00",
            "t=1700000000",
            "t=1700000000,v1=zz",
            &format!("t={},v1=00", i64::MAX),
        ] {
            assert!(check(bad, body).is_err(), "{bad}");
        }
        assert_eq!(verify(&good(t), body, &[], now), Err(SignatureError::Mismatch), "no secret, no entry");
    }
}
