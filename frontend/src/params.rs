//! The query string as an ordered list of names and values: filters, sort, cursor and peek all live in it.

use std::fmt::Write;

/// A parsed query string. Order is kept, so that an unchanged view gives an unchanged address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Parses what follows the `?` (a leading `?` is fine). Pairs without a name are dropped; of a repeated name the
    /// last one counts.
    pub fn parse(search: &str) -> Self {
        let mut params = Self::default();
        for pair in search.strip_prefix('?').unwrap_or(search).split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if !name.is_empty() {
                params.set(&decode(name), &decode(value));
            }
        }
        params
    }

    /// From names and values; empty values are left out.
    pub fn from_pairs(pairs: &[(&str, &str)]) -> Self {
        let mut params = Self::default();
        for (name, value) in pairs {
            params.set(name, value);
        }
        params
    }

    /// The value of a name, when it is there and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// Sets a name in place, or at the end; an empty value removes it.
    pub fn set(&mut self, name: &str, value: &str) {
        if value.is_empty() {
            self.remove(name);
        } else if let Some(pair) = self.0.iter_mut().find(|(n, _)| n == name) {
            pair.1 = value.to_owned();
        } else {
            self.0.push((name.to_owned(), value.to_owned()));
        }
    }

    /// Takes a name out.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(n, _)| n != name);
    }

    /// The same with one name set; an empty value removes it.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.set(name, value);
        self
    }

    /// The same without some names.
    #[must_use]
    pub fn without(mut self, names: &[&str]) -> Self {
        self.0.retain(|(n, _)| !names.contains(&n.as_str()));
        self
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(n, v)| (n.as_str(), v.as_str()))
    }

    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Where the page that is shown leads with these: `?a=b`, or `?` when nothing is set, because an empty address leads nowhere.
    pub fn here(&self) -> String {
        if self.is_empty() { "?".to_owned() } else { self.with_path("") }
    }

    /// `path?a=b`, or the path alone when nothing is set.
    pub fn with_path(&self, path: &str) -> String {
        if self.0.is_empty() {
            return path.to_owned();
        }
        let mut out = format!("{path}?");
        for (i, (name, value)) in self.0.iter().enumerate() {
            if i > 0 {
                out.push('&');
            }
            encode(name, &mut out);
            out.push('=');
            encode(value, &mut out);
        }
        out
    }
}

/// Percent-encodes all but what a reader of the address likes to see as it is.
fn encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b',' | b':' | b'@' => {
                out.push(char::from(byte));
            }
            b' ' => out.push('+'),
            // Writing to a String cannot fail.
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
}

/// The reverse; what is not well formed is kept as it stands.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        match (first, tail) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [a, b, after @ ..]) => match (hex(*a), hex(*b)) {
                (Some(high), Some(low)) => {
                    bytes.push(high << 4 | low);
                    rest = after;
                }
                _ => bytes.push(b'%'),
            },
            _ => bytes.push(first),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|d| u8::try_from(d).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_survives_the_round_trip() {
        for (search, path) in [
            ("", "/x"),
            ("?", "/x"),
            ("?a=1&b=2", "/x?a=1&b=2"),
            ("?q=a+b%26c", "/x?q=a+b%26c"),
            ("?q=J%C3%BCrgen%20%2B1", "/x?q=J%C3%BCrgen+%2B1"),
            ("?movement=new,churn&sort=-amount", "/x?movement=new,churn&sort=-amount"),
            ("?a=&=1&b", "/x"),
        ] {
            let params = Params::parse(search);
            assert_eq!(params.with_path("/x"), path, "{search}");
            assert_eq!(Params::parse(path.split_once('?').map_or("", |(_, s)| s)), params, "{search}");
        }
    }

    #[test]
    fn bad_escapes_stay_as_they_are() {
        let params = Params::parse("?q=100%&r=%zz&s=%4&t=%ff");
        assert_eq!(params.get("q"), Some("100%"));
        assert_eq!(params.get("r"), Some("%zz"));
        assert_eq!(params.get("s"), Some("%4"));
        assert_eq!(params.get("t"), Some("\u{fffd}"));
    }

    #[test]
    fn setting_keeps_the_place_and_empty_removes() {
        let params = Params::parse("?a=1&b=2&c=3").with("b", "9").with("a", "").with("d", "4");
        assert_eq!(params.here(), "?b=9&c=3&d=4");
        assert_eq!(Params::default().here(), "?");
        assert_eq!(params.without(&["b", "d"]).with_path("/"), "/?c=3");
        assert_eq!(Params::parse("?a=1&a=2").get("a"), Some("2"));
    }
}
