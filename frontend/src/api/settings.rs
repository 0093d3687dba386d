//! The account's settings and the system's state.

use super::{ApiError, Method, send_json};
use crate::session::Session;
use crm_types::settings::{AccountSettings, AccountSettingsPatch, PolicyChange, PolicyPreview};

/// The account's settings.
pub const SETTINGS: &str = "/api/settings";
/// The state of the system.
pub const HEALTH: &str = "/api/system/health";

/// Changes settings; 409 when somebody was faster.
pub async fn change(session: Session, patch: &AccountSettingsPatch) -> Result<AccountSettings, ApiError> {
    send_json(session, Method::Patch, SETTINGS, patch).await
}

/// What other policies would do to MRR.
pub async fn preview(session: Session, change: &PolicyChange) -> Result<PolicyPreview, ApiError> {
    send_json(session, Method::Post, "/api/settings/policies/preview", change).await
}
