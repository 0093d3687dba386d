//! "How is this computed?": formula and policy, from a small button beside a title.

use super::{Icon, place_popover};
use leptos::prelude::*;

/// A button that opens an explanation.
#[component]
pub fn Explain(
    /// Unique on the page.
    id: &'static str,
    /// What is explained: "MRR".
    #[prop(into)]
    of: String,
    /// Paragraphs.
    children: Children,
) -> impl IntoView {
    view! {
        <button class="help" type="button" popovertarget=id aria-label=format!("How {of} is computed")>
            <Icon name="info"/>
        </button>
        <div class="tip tip--explain" id=id popover="auto" role="note" on:beforetoggle=move |ev| place_popover(&ev)>
            <p class="tip__title">{of}</p>
            {children()}
        </div>
    }
}
