//! Notes about a customer.

use crate::api::customers;
use crate::components::{ActionButton, ErrorBox, Moment, SkeletonCard, use_toasts};
use crate::glance::drawn;
use crate::query::{Query, use_query};
use crate::realtime::use_realtime;
use crate::session::use_session;
use crm_types::accounts::Permission;
use crm_types::customers::CustomerNote;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;

#[derive(Clone, PartialEq, Deserialize)]
struct Items {
    items: Vec<CustomerNote>,
}

/// The notes, newest first, and a field for one more.
#[component]
pub fn Notes(id: Memo<String>) -> impl IntoView {
    let query = use_query::<Items>(move || Some(customers::notes(id.get()))).refresh_on(use_realtime().billing());
    let retry = Callback::new(move |()| query.refresh());
    view! {
        <section class="card" aria-labelledby="notes">
            <header class="card__head card__head--line"><h2 id="notes">"Notes"</h2></header>
            <Write id=id query=query/>
            {drawn(move || match (query.get(), query.error().get()) {
                (Some(notes), _) if notes.items.is_empty() => ().into_any(),
                (Some(notes), _) => view! {
                    <ul class="memos">
                        {notes.items.into_iter().map(|note| view! { <Note id=id note=note query=query/> }).collect_view()}
                    </ul>
                }.into_any(),
                (None, Some(error)) => view! { <ErrorBox what="Notes" error=error on_retry=retry/> }.into_any(),
                (None, None) => view! { <SkeletonCard label="Loading notes"/> }.into_any(),
            })}
        </section>
    }
}

#[component]
fn Write(id: Memo<String>, query: Query<Items>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let text = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let denied = session.denied(Permission::CustomersWrite);
    let why_not = Signal::derive(move || {
        denied.clone().or_else(|| text.get().trim().is_empty().then(|| "There is nothing to add yet.".to_owned()))
    });
    let add = Callback::new(move |()| {
        busy.set(true);
        spawn_local(async move {
            let body = text.get_untracked();
            match customers::write_note(session, &id.get_untracked(), &body).await {
                // What was typed since stays.
                Ok(_) if text.try_get_untracked().as_ref() == Some(&body) => drop(text.try_set(String::new())),
                Ok(_) => {}
                Err(error) => toasts.failed(format!("Note not saved: {}", error.detail())),
            }
            busy.try_set(false);
            query.refresh();
        });
    });
    view! {
        <div class="card__body stack stack--2">
            <label class="vh" for="new-note">"New note"</label>
            <textarea class="input" id="new-note" rows="3" maxlength="10000" placeholder="Write a note"
                prop:value=text on:input=move |ev| text.set(event_target_value(&ev))></textarea>
            <div><ActionButton label="Add note".to_owned() class="btn--sm" on_press=add busy=busy denied=why_not/></div>
        </div>
    }
}

#[component]
fn Note(id: Memo<String>, note: CustomerNote, query: Query<Items>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let denied = Signal::stored(session.denied(Permission::CustomersWrite));
    let (author, at, body) = (note.author.clone(), note.created_at, note.body.clone());
    let changed = (note.version > 1).then_some(" · changed");
    let note = StoredValue::new(note);
    let delete = Callback::new(move |()| {
        spawn_local(async move {
            let (customer, note) = (id.get_untracked(), note.get_value());
            match customers::delete_note(session, &customer, &note).await {
                Ok(()) => {
                    let undo = Callback::new(move |()| {
                        let (customer, body) = (customer.clone(), note.body.clone());
                        spawn_local(async move {
                            if let Err(error) = customers::write_note(session, &customer, &body).await {
                                toasts.failed(format!("Note not brought back: {}", error.detail()));
                            }
                            query.refresh();
                        });
                    });
                    toasts.done_with("Note deleted", "Undo", undo);
                }
                Err(error) => toasts.failed(format!("Note not deleted: {}", error.detail())),
            }
            query.refresh();
        });
    });
    view! {
        <li class="memo">
            <p class="memo__body">{body}</p>
            <div class="row small muted">
                <span>{author}" · "<Moment at=Some(at)/>{changed}</span>
                <span class="end"><ActionButton label="Delete note".to_owned() class="btn--ghost btn--sm" denied=denied on_press=delete/></span>
            </div>
        </li>
    }
}
