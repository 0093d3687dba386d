//! Notes about a customer.

use crate::api::{customers, interactions};
use crate::browser;
use crate::components::{ActionButton, ErrorBox, Moment, SkeletonCard, use_toasts};
use crate::drafts;
use crate::glance::{drawn, live};
use crate::query::{Query, changed, use_query};
use crate::realtime::use_realtime;
use crate::session::use_session;
use crm_types::accounts::Permission;
use crm_types::customers::CustomerNote;
use crm_types::ids::NoteId;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;

#[derive(Clone, PartialEq, Deserialize)]
struct Items {
    items: Vec<CustomerNote>,
}

/// The field of a note whose text is changed.
const TEXT: &str = "note-text";

/// The notes, newest first, and a field for one more.
#[component]
pub fn Notes(id: Memo<String>) -> impl IntoView {
    let query = use_query::<Items>(move || Some(customers::notes(id.get()))).refresh_on(use_realtime().billing());
    let retry = Callback::new(move |()| query.refresh());
    let known = Memo::new(move |_| query.map(|_| ()).is_some());
    let written =
        move || query.map(|notes| notes.items.iter().map(|note| note.id).collect::<Vec<_>>()).unwrap_or_default();
    view! {
        <section class="card" aria-labelledby="notes">
            <header class="card__head card__head--line"><h2 id="notes">"Notes"</h2></header>
            <Write id=id query=query/>
            // A note that is being changed stays while the others are read again.
            <ul class="memos" hidden=live(move || written().is_empty())>
                <For each=written key=|note| *note children=move |note| view! { <Note id=id note=note query=query/> }/>
            </ul>
            {drawn(move || match (known.get(), query.error().get()) {
                (true, _) => ().into_any(),
                (false, Some(error)) => view! { <ErrorBox what="Notes" error=error on_retry=retry/> }.into_any(),
                (false, None) => view! { <SkeletonCard label="Loading notes"/> }.into_any(),
            })}
        </section>
    }
}

/// The notes again, and the timeline, which tells of them. The page may be left by now.
fn reread(query: Query<Items>, id: Memo<String>) {
    query.refresh();
    if let Some(id) = id.try_get_untracked() {
        changed(&interactions::timeline(&id));
    }
}

#[component]
fn Write(id: Memo<String>, query: Query<Items>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let text = RwSignal::new(drafts::draft(&id.get_untracked()));
    // Another customer, another draft.
    Effect::watch(move || id.get(), move |id, _, _| text.set(drafts::draft(id)), false);
    let typed = move |ev: web_sys::Event| {
        let value = event_target_value(&ev);
        drafts::keep(&id.get_untracked(), &value);
        text.set(value);
    };
    let busy = RwSignal::new(false);
    let denied = session.denied(Permission::CustomersWrite);
    let why_not = Signal::derive(move || {
        denied.clone().or_else(|| text.get().trim().is_empty().then(|| "There is nothing to add yet.".to_owned()))
    });
    let add = Callback::new(move |()| {
        busy.set(true);
        spawn_local(async move {
            let body = text.get_untracked();
            let customer = id.get_untracked();
            match customers::write_note(session, &customer, &body).await {
                // What was typed since stays.
                Ok(_) if drafts::draft(&customer) == body => {
                    drafts::keep(&customer, "");
                    if id.try_get_untracked().as_ref() == Some(&customer) {
                        text.try_set(String::new());
                    }
                }
                Ok(_) => {}
                Err(error) => toasts.failed(format!("Note not saved: {}", error.detail())),
            }
            busy.try_set(false);
            reread(query, id);
        });
    });
    view! {
        <div class="card__body stack stack--2">
            <label class="vh" for="new-note">"New note"</label>
            <textarea class="input" id="new-note" rows="3" maxlength="10000" placeholder="Write a note"
                prop:value=text on:input=typed></textarea>
            <div><ActionButton label="Add note".to_owned() class="btn--sm" on_press=add busy=busy denied=why_not/></div>
        </div>
    }
}

