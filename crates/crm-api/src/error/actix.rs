//! The framework's own errors, as problems.

use super::ApiError;
use actix_web::error::{JsonPayloadError, PathError, PayloadError, QueryPayloadError};
use actix_web::{HttpRequest, web};
use crm_types::FieldError;

/// The most bytes of a JSON body.
pub const JSON_LIMIT: usize = 1024 * 1024;

/// For `web::Json`.
pub fn json_config() -> web::JsonConfig {
    web::JsonConfig::default().limit(JSON_LIMIT).error_handler(|error, _: &HttpRequest| ApiError::from(error).into())
}

/// For `web::Query`.
pub fn query_config() -> web::QueryConfig {
    web::QueryConfig::default().error_handler(|error, _: &HttpRequest| ApiError::from(error).into())
}

/// For `web::Path`: what is not an id names nothing.
pub fn path_config() -> web::PathConfig {
    web::PathConfig::default().error_handler(|_: PathError, _: &HttpRequest| {
        ApiError::not_found("The address holds something that is not an id.").into()
    })
}

/// For `web::Bytes` and the like.
pub fn payload_config() -> web::PayloadConfig {
    web::PayloadConfig::new(JSON_LIMIT)
}

impl From<JsonPayloadError> for ApiError {
    fn from(error: JsonPayloadError) -> Self {
        match error {
            JsonPayloadError::ContentType => Self::unsupported_media_type("application/json"),
            JsonPayloadError::OverflowKnownLength { limit, .. } | JsonPayloadError::Overflow { limit } => {
                Self::too_large(limit)
            }
            JsonPayloadError::Deserialize(error) if error.is_data() => {
                Self::invalid(vec![field_error(&error.to_string())])
            }
            JsonPayloadError::Deserialize(error) => Self::bad_request(format!("The body is not JSON: {error}.")),
            JsonPayloadError::Payload(error) => error.into(),
            error => Self::bad_request(format!("The body cannot be read: {error}.")),
        }
    }
}

impl From<PayloadError> for ApiError {
    fn from(error: PayloadError) -> Self {
        match error {
            PayloadError::Overflow => Self::too_large(JSON_LIMIT),
            error => Self::bad_request(format!("The body cannot be read: {error}.")),
        }
    }
}

impl From<QueryPayloadError> for ApiError {
    fn from(error: QueryPayloadError) -> Self {
        match error {
            QueryPayloadError::Deserialize(error) => Self::invalid(vec![field_error(&error.to_string())]),
            error => Self::bad_request(format!("The query cannot be read: {error}.")),
        }
    }
}

/// serde says which field it means only within its sentence.
fn field_error(message: &str) -> FieldError {
    let field = message.split('`').nth(1).unwrap_or_default();
    // The position in the body helps nobody who fills in a form.
    let sentence = message.split(" at line ").next().unwrap_or(message);
    let (field, code) = match sentence {
        text if text.starts_with("missing field") => (field, "required"),
        text if text.starts_with("unknown field") => (field, "unknown_field"),
        text if text.starts_with("duplicate field") => (field, "duplicate_field"),
        text if text.starts_with("unknown variant") => ("", "unknown_value"),
        _ => ("", "invalid"),
    };
    FieldError::new(field, code, sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serde_sentences_name_their_field() {
        let missing = field_error("missing field `email` at line 1 column 2");
        assert_eq!(missing, FieldError::new("email", "required", "missing field `email`"));
        assert_eq!(field_error("unknown field `role`, expected `email`").code, "unknown_field");
        assert_eq!(field_error("invalid type: integer `1`, expected a string").field, "");
    }
}
