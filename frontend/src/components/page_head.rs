//! A page's head, and the document's title with it.

use leptos::prelude::*;

/// Names the document after the page: browser tabs, history and screen readers read it.
pub fn use_title(title: impl Fn() -> String + 'static) {
    Effect::new(move |_| document().set_title(&format!("{} · Prometheus CRM", title())));
}

/// Title on the left; its parts stand on the right.
#[component]
pub fn PageHead(
    /// The page's name.
    #[prop(into)]
    title: Signal<String>,
    /// What stands on the right.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    use_title(move || title.get());
    view! {
        <div class="page-head__row page-head__row--tight">
            <h1>{title}</h1>
            {children.map(|children| children())}
        </div>
    }
}
