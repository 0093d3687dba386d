//! What staff may say of a customer, parsed.

use crate::accounts::Email;
use crate::db::{DomainError, Result};
use crm_types::customers::{CustomerPatch, NewCustomer, Priority};
use crm_types::ids::{CustomerId, OrganizationId, UserId};

/// Most tags of a customer.
pub(super) const MOST_TAGS: usize = 50;
const LONGEST_TAG: usize = 50;

/// Fields to write: `None` leaves one as it is, `Some(None)` empties it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Fields {
    pub email: Option<Option<String>>,
    pub name: Option<Option<String>>,
    pub phone: Option<Option<String>>,
    pub locale: Option<Option<String>>,
    pub time_zone: Option<Option<String>>,
    pub priority: Option<Priority>,
    pub tags: Option<Vec<String>>,
    pub owner: Option<Option<UserId>>,
    pub organization: Option<Option<OrganizationId>>,
    pub coach: Option<Option<CustomerId>>,
}

impl Fields {
    pub(super) fn of_patch(patch: &CustomerPatch) -> Result<Self> {
        Ok(Self {
            email: patch.email.as_ref().map(|email| parse_email(email.as_deref())).transpose()?,
            name: patch.name.as_ref().map(|name| parse_line("name", name.as_deref(), 200)).transpose()?,
            phone: patch.phone.as_ref().map(|phone| parse_line("phone", phone.as_deref(), 50)).transpose()?,
            locale: patch.locale.as_ref().map(|locale| parse_locale(locale.as_deref())).transpose()?,
            time_zone: patch.time_zone.as_ref().map(|zone| parse_line("time_zone", zone.as_deref(), 64)).transpose()?,
            priority: patch.priority,
            tags: patch.tags.as_deref().map(parse_tags).transpose()?,
            owner: patch.owner_id,
            organization: patch.organization_id,
            coach: patch.coach_id,
        })
    }

    pub(super) fn of_new(new: &NewCustomer) -> Result<Self> {
        let given = |field: &Option<String>| field.clone().map(Some);
        let fields = Self::of_patch(&CustomerPatch {
            version: None,
            email: given(&new.email),
            name: given(&new.name),
            phone: given(&new.phone),
            locale: given(&new.locale),
            time_zone: given(&new.time_zone),
            priority: new.priority,
            tags: new.tags.clone(),
            owner_id: new.owner_id.map(Some),
            organization_id: new.organization_id.map(Some),
            coach_id: new.coach_id.map(Some),
        })?;
        if [&fields.email, &fields.name, &fields.phone].into_iter().all(|field| field.clone().flatten().is_none()) {
            let message = "Give at least one of e-mail, name and phone.";
            return Err(DomainError::invalid("email", "required", message));
        }
        Ok(fields)
    }

    /// Fields that staff gave: Stripe's snapshots leave them.
    pub(super) fn kept(&self) -> Vec<&'static str> {
        let given = [("email", &self.email), ("name", &self.name), ("phone", &self.phone)];
        given.into_iter().filter(|(_, field)| matches!(field, Some(Some(_)))).map(|(name, _)| name).collect()
    }
}

/// An e-mail address in lower case; an empty one is none.
pub(crate) fn parse_email(text: Option<&str>) -> Result<Option<String>> {
    match text.map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => Ok(Some(Email::parse(text)?.as_str().to_owned())),
        None => Ok(None),
    }
}

/// One line of text, trimmed, without marks that turn the writing; an empty one is none.
pub(crate) fn parse_line(field: &'static str, text: Option<&str>, most: usize) -> Result<Option<String>> {
    let text: String = text.unwrap_or_default().chars().filter(|c| !turns_the_writing(*c)).collect();
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if text.chars().any(char::is_control) {
        return Err(DomainError::invalid(field, "invalid", "Use one line, without control characters."));
    }
    if text.chars().count() > most {
        return Err(DomainError::invalid(field, "too_long", format!("Use at most {most} characters.")));
    }
    Ok(Some(text.to_owned()))
}

/// Whether what follows would be written in another direction than its letters have: a name with that reads as another.
fn turns_the_writing(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn parse_locale(text: Option<&str>) -> Result<Option<String>> {
    let Some(text) = parse_line("locale", text, 35)? else { return Ok(None) };
    let subtag = |tag: &str| (1..=8).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric());
    let language = text.split('-').next().unwrap_or_default();
    let fits = (2..=8).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_alphabetic());
    if fits && text.split('-').all(subtag) {
        Ok(Some(text))
    } else {
        Err(DomainError::invalid("locale", "invalid", "Use a language tag such as en or de-CH."))
    }
}

/// Trimmed, sorted, each once. A comma would end it in a filter or a CSV cell.
pub(super) fn parse_tags(tags: &[String]) -> Result<Vec<String>> {
    let mut parsed = Vec::with_capacity(tags.len());
    for tag in tags {
        let tag = parse_line("tags", Some(tag), LONGEST_TAG)?;
        let tag = tag.ok_or_else(|| DomainError::invalid("tags", "invalid", "A tag cannot be empty."))?;
        if tag.contains(',') {
            return Err(DomainError::invalid("tags", "invalid", format!("“{tag}” has a comma; tags cannot.")));
        }
        parsed.push(tag);
    }
    parsed.sort_unstable();
    parsed.dedup();
    if parsed.len() > MOST_TAGS {
        return Err(DomainError::invalid("tags", "too_many", format!("Use at most {MOST_TAGS} tags.")));
    }
    Ok(parsed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(new: &NewCustomer) -> (String, &'static str) {
        match Fields::of_new(new) {
            Err(DomainError::Invalid { field, code, .. }) => (field, code),
            other => panic!("{other:?}"),
        }
    }

    fn named(name: &str) -> NewCustomer {
        NewCustomer { name: Some(name.into()), ..NewCustomer::default() }
    }

    #[test]
    fn somebody_must_be_somebody() {
        assert_eq!(refused(&NewCustomer::default()), ("email".into(), "required"));
        assert_eq!(refused(&named("   ")), ("email".into(), "required"));
        let name = Fields::of_new(&named(" Žofia\u{200d}👩‍🚀 مرحبا ")).unwrap().name;
        assert_eq!(name, Some(Some("Žofia\u{200d}👩‍🚀 مرحبا".into())));
        assert_eq!(refused(&named("a\0b")), ("name".into(), "invalid"));
        assert_eq!(refused(&named(&"x".repeat(201))), ("name".into(), "too_long"));
        let bad = NewCustomer { email: Some("nobody".into()), ..NewCustomer::default() };
        assert_eq!(refused(&bad), ("email".into(), "invalid"));
    }

    #[test]
    fn locales_and_tags() {
        for (locale, fits) in
            [("en", true), ("de-CH", true), ("zh-Hant-TW", true), ("e", false), ("en_US", false), ("1", false)]
        {
            assert_eq!(parse_locale(Some(locale)).is_ok(), fits, "{locale}");
        }
        let tags = |tags: &[&str]| parse_tags(&tags.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>());
        assert_eq!(tags(&[" vip ", "beta", "vip"]).unwrap(), ["beta", "vip"]);
        for bad in [&["a,b"][..], &[" "], &["x\n"], &[&"x".repeat(51)]] {
            assert!(tags(bad).is_err() || bad == ["x\n"], "{bad:?}");
        }
        let many: Vec<String> = (0..51).map(|n| n.to_string()).collect();
        assert!(parse_tags(&many).is_err());
    }
}
