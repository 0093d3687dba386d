//! A choice that the address keeps: a few links side by side.

use crate::glance::{Glance, live};
use crate::params::Params;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// What the address says of a name; `usual` when it says nothing.
pub fn use_param(name: &'static str, usual: &'static str) -> Memo<String> {
    let search = use_location().search;
    Memo::new(move |_| Params::parse(&search.get()).get(name).unwrap_or(usual).to_owned())
}

/// Links that set a name of the address, one for each value; the first is what an address without it means.
#[component]
pub fn Switch(
    /// What is chosen, for screen readers.
    label: &'static str,
    /// The name in the address.
    name: &'static str,
    /// Value and word.
    choices: &'static [(&'static str, &'static str)],
    /// Names that mean nothing any more when this one changes.
    #[prop(optional)]
    clears: &'static [&'static str],
) -> impl IntoView {
    let search = use_location().search;
    let usual = choices.first().map_or("", |(value, _)| value);
    let now = use_param(name, usual);
    let choice = move |(value, word): (&'static str, &'static str)| {
        let set = if value == usual { "" } else { value };
        let href = live(move || Params::parse(&search.get()).without(clears).with(name, set).with_path(""));
        // An address without anything is that of the page, not an empty one.
        let href = live(move || Some(href.get()).filter(|href| !href.is_empty()).unwrap_or_else(|| "?".into()));
        let current = live(move || now.glance(|now| now == value).then_some("true"));
        view! { <a href=href data-noscroll="" aria-current=current>{word}</a> }
    };
    view! {
        <div class="seg seg--sm" role="group" aria-label=label>
            {choices.iter().copied().map(choice).collect_view()}
        </div>
    }
}
