//! What serde and the parsers say of a value, in words for people.

/// A field that a sentence is about, a code for programs, and the sentence for people.
pub(crate) struct Said {
    pub field: Option<String>,
    pub code: &'static str,
    pub sentence: String,
}

/// Reads what serde says of a body or of a query. A sentence that is not known stays as it is, with a capital and a full
/// stop.
pub(crate) fn read(message: &str) -> Said {
    // The position in the body helps nobody who fills in a form.
    let message = message.split(" at line ").next().unwrap_or(message);
    let mut quoted = message.split('`').skip(1).step_by(2).map(str::to_owned);
    let named = |field: Option<String>, code, sentence: String| Said { field, code, sentence };
    let plain = |code, sentence: String| Said { field: None, code, sentence };
    if message.starts_with("missing field") {
        return named(quoted.next(), "required", "This is missing.".to_owned());
    }
    if message.starts_with("duplicate field") {
        return named(quoted.next(), "duplicate_field", "Give this once.".to_owned());
    }
    if message.starts_with("unknown field") {
        let name = quoted.next();
        let known = list(quoted);
        let sentence = match (&name, known.is_empty()) {
            (Some(name), false) => format!("There is no field {name} here, but: {known}."),
            (Some(name), true) => format!("There is no field {name} here."),
            (None, _) => "There is no such field here.".to_owned(),
        };
        return named(name, "unknown_field", sentence);
    }
    if message.starts_with("unknown variant") {
        let name = quoted.next().unwrap_or_default();
        return plain("unknown_value", format!("{name} is not one of {}.", list(quoted)));
    }
    if let Some((found, expected)) =
        message.strip_prefix("invalid type: ").and_then(|rest| rest.split_once(", expected "))
    {
        let sentence = match (kind(found), kind(expected)) {
            (Some(found), Some(expected)) => format!("{} stands where {expected} belongs.", capital(found)),
            (None, Some(expected)) => format!("This is not {expected}."),
            (_, None) => "This is not what belongs here.".to_owned(),
        };
        return plain("invalid", sentence);
    }
    let code = if message.contains("is not one of") { "unknown_value" } else { "invalid" };
    plain(code, parser(message).map_or_else(|| finished(message), str::to_owned))
}

/// What those say that read numbers, days, ids and yes or no.
fn parser(message: &str) -> Option<&'static str> {
    Some(match message {
        "invalid digit found in string" | "cannot parse integer from empty string" => "Give a whole number.",
        "number too large to fit in target type" => "This number is too large.",
        "number too small to fit in target type" => "This number is too small.",
        "provided string was not `true` or `false`" => "Say true or false.",
        // Of a day and of a time.
        "input contains invalid characters"
        | "premature end of input"
        | "trailing input"
        | "input is out of range"
        | "input is not enough for unique date and time" => {
            "There is no such day or time. Write a day as 2026-03-01 and a time as 2026-03-01T08:00:00Z."
        }
        text if text.starts_with("UUID parsing failed") => "This is not an id.",
        _ => return None,
    })
}

/// What serde calls a kind of value, as people do.
fn kind(serde: &str) -> Option<&'static str> {
    let serde = serde.trim_start_matches("a ").trim_start_matches("an ").trim_start_matches("borrowed ");
    Some(match serde.split([' ', '`']).next().unwrap_or(serde) {
        // Of a choice with something in it, and the other way round.
        _ if serde.ends_with("variant") => return None,
        "null" | "unit" => "nothing",
        "boolean" => "true or false",
        "integer" | "floating" | "f32" | "f64" => "a number",
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number",
        "string" | "character" => "a text",
        "sequence" => "a list",
        "map" | "struct" => "an object",
        "UUID" => "an id",
        _ if serde.contains("date") || serde.contains("time") => "a day or a time",
        _ => return None,
    })
}

fn list(names: impl Iterator<Item = String>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}

fn finished(text: &str) -> String {
    let text = capital(text.trim_end_matches('.'));
    format!("{text}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_serde_says_is_said_plainly() {
        for (serde, field, code, sentence) in [
            ("missing field `email` at line 1 column 2", Some("email"), "required", "This is missing."),
            ("duplicate field `name`", Some("name"), "duplicate_field", "Give this once."),
            (
                "unknown field `role`, expected `email` or `name`",
                Some("role"),
                "unknown_field",
                "There is no field role here, but: email, name.",
            ),
            ("unknown field `x`, there are no fields", Some("x"), "unknown_field", "There is no field x here."),
            (
                "unknown variant `gone`, expected one of `new`, `churn`",
                None,
                "unknown_value",
                "gone is not one of new, churn.",
            ),
            ("`gone` is not one of new, churn", None, "unknown_value", "`gone` is not one of new, churn."),
            ("invalid type: integer `1`, expected a string", None, "invalid", "A number stands where a text belongs."),
            ("invalid type: string \"x\", expected a sequence", None, "invalid", "A text stands where a list belongs."),
            ("invalid type: null, expected i64", None, "invalid", "Nothing stands where a whole number belongs."),
            (
                "invalid type: string \"x\", expected struct NewCustomer",
                None,
                "invalid",
                "A text stands where an object belongs.",
            ),
            ("invalid type: unit variant, expected struct variant", None, "invalid", "This is not what belongs here."),
            ("invalid digit found in string", None, "invalid", "Give a whole number."),
            ("UUID parsing failed: invalid length", None, "invalid", "This is not an id."),
            ("`zzz` is not an ISO 4217 currency", None, "invalid", "`zzz` is not an ISO 4217 currency."),
        ] {
            let said = read(serde);
            assert_eq!((said.field.as_deref(), said.code, said.sentence.as_str()), (field, code, sentence), "{serde}");
        }
    }
}
