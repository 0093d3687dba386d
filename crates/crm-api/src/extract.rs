//! Bodies that are right once they are in the handler's hands.

use crate::ApiError;
use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use actix_web::{FromRequest, HttpRequest, web};
use crm_types::FieldError;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use validator::{Validate, ValidationErrors, ValidationErrorsKind};

/// A JSON body that parsed and passed its own rules; else 400, 413, 415, or 422 with every wrong field.
#[derive(Debug)]
pub struct Valid<T>(pub T);

impl<T: DeserializeOwned + Validate + 'static> FromRequest for Valid<T> {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = web::Json::<T>::from_request(request, payload);
        Box::pin(async move {
            let web::Json(value) = body.await?;
            match value.validate() {
                Ok(()) => Ok(Self(value)),
                Err(errors) => Err(ApiError::invalid(fields(&errors, "")).into()),
            }
        })
    }
}

/// A JSON body that may be left out; else 400, 413, 415 or 422, as with any.
#[derive(Debug)]
pub struct Maybe<T>(pub Option<T>);

impl<T: DeserializeOwned + 'static> FromRequest for Maybe<T> {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let headers = request.headers();
        let none =
            headers.get(CONTENT_LENGTH).is_none_or(|length| length == "0") && !headers.contains_key(TRANSFER_ENCODING);
        let body = (!none).then(|| web::Json::<T>::from_request(request, payload));
        Box::pin(async move {
            match body {
                Some(body) => Ok(Self(Some(body.await?.into_inner()))),
                None => Ok(Self(None)),
            }
        })
    }
}

/// The wrong fields, nested ones with dots, in the order of their names.
fn fields(errors: &ValidationErrors, prefix: &str) -> Vec<FieldError> {
    let mut found: Vec<FieldError> = errors
        .errors()
        .iter()
        .flat_map(|(name, kind)| {
            let name = format!("{prefix}{name}");
            match kind {
                ValidationErrorsKind::Field(errors) => errors
                    .iter()
                    .map(|error| {
                        let message = error.message.as_deref().unwrap_or("This value is not allowed.");
                        FieldError::new(name.as_str(), error.code.as_ref(), message)
                    })
                    .collect(),
                ValidationErrorsKind::Struct(errors) => fields(errors, &format!("{name}.")),
                ValidationErrorsKind::List(items) => {
                    items.iter().flat_map(|(index, errors)| fields(errors, &format!("{name}.{index}."))).collect()
                }
            }
        })
        .collect();
    found.sort_by(|a, b| a.field.cmp(&b.field));
    found
}
