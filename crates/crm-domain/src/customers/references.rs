//! What a customer refers to must be there.

use super::fields::Fields;
use crate::db::{DomainError, Result};
use crate::settings::is_time_zone;
use crm_types::customers::Customer;
use crm_types::ids::{CustomerId, OrganizationId, UserId};
use sqlx::PgConnection;
use uuid::Uuid;

/// Fails unless all that the fields refer to is there; what the customer refers to already may stay.
pub(super) async fn check(tx: &mut PgConnection, old: Option<&Customer>, fields: &Fields) -> Result<()> {
    if let Some(Some(zone)) = &fields.time_zone
        && !is_time_zone(tx, zone).await?
    {
        let message = "This is not the name of a time zone, such as Europe/Berlin.";
        return Err(DomainError::invalid("time_zone", "unknown_value", message));
    }
    if let Some(Some(UserId(owner))) = fields.owner {
        require_staff(tx, "owner_id", owner).await?;
    }
    let before = old.and_then(|old| old.organization.as_ref()).map(|organization| organization.id);
    if let Some(Some(organization)) = fields.organization.filter(|organization| *organization != before) {
        require_organization(tx, "organization_id", organization).await?;
    }
    let before = old.and_then(|old| old.coach.as_ref()).map(|coach| coach.id);
    if let Some(Some(coach)) = fields.coach.filter(|coach| *coach != before) {
        if old.is_some_and(|old| old.id == coach) {
            return Err(DomainError::invalid("coach_id", "invalid", "Nobody coaches themselves."));
        }
        require_customer(tx, "coach_id", coach).await?;
    }
    Ok(())
}

/// Fails unless the id is that of somebody who may log in.
pub(super) async fn require_staff(tx: &mut PgConnection, field: &'static str, id: Uuid) -> Result<()> {
    let active = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM users WHERE id = $1 AND disabled_at IS NULL) AS "active!""#,
        id
    )
    .fetch_one(tx)
    .await?;
    if active {
        return Ok(());
    }
    Err(DomainError::invalid(field, "unknown_value", "Nobody of the staff has this id (any more)."))
}

/// Fails unless the id is that of an organisation that is not archived.
pub(crate) async fn require_organization(tx: &mut PgConnection, field: &'static str, id: OrganizationId) -> Result<()> {
    let living = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM organizations WHERE id = $1 AND archived_at IS NULL) AS "living!""#,
        id.0
    )
    .fetch_one(tx)
    .await?;
    if living {
        return Ok(());
    }
    Err(DomainError::invalid(field, "unknown_value", "No organization has this id (any more)."))
}

/// Fails unless the id is that of a customer who is not archived.
pub(crate) async fn require_customer(tx: &mut PgConnection, field: &'static str, id: CustomerId) -> Result<()> {
    let living = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM customers WHERE id = $1 AND archived_at IS NULL) AS "living!""#,
        id.0
    )
    .fetch_one(tx)
    .await?;
    if living {
        return Ok(());
    }
    Err(DomainError::invalid(field, "unknown_value", "No customer has this id (any more)."))
}
