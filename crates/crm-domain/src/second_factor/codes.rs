//! Codes, without the database.

use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// Bytes of a secret: as many as SHA-1 gives (RFC 4226).
pub(super) const SECRET_BYTES: usize = 20;
/// Seconds that a code is shown for.
const STEP: i64 = 30;
/// A phone's clock may be off by so many steps.
const DRIFT: i64 = 1;

/// The step whose code this is, if it is one of about now and later than the last one used.
pub(super) fn step_of(secret: &[u8], code: &str, now: i64, last_step: i64) -> Option<i64> {
    let now = now.div_euclid(STEP);
    (now - DRIFT..=now + DRIFT)
        .filter(|step| *step > last_step)
        .find(|step| code_at(secret, *step).as_deref() == Some(code))
}

/// The six digits of a step (RFC 6238 with SHA-1, as every app has it).
pub(super) fn code_at(secret: &[u8], step: i64) -> Option<String> {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).ok()?;
    mac.update(&step.to_be_bytes());
    let digest: [u8; 20] = mac.finalize().into_bytes().into();
    let offset = usize::from(digest.last()? & 15);
    let chosen: [u8; 4] = digest.get(offset..offset + 4)?.try_into().ok()?;
    let number = (u32::from_be_bytes(chosen) & 0x7fff_ffff) % 1_000_000;
    Some(format!("{number:06}"))
}

/// A secret as people type it (RFC 4648, without padding).
pub(super) fn base32(secret: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bit = |at: usize| secret.get(at / 8).map_or(0, |byte| usize::from(byte >> (7 - at % 8) & 1));
    let letter = |at: usize| (0..5).fold(0, |value, i| value << 1 | bit(at + i));
    (0..secret.len() * 8).step_by(5).filter_map(|at| LETTERS.get(letter(at))).map(|c| char::from(*c)).collect()
}

/// A new recovery code: 80 random bits, as `abcde-fghij-klmno-p`.
pub(super) fn recovery_code() -> String {
    let letters = base32(&rand::random::<[u8; 10]>()).to_ascii_lowercase();
    let mut code = String::with_capacity(19);
    for (i, letter) in letters.chars().enumerate() {
        if i > 0 && i % 4 == 0 {
            code.push('-');
        }
        code.push(letter);
    }
    code
}

/// What is stored of a recovery code, however it was typed.
pub(super) fn recovery_digest(code: &str) -> [u8; 32] {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    Sha256::digest(plain.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, cut to six digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = b"12345678901234567890";
        for (time, code) in [
            (59_i64, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code_at(secret, time / STEP).unwrap(), code, "{time}");
            assert_eq!(step_of(secret, code, time, 0), Some(time / STEP));
            assert_eq!(step_of(secret, code, time + STEP, 0), Some(time / STEP), "half a minute late");
            assert_eq!(step_of(secret, code, time + 3 * STEP, 0), None, "too late");
            assert_eq!(step_of(secret, code, time, time / STEP), None, "used already");
        }
    }

    #[test]
    fn a_secret_is_typed_in_base_32() {
        assert_eq!(base32(b"foobar"), "MZXW6YTBOI");
        assert_eq!(base32(b"12345678901234567890"), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    #[test]
    fn a_recovery_code_may_be_typed_in_any_way() {
        let code = recovery_code();
        assert_eq!((code.len(), code.matches('-').count()), (19, 3));
        assert_eq!(recovery_digest(&code), recovery_digest(&code.to_uppercase().replace('-', " ")));
        assert_ne!(code, recovery_code());
    }
}
