//! The app's files, from this binary. A path that is a page of the app gets the app itself.

use crate::ApiError;
use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::LazyLock;

include!(concat!(env!("OUT_DIR"), "/bundle.rs"));

const INDEX: &str = "index.html";
/// A name with a hash in it never means anything else.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// Kept, and asked about each time.
const ASK: &str = "no-cache";
const NOT_BUILT: &str = "<!doctype html><html lang=en><meta charset=utf-8><title>Prometheus CRM</title>\
    <h1>The app is not in this build</h1><p>Run <code>./just ui</code>, then build the server again. \
    The API answers meanwhile: see <a href=/docs>/docs</a>.";

struct File {
    bytes: &'static [u8],
    etag: String,
}

static BUNDLE: LazyLock<HashMap<&'static str, File>> = LazyLock::new(|| {
    let file = |bytes: &'static [u8]| {
        let hash = hex::encode(Sha256::digest(bytes));
        File { bytes, etag: format!("\"{}\"", hash.get(..32).unwrap_or(&hash)) }
    };
    FILES.iter().map(|(name, bytes)| (*name, file(bytes))).collect()
});

/// The default service: everything that no route answers.
pub async fn serve(request: HttpRequest) -> HttpResponse {
    let path = request.path();
    if path.starts_with("/api/") || path == "/api" || path.starts_with("/webhooks/") {
        return ApiError::not_found("There is no route at this address.").error_response();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return ApiError::method_not_allowed("GET, HEAD".to_owned()).error_response();
    }
    reply(&request, &BUNDLE)
}

fn reply(request: &HttpRequest, bundle: &HashMap<&'static str, File>) -> HttpResponse {
    let name = request.path().trim_start_matches('/');
    let name = match name.rsplit('/').next().is_some_and(|last| last.contains('.')) {
        true => name,
        false => INDEX,
    };
    let Some(plain) = bundle.get(name) else {
        return match name {
            INDEX => HttpResponse::ServiceUnavailable().content_type("text/html; charset=utf-8").body(NOT_BUILT),
            _ => ApiError::not_found("There is no such file.").error_response(),
        };
    };
    let (file, encoding) = [("br", ".br"), ("gzip", ".gz")]
        .into_iter()
        .filter(|(encoding, _)| accepts(request, encoding))
        .find_map(|(encoding, suffix)| Some((bundle.get(format!("{name}{suffix}").as_str())?, Some(encoding))))
        .unwrap_or((plain, None));
    let unchanged = request.headers().get(header::IF_NONE_MATCH).is_some_and(|value| {
        value.to_str().is_ok_and(|tags| tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == file.etag))
    });
    let mut reply = match unchanged {
        true => HttpResponse::NotModified(),
        false => HttpResponse::Ok(),
    };
    reply.insert_header((header::ETAG, file.etag.as_str()));
    reply.insert_header((header::VARY, "accept-encoding"));
    reply.insert_header((header::CACHE_CONTROL, if has_hash(name) { FOREVER } else { ASK }));
    if unchanged {
        return reply.finish();
    }
    if let Some(encoding) = encoding {
        reply.insert_header((header::CONTENT_ENCODING, encoding));
    }
    reply.content_type(content_type(name)).body(file.bytes)
}

fn accepts(request: &HttpRequest, encoding: &str) -> bool {
    let offered = request.headers().get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or("");
    offered.split(',').any(|part| {
        let mut words = part.split(';').map(str::trim);
        words.next() == Some(encoding) && !words.any(|word| matches!(word, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

/// `app-1f0c9a3b5d7e.js`: at least eight hexadecimal digits after the last dash or dot of the stem.
fn has_hash(name: &str) -> bool {
    let stem = name.rsplit('/').next().unwrap_or(name).rsplit_once('.').map_or("", |(stem, _)| stem);
    let stem = stem.strip_suffix("_bg").unwrap_or(stem);
    let tail = stem.rsplit(['-', '.']).next().unwrap_or("");
    tail.len() < stem.len() && tail.len() >= 8 && tail.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests;
