//! The framework's own errors, as problems.

use super::{ApiError, sentences};
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

/// For `web::Path`: what cannot be read names nothing.
pub fn path_config() -> web::PathConfig {
    web::PathConfig::default().error_handler(|_: PathError, _: &HttpRequest| {
        ApiError::not_found("There is nothing at this address: a part of it is no id, day or code as it should be.")
            .into()
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

fn field_error(message: &str) -> FieldError {
    let said = sentences::read(message);
    FieldError::new(said.field.unwrap_or_default(), said.code, said.sentence)
}
