use sha2::{Digest, Sha256};

/// A secret that we hand out and recognise again: 256 random bits, as 64 hexadecimal digits. Only its SHA-256 is stored.
#[derive(Clone)]
pub struct SecretToken(String);

impl SecretToken {
    /// A new random one.
    pub fn generate() -> Self {
        Self(rand::random::<[u8; 32]>().iter().fold(String::with_capacity(64), |mut text, byte| {
            for nibble in [byte >> 4, byte & 15] {
                text.push(char::from_digit(nibble.into(), 16).unwrap_or('0'));
            }
            text
        }))
    }

    /// One that a client brought; `None` when it cannot be a token.
    pub fn from_client(text: &str) -> Option<Self> {
        (text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())).then(|| Self(text.to_owned()))
    }

    /// The token itself, to be handed out.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored of it.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }
}

impl std::fmt::Debug for SecretToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretToken(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_random_and_comes_back_from_a_client() {
        let (a, b) = (SecretToken::generate(), SecretToken::generate());
        assert_ne!(a.expose(), b.expose());
        assert_eq!(SecretToken::from_client(a.expose()).unwrap().digest(), a.digest());
        assert!(SecretToken::from_client("").is_none());
        assert!(SecretToken::from_client(&"g".repeat(64)).is_none());
        assert!(!format!("{a:?}").contains(a.expose()));
    }
}
