//! How far a run of a file is, and what came of it.

use crate::api::customers;
use crate::browser::save_text;
use crate::components::{ActionButton, use_toasts};
use crate::glance::drawn;
use crate::labels::counted;
use crate::pages::jobs::JobCard;
use crate::query::Query;
use crate::routes;
use crate::session::use_session;
use crm_types::customers_bulk::BulkAction;
use crm_types::customers_import::Import;
use crm_types::ids::ImportId;
use crm_types::jobs::Job;
use leptos::prelude::*;
use leptos::task::spawn_local;

#[component]
pub(super) fn Result(query: Query<Import>) -> impl IntoView {
    let changed = Callback::new(move |()| query.refresh());
    drawn(move || {
        let Some((id, job)) = query.map(|import| (import.id, import.job.clone())) else { return ().into_any() };
        let Some(job) = job else { return ().into_any() };
        view! {
            <section class="card" aria-labelledby="result">
                <header class="card__head card__head--line"><h2 id="result">"Result"</h2></header>
                <div class="card__body stack">
                    <JobCard job=job.clone() on_change=changed/>
                    {new_customers(&job)}
                    {(job.failed > 0).then(|| view! { <Wrong id=id job=job/> })}
                </div>
            </section>
        }
        .into_any()
    })
}

/// The tag that all rows got finds them again.
fn new_customers(job: &Job) -> Option<impl IntoView + use<>> {
    let Some(BulkAction::AddTags(tags)) = &job.action else { return None };
    let tag = tags.first().filter(|_| job.changed > 0 && !job.dry_run && job.state.is_over())?;
    let href = routes::list(routes::CUSTOMERS, &[("tag", tag)]);
    Some(view! { <p><a href=href>"Show these customers"</a></p> })
}

/// The first rows that are wrong, and all of them as a file.
#[component]
fn Wrong(id: ImportId, job: Job) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let busy = RwSignal::new(false);
    let download = Callback::new(move |()| {
        busy.set(true);
        spawn_local(async move {
            match customers::import_errors(session, id).await {
                // Reading it as text took the mark away by which spreadsheets know UTF-8.
                Ok(file) => save_text("import-errors.csv", &format!("\u{feff}{file}")),
                Err(error) => toasts.failed(format!("Not downloaded: {}", error.detail())),
            }
            busy.try_set(false);
        });
    });
    let more = job.failed > i64::try_from(job.errors.len()).unwrap_or_default();
    view! {
        <div class="stack stack--2">
            <div class="between row--wrap">
                <h3>{counted(job.failed, "row is wrong", "rows are wrong")}</h3>
                <ActionButton label="Download them".to_owned() class="btn--sm" on_press=download busy=busy/>
            </div>
            <ul class="stack stack--2 small">
                {job.errors.into_iter().map(|error| view! {
                    <li class="break">
                        <b>{format!("Line {}", crate::format::count(error.line))}</b>
                        {error.column.map(|column| format!(", {column}"))}": "{error.message}
                    </li>
                }).collect_view()}
            </ul>
            {more.then(|| view! { <p class="small muted">"The file has all of them, each with what is wrong."</p> })}
        </div>
    }
}
