//! What staff may say of an organisation, parsed.

use crate::customers::fields::{parse_email, parse_line};
use crate::db::{DomainError, Result};
use crm_types::organizations::{NewOrganization, OrganizationKind, OrganizationPatch, OrganizationStatus};

const LONGEST_NAME: usize = 200;
const LONGEST_WEBSITE: usize = 400;
const LONGEST_PHONE: usize = 50;
const LONGEST_NOTES: usize = 10_000;

/// Fields to write: `None` leaves one as it is, `Some(None)` empties it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Fields {
    pub name: Option<String>,
    pub kind: Option<OrganizationKind>,
    pub status: Option<OrganizationStatus>,
    pub website: Option<Option<String>>,
    pub email: Option<Option<String>>,
    pub phone: Option<Option<String>>,
    pub notes: Option<Option<String>>,
}

impl Fields {
    pub(super) fn of_patch(patch: &OrganizationPatch) -> Result<Self> {
        Ok(Self {
            name: patch.name.as_deref().map(parse_name).transpose()?,
            kind: patch.kind,
            status: patch.status,
            website: patch.website.as_ref().map(|website| parse_website(website.as_deref())).transpose()?,
            email: patch.email.as_ref().map(|email| parse_email(email.as_deref())).transpose()?,
            phone: patch
                .phone
                .as_ref()
                .map(|phone| parse_line("phone", phone.as_deref(), LONGEST_PHONE))
                .transpose()?,
            notes: patch.notes.as_ref().map(|notes| parse_notes(notes.as_deref())).transpose()?,
        })
    }

    pub(super) fn of_new(new: &NewOrganization) -> Result<Self> {
        let given = |field: &Option<String>| field.clone().map(Some);
        Self::of_patch(&OrganizationPatch {
            version: None,
            name: Some(new.name.clone()),
            kind: Some(new.kind),
            status: new.status,
            website: given(&new.website),
            email: given(&new.email),
            phone: given(&new.phone),
            notes: given(&new.notes),
        })
    }
}

fn parse_name(name: &str) -> Result<String> {
    let name = parse_line("name", Some(name), LONGEST_NAME)?;
    name.ok_or_else(|| DomainError::invalid("name", "required", "Give the organization a name."))
}

/// An address that a browser can open: nothing but http and https.
fn parse_website(text: Option<&str>) -> Result<Option<String>> {
    let Some(text) = parse_line("website", text, LONGEST_WEBSITE)? else { return Ok(None) };
    let address = if text.contains("://") { text } else { format!("https://{text}") };
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")).unwrap_or_default();
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let label = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | ':'));
    if host.contains('.') && host.split('.').all(label) && !address.contains(char::is_whitespace) {
        Ok(Some(address))
    } else {
        Err(DomainError::invalid("website", "invalid", "Use a web address, such as iron-gym.example."))
    }
}

fn parse_notes(text: Option<&str>) -> Result<Option<String>> {
    match text.map(str::trim) {
        Some(text) if text.chars().count() > LONGEST_NOTES => {
            Err(DomainError::invalid("notes", "too_long", format!("Use at most {LONGEST_NOTES} characters.")))
        }
        Some(text) if text.contains('\0') => {
            Err(DomainError::invalid("notes", "invalid", "A NUL character cannot be stored."))
        }
        text => Ok(text.filter(|text| !text.is_empty()).map(str::to_owned)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_website_is_one_that_a_browser_opens() {
        for (text, parsed) in [
            ("iron-gym.example", Some("https://iron-gym.example")),
            (" http://iron.example/a?b#c ", Some("http://iron.example/a?b#c")),
            ("sport-müller.example:8080/x", Some("https://sport-müller.example:8080/x")),
            ("gym", None),
            ("javascript://x.y", None),
            ("javascript:alert(1).x", None),
            ("mailto:a@b.example", None),
            ("https://.example", None),
            ("https://a b.example", None),
            ("https://", None),
        ] {
            assert_eq!(parse_website(Some(text)).ok().flatten().as_deref(), parsed, "{text}");
        }
        assert_eq!(parse_website(Some("  ")).unwrap(), None);
        assert!(parse_website(Some(&format!("{}.example", "x".repeat(400)))).is_err());
    }

    #[test]
    fn names_and_notes() {
        assert_eq!(parse_name(" Fit & Co ").unwrap(), "Fit & Co");
        assert!(parse_name("  ").is_err() && parse_name("a\nb").is_err() && parse_name(&"x".repeat(201)).is_err());
        assert_eq!(parse_notes(Some(" a\nb ")).unwrap().as_deref(), Some("a\nb"));
        assert!(parse_notes(Some("a\0")).is_err() && parse_notes(Some(&"x".repeat(10_001))).is_err());
        assert_eq!(parse_notes(Some(" ")).unwrap(), None);
    }
}
