//! One request: who asks, what for, and whether it was asked before.

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, DATE, HttpDate, TryIntoHeaderValue};
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use futures_util::future::LocalBoxFuture;
use serde_json::Value;
use std::sync::PoisonError;
use std::time::{Duration, UNIX_EPOCH};

use super::form::Form;
use super::record::WrittenRequest;
use super::refusal::Refusal;
use super::{Service, expand};
use crate::error::Result;
use crate::simulation::lock;
use crate::state::Sandbox;

/// A reply that an `Idempotency-Key` repeats, and what it was the reply to.
#[derive(Debug, Clone)]
pub(super) struct KnownReply {
    url: String,
    form: Form,
    status: u16,
    body: Value,
}

/// An authenticated request with its parameters.
pub(super) struct Call {
    pub(super) form: Form,
    service: web::Data<Service>,
    url: String,
    idempotency_key: Option<String>,
}

impl FromRequest for Call {
    type Error = Refusal;
    type Future = LocalBoxFuture<'static, std::result::Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let service = request.app_data::<web::Data<Service>>().cloned();
        let body = web::Bytes::from_request(request, payload);
        let query = request.query_string().to_owned();
        let url = format!("{} {}", request.method(), request.path());
        let header = |name: &str| Some(request.headers().get(name)?.to_str().ok()?.to_owned());
        let authorization = header(AUTHORIZATION.as_str());
        let idempotency_key = header("Idempotency-Key");
        Box::pin(async move {
            let service = service.ok_or_else(|| Refusal::unreadable("The service is not set up."))?;
            authenticate(authorization.as_deref(), &service.api_key)?;
            let body = body.await.map_err(|error| Refusal::unreadable(&error.to_string()))?;
            Ok(Self { form: Form::parse(&query, &body), service, url, idempotency_key })
        })
    }
}

impl Call {
    /// Answers with what `read` finds.
    pub(super) fn read(&self, read: impl FnOnce(&Sandbox, &Form) -> Result<Value>) -> HttpResponse {
        let sandbox = lock(&self.service.sandbox);
        let (mut found, now) = (read(&sandbox, &self.form), sandbox.now());
        if let Ok(value) = &mut found {
            expand::expand(&sandbox, value, &self.form.words("expand"));
        }
        drop(sandbox);
        let (status, body) = outcome(found);
        let mut response = reply(status, &body);
        // What is read is so by the sandbox's clock, wherever that stands.
        let at = UNIX_EPOCH + Duration::from_secs(now.unsigned_abs());
        if let Ok(at) = HttpDate::from(at).try_into_value() {
            response.headers_mut().insert(DATE, at);
        }
        response
    }

    /// Answers with a page of `list`.
    pub(super) fn list(&self, list: impl FnOnce(&Sandbox, &Form) -> Result<(Vec<Value>, bool)>) -> HttpResponse {
        let url = self.url.split_once(' ').map_or("", |(_, path)| path);
        self.read(|sandbox, form| {
            let (data, has_more) = list(sandbox, form)?;
            Ok(serde_json::json!({ "object": "list", "data": data, "has_more": has_more, "url": url }))
        })
    }

    /// Changes something, once per `Idempotency-Key`.
    pub(super) fn write(&self, write: impl FnOnce(&mut Sandbox, &Form) -> Result<Value>) -> HttpResponse {
        let mut sandbox = lock(&self.service.sandbox);
        if let Some(known) = self.known() {
            return known;
        }
        if let Some(recorder) = &self.service.recorder {
            let (method, path) = self.url.split_once(' ').unwrap_or_default();
            let (at, idempotency_key) = (sandbox.now(), self.idempotency_key.clone());
            let (method, path, form) = (method.to_owned(), path.to_owned(), self.form.encoded());
            recorder(&WrittenRequest { at, method, path, form, idempotency_key });
        }
        let request = sandbox.begin_request(self.idempotency_key.as_deref());
        let mut done = write(&mut sandbox, &self.form);
        sandbox.end_request();
        if let Ok(value) = &mut done {
            expand::expand(&sandbox, value, &self.form.words("expand"));
        }
        let (status, body) = outcome(done);
        // Kept before the lock is released: a second request with the same key finds it.
        self.keep(status, &body);
        drop(sandbox);
        let mut response = reply(status, &body);
        if let Ok(id) = actix_web::http::header::HeaderValue::from_str(&request) {
            response.headers_mut().insert(actix_web::http::header::HeaderName::from_static("request-id"), id);
        }
        response
    }

    fn known(&self) -> Option<HttpResponse> {
        let key = self.idempotency_key.as_ref()?;
        let replies = self.service.replies.lock().unwrap_or_else(PoisonError::into_inner);
        let known = replies.get(key)?;
        if known.url != self.url || known.form != self.form {
            return Some(Refusal::other_parameters(key).reply());
        }
        Some(reply(known.status, &known.body))
    }

    fn keep(&self, status: u16, body: &Value) {
        if let Some(key) = &self.idempotency_key {
            let known = KnownReply { url: self.url.clone(), form: self.form.clone(), status, body: body.clone() };
            let mut replies = self.service.replies.lock().unwrap_or_else(PoisonError::into_inner);
            replies.insert(key.clone(), known);
        }
    }
}

fn outcome(result: Result<Value>) -> (u16, Value) {
    match result {
        Ok(body) => (200, body),
        Err(error) => {
            let refusal = Refusal::from(error);
            (refusal.status(), refusal.body())
        }
    }
}

fn reply(status: u16, body: &Value) -> HttpResponse {
    HttpResponse::build(StatusCode::from_u16(status).unwrap_or(StatusCode::OK)).json(body)
}

/// The key as a bearer token, or as the user name of basic authentication.
fn authenticate(header: Option<&str>, key: &str) -> std::result::Result<(), Refusal> {
    let Some(header) = header else {
        return Err(Refusal::unauthorized(
            "You did not provide an API key. You need to provide your API key in the Authorization header, using \
             Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
        ));
    };
    let given = match header.split_once(' ') {
        Some(("Bearer", token)) => Some(token.trim().to_owned()),
        Some(("Basic", encoded)) => user_name(encoded.trim()),
        _ => None,
    };
    if given.as_deref() == Some(key) {
        return Ok(());
    }
    Err(Refusal::unauthorized("Invalid API Key provided."))
}

/// The user name in `base64(user:password)`.
fn user_name(encoded: &str) -> Option<String> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bytes, mut buffer, mut bits) = (Vec::new(), 0_u32, 0_u32);
    for letter in encoded.bytes().filter(|letter| *letter != b'=') {
        let value = ALPHABET.iter().position(|known| *known == letter)?;
        buffer = buffer << 6 | u32::try_from(value).ok()?;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(buffer >> bits & 0xFF).ok()?);
        }
        buffer &= (1 << bits) - 1;
    }
    let pair = String::from_utf8(bytes).ok()?;
    Some(pair.split_once(':').map_or_else(|| pair.clone(), |(user, _)| user.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::authenticate;

    #[test]
    fn bearer_and_basic_are_accepted() {
        assert!(authenticate(Some("Bearer sk_test_1"), "sk_test_1").is_ok());
        // printf 'sk_test_1:' | base64
        assert!(authenticate(Some("Basic c2tfdGVzdF8xOg=="), "sk_test_1").is_ok());
        assert!(authenticate(Some("Basic c2tfdGVzdF8yOg=="), "sk_test_1").is_err());
        assert!(authenticate(Some("Bearer other"), "sk_test_1").is_err());
        assert!(authenticate(None, "sk_test_1").is_err());
    }
}
