//! A file that was sent: its columns, and making customers out of it.

use super::columns::{Columns, Mapping, mapped};
use super::result::Result;
use super::{Crumbs, size};
use crate::api::{ApiError, customers};
use crate::components::{ActionButton, ErrorBox, ErrorNote, Field, Select, SkeletonCard, use_title};
use crate::format::count;
use crate::glance::{Glance, drawn};
use crate::labels::counted;
use crate::query::{Query, use_query};
use crate::realtime::use_realtime;
use crate::session::use_session;
use chrono::Utc;
use crm_types::customers_import::{Import, ImportRun, OnExisting};
use crm_types::jobs::JobState;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_params_map;

/// The page.
#[component]
pub fn ImportFilePage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.glance(|p| p.get("id").unwrap_or_default()));
    let query = use_query::<Import>(move || Some(customers::import(id.get()))).refresh_on(use_realtime().jobs());
    let name = move || query.map(|import| import.file_name.clone().unwrap_or_else(|| "A file".into()));
    use_title(move || name().unwrap_or_else(|| "Import customers".into()));
    let retry = Callback::new(move |()| query.refresh());
    // Only once for a file: what was chosen stays while its job moves on.
    let there = Memo::new(move |_| query.map(|import| import.id));
    view! {
        <header class="page-head">
            <Crumbs file=true/>
            <div class="page-head__row"><h1 class="break">{move || name().unwrap_or_else(|| "Import customers".into())}</h1></div>
        </header>
        {drawn(move || match (there.get(), query.error().get()) {
            (Some(_), _) => untrack(move || query.get())
                .map(|import| view! { <Whole import=import query=query/> }.into_any())
                .unwrap_or_else(|| ().into_any()),
            (None, Some(error)) => view! { <ErrorBox what="File" error=error on_retry=retry/> }.into_any(),
            (None, None) => view! { <SkeletonCard label="Loading the file" lines=7/> }.into_any(),
        })}
    }
}

#[component]
fn Whole(import: Import, query: Query<Import>) -> impl IntoView {
    let session = use_session();
    let (id, rows) = (import.id, import.rows);
    let mapping: Mapping = RwSignal::new(import.columns.iter().map(|column| column.suggestion).collect());
    let existing = RwSignal::new(OnExisting::Skip);
    let tag = RwSignal::new(format!("import {}", Utc::now().format("%Y-%m-%d")));
    let error = RwSignal::new(None::<ApiError>);
    let busy = RwSignal::new(false);
    let chosen = move |dry_run: bool| {
        let tag = tag.get().trim().to_owned();
        ImportRun {
            mapping: mapping.get(),
            dry_run,
            on_existing: existing.get(),
            add_tags: if tag.is_empty() { Vec::new() } else { vec![tag] },
        }
    };
    // As what the file was checked, so that what was found then still holds.
    let checked = RwSignal::new(None::<ImportRun>);
    // As what it was imported: once more would do nothing new. If it was before, then as what its columns seem to hold.
    let imported = RwSignal::new((mapping.get_untracked(), existing.get_untracked()));
    let start = Callback::new(move |dry_run: bool| {
        busy.set(true);
        error.set(None);
        let run = untrack(|| chosen(dry_run));
        checked.set(dry_run.then(|| run.clone()));
        if !dry_run {
            imported.set((run.mapping.clone(), run.on_existing));
        }
        spawn_local(async move {
            if let Err(why) = customers::run_import(session, id, &run).await {
                error.try_set(Some(why));
            }
            busy.try_set(false);
            query.refresh();
        });
    });
    let runs = Memo::new(move |_| {
        query.map(|import| import.job.as_ref().is_some_and(|job| !job.state.is_over())).unwrap_or(false)
    });
    let why_not = Signal::derive(move || match (runs.get(), mapping.glance(|mapping| mapped(mapping))) {
        (true, _) => Some("Wait until it is over, or cancel it.".to_owned()),
        (_, false) => Some("Say which column holds the e-mail, the name or the phone.".to_owned()),
        _ => None,
    });
    // Of its newest run, when that succeeded: whether it only checked, and the rows that are or would be different.
    let outcome = move || {
        let succeeded = query.map(|import| {
            let job = import.job.as_ref().filter(|job| job.state == JobState::Succeeded);
            job.map(|job| (job.dry_run, job.changed))
        });
        succeeded.flatten()
    };
    let done = Memo::new(move |_| {
        outcome().is_some_and(|(dry_run, _)| !dry_run) && imported.get() == (mapping.get(), existing.get())
    });
    let would = Memo::new(move |_| {
        let same = checked.get().is_some_and(|then| then == chosen(true));
        outcome().filter(|(dry_run, _)| *dry_run && same).map(|(_, changed)| changed)
    });
    let why_not_import = Signal::derive(move || {
        let why = match (done.get(), would.get()) {
            (true, _) => Some("This file is imported. Choose another one, or change what its columns hold."),
            (_, Some(0)) => Some("No row would be created or changed."),
            _ => None,
        };
        why_not.get().or_else(|| why.map(str::to_owned))
    });
    let import_words = Signal::derive(move || match would.get() {
        _ if done.get() => "Imported".to_owned(),
        Some(some) if some < rows => format!("Import {} of {}", count(some), counted(rows, "row", "rows")),
        _ => format!("Import {}", counted(rows, "row", "rows")),
    });
    let facts =
        format!("{} · {} · {} columns", counted(import.rows, "row", "rows"), size(import.bytes), import.columns.len());
    view! {
        <div class="grid">
            <div class="c8 stack">
                <section class="card" aria-labelledby="columns">
                    <header class="card__head card__head--line">
                        <h2 id="columns">"What the columns hold"</h2><span class="card__sub">{facts}</span>
                    </header>
                    <Columns columns=import.columns preview=import.preview mapping=mapping/>
                </section>
            </div>
            <div class="c4 stack">
                <section class="card" aria-labelledby="options">
                    <header class="card__head card__head--line"><h2 id="options">"Import"</h2></header>
                    <div class="card__body stack">
                        <ErrorNote error=error/>
                        <Select id="on_existing" label="Customers who exist"
                            value=Signal::derive(move || existing.get().to_string())
                            choices=vec![
                                (OnExisting::Skip.as_str(), "Leave as they are"),
                                (OnExisting::Update.as_str(), "Update from the file"),
                                (OnExisting::Fail.as_str(), "Report as wrong"),
                            ]
                            on_change=Callback::new(move |value: String| {
                                existing.set(value.parse().unwrap_or(OnExisting::Skip));
                            })
                            hint="They are known by their e-mail. Empty cells never empty a field."/>
                        <Field id="add_tag" label="Tag for all" value=tag hint="Finds these customers again. Leave empty for none."/>
                        <div class="row row--wrap">
                            <ActionButton label="Check the file".to_owned() on_press=Callback::new(move |()| start.run(true))
                                busy=busy denied=why_not/>
                            <ActionButton label=import_words class="btn--primary"
                                on_press=Callback::new(move |()| start.run(false)) busy=busy denied=why_not_import/>
                        </div>
                        <p class="small muted">"Checking says what would happen, and changes nothing."</p>
                    </div>
                </section>
                <Result query=query/>
            </div>
        </div>
    }
}
