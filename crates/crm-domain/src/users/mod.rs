//! Staff as their colleagues manage them: who there is, invitations, roles, and links that let somebody in once.

mod edit;
mod links;
mod list;
mod own;

pub use edit::{Changed, end_session, invite, reset_second_factor, update};
pub use links::{Link, Purpose, find_holder, redeem, renew};
pub use list::{find, list};
pub use own::{change_password, rename};

use crate::accounts::Email;
use crate::audit::{self, Actor, Subject};
use crate::db::{DomainError, Result};
use crm_types::accounts::{Role, User};
use crm_types::users::UserAccount;
use sqlx::PgConnection;

/// Only an owner gives and takes what owners may, or gets hold of an owner's account.
fn require_owner(who: &User, involved: &[Role]) -> Result<()> {
    if involved.contains(&Role::Owner) && who.role != Role::Owner {
        return Err(DomainError::Refused("Only an owner can make owners, or change an owner's account.".into()));
    }
    Ok(())
}

async fn record(
    tx: &mut PgConnection,
    actor: &Actor,
    verb: &'static str,
    before: Option<&UserAccount>,
    after: &UserAccount,
) -> Result<()> {
    let id = after.id.to_string();
    audit::record(tx, actor, Subject { resource: "user", id: &id, verb }, before, Some(after)).await
}

/// Writes down that something was done whose details nobody may read: a password, a link.
async fn record_secret(tx: &mut PgConnection, actor: &Actor, verb: &'static str, user: &UserAccount) -> Result<()> {
    let id = user.id.to_string();
    audit::record(tx, actor, Subject { resource: "user", id: &id, verb }, None::<&UserAccount>, None).await
}

/// As an API handler gets it, for those who have no address yet.
fn parse_new(email: &str, name: &str) -> Result<(Email, String)> {
    Ok((Email::parse(email)?, crate::accounts::parse_name(name)?))
}

#[cfg(test)]
mod tests;
