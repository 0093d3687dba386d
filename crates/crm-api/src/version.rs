//! Optimistic locking over HTTP: `ETag` hands a version out, `If-Match` or the body brings it back.

use crate::ApiError;
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};
use std::future::{Ready, ready};
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{ObjectBuilder, Required, Type};

/// The version of `If-Match: "3"`, if the request has one.
#[derive(Debug, Clone, Copy)]
pub struct IfMatch(Option<i64>);

impl IfMatch {
    /// The version that the caller saw: the header's, or the body's.
    ///
    /// # Errors
    /// 422 when neither says it, or they differ.
    pub fn or(self, body: Option<i64>) -> Result<i64, ApiError> {
        match (self.0, body) {
            (Some(header), Some(body)) if header != body => {
                let message = format!("`If-Match` says version {header}, the body says {body}.");
                Err(ApiError::invalid_field("version", "contradiction", message))
            }
            (Some(version), _) | (None, Some(version)) => Ok(version),
            (None, None) => {
                let message = "Say which version you saw: `version` in the body, or `If-Match`.";
                Err(ApiError::invalid_field("version", "required", message))
            }
        }
    }

    fn parse(text: &str) -> Option<i64> {
        text.trim().trim_start_matches("W/").trim_matches('"').parse().ok()
    }
}

/// A version as `ETag` shows it.
pub fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

impl FromRequest for IfMatch {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let version = match request.headers().get(header::IF_MATCH) {
            None => Ok(None),
            Some(value) => value.to_str().ok().and_then(Self::parse).map(Some).ok_or_else(|| {
                ApiError::invalid_field("If-Match", "invalid", "Use one version, as `ETag` gave it: `\"3\"`.")
            }),
        };
        ready(version.map(Self))
    }
}

impl utoipa::IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let parameter = ParameterBuilder::new()
            .name("If-Match")
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some("The version that you saw, as `ETag` gave it, unless the body says it"))
            .schema(Some(ObjectBuilder::new().schema_type(Type::String).examples([serde_json::json!("\"3\"")])));
        vec![parameter.build()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_said_once() {
        assert_eq!(IfMatch::parse("\"3\""), Some(3));
        assert_eq!(IfMatch::parse("W/\"3\""), Some(3));
        assert_eq!(IfMatch::parse(&etag(7)), Some(7));
        assert_eq!(IfMatch::parse("*"), None);
        assert_eq!(IfMatch(Some(3)).or(None).unwrap(), 3);
        assert_eq!(IfMatch(None).or(Some(4)).unwrap(), 4);
        assert_eq!(IfMatch(Some(4)).or(Some(4)).unwrap(), 4);
        assert!(IfMatch(Some(3)).or(Some(4)).is_err() && IfMatch(None).or(None).is_err());
    }
}
