//! API keys: how other programs log in.

mod edit;
mod list;
mod present;

pub use edit::{create, revoke};
pub use list::list;
pub use present::{PresentedKey, StoredKey, find_stored, touch};

#[cfg(test)]
mod tests;
