//! Reading a part of a small reactive value.

use leptos::prelude::*;

/// Like [`With::with`], but the value is copied first. `with` is compiled anew for every closure, with all that finding,
/// locking and tracking takes, half a kilobyte each time; this is compiled once for every type.
pub trait Glance: Get {
    /// A part of the value; subscribes to it.
    fn glance<U>(&self, part: impl FnOnce(&Self::Value) -> U) -> U {
        part(&self.get())
    }
}

impl<T: Get> Glance for T {}