#[component]
fn Note(id: Memo<String>, note: NoteId, query: Query<Items>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let denied = Signal::stored(session.denied(Permission::CustomersWrite));
    let find = move |items: &Items| items.items.iter().find(|one| one.id == note).cloned();
    let now = Memo::new(move |_| query.map(find).flatten());
    // The note as it was when its text began to be changed.
    let base = RwSignal::new(None::<CustomerNote>);
    let button = format!("edit-{note}");
    let back = button.clone();
    let stop = Callback::new(move |()| {
        base.set(None);
        let back = back.clone();
        request_animation_frame(move || browser::focus(&back));
    });
    let delete = Callback::new(move |()| {
        let Some(note) = now.get_untracked() else { return };
        spawn_local(async move {
            let customer = id.get_untracked();
            match customers::delete_note(session, &customer, &note).await {
                Ok(()) => {
                    let undo = Callback::new(move |()| {
                        let (customer, body) = (customer.clone(), note.body.clone());
                        spawn_local(async move {
                            if let Err(error) = customers::write_note(session, &customer, &body).await {
                                toasts.failed(format!("Note not brought back: {}", error.detail()));
                            }
                            reread(query, id);
                        });
                    });
                    toasts.done_with("Note deleted", "Undo", undo);
                }
                Err(error) => toasts.failed(format!("Note not deleted: {}", error.detail())),
            }
            reread(query, id);
        });
    });
    let read = move |note: CustomerNote| {
        let begin = Callback::new(move |()| base.set(now.get_untracked()));
        let edited = (note.version > 1).then_some(" · changed");
        view! {
            <p class="memo__body">{note.body}</p>
            <div class="row row--wrap small muted">
                <span>{note.author}" · "<Moment at=Some(note.created_at)/>{edited}</span>
                <span class="end row">
                    <ActionButton id=button.clone() label="Edit note".to_owned() class="btn--ghost btn--sm" denied=denied on_press=begin/>
                    <ActionButton label="Delete note".to_owned() class="btn--ghost btn--sm" denied=denied on_press=delete/>
                </span>
            </div>
        }
        .into_any()
    };
    let typing = Memo::new(move |_| base.get().is_some());
    view! {
        <li class="memo">
            {drawn(move || match typing.get() {
                true => view! { <Edit id=id base=base stop=stop query=query/> }.into_any(),
                false => now.get().map(read.clone()).into_any(),
            })}
        </li>
    }
}

/// The note's text while it is changed: Enter with Ctrl saves, Escape gives up.
#[component]
fn Edit(
    id: Memo<String>,
    base: RwSignal<Option<CustomerNote>>,
    stop: Callback<()>,
    query: Query<Items>,
) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let text =
        RwSignal::new(base.with_untracked(|note| note.as_ref().map(|note| note.body.clone()).unwrap_or_default()));
    let (busy, error) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let save = Callback::new(move |()| {
        let Some(note) = base.get_untracked() else { return };
        let body = text.get_untracked();
        if busy.get_untracked() {
            return;
        }
        if body.trim() == note.body {
            return stop.run(());
        }
        busy.set(true);
        spawn_local(async move {
            let saved = customers::change_note(session, &id.get_untracked(), &note, &body).await;
            reread(query, id);
            // The page may be left by now.
            if busy.try_set(false).is_some() {
                return;
            }
            match saved {
                Ok(_) => {
                    toasts.done("Note changed");
                    stop.run(());
                }
                Err(failure) => {
                    // What was typed stays; saving once more puts it in place of what they wrote.
                    let theirs: Option<CustomerNote> =
                        failure.0.current.clone().and_then(|now| serde_json::from_value(now).ok());
                    let why = match &theirs {
                        Some(theirs) => format!(
                            "Somebody changed this note meanwhile. It says now: “{}”. Save again to put yours in its place.",
                            theirs.body
                        ),
                        None => failure.field("body").unwrap_or_else(|| failure.detail().to_owned()),
                    };
                    error.set(Some(why));
                    if theirs.is_some() {
                        base.set(theirs);
                    }
                }
            }
        });
    });
    let keys = move |event: web_sys::KeyboardEvent| match event.key().as_str() {
        "Enter" if event.ctrl_key() || event.meta_key() => {
            event.prevent_default();
            save.run(());
        }
        "Escape" => {
            event.stop_propagation();
            stop.run(());
        }
        _ => {}
    };
    request_animation_frame(|| browser::focus(TEXT));
    view! {
        <div class="stack stack--2">
            <textarea class="input" id=TEXT aria-label="Text of the note" rows="4" maxlength="10000" aria-describedby="note-error"
                aria-invalid=live(move || error.get().map(|_| "true")) prop:value=text on:keydown=keys
                on:input=move |ev| text.set(event_target_value(&ev))></textarea>
            <div id="note-error">{move || error.get().map(|why| view! { <p class="field__error" role="alert">{why}</p> })}</div>
            <div class="row">
                <ActionButton label="Save note".to_owned() class="btn--primary btn--sm" busy=busy on_press=save/>
                <button class="btn btn--sm" type="button" on:click=move |_| stop.run(())>"Cancel"</button>
            </div>
        </div>
    }
}
