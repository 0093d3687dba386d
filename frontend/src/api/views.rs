//! Saved views of lists.

use super::{ApiError, Method, send, send_json};
use crate::session::Session;
use crm_types::ids::ViewId;
use crm_types::views::{NewView, SavedView, ViewPatch};
use serde::Deserialize;

/// All views that one sees.
pub const VIEWS: &str = "/api/views";

/// Views in a reply.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Views {
    /// By name.
    pub items: Vec<SavedView>,
}

/// The views of the list with this page.
pub fn of_list(path: &str) -> String {
    format!("{VIEWS}?list={path}")
}

/// Saves a view.
pub async fn create(session: Session, new: &NewView) -> Result<SavedView, ApiError> {
    send_json(session, Method::Post, VIEWS, new).await
}

/// Changes a view; 409 with the present one in `current` when somebody was faster.
pub async fn change(session: Session, id: ViewId, patch: &ViewPatch) -> Result<SavedView, ApiError> {
    send_json(session, Method::Patch, &format!("{VIEWS}/{id}"), patch).await
}

/// Deletes a view.
pub async fn delete(session: Session, id: ViewId) -> Result<(), ApiError> {
    send(session, Method::Delete, &format!("{VIEWS}/{id}")).await
}

/// Brings a deleted view back.
pub async fn restore(session: Session, id: ViewId) -> Result<(), ApiError> {
    send(session, Method::Post, &format!("{VIEWS}/{id}/restore")).await
}
