//! Long work.

use super::{ApiError, Method, request};
use crate::session::Session;
use crm_types::ids::JobId;
use crm_types::jobs::Job;

/// A job.
pub fn job(id: impl std::fmt::Display) -> String {
    format!("/api/jobs/{id}")
}

/// Stops a job after the batch that it is at.
pub async fn cancel(session: Session, id: JobId) -> Result<Job, ApiError> {
    request(session, Method::Post, &format!("{}/cancel", job(id))).await
}

/// Takes back what a job did.
pub async fn undo(session: Session, id: JobId) -> Result<Job, ApiError> {
    request(session, Method::Post, &format!("{}/undo", job(id))).await
}
