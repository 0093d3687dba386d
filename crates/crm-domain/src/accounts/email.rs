use crate::db::{DomainError, Result};

/// An e-mail address in the form it is stored and compared: trimmed, lower case, with one `@` between two parts.
///
/// Deliverability is not checked: it identifies a user and nothing is sent to it on trust.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// Parses what somebody typed.
    ///
    /// # Errors
    /// [`DomainError::Invalid`] on `email` when it cannot be an address.
    pub fn parse(text: &str) -> Result<Self> {
        let address = text.trim().to_lowercase();
        let fits = (3..=254).contains(&address.chars().count());
        let clean = !address.chars().any(|c| c.is_whitespace() || c.is_control());
        let parts = matches!(address.split_once('@'), Some((local, domain))
            if !local.is_empty() && !domain.is_empty() && !domain.contains('@'));
        if fits && clean && parts {
            Ok(Self(address))
        } else {
            Err(DomainError::invalid("email", "invalid", "Enter an e-mail address such as name@example.com."))
        }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_mailbox_has_one_form() {
        assert_eq!(Email::parse("  Ada@Example.COM ").unwrap().as_str(), "ada@example.com");
    }

    #[test]
    fn what_cannot_be_an_address_is_refused() {
        for text in
            ["", "@", "a@", "@b", "a b@c", "a@b@c", "a@b\r\nBcc: x", "nul\0@b.c", &format!("{}@b.c", "a".repeat(260))]
        {
            assert!(Email::parse(text).is_err(), "{text:?}");
        }
    }
}
