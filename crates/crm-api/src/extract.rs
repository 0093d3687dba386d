//! Bodies that are right once they are in the handler's hands.

use crate::ApiError;
use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use actix_web::{FromRequest, HttpRequest, web};
use crm_types::FieldError;
use futures_util::future::LocalBoxFuture;
use serde::de::{DeserializeOwned, Visitor};
use serde::{Deserialize, Deserializer};
use validator::{Validate, ValidationErrors, ValidationErrorsKind};

/// A JSON body that is an object; else 400, 413, 415 or 422. A list with the fields in their order, which serde takes too, would
/// get round the rule that unknown fields are refused.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T> std::ops::Deref for Body<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = web::Json::<Object<T>>::from_request(request, payload);
        Box::pin(async move { Ok(Self(body.await?.into_inner().0)) })
    }
}

/// Read from an object and nothing else.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(AsObject(deserializer)).map(Self)
    }
}

struct AsObject<D>(D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for AsObject<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// A JSON body that parsed and passed its own rules; else 400, 413, 415, or 422 with every wrong field.
#[derive(Debug)]
pub struct Valid<T>(pub T);

impl<T: DeserializeOwned + Validate + 'static> FromRequest for Valid<T> {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = Body::<T>::from_request(request, payload);
        Box::pin(async move {
            let Body(value) = body.await?;
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
        let body = (!none).then(|| Body::<T>::from_request(request, payload));
        Box::pin(async move {
            match body {
                Some(body) => Ok(Self(Some(body.await?.0))),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crm_types::customers::NewCustomer;

    #[test]
    fn a_list_is_no_object() {
        let read = |text: &str| serde_json::from_str::<Object<NewCustomer>>(text).map(|Object(new)| new.name);
        assert_eq!(read(r#"{"name": "Ada"}"#).unwrap().as_deref(), Some("Ada"));
        for text in [r#"["a@example.com", "Ada"]"#, "[]", "\"Ada\"", "3", "null"] {
            assert!(read(text).unwrap_err().is_data(), "{text}");
        }
    }
}
