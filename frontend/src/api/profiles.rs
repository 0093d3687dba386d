//! Profiles: the declared fields, and the versions of a customer's answers.

use super::{ApiError, Method, send, send_json};
use crate::session::Session;
use crm_types::profiles::{NewProfile, Profile, ProfileFields};

/// The declared fields.
pub const FIELDS: &str = "/api/profile-fields";

/// The versions of a customer's profile.
pub fn of_customer(customer: impl std::fmt::Display) -> String {
    format!("/api/customers/{customer}/profiles")
}

/// Declares these fields and no others.
pub async fn declare(session: Session, fields: &ProfileFields) -> Result<ProfileFields, ApiError> {
    send_json(session, Method::Put, FIELDS, fields).await
}

/// Writes down a version.
pub async fn write(session: Session, customer: &str, new: &NewProfile) -> Result<Profile, ApiError> {
    send_json(session, Method::Post, &of_customer(customer), new).await
}

/// Makes a version the active one.
pub async fn activate(session: Session, customer: &str, number: i32) -> Result<(), ApiError> {
    send(session, Method::Post, &format!("{}/{number}/activate", of_customer(customer))).await
}
