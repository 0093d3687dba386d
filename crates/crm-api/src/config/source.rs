use std::fmt;

/// A value that was refused at start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadValue {
    /// The variable's name.
    pub variable: &'static str,
    /// What it was; masked when it is a secret.
    pub was: String,
    /// What it may be.
    pub may_be: &'static str,
}

impl fmt::Display for BadValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {}; it may be {}", self.variable, self.was, self.may_be)
    }
}

type Lookup<'a> = Box<dyn Fn(&str) -> Option<String> + 'a>;

/// Where values come from, and what was wrong with them so far.
pub struct Source<'a> {
    lookup: Lookup<'a>,
    errors: Vec<BadValue>,
}

impl<'a> Source<'a> {
    /// The process's environment. What is not UTF-8 is read with replacement characters, and then refused as such.
    pub fn environment() -> Self {
        Self::new(|name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
    }

    /// Any other source, for tests.
    pub fn new(lookup: impl Fn(&str) -> Option<String> + 'a) -> Self {
        Self { lookup: Box::new(lookup), errors: Vec::new() }
    }

    /// The trimmed value, unless it is unset or empty.
    pub fn get(&self, variable: &'static str) -> Option<String> {
        (self.lookup)(variable).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// The parsed value; one that `parse` refuses is noted as it was.
    pub fn parse<T>(
        &mut self,
        variable: &'static str,
        may_be: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.get(variable)?;
        let value = parse(&text);
        if value.is_none() {
            self.refuse(variable, format!("`{}`", text.chars().take(200).collect::<String>()), may_be);
        }
        value
    }

    /// As [`Self::parse`], for a secret: only its length is noted.
    pub fn parse_secret<T>(
        &mut self,
        variable: &'static str,
        may_be: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.get(variable)?;
        let value = parse(&text);
        if value.is_none() {
            self.refuse(variable, format!("*** ({} characters)", text.chars().count()), may_be);
        }
        value
    }

    /// Notes a refused value.
    pub fn refuse(&mut self, variable: &'static str, was: String, may_be: &'static str) {
        self.errors.push(BadValue { variable, was, may_be });
    }

    /// What was refused so far.
    pub fn take_errors(&mut self) -> Vec<BadValue> {
        std::mem::take(&mut self.errors)
    }
}
