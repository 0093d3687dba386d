//! A button for something that takes a moment, or that the user's role may not do.

use super::Icon;
use crate::glance::{Glance, live};
use leptos::prelude::*;

/// Shows that it is busy, and says why when it is denied: as its title, and to screen readers as its description.
#[component]
pub fn ActionButton(
    /// A verb with an object: "Replay event".
    #[prop(into)]
    label: Signal<String>,
    /// What it does.
    #[prop(into)]
    on_press: Callback<()>,
    /// Whether it is being done.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Why it cannot be done, if so.
    #[prop(optional, into)]
    denied: Signal<Option<String>>,
    /// Where the focus can be moved to.
    #[prop(optional)]
    id: Option<String>,
    /// More classes, such as `btn--primary btn--sm`.
    #[prop(optional)]
    class: &'static str,
    /// An icon before the label.
    #[prop(optional)]
    icon: Option<&'static str>,
) -> impl IntoView {
    let off = move || busy.get() || denied.glance(Option::is_some);
    view! {
        <button
            class=format!("btn {class}")
            type="button"
            id=id
            // Not `disabled`: the keyboard must reach it to learn the reason.
            aria-disabled=live(move || off().then_some("true"))
            aria-busy=live(move || busy.get().then_some("true"))
            title=denied
            aria-description=denied
            on:click=move |_| if !off() { on_press.run(()) }
        >
            {icon.map(|name| view! { <Icon name=name/> })}
            {label}
        </button>
    }
}
