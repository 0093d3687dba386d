//! A secret that is shown once, to be copied.

use crate::browser;
use crate::glance::live;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// A line that cannot be changed, with a button that copies it.
#[component]
pub fn ShownOnce(
    /// Unique on the page.
    id: &'static str,
    /// The label.
    label: &'static str,
    /// The secret.
    value: String,
) -> impl IntoView {
    let copied = RwSignal::new(None::<bool>);
    let text = StoredValue::new(value.clone());
    let copy = move |_| {
        spawn_local(async move {
            let done = browser::copy(&text.get_value()).await;
            if !done && let Some(input) = browser::by_id(id) {
                browser::focus_and_select(&input);
            }
            copied.try_set(Some(done));
        });
    };
    let said = live(move || match copied.get() {
        None => "",
        Some(true) => "Copied.",
        Some(false) => "The browser does not allow copying. It is selected: copy it by hand.",
    });
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <div class="affix affix--end">
                <input class="input mono" id=id readonly value=value/>
                <button class="btn btn--sm" type="button" on:click=copy>"Copy"</button>
            </div>
            <p class="field__hint" role="status">{said}</p>
        </div>
    }
}
