//! Choosing a file, and the files that were sent before.

use super::{Crumbs, size};
use crate::api::{ApiError, customers};
use crate::components::{ErrorBox, ErrorNote, Moment, SkeletonCard, use_title};
use crate::glance::{drawn, live};
use crate::labels::counted;
use crate::pages::jobs::outcome;
use crate::query::use_query;
use crate::realtime::use_realtime;
use crate::routes;
use crate::session::use_session;
use crm_types::Page;
use crm_types::accounts::Permission;
use crm_types::customers_import::Import;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, File, HtmlInputElement};

/// The page.
#[component]
pub fn ImportPage() -> impl IntoView {
    use_title(|| "Import customers".into());
    let denied = use_session().denied(Permission::CustomersWrite);
    view! {
        <header class="page-head">
            <Crumbs/>
            <div class="page-head__row"><h1>"Import customers"</h1></div>
        </header>
        {match denied {
            Some(why) => view! { <p class="note">{why}</p> }.into_any(),
            None => view! { <div class="grid"><div class="c8 stack"><Choose/><Before/></div><div class="c4"><Help/></div></div> }.into_any(),
        }}
    }
}

#[component]
fn Choose() -> impl IntoView {
    let (session, navigate) = (use_session(), use_navigate());
    let sending = RwSignal::new(None::<String>);
    let over = RwSignal::new(false);
    let error = RwSignal::new(None::<ApiError>);
    let take = Callback::new(move |file: File| {
        if sending.get_untracked().is_some() {
            return;
        }
        let navigate = navigate.clone();
        error.set(None);
        #[allow(clippy::cast_possible_truncation, reason = "a whole number of bytes")]
        sending.set(Some(format!("Sending {} ({})", file.name(), size(file.size() as i64))));
        spawn_local(async move {
            match customers::send_import(session, &file).await {
                Ok(import) => navigate(&routes::customers_import(import.id), Default::default()),
                Err(why) => drop(error.try_set(Some(why))),
            }
            sending.try_set(None);
        });
    });
    let chosen = move |ev: leptos::ev::Event| {
        let input = ev.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        if let Some(input) = input {
            if let Some(file) = input.files().and_then(|files| files.get(0)) {
                take.run(file);
            }
            // The same file, mended, may be chosen again.
            input.set_value("");
        }
    };
    let dropped = move |ev: DragEvent| {
        ev.prevent_default();
        over.set(false);
        if let Some(file) = ev.data_transfer().and_then(|data| data.files()).and_then(|files| files.get(0)) {
            take.run(file);
        }
    };
    view! {
        <section class="card" aria-labelledby="choose">
            <header class="card__head card__head--line"><h2 id="choose">"Choose a file"</h2></header>
            <div class="card__body stack">
                <ErrorNote error=error/>
                <label
                    class=live(move || if over.get() { "file-drop file-drop--over" } else { "file-drop" })
                    on:dragover=move |ev: DragEvent| { ev.prevent_default(); over.set(true) }
                    on:dragleave=move |_| over.set(false)
                    on:drop=dropped
                >
                    <input class="file-drop__input" type="file" accept=".csv,.tsv,.txt,text/csv" on:change=chosen
                        prop:disabled=live(move || sending.get().is_some())/>
                    <b>"Choose a CSV file, or drop it here"</b>
                    <span class="small muted">"Nothing is imported yet: first you see what is in it."</span>
                </label>
                <p role="status" class="small">{live(move || sending.get().unwrap_or_default())}</p>
            </div>
        </section>
    }
}

#[component]
fn Help() -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="help">
            <header class="card__head card__head--line"><h2 id="help">"What it may hold"</h2></header>
            <div class="card__body stack stack--3 small">
                <p>"A first line with names of columns, then a line for each customer with at least an e-mail, a name or a phone."</p>
                <p>"Commas, semicolons, tabs or bars between cells. In Excel: Save as, CSV UTF-8."</p>
                <p>"Up to 100 MB, unless your administrator set another limit. Files are deleted after 30 days."</p>
            </div>
        </section>
    }
}

#[component]
fn Before() -> impl IntoView {
    let query = use_query::<Page<Import>>(|| Some(format!("{}?limit=10", customers::IMPORTS)))
        .refresh_on(use_realtime().jobs());
    let retry = Callback::new(move |()| query.refresh());
    drawn(move || match (query.get(), query.error().get()) {
        (Some(page), _) if page.items.is_empty() => ().into_any(),
        (Some(page), _) => view! {
            <section class="card" aria-labelledby="before">
                <header class="card__head card__head--line"><h2 id="before">"Files sent before"</h2></header>
                <ul class="price-list">{page.items.into_iter().map(one).collect_view()}</ul>
            </section>
        }
        .into_any(),
        (None, Some(error)) => view! { <ErrorBox what="Files" error=error on_retry=retry/> }.into_any(),
        (None, None) => view! { <SkeletonCard label="Loading files"/> }.into_any(),
    })
}

fn one(import: Import) -> impl IntoView {
    let name = import.file_name.clone().unwrap_or_else(|| "A file".into());
    let result = import.job.as_ref().map_or_else(|| "Not imported yet".into(), outcome);
    view! {
        <li class="price">
            <div class="price__what">
                <h3 class="break"><a href=routes::customers_import(import.id)>{name}</a></h3>
                <p class="small muted">
                    {counted(import.rows, "row", "rows")}" · "{result}" · "{import.created_by}" · "
                    <Moment at=Some(import.created_at) exact=true/>
                </p>
            </div>
        </li>
    }
}
