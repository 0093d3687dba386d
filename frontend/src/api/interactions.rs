//! Interactions with customers, and their timelines.

use super::{ApiError, Method, send_json};
use crate::session::Session;
use crm_types::interactions::{Interaction, NewInteraction};

/// All that happened with a customer.
pub fn timeline(customer: &str) -> String {
    format!("/api/customers/{customer}/timeline")
}

/// Writes down an interaction.
pub async fn log(session: Session, customer: &str, new: &NewInteraction) -> Result<Interaction, ApiError> {
    send_json(session, Method::Post, &format!("/api/customers/{customer}/interactions"), new).await
}
