//! One set of icons: a sprite in `index.html`, drawn in the colour of the text.

use crate::glance::live;
use leptos::prelude::*;

/// An icon of the sprite. It is hidden from screen readers: the words beside it, or the button's label, say the same.
#[component]
pub fn Icon(
    /// The symbol's id without its `i-`.
    #[prop(into)]
    name: Signal<&'static str>,
    /// 12 instead of 16 px.
    #[prop(optional)]
    small: bool,
    /// More classes, such as `ic--pos`.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    let class = format!("ic{}{}{class}", if small { " ic--12" } else { "" }, if class.is_empty() { "" } else { " " });
    view! {
        <svg class=class aria-hidden="true">
            <use href=live(move || format!("#i-{}", name.get()))></use>
        </svg>
    }
}
