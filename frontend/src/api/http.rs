//! The one place that builds requests: access token, one retry after a refresh, `Retry-After`, problem documents.

use super::{ApiError, repeat};
use crate::browser::sleep;
use crate::session::Session;
use gloo_net::http::{Request, RequestBuilder, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::Duration;
use wasm_bindgen::JsValue;

/// How often a read is repeated when the server is busy.
const BUSY_RETRIES: u32 = 2;
/// How often a POST is sent again when its reply was lost, or when the first one is still being done.
const LOST_RETRIES: u32 = 2;
/// The longest wait for a busy server before the reader is told.
const BUSY_WAIT_MAX: u32 = 10;

/// What a request does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Read.
    Get,
    /// Do.
    Post,
    /// Replace.
    Put,
    /// Change a part.
    Patch,
    /// Remove.
    Delete,
}

/// A body with its content type.
#[derive(Clone)]
struct Body(&'static str, JsValue);

impl Body {
    fn json(text: String) -> Self {
        Self("application/json", text.into())
    }
}

/// Reads an address as text. Waits for a new log-in when the session is over, and for a busy server.
pub async fn get_text(session: Session, path: &str) -> Result<String, ApiError> {
    let mut tries = 0;
    loop {
        match authorized(session, Method::Get, path, None).await {
            Err(error) if matches!(error.status(), 429 | 503) && tries < BUSY_RETRIES => {
                let wait = error.0.retry_after.unwrap_or(1);
                if wait > BUSY_WAIT_MAX {
                    return Err(error);
                }
                tries += 1;
                sleep(Duration::from_secs(wait.max(1).into())).await;
            }
            reply => return reply,
        }
    }
}

/// Sends a body and reads the reply.
pub async fn send_json<B: Serialize, T: DeserializeOwned>(
    session: Session,
    method: Method,
    path: &str,
    body: &B,
) -> Result<T, ApiError> {
    decode(&authorized(session, method, path, Some(Body::json(encode(body)?))).await?)
}

/// Sends a file as it is, and reads the reply. The browser reads it from the disk while it goes out.
pub async fn send_file<T: DeserializeOwned>(
    session: Session,
    path: &str,
    kind: &'static str,
    file: &web_sys::Blob,
) -> Result<T, ApiError> {
    decode(&authorized(session, Method::Post, path, Some(Body(kind, file.into()))).await?)
}

/// Sends a body and wants none.
pub async fn send_body<B: Serialize>(session: Session, method: Method, path: &str, body: &B) -> Result<(), ApiError> {
    authorized(session, method, path, Some(Body::json(encode(body)?))).await.map(drop)
}

/// Sends no body and reads the reply.
pub async fn request<T: DeserializeOwned>(session: Session, method: Method, path: &str) -> Result<T, ApiError> {
    decode(&authorized(session, method, path, None).await?)
}

/// Sends no body and wants none.
pub async fn send(session: Session, method: Method, path: &str) -> Result<(), ApiError> {
    authorized(session, method, path, None).await.map(drop)
}

/// Without an access token: log-in, refresh, set-up. Never asks for a log-in.
pub(crate) async fn anonymous(method: Method, path: &str, body: Option<String>) -> Result<String, ApiError> {
    once(method, path, None, body.map(Body::json), None).await
}

/// A reply's JSON.
pub(crate) fn decode<T: DeserializeOwned>(text: &str) -> Result<T, ApiError> {
    super::from_json(text).map_err(|e| ApiError::unreadable(&e.to_string()))
}

/// A body's JSON.
pub(crate) fn encode<B: Serialize>(body: &B) -> Result<String, ApiError> {
    serde_json::to_string(body).map_err(|e| ApiError::unreadable(&e.to_string()))
}

/// A POST carries a key by which the server does it once: it goes out again when its reply was lost.
async fn authorized(session: Session, method: Method, path: &str, body: Option<Body>) -> Result<String, ApiError> {
    let text = body.as_ref().map_or(Some(String::new()), |body| body.1.as_string());
    let key = text.filter(|_| method == Method::Post).and_then(|text| repeat::key(path, &text));
    let mut tries = 0;
    loop {
        let reply = logged_in(session, method, path, body.clone(), key.as_deref()).await;
        let lost = reply.as_ref().is_err_and(|error| error.is_unreachable() || error.0.kind == "/problems/running");
        if key.is_some() && lost && tries < LOST_RETRIES {
            tries += 1;
            sleep(Duration::from_secs(1)).await;
            continue;
        }
        return match (key, lost) {
            (Some(_), true) => Err(ApiError::unanswered()),
            (Some(key), false) => {
                repeat::answered(&key);
                reply
            }
            (None, _) => reply,
        };
    }
}

/// A 401 is answered by one refresh, and by the log-in dialog when that fails; then the request goes out again. The
/// caller only notices that it took longer, so that a draft is never lost to an expired session.
async fn logged_in(
    session: Session,
    method: Method,
    path: &str,
    body: Option<Body>,
    key: Option<&str>,
) -> Result<String, ApiError> {
    let token = session.token();
    let first = once(method, path, token.as_deref(), body.clone(), key).await;
    if !first.as_ref().is_err_and(|e| e.status() == 401) {
        return first;
    }
    // Somebody else may have refreshed while this request was on its way.
    if session.token() == token {
        session.renew().await?;
    }
    once(method, path, session.token().as_deref(), body, key).await
}

async fn once(
    method: Method,
    path: &str,
    token: Option<&str>,
    body: Option<Body>,
    key: Option<&str>,
) -> Result<String, ApiError> {
    let mut request = builder(method, path).header("Accept", "application/json");
    if let Some(token) = token {
        request = request.header("Authorization", &format!("Bearer {token}"));
    }
    if let Some(key) = key {
        request = request.header("Idempotency-Key", key);
    }
    let sent = match body {
        Some(Body(kind, body)) => match request.header("Content-Type", kind).body(body) {
            Ok(request) => request.send().await,
            Err(error) => Err(error),
        },
        None => request.send().await,
    };
    read(sent.map_err(|_| ApiError::unreachable())?).await
}

fn builder(method: Method, path: &str) -> RequestBuilder {
    match method {
        Method::Get => Request::get(path),
        Method::Post => Request::post(path),
        Method::Put => Request::put(path),
        Method::Patch => Request::patch(path),
        Method::Delete => Request::delete(path),
    }
}

async fn read(reply: Response) -> Result<String, ApiError> {
    let text = reply.text().await.map_err(|_| ApiError::unreachable())?;
    if reply.ok() {
        return Ok(text);
    }
    let retry_after = reply.headers().get("retry-after").and_then(|v| v.parse().ok());
    Err(ApiError::from_reply(reply.status(), &text, reply.headers().get("x-request-id"), retry_after))
}
