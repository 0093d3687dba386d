//! Log-in, set-up and sessions.

use super::ApiError;
use super::http::{Method, anonymous, decode, encode, send};
use crate::session::Session;
use crm_types::accounts::{LoginReply, LoginRequest, SetupRequest, SetupStatus};
use crm_types::ids::SessionId;
use crm_types::second_factor::SecondFactorRequired;

/// Where you are logged in.
pub const SESSIONS: &str = "/api/auth/sessions";

/// Whether the product waits for its first owner, and the demo's log-in.
pub async fn setup_status() -> Result<SetupStatus, ApiError> {
    decode(&anonymous(Method::Get, "/api/setup", None).await?)
}

/// Creates the first owner and logs in.
pub async fn set_up(request: &SetupRequest) -> Result<LoginReply, ApiError> {
    decode(&anonymous(Method::Post, "/api/setup", Some(encode(request)?)).await?)
}

/// What came of a right password.
pub enum LoggedIn {
    /// In; the refresh cookie came with the reply.
    Done(LoginReply),
    /// A code is needed as well; this is the ticket for it.
    NeedsCode(String),
}

/// Logs in.
pub async fn log_in(request: &LoginRequest) -> Result<LoggedIn, ApiError> {
    logged_in(&anonymous(Method::Post, "/api/auth/login", Some(encode(request)?)).await?)
}

/// Reads the reply to a right password.
pub(super) fn logged_in(reply: &str) -> Result<LoggedIn, ApiError> {
    match decode::<SecondFactorRequired>(reply) {
        Ok(required) => Ok(LoggedIn::NeedsCode(required.ticket)),
        Err(_) => decode(reply).map(LoggedIn::Done),
    }
}

/// A fresh access token for the refresh cookie.
pub async fn refresh() -> Result<LoginReply, ApiError> {
    decode(&anonymous(Method::Post, "/api/auth/refresh", None).await?)
}

/// Ends this session.
pub async fn log_out() -> Result<(), ApiError> {
    anonymous(Method::Post, "/api/auth/logout", None).await.map(drop)
}

/// Ends a session on another device.
pub async fn end_session(session: Session, id: SessionId) -> Result<(), ApiError> {
    send(session, Method::Delete, &format!("{SESSIONS}/{id}")).await
}

/// Ends all of the user's sessions.
pub async fn log_out_everywhere(session: Session) -> Result<(), ApiError> {
    send(session, Method::Post, "/api/auth/logout-everywhere").await
}
