//! The two cookies. Each goes to one place only: the refresh token to `/api/auth`, the stream's token to `/api/events`.
//!
//! The `/api/crm` alias of these routes works with bearer tokens only, as no cookie goes there.

use crate::config::Config;
use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::ServiceRequest;

/// Name of the refresh token's cookie.
pub const REFRESH: &str = "crm_refresh";
/// Name of the event stream's cookie.
pub const EVENTS: &str = "crm_events";
const REFRESH_PATH: &str = "/api/auth";
const EVENTS_PATH: &str = "/api/events";

/// The refresh token that came along.
pub fn refresh(request: &HttpRequest) -> Option<String> {
    request.cookie(REFRESH).map(|cookie| cookie.value().to_owned())
}

/// The stream's token that came along.
pub fn events(request: &ServiceRequest) -> Option<String> {
    request.cookie(EVENTS).map(|cookie| cookie.value().to_owned())
}

/// Sets both.
pub fn set(request: &HttpRequest, config: &Config, refresh: &str, events: &str) -> [Cookie<'static>; 2] {
    let days = Duration::days(crm_domain::accounts::SESSION_DAYS.into());
    let seconds = Duration::seconds(super::token::ACCESS_SECONDS.try_into().unwrap_or(i64::MAX));
    [
        cookie(request, config, REFRESH, REFRESH_PATH, refresh, days),
        cookie(request, config, EVENTS, EVENTS_PATH, events, seconds),
    ]
}

/// Removes both.
pub fn clear(request: &HttpRequest, config: &Config) -> [Cookie<'static>; 2] {
    [(REFRESH, REFRESH_PATH), (EVENTS, EVENTS_PATH)]
        .map(|(name, path)| cookie(request, config, name, path, "", Duration::ZERO))
}

fn cookie(
    request: &HttpRequest,
    config: &Config,
    name: &'static str,
    path: &'static str,
    value: &str,
    age: Duration,
) -> Cookie<'static> {
    // A browser drops a Secure cookie that comes over plain http, so only where people do come by https.
    let secure = config.http.is_https() || request.connection_info().scheme() == "https";
    Cookie::build(name, value.to_owned())
        .path(path)
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(secure)
        .max_age(age)
        .finish()
}
