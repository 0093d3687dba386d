//! Organizations: what staff change.

use super::{ApiError, Method, request, send_json};
use crate::session::Session;
use crm_types::organizations::{NewOrganization, Organization, OrganizationPatch};

/// All organizations.
pub const ORGANIZATIONS: &str = "/api/organizations";

/// One organization.
pub fn organization(id: impl std::fmt::Display) -> String {
    format!("{ORGANIZATIONS}/{id}")
}

/// Creates an organization.
pub async fn create(session: Session, new: &NewOrganization) -> Result<Organization, ApiError> {
    send_json(session, Method::Post, ORGANIZATIONS, new).await
}

/// Changes an organization; 409 with the present one in `current` when somebody was faster.
pub async fn change(session: Session, id: &str, patch: &OrganizationPatch) -> Result<Organization, ApiError> {
    send_json(session, Method::Patch, &organization(id), patch).await
}

/// Takes an organization out of the lists, or brings it back.
pub async fn put_away(session: Session, id: &str, away: bool) -> Result<Organization, ApiError> {
    let verb = if away { "archive" } else { "restore" };
    request(session, Method::Post, &format!("{}/{verb}", organization(id))).await
}
