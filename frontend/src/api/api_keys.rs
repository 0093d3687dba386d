//! API keys.

use super::{ApiError, Method, send, send_json};
use crate::session::Session;
use crm_types::api_keys::{CreatedApiKey, NewApiKey};
use crm_types::ids::ApiKeyId;

/// All keys.
pub const API_KEYS: &str = "/api/api-keys";

/// Makes a key; the reply is the only one that has it.
pub async fn create(session: Session, new: &NewApiKey) -> Result<CreatedApiKey, ApiError> {
    send_json(session, Method::Post, API_KEYS, new).await
}

/// Refuses a key from now on.
pub async fn revoke(session: Session, id: ApiKeyId) -> Result<(), ApiError> {
    send(session, Method::Delete, &format!("{API_KEYS}/{id}")).await
}
