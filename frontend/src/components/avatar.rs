//! A person or company in a circle of two letters, alone or with name and address.

use crate::labels::initials;
use leptos::prelude::*;

/// Two letters. The name stands beside it, so that it is hidden from screen readers.
#[component]
pub fn Avatar(
    /// The name or address that the letters are taken from.
    #[prop(into)]
    name: String,
    /// `av--sm`, `av--lg`, `av--me`, `av--org`.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    view! { <span class=format!("av {class}") aria-hidden="true">{initials(&name)}</span> }
}

/// An avatar with a name that links to the person, and a line below.
#[component]
pub fn Who(
    /// The name.
    #[prop(into)]
    name: String,
    /// The line below.
    #[prop(into)]
    sub: String,
    /// Where the name leads.
    #[prop(into)]
    href: String,
) -> impl IntoView {
    view! {
        <div class="who">
            <Avatar name=name.clone()/>
            <div class="who__text">
                <a class="who__name" href=href>{name}</a>
                <span class="who__sub">{sub}</span>
            </div>
        </div>
    }
}
