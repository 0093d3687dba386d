//! The product's mark.

use leptos::prelude::*;

/// The mark alone.
#[component]
pub fn BrandMark() -> impl IntoView {
    view! {
        <svg class="brand-mark" viewBox="0 0 24 24" aria-hidden="true">
            <rect width="24" height="24" rx="6" fill="var(--accent-fill)"></rect>
            <path d="M8 18V6h4.6a3.9 3.9 0 0 1 0 7.800H8" fill="none" stroke="var(--ink-on-accent)" stroke-width="2.2"
                stroke-linecap="round" stroke-linejoin="round"></path>
            <circle cx="15.8" cy="17.3" r="1.5" fill="var(--ink-on-accent)"></circle>
        </svg>
    }
}

/// The mark with the name.
#[component]
pub fn Brand() -> impl IntoView {
    view! { <span class="side__brand"><BrandMark/><span>"Prometheus"</span></span> }
}
