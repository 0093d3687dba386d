//! Saved views of lists.

mod content;
mod store;

pub use store::{create, delete, list, restore, update};

use crate::audit::Actor;
use crm_types::ids::UserId;

/// Who looks at views or changes them.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// The user.
    pub user: UserId,
    /// For the audit log.
    pub actor: Actor,
    /// Whether they may change what others share.
    pub manages_all: bool,
}

#[cfg(test)]
mod tests;
