//! The second factor: a code from an app, besides the password.

use super::http::{anonymous, decode, encode};
use super::{ApiError, Method, request, send, send_body, send_json};
use crate::session::Session;
use crm_types::accounts::LoginReply;
use crm_types::ids::UserId;
use crm_types::second_factor::{
    RecoveryCodes, SecondFactorConfirmation, SecondFactorEnrolment, SecondFactorLogin, SecondFactorRemoval,
};

/// Whether I have one.
pub const SECOND_FACTOR: &str = "/api/auth/second-factor";

/// The second step of a log-in.
pub async fn log_in(ticket: String, code: String) -> Result<LoginReply, ApiError> {
    let body = encode(&SecondFactorLogin { ticket, code })?;
    decode(&anonymous(Method::Post, SECOND_FACTOR, Some(body)).await?)
}

/// What an app needs to make codes.
pub async fn begin(session: Session) -> Result<SecondFactorEnrolment, ApiError> {
    request(session, Method::Post, "/api/auth/second-factor/enrolment").await
}

/// Turns it on; the reply has the recovery codes.
pub async fn confirm(session: Session, code: String) -> Result<RecoveryCodes, ApiError> {
    let body = SecondFactorConfirmation { code };
    send_json(session, Method::Post, "/api/auth/second-factor/confirmation", &body).await
}

/// Turns it off.
pub async fn remove(session: Session, current_password: String) -> Result<(), ApiError> {
    let body = SecondFactorRemoval { current_password };
    send_body(session, Method::Post, "/api/auth/second-factor/removal", &body).await
}

/// Turns a colleague's off.
pub async fn reset(session: Session, id: UserId) -> Result<(), ApiError> {
    send(session, Method::Delete, &format!("/api/users/{id}/second-factor")).await
}
