//! What a view may hold, parsed. Which filters and columns a list has, its page knows: an address with others works too,
//! and so does a view.

use crate::db::{DomainError, Result};
use std::collections::BTreeMap;

const LONGEST_NAME: usize = 80;
const LONGEST_LIST: usize = 64;
const LONGEST_KEY: usize = 64;
const LONGEST_VALUE: usize = 500;
/// Bytes of all filters, some for quotes included; the database has a limit well above.
const LONGEST_PARAMS: usize = 3500;
/// Filters of a view, or columns.
const MOST: usize = 50;

/// One line, trimmed.
pub(super) fn parse_name(name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(DomainError::invalid(
            "name",
            "invalid",
            format!("Give it a name of 1 to {LONGEST_NAME} characters."),
        ));
    }
    Ok(name.to_owned())
}

/// A page's path: `/settings/audit`.
pub(super) fn parse_list(list: &str) -> Result<&str> {
    let part = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    match list.strip_prefix('/') {
        Some(path) if list.len() <= LONGEST_LIST && path.split('/').all(part) => Ok(list),
        _ => Err(DomainError::invalid("list", "invalid", "Use the path of a list's page, such as /customers.")),
    }
}

/// Names as a list has them, with any values.
pub(super) fn parse_params(params: &BTreeMap<String, String>) -> Result<serde_json::Value> {
    if params.len() > MOST {
        return Err(DomainError::invalid("params", "too_many", format!("Use at most {MOST} filters.")));
    }
    for (name, value) in params {
        if !is_key(name) {
            return Err(DomainError::invalid(
                "params",
                "invalid",
                "The name of a filter has letters, digits and _ only.",
            ));
        }
        if value.is_empty() || value.chars().count() > LONGEST_VALUE || value.chars().any(char::is_control) {
            let message = format!("The value of {name} must be one line of 1 to {LONGEST_VALUE} characters.");
            return Err(DomainError::invalid("params", "invalid", message));
        }
    }
    if params.iter().map(|(name, value)| name.len() + value.len() + 8).sum::<usize>() > LONGEST_PARAMS {
        return Err(DomainError::invalid("params", "too_long", "These filters are too long to be kept."));
    }
    serde_json::to_value(params).map_err(|error| sqlx::Error::Encode(error.into()).into())
}

/// Names of columns.
pub(super) fn parse_columns(columns: Option<&[String]>) -> Result<Option<&[String]>> {
    match columns {
        Some(columns) if columns.len() > MOST || !columns.iter().all(|column| is_key(column)) => {
            let message = format!("Name at most {MOST} columns, as the list's address does.");
            Err(DomainError::invalid("columns", "invalid", message))
        }
        columns => Ok(columns),
    }
}

/// An order: `-mrr`.
pub(super) fn parse_sort(sort: Option<&str>) -> Result<Option<&str>> {
    match sort {
        Some(sort) if !is_key(sort.strip_prefix('-').unwrap_or(sort)) => {
            Err(DomainError::invalid("sort", "invalid", "Name an order of the list, such as -created_at."))
        }
        sort => Ok(sort),
    }
}

fn is_key(name: &str) -> bool {
    (1..LONGEST_KEY).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_an_address_could_hold() {
        for (list, fits) in [
            ("/customers", true),
            ("/settings/audit", true),
            ("/mrr-movements", true),
            ("/", false),
            ("customers", false),
            ("/customers/", false),
            ("//evil.example", false),
            ("/Customers", false),
            ("/a?b=c", false),
        ] {
            assert_eq!(parse_list(list).is_ok(), fits, "{list}");
        }
        assert!(parse_list(&format!("/{}", "x".repeat(64))).is_err());
        assert_eq!(parse_name("  Big ones ").unwrap(), "Big ones");
        for name in ["", "  ", "a\nb", &"x".repeat(81)] {
            assert!(parse_name(name).is_err(), "{name}");
        }
        assert!(parse_name(&"é".repeat(80)).is_ok());
        let params = |name: &str, value: &str| parse_params(&BTreeMap::from([(name.to_owned(), value.to_owned())]));
        assert!(params("paying", "true").is_ok() && params("q", "O'Neil & co").is_ok());
        for (name, value) in [("", "x"), ("a b", "x"), ("q", ""), ("q", "a\0b"), ("q", &"x".repeat(501))] {
            assert!(params(name, value).is_err(), "{name}={value}");
        }
        let many = (0..51).map(|n| (format!("f{n}"), "x".to_owned())).collect();
        assert!(parse_params(&many).is_err());
        assert!(
            parse_sort(Some("-mrr")).is_ok() && parse_sort(Some("--mrr")).is_err() && parse_sort(Some("")).is_err()
        );
        assert!(parse_columns(Some(&["known_since".to_owned()])).is_ok());
        assert!(parse_columns(Some(&["Known since".to_owned()])).is_err());
    }
}
