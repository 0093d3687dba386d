//! A button for something that takes a moment, or that the user's role may not do.

use super::{Icon, use_toasts};
use crate::glance::{Glance, live};
use leptos::prelude::*;

/// Shows that it is busy, and says why when it is denied: as its title, to screen readers as its description, at the
/// foot of the window while the keyboard is on it, and as a note when it is pressed, for fingers have nothing else.
#[component]
pub fn ActionButton(
    /// A verb with an object: "Replay event".
    #[prop(into)]
    label: Signal<String>,
    /// Of what, for screen readers: where the row shows it, the button need not.
    #[prop(optional)]
    of: String,
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
    let toasts = use_toasts();
    let off = move || busy.get() || denied.glance(Option::is_some);
    let press = move |_| match untrack(|| denied.get()) {
        Some(why) => toasts.refused(why),
        None if busy.get_untracked() => {}
        None => on_press.run(()),
    };
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
            on:click=press
        >
            {icon.map(|name| view! { <Icon name=name/> })}
            {label}
            {(!of.is_empty()).then(|| view! { <span class="vh">" "{of}</span> })}
        </button>
    }
}
