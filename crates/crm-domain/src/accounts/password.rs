use crate::db::{DomainError, Result};
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use crm_types::accounts::{PASSWORD_MAX, PASSWORD_MIN};
use std::collections::HashSet;
use std::sync::LazyLock;

/// OWASP's first choice for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

static COMMON: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    include_str!("common_passwords.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
});

/// A password that may be set: 12 to 128 characters of any script, and not one that everybody tries first.
#[derive(Clone)]
pub struct NewPassword(String);

impl NewPassword {
    /// Checks a password that somebody chose.
    ///
    /// # Errors
    /// [`DomainError::Invalid`] on `password` when it is too short, too long or too common.
    pub fn parse(text: &str) -> Result<Self> {
        let refuse = |code, message: &str| Err(DomainError::invalid("password", code, message));
        match text.chars().count() {
            0..PASSWORD_MIN => refuse("too_short", "Use at least 12 characters."),
            PASSWORD_MIN..=PASSWORD_MAX if is_common(text) => {
                refuse("too_common", "This password is among the first that are tried. Use a few words of your own.")
            }
            PASSWORD_MIN..=PASSWORD_MAX => Ok(Self(text.to_owned())),
            _ => refuse("too_long", "Use at most 128 characters."),
        }
    }

    /// The password itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewPassword(***)")
    }
}

/// Whether a guesser tries it early: a listed one, one with digits or punctuation around it, or one repeated.
fn is_common(password: &str) -> bool {
    let lower = password.to_lowercase();
    let word = lower.trim_matches(|c: char| !c.is_alphabetic());
    let number = lower.trim_matches(|c: char| !c.is_alphanumeric());
    let listed = |text: &str| COMMON.contains(text);
    listed(&lower)
        || listed(word)
        || listed(number)
        || repeats(&lower).is_some_and(|unit| unit.chars().count() < 4 || listed(unit))
}

/// The shortest text that gives the whole one when it is repeated.
fn repeats(text: &str) -> Option<&str> {
    (1..=text.len() / 2)
        .filter(|length| text.len().is_multiple_of(*length))
        .filter_map(|length| text.get(..length))
        .find(|unit| unit.repeat(text.len() / unit.len()) == text)
}

/// What came of comparing a password with a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It does not match.
    Wrong,
    /// It matches.
    Right,
    /// It matches, and the hash was made with other parameters than today's: store a new one.
    RightButOutdated,
}

/// Hashes a password: argon2id in PHC form, with a salt of its own. Takes tens of milliseconds and 19 MiB: call it off
/// the async threads, and not without bound.
///
/// # Errors
/// When the system gives no randomness.
pub fn hash(password: &str) -> std::result::Result<String, argon2::password_hash::Error> {
    let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>())?;
    Ok(hasher()?.hash_password(password.as_bytes(), &salt)?.to_string())
}

/// Compares a password with a stored hash, whatever parameters that was made with. As slow as [`hash`].
///
/// # Errors
/// When the stored hash is not a PHC string.
pub fn verify(password: &str, stored: &str) -> std::result::Result<Verdict, argon2::password_hash::Error> {
    let parsed = PasswordHash::new(stored)?;
    match hasher()?.verify_password(password.as_bytes(), &parsed) {
        Ok(()) if is_current(&parsed) => Ok(Verdict::Right),
        Ok(()) => Ok(Verdict::RightButOutdated),
        Err(argon2::password_hash::Error::Password) => Ok(Verdict::Wrong),
        Err(error) => Err(error),
    }
}

fn hasher() -> std::result::Result<Argon2<'static>, argon2::password_hash::Error> {
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(MEMORY_KIB, PASSES, LANES, None)?))
}

fn is_current(hash: &PasswordHash<'_>) -> bool {
    hash.algorithm == argon2::ARGON2ID_IDENT
        && Params::try_from(hash).is_ok_and(|p| (p.m_cost(), p.t_cost(), p.p_cost()) == (MEMORY_KIB, PASSES, LANES))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(password: &str) -> Option<&'static str> {
        match NewPassword::parse(password) {
            Err(DomainError::Invalid { code, .. }) => Some(code),
            Err(error) => panic!("{error}"),
            Ok(_) => None,
        }
    }

    #[test]
    fn length_counts_characters_of_any_script() {
        assert_eq!(code("elevenchars"), Some("too_short"));
        assert_eq!(code("twelve chars"), None);
        assert_eq!(code("одиннадцат"), Some("too_short"), "ten characters, twenty bytes");
        assert_eq!(code("пароль из слов"), None);
        assert_eq!(code(&"é1".repeat(64)).unwrap_or("fits"), "too_common", "128 characters, one syllable");
        assert_eq!(code(&format!("{}{}", "a quiet harbour ", "ö".repeat(112))), None, "128 characters");
        assert_eq!(code(&format!("{}{}", "a quiet harbour ", "ö".repeat(113))), Some("too_long"));
        println!("trust: password rules: 11 and 129 characters of any script refused, 12 and 128 accepted");
    }

    #[test]
    fn what_is_tried_first_is_refused() {
        assert!(COMMON.len() >= 1_000, "{}", COMMON.len());
        for password in [
            "Password1234",
            "12345678910!",
            "!!!Sunshine2024!!!",
            "abcabcabcabc",
            "dragondragon",
            "aaaaaaaaaaaa",
            "qwerty123456",
        ] {
            assert_eq!(code(password), Some("too_common"), "{password}");
        }
        println!("trust: password rules: {} common passwords and their variations refused", COMMON.len());
        for password in ["prometheus-demo", "correct horse battery staple", "sunshine over the bay"] {
            assert_eq!(code(password), None, "{password}");
        }
    }

    #[test]
    fn a_hash_says_how_it_was_made_and_checks_its_password_only() {
        let phc = hash("a long enough one").unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        assert_ne!(phc, hash("a long enough one").unwrap(), "its own salt");
        assert_eq!(verify("a long enough one", &phc).unwrap(), Verdict::Right);
        assert_eq!(verify("a long enough onE", &phc).unwrap(), Verdict::Wrong);
        assert!(verify("x", "not a hash").is_err());
    }

    #[test]
    fn a_weaker_hash_is_accepted_and_marked() {
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(64, 1, 1, None).unwrap());
        let salt = SaltString::encode_b64(b"0123456789abcdef").unwrap();
        let phc = weak.hash_password(b"old", &salt).unwrap().to_string();
        assert_eq!(verify("old", &phc).unwrap(), Verdict::RightButOutdated);
        assert_eq!(verify("new", &phc).unwrap(), Verdict::Wrong);
    }

    #[test]
    fn debug_keeps_the_secret() {
        assert!(!format!("{:?}", NewPassword::parse("twelve chars").unwrap()).contains("twelve"));
    }
}
