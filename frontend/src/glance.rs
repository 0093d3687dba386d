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

/// A closure as a signal. A view compiles its drawing for every closure that it is given, but for a signal once a type.
pub fn live<T: Send + Sync + 'static>(of: impl Fn() -> T + Send + Sync + 'static) -> Signal<T> {
    Signal::derive(of)
}

/// The same for a part of a view that is drawn anew when what it read changes.
pub fn drawn(part: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    fn erased(part: Box<dyn Fn() -> AnyView + Send>) -> AnyView {
        (move || part()).into_any()
    }
    erased(Box::new(part))
}
