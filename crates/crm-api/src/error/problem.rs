use super::ApiError;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use crm_types::Problem;

/// The content type of every error.
pub const CONTENT_TYPE: &str = "application/problem+json";

pub(super) fn reply(mut builder: HttpResponseBuilder, problem: Problem) -> HttpResponse {
    builder.insert_header((header::CONTENT_TYPE, CONTENT_TYPE));
    builder.insert_header((header::CACHE_CONTROL, "no-store"));
    // A problem holds strings and numbers: writing it cannot fail.
    builder.body(serde_json::to_vec(&problem).unwrap_or_default())
}

/// The problem for an error that the framework made by itself and of which only the status is known.
pub fn from_status(status: StatusCode) -> HttpResponse {
    let error = match status {
        StatusCode::NOT_FOUND => ApiError::not_found("There is nothing at this address."),
        StatusCode::UNAUTHORIZED => ApiError::unauthorized("Send an access token."),
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::too_large(super::actix::JSON_LIMIT),
        status if status.is_client_error() => {
            let title = status.canonical_reason().unwrap_or("Bad request");
            ApiError::new(status, "malformed", title, "The request cannot be read.")
        }
        _ => ApiError::internal(anyhow::anyhow!("the framework answered {status}")),
    };
    error.error_response()
}
