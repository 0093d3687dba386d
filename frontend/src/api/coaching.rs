//! Coaching: who coaches whom.

use super::{ApiError, Method, request, send_json};
use crate::session::Session;
use crm_types::coaching::{CoachingEnd, CoachingRelationship, HandOver, HandedOver};
use crm_types::ids::{CoachingRelationshipId, CustomerId};

/// All coaching relationships.
pub const COACHING_RELATIONSHIPS: &str = "/api/coaching-relationships";
/// All coaches.
pub const COACHES: &str = "/api/coaches";

/// Lets a relationship rest, or goes on with it.
pub async fn rest(session: Session, id: CoachingRelationshipId, rests: bool) -> Result<CoachingRelationship, ApiError> {
    let verb = if rests { "pause" } else { "resume" };
    request(session, Method::Post, &format!("{COACHING_RELATIONSHIPS}/{id}/{verb}")).await
}

/// Ends a relationship.
pub async fn end(
    session: Session,
    id: CoachingRelationshipId,
    end: &CoachingEnd,
) -> Result<CoachingRelationship, ApiError> {
    send_json(session, Method::Post, &format!("{COACHING_RELATIONSHIPS}/{id}/end"), end).await
}

/// One coach.
pub fn coach(id: impl std::fmt::Display) -> String {
    format!("{COACHES}/{id}")
}

/// Gives all clients of a coach to another one.
pub async fn hand_over(session: Session, from: CustomerId, to: CustomerId) -> Result<HandedOver, ApiError> {
    send_json(session, Method::Post, &format!("{}/hand-over", coach(from)), &HandOver { to_coach_id: to }).await
}
