//! A preview that docks beside a list. On a phone it is not shown: a row opens the page itself.

use super::Icon;
use crate::glance::live;
use leptos::prelude::*;

/// A docked preview.
#[component]
pub fn Drawer(
    /// What is previewed, for screen readers.
    #[prop(into)]
    label: Signal<String>,
    /// Above the preview: "6 of 318".
    #[prop(into)]
    position: Signal<String>,
    /// The full page.
    #[prop(into)]
    href: Signal<String>,
    /// To the row before or after.
    on_step: Callback<bool>,
    /// Closes it.
    on_close: Callback<()>,
    /// The preview.
    children: Children,
) -> impl IntoView {
    view! {
        <aside class="drawer" aria-label=live(move || format!("{}, preview", label.get()))>
            <div class="drawer__head">
                <span>{position}</span>
                <button class="btn btn--ghost btn--icon btn--sm" type="button" aria-label="Previous row" title="K"
                    on:click=move |_| on_step.run(false)>
                    <Icon name="up"/>
                </button>
                <button class="btn btn--ghost btn--icon btn--sm" type="button" aria-label="Next row" title="J"
                    on:click=move |_| on_step.run(true)>
                    <Icon name="down"/>
                </button>
                <a class="btn btn--ghost btn--icon btn--sm" aria-label="Open full page" title="Open full page"
                    href=href>
                    <Icon name="open"/>
                </a>
                <button class="btn btn--ghost btn--icon btn--sm" type="button" aria-label="Close preview" title="Esc"
                    on:click=move |_| on_close.run(())>
                    <Icon name="x"/>
                </button>
            </div>
            <div class="drawer__body" tabindex="0" role="region" aria-label="Preview details">{children()}</div>
        </aside>
    }
}
