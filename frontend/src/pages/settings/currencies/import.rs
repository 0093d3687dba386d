//! Rates out of a file: what would come of it, then what came of it.

use super::rates_changed;
use crate::api::{ApiError, exchange_rates};
use crate::components::{ErrorNote, use_toasts};
use crate::glance::{drawn, live};
use crate::labels::counted;
use crate::session::use_session;
use crm_types::exchange_rates::RateImport;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::{File, HtmlInputElement};

/// The form.
#[component]
pub fn Form(open: RwSignal<bool>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let file = StoredValue::new_local(None::<File>);
    let found = RwSignal::new(None::<RateImport>);
    let error = RwSignal::new(None::<ApiError>);
    let busy = RwSignal::new(false);
    let run = move |dry_run: bool| {
        let Some(chosen) = file.get_value() else { return };
        busy.set(true);
        error.set(None);
        spawn_local(async move {
            match exchange_rates::import(session, &chosen, dry_run).await {
                Ok(said) if dry_run => drop(found.try_set(Some(said))),
                Ok(said) => {
                    rates_changed();
                    toasts.done(format!("{} imported", counted(said.created + said.changed, "rate", "rates")));
                    open.try_set(false);
                }
                Err(why) => {
                    found.try_set(None);
                    error.try_set(Some(why));
                }
            }
            busy.try_set(false);
        });
    };
    let chosen = move |ev: leptos::ev::Event| {
        let input = ev.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        let picked = input.and_then(|input| input.files()).and_then(|files| files.get(0));
        file.set_value(picked);
        found.set(None);
        run(true);
    };
    let written = live(move || found.get().map_or(0, |found| found.created + found.changed));
    let result = drawn(move || match found.get() {
        Some(found) => view! { <Found found=found/> }.into_any(),
        None => ().into_any(),
    });
    view! {
        <div class="dialog__body stack">
            <ErrorNote error=error/>
            <div class="field">
                <label for="rates-file">"CSV file"</label>
                <input class="input" type="file" id="rates-file" accept=".csv,.txt,text/csv" on:change=chosen
                    prop:disabled=busy aria-describedby="rates-file-note"/>
                <p class="field__hint" id="rates-file-note">
                    "With the columns day (2026-03-01), currency (EUR) and rate (1.0842) in the first line. Nothing is imported yet."
                </p>
            </div>
            <div role="status">{result}</div>
        </div>
        <div class="dialog__foot">
            <button class="btn" type="button" on:click=move |_| open.set(false)>"Cancel"</button>
            <button class="btn btn--primary" type="button" on:click=move |_| run(false)
                prop:disabled=live(move || busy.get() || written.get() == 0)>
                {live(move || match written.get() {
                    0 => "Import rates".to_owned(),
                    n => format!("Import {}", counted(n, "rate", "rates")),
                })}
            </button>
        </div>
    }
}

/// What would come of a file.
#[component]
fn Found(found: RateImport) -> impl IntoView {
    let more = found.failed > i64::try_from(found.errors.len()).unwrap_or_default();
    let wrong = found.errors.into_iter().map(|error| {
        view! {
            <li class="break">
                <b>{format!("Line {}", crate::format::count(error.line))}</b>
                {error.column.map(|column| format!(", {column}"))}": "{error.message}
            </li>
        }
    });
    view! {
        <div class="stack stack--2">
            <p>
                {format!(
                    "{} new, {} changed, {} as they are, {}.",
                    found.created, found.changed, found.unchanged,
                    if found.failed == 0 { "none wrong".to_owned() } else { counted(found.failed, "row is wrong", "rows are wrong") },
                )}
            </p>
            <ul class="stack stack--2 small">{wrong.collect_view()}</ul>
            {more.then(|| view! { <p class="small muted">"These are the first of them."</p> })}
        </div>
    }
}
