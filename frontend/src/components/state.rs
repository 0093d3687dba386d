//! What stands where nothing is: what it would be, and what to do next.

use super::Icon;
use leptos::prelude::*;

/// A centred title and sentence; its parts are buttons or links.
#[component]
pub fn EmptyState(
    /// An icon that says of what.
    icon: &'static str,
    /// "No customers yet".
    #[prop(into)]
    title: String,
    /// What to do next.
    #[prop(into)]
    text: String,
    /// Buttons or links.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <span class="empty__ic"><Icon name=icon/></span>
            <h2>{title}</h2>
            <p>{text}</p>
            {children.map(|children| view! { <div class="empty__act">{children()}</div> })}
        </div>
    }
}
