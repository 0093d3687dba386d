use super::{Secret, Source};

/// Log-in.
#[derive(Debug, Clone)]
pub struct AuthConfig {
    /// `CRM_JWT_SECRET`, at least 32 bytes; without it, one is generated and kept in the data directory.
    pub jwt_secret: Option<Secret>,
}

impl AuthConfig {
    /// Fewest bytes of the secret: as long as the hash it keys.
    pub const SECRET_MIN: usize = 32;

    pub(super) fn read(source: &mut Source<'_>) -> Self {
        Self {
            jwt_secret: source.parse_secret("CRM_JWT_SECRET", "32 random bytes or more", |text| {
                (text.len() >= Self::SECRET_MIN).then(|| Secret::new(text))
            }),
        }
    }
}
