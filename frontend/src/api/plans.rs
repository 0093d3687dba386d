//! Prices and their mapping.

use super::{ApiError, Method, send_json};
use crate::session::Session;
use crm_types::plans::{MappingPreview, PriceMapping, PriceMappingReply};

/// All plans.
pub const PLANS: &str = "/api/plans";
/// Prices that count for no stream yet.
pub const UNMAPPED: &str = "/api/prices?mapped=false&limit=200";
/// Prices that do.
pub const MAPPED: &str = "/api/prices?mapped=true&limit=200";

/// One plan.
pub fn plan(id: &str) -> String {
    format!("{PLANS}/{id}")
}

/// Says to which stream and tier a price belongs.
pub async fn map_price(session: Session, id: &str, mapping: &PriceMapping) -> Result<PriceMappingReply, ApiError> {
    send_json(session, Method::Put, &format!("/api/prices/{id}/mapping"), mapping).await
}

/// What a mapping would change.
pub async fn preview(session: Session, id: &str, mapping: &PriceMapping) -> Result<MappingPreview, ApiError> {
    send_json(session, Method::Post, &format!("/api/prices/{id}/mapping/preview"), mapping).await
}
