//! SQL of users, sessions and refresh tokens.

mod sessions;
mod tokens;
mod users;

pub(super) use sessions::*;
pub(super) use tokens::*;
pub(super) use users::*;

use crm_types::accounts::{Role, User};
use crm_types::ids::UserId;
use uuid::Uuid;

/// A user from their columns.
fn user(id: Uuid, name: String, email: String, role: &str) -> Result<User, sqlx::Error> {
    let role: Role = role.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
    Ok(User { id: UserId(id), name, email, role, permissions: role.permissions() })
}
