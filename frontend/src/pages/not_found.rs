//! An address that leads nowhere.

use crate::components::{EmptyState, use_title};
use crate::routes;
use leptos::prelude::*;

/// Says so, and where to go.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    use_title(|| "Page not found".into());
    view! {
        <h1 class="vh">"Page not found"</h1>
        <EmptyState icon="filter" title="There is no page at this address"
            text="It may have been mistyped, or the link is older than the page.">
            <a class="btn btn--primary" href=routes::DASHBOARD>"Go to the dashboard"</a>
        </EmptyState>
    }
}
