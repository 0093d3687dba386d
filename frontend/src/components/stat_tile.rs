//! A figure: what it is, how much, how it moved, and the rows behind it.

use super::Icon;
use crate::format::{Delta, Direction, Tone};
use leptos::prelude::*;

/// A tile of a `stats` section. Its parts are a sparkline.
#[component]
pub fn StatTile(
    /// The figure's name.
    label: &'static str,
    /// The rows behind it; the whole tile is the link. Empty for none.
    #[prop(into)]
    href: Signal<String>,
    /// The value as it is shown; an en dash when there is none.
    #[prop(into)]
    value: Signal<String>,
    /// The change against the compared period; `None` when there is nothing to compare.
    #[prop(optional, into)]
    delta: Signal<Option<Delta>>,
    /// A meta line in place of the change, such as "12 in JPY and EUR".
    #[prop(optional, into)]
    note: Signal<Option<String>>,
    /// Beside the label, such as an `Explain` button.
    #[prop(optional, into)]
    help: Option<ViewFn>,
    /// A sparkline.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let name = move || match href.get() {
        href if href.is_empty() => label.into_any(),
        href => view! { <a href=href>{label}</a> }.into_any(),
    };
    view! {
        <article class="stat">
            <h2 class="stat__label">{name}{help.map(|help| help.run())}</h2>
            <p class="stat__value">{value}</p>
            <div class="stat__foot">
                <span class="stat__delta">
                    {move || delta.get().map(|delta| view! { <DeltaMark delta=delta/> })}
                    {move || note.get().map(|note| view! { <span class="small muted">{note}</span> })}
                </span>
                {children.map(|children| children())}
            </div>
        </article>
    }
}

/// Arrow by direction, colour by good or bad, and both in words for who sees neither.
#[component]
fn DeltaMark(delta: Delta) -> impl IntoView {
    let class = match delta.tone {
        Tone::Good => "delta delta--good",
        Tone::Bad => "delta delta--bad",
        Tone::Neutral => "delta",
    };
    let icon = match delta.direction {
        Direction::Up => Some("trendup"),
        Direction::Down => Some("trenddn"),
        Direction::Flat => None,
    };
    view! {
        <span class=class>
            {icon.map(|icon| view! { <Icon name=icon small=true/> })}
            <span aria-hidden="true">{delta.text.clone()}</span>
            <span class="vh">{delta.spoken()}</span>
        </span>
    }
}
