//! Reading JSON by name, with errors that say the path.

use chrono::{DateTime, Utc};
use crm_types::Currency;
use serde_json::Value;

/// The error is a sentence for the inbox: what is missing or wrong, with its path.
pub type Read<T> = Result<T, String>;

/// A JSON object and where it stands in the event.
#[derive(Clone)]
pub struct Reader<'a> {
    value: &'a Value,
    path: String,
}

impl<'a> Reader<'a> {
    pub fn new(value: &'a Value, path: impl Into<String>) -> Self {
        Self { value, path: path.into() }
    }

    fn join(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// The field, unless it is missing or null.
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        self.value.get(name).filter(|v| !v.is_null())
    }

    pub fn value(&self) -> &'a Value {
        self.value
    }

    fn missing<T>(&self, name: &str, what: &str) -> Read<T> {
        Err(format!("{} is missing or not {what}", self.join(name)))
    }

    pub fn object(&self, name: &str) -> Read<Reader<'a>> {
        match self.get(name) {
            Some(value) if value.is_object() => Ok(Reader::new(value, self.join(name))),
            _ => self.missing(name, "an object"),
        }
    }

    pub fn maybe_object(&self, name: &str) -> Option<Reader<'a>> {
        self.get(name).filter(|v| v.is_object()).map(|v| Reader::new(v, self.join(name)))
    }

    pub fn text(&self, name: &str) -> Read<&'a str> {
        match self.get(name).and_then(Value::as_str) {
            Some(text) if !text.is_empty() => Ok(text),
            _ => self.missing(name, "text"),
        }
    }

    /// A text, or null when it is missing or empty. NUL, which PostgreSQL cannot hold, is dropped.
    pub fn maybe_text(&self, name: &str) -> Option<String> {
        self.get(name).and_then(Value::as_str).map(clean).filter(|text| !text.is_empty())
    }

    pub fn integer(&self, name: &str) -> Read<i64> {
        self.get(name).and_then(Value::as_i64).map_or_else(|| self.missing(name, "a whole number"), Ok)
    }

    pub fn maybe_integer(&self, name: &str) -> Option<i64> {
        self.get(name).and_then(Value::as_i64)
    }

    pub fn flag(&self, name: &str) -> bool {
        self.get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    pub fn instant(&self, name: &str) -> Read<DateTime<Utc>> {
        self.maybe_instant(name).map_or_else(|| self.missing(name, "a Unix time"), Ok)
    }

    pub fn maybe_instant(&self, name: &str) -> Option<DateTime<Utc>> {
        // PostgreSQL's range, with room: years 1970 to 9999.
        self.maybe_integer(name)
            .filter(|s| (0..253_402_300_800).contains(s))
            .and_then(|s| DateTime::from_timestamp(s, 0))
    }

    pub fn currency(&self, name: &str) -> Read<Currency> {
        let code = self.text(name)?;
        Currency::parse(code).ok_or_else(|| {
            format!("{}: `{}` is not an ISO 4217 currency", self.join(name), code.chars().take(16).collect::<String>())
        })
    }

    /// An id: of a plain reference, or of the object that was expanded in its place.
    pub fn id(&self, name: &str) -> Option<String> {
        match self.get(name)? {
            Value::String(id) => Some(clean(id)).filter(|id| !id.is_empty()),
            Value::Object(object) => object.get("id").and_then(Value::as_str).map(clean),
            _ => None,
        }
    }

    pub fn required_id(&self, name: &str) -> Read<String> {
        self.id(name).map_or_else(|| self.missing(name, "an id"), Ok)
    }

    /// The elements of a list: Stripe's `{object: "list", data: []}` or a plain array.
    pub fn list(&self, name: &str) -> Option<Vec<Reader<'a>>> {
        let value = self.get(name)?;
        let items = value.as_array().or_else(|| value.get("data").and_then(Value::as_array))?;
        Some(items.iter().enumerate().map(|(i, v)| Reader::new(v, format!("{}[{i}]", self.join(name)))).collect())
    }

    /// A number as exact decimal text: JSON's shortest form of a float gives back what was written.
    pub fn decimal(&self, name: &str) -> Option<String> {
        match self.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// A metadata value.
    pub fn meta(&self, key: &str) -> Option<String> {
        self.maybe_object("metadata")?.maybe_text(key)
    }

    pub fn path(&self) -> &str {
        &self.path
    }
}

fn clean(text: &str) -> String {
    text.chars().filter(|c| *c != '\0').collect()
}

/// JSON without NUL characters, which `jsonb` refuses.
pub fn clean_json(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(clean(text)),
        Value::Array(items) => Value::Array(items.iter().map(clean_json).collect()),
        Value::Object(fields) => Value::Object(fields.iter().map(|(k, v)| (clean(k), clean_json(v))).collect()),
        other => other.clone(),
    }
}
