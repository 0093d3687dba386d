//! What webhooks missed.

use super::{ApiError, Method, request, send_json};
use crate::session::Session;
use crm_types::healing::{BackfillRequest, Healing, RepairReply, RepairRequest};
use crm_types::jobs::Job;

/// Sweep, comparison and backfill.
pub const HEALING: &str = "/api/healing";
/// Where we and Stripe differ, found last first.
pub const DIFFERENCES: &str = "/api/healing/differences";

/// Looks for missed events now.
pub async fn sweep(session: Session) -> Result<Healing, ApiError> {
    request(session, Method::Post, &format!("{HEALING}/sweep")).await
}

/// Compares everything with Stripe.
pub async fn reconcile(session: Session) -> Result<Job, ApiError> {
    request(session, Method::Post, &format!("{HEALING}/reconciliation")).await
}

/// Repairs objects that differ.
pub async fn repair(session: Session, wanted: &RepairRequest) -> Result<RepairReply, ApiError> {
    send_json(session, Method::Post, &format!("{DIFFERENCES}/repair"), wanted).await
}

/// Reads the whole account, from its beginning or from where it stopped.
pub async fn backfill(session: Session, resume: bool) -> Result<Job, ApiError> {
    send_json(session, Method::Post, &format!("{HEALING}/backfill"), &BackfillRequest { resume }).await
}
