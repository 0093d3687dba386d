//! The account's settings and the system's state.

use super::{ApiError, Method, send_json};
use crate::session::Session;
use crm_types::settings::{AccountSettings, AccountSettingsPatch};

/// The account's settings.
pub const SETTINGS: &str = "/api/settings";
/// The state of the system.
pub const HEALTH: &str = "/api/system/health";

/// Changes settings; 409 when somebody was faster.
pub async fn change(session: Session, patch: &AccountSettingsPatch) -> Result<AccountSettings, ApiError> {
    send_json(session, Method::Patch, SETTINGS, patch).await
}
