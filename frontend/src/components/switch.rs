//! A choice that the address keeps: a few links side by side.

use crate::glance::{Glance, live};
use crate::params::Params;
use crm_types::analytics::GroupBy;
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
        let href = live(move || Params::parse(&search.get()).without(clears).with(name, set).here());
        let current = live(move || now.glance(|now| now == value).then_some("true"));
        view! { <a href=href data-noscroll="" aria-current=current>{word}</a> }
    };
    view! {
        <div class="seg seg--sm" role="group" aria-label=label>
            {choices.iter().copied().map(choice).collect_view()}
        </div>
    }
}

/// By what figures are divided, as the address says.
pub fn use_group() -> Memo<GroupBy> {
    let name = use_param("group", GroupBy::Stream.as_str());
    Memo::new(move |_| name.get().parse().unwrap_or(GroupBy::Stream))
}

/// The choice of it.
#[component]
pub fn GroupSwitch() -> impl IntoView {
    view! { <Switch label="Group by" name="group" choices=&[("stream", "By stream"), ("tier", "By tier")]/> }
}
