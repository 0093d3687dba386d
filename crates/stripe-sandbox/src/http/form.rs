//! Stripe's form encoding: `items[0][price]=...&metadata[key]=value`.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::state::Page;
use crate::state::object::Metadata;

/// The parameters of a request by their bracketed names, whether they came in the query or in the body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Form(BTreeMap<String, String>);

impl Form {
    pub(super) fn parse(query: &str, body: &[u8]) -> Self {
        let pairs = form_urlencoded::parse(query.as_bytes()).chain(form_urlencoded::parse(body));
        Self(pairs.map(|(key, value)| (key.into_owned(), value.into_owned())).collect())
    }

    /// As a body.
    pub(super) fn encoded(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }

    /// A given value; an empty one counts, because it is how Stripe's clients unset a field.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    pub(super) fn owned(&self, key: &str) -> Option<String> {
        self.0.get(key).cloned()
    }

    pub(super) fn required(&self, key: &str) -> Result<&str> {
        self.text(key).filter(|value| !value.is_empty()).ok_or_else(|| Error::required(key))
    }

    pub(super) fn int(&self, key: &str) -> Result<Option<i64>> {
        let parse = |value: &str| value.parse().map_err(|_| Error::invalid(key, format!("Invalid integer: {value}")));
        self.text(key).map(parse).transpose()
    }

    pub(super) fn flag(&self, key: &str) -> Result<Option<bool>> {
        match self.text(key) {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(value) => Err(Error::invalid(key, format!("Invalid boolean: {value}"))),
        }
    }

    /// One of the words that `parse` knows.
    pub(super) fn word<T>(&self, key: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>> {
        let known = |value: &str| parse(value).ok_or_else(|| Error::invalid(key, format!("Invalid {key}: {value}")));
        self.text(key).map(known).transpose()
    }

    pub(super) fn has(&self, prefix: &str) -> bool {
        self.0.keys().any(|key| inside(key, prefix).is_some())
    }

    /// `metadata[key]=value`.
    pub(super) fn metadata(&self) -> Metadata {
        let pairs = self.0.iter();
        pairs.filter_map(|(key, value)| Some((inside(key, "metadata")?.0.to_owned(), value.clone()))).collect()
    }

    /// The members of a list of objects, `items[0][price]` as `price`, in the order of their indices.
    pub(super) fn members(&self, prefix: &str) -> Vec<Self> {
        let mut members: BTreeMap<u32, Self> = BTreeMap::new();
        for (key, value) in &self.0 {
            let Some((index, rest)) = inside(key, prefix) else { continue };
            let (Ok(index), Some((name, deeper))) = (index.parse(), split(rest)) else { continue };
            members.entry(index).or_default().0.insert(format!("{name}{deeper}"), value.clone());
        }
        members.into_values().collect()
    }

    /// The values of a list of words, `types[0]=a&types[1]=b`.
    pub(super) fn words(&self, prefix: &str) -> Vec<String> {
        let pairs = self.0.iter();
        pairs.filter(|(key, _)| inside(key, prefix).is_some()).map(|(_, value)| value.clone()).collect()
    }

    pub(super) fn page(&self) -> Result<Page> {
        let limit = self.int("limit")?.unwrap_or(10);
        let limit = usize::try_from(limit).ok().filter(|limit| (1..=100).contains(limit));
        let message = "Invalid limit: must be between 1 and 100.";
        let limit = limit.ok_or_else(|| Error::invalid("limit", message))?;
        Ok(Page { limit, starting_after: self.owned("starting_after") })
    }
}

/// `prefix[name]rest` as (`name`, `rest`).
fn inside<'a>(key: &'a str, prefix: &str) -> Option<(&'a str, &'a str)> {
    split(key.strip_prefix(prefix)?)
}

/// `[name]rest` as (`name`, `rest`).
fn split(brackets: &str) -> Option<(&str, &str)> {
    brackets.strip_prefix('[')?.split_once(']')
}

#[cfg(test)]
mod tests {
    use super::Form;

    #[test]
    fn brackets_are_understood() {
        let form = Form::parse(
            "limit=3&types[0]=a&types[1]=b",
            b"items%5B0%5D%5Bprice%5D=p0&items[1][price]=p1&items[1][quantity]=4&metadata[a%20b]=c%26d&pause=",
        );
        let items = form.members("items");
        assert_eq!(items.len(), 2);
        assert_eq!(items[0].text("price"), Some("p0"));
        assert_eq!(items[1].int("quantity").unwrap(), Some(4));
        assert_eq!(form.metadata()["a b"], "c&d");
        assert_eq!(form.words("types"), ["a", "b"]);
        assert_eq!(form.text("pause"), Some(""));
        assert_eq!(form.page().unwrap().limit, 3);
        assert!(form.has("metadata") && !form.has("meta"));
        assert!(Form::parse("limit=101", b"").page().is_err());
    }
}
