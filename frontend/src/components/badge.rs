//! A word with a tone: a dot for a state that changes, none for a kind.

use crate::labels::Tone;
use leptos::prelude::*;

/// A badge.
#[component]
pub fn Badge(
    /// The word.
    #[prop(into)]
    text: String,
    /// Its colour.
    #[prop(default = Tone::Neutral)]
    tone: Tone,
    /// Whether it is a state.
    #[prop(optional)]
    dot: bool,
) -> impl IntoView {
    let tone = match tone {
        Tone::Positive => " badge--pos",
        Tone::Negative => " badge--neg",
        Tone::Warning => " badge--warn",
        Tone::Info => " badge--info",
        Tone::Neutral => "",
    };
    view! { <span class=format!("badge{tone}{}", if dot { " badge--dot" } else { "" })>{text}</span> }
}
