//! What the page that is open offers to the command palette.

use leptos::prelude::*;

/// Something that can be done on the page.
#[derive(Clone)]
pub struct PageAction {
    /// An icon.
    pub icon: &'static str,
    /// A verb with an object.
    pub label: String,
    /// What it does.
    pub press: Callback<()>,
    /// Why it cannot be done, if so.
    pub denied: Option<String>,
}

/// What is offered now, by each part of the page.
#[derive(Clone, Copy)]
pub struct PageActions {
    offers: RwSignal<Vec<(u32, Signal<Vec<PageAction>>)>>,
    next: StoredValue<u32>,
}

/// The app's offers.
///
/// # Panics
/// Outside of the frame.
#[allow(clippy::expect_used, reason = "the context is provided by the frame")]
pub fn use_page_actions() -> PageActions {
    use_context::<PageActions>().expect("page actions")
}

impl PageActions {
    /// Gives the offers to everything below.
    pub fn provide() {
        provide_context(Self { offers: RwSignal::new(Vec::new()), next: StoredValue::new(0) });
    }

    /// All that is offered.
    pub fn all(self) -> Vec<PageAction> {
        self.offers.get().into_iter().flat_map(|(_, actions)| actions.get()).collect()
    }

    /// Offers actions while the calling part of the page is there.
    pub fn offer(self, actions: impl Fn() -> Vec<PageAction> + Send + Sync + 'static) {
        let id = self.next.get_value();
        self.next.set_value(id.wrapping_add(1));
        self.offers.update(|offers| offers.push((id, Signal::derive(actions))));
        on_cleanup(move || self.offers.update(|offers| offers.retain(|(other, _)| *other != id)));
    }
}
