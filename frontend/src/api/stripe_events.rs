//! The Stripe inbox.

use super::{ApiError, Method, send_json};
use crate::session::Session;
use crm_types::billing::{EventState, ReplayReply, ReplayRequest};

/// The inbox at a glance.
pub const STATS: &str = "/api/stripe-events/stats";

/// An event with its body.
pub fn event(id: &str) -> String {
    format!("/api/stripe-events/{id}")
}

/// Applies one event again.
pub async fn replay(session: Session, id: &str) -> Result<ReplayReply, ApiError> {
    post(session, &ReplayRequest { ids: vec![id.to_owned()], state: None }).await
}

/// Applies all events of a state again: `dead` or `parked`.
pub async fn replay_all(session: Session, state: EventState) -> Result<ReplayReply, ApiError> {
    post(session, &ReplayRequest { ids: Vec::new(), state: Some(state) }).await
}

async fn post(session: Session, request: &ReplayRequest) -> Result<ReplayReply, ApiError> {
    send_json(session, Method::Post, "/api/stripe-events/replay", request).await
}
