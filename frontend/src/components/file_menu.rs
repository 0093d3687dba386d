//! A button that opens the formats in which something is had as a file.

use super::{Icon, Menu, MenuItem, use_toasts};
use crate::api::ApiError;
use crate::glance::live;
use crm_types::customers_bulk::ExportLink;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::pin::Pin;

/// Asks where a file is found.
pub type Linking = Pin<Box<dyn Future<Output = Result<ExportLink, ApiError>>>>;

/// Icon, words and format.
pub type FileFormat<F> = (&'static str, &'static str, F);

/// The button with its formats. While one is asked for it is busy.
#[component]
pub fn FileMenu<F: Copy + Send + Sync + 'static>(
    /// Unique on the page.
    id: &'static str,
    /// A verb: "Export".
    label: &'static str,
    /// What is said before the reason when there is no file: "Not exported".
    failed: &'static str,
    /// More classes.
    #[prop(default = "btn")]
    class: &'static str,
    /// What there is to choose from.
    formats: Vec<FileFormat<F>>,
    /// Asks for one.
    link: Callback<F, Linking>,
    /// More [`MenuItem`]s.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let fetch = move |format: F| {
        Callback::new(move |()| {
            if busy.get_untracked() {
                return;
            }
            busy.set(true);
            let linking = link.run(format);
            spawn_local(async move {
                match linking.await {
                    // The reply is a file to keep, so that the page stays.
                    Ok(link) => drop(window().location().assign(&link.url)),
                    Err(error) => toasts.failed(format!("{failed}: {}", error.detail())),
                }
                busy.try_set(false);
            });
        })
    };
    let item = move |(icon, words, format): FileFormat<F>| {
        view! { <MenuItem icon=icon label=words.to_owned() on_press=fetch(format)/> }
    };
    view! {
        <button class=class type="button" popovertarget=id aria-haspopup="menu" aria-busy=live(move || busy.get().then_some("true"))>
            <Icon name="export"/>{label}
        </button>
        <Menu id=id label=label>
            {formats.into_iter().map(item).collect_view()}
            {children.map(|children| children())}
        </Menu>
    }
}
