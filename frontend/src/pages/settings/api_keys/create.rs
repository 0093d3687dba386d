//! Making an API key.

use crate::api::api_keys;
use crate::components::{ActionButton, Check, Dialog, ErrorNote, Field, FormErrors, ShownOnce};
use crate::glance::Glance;
use crate::labels;
use crate::query::changed;
use crate::session::use_session;
use chrono::{DateTime, Local, NaiveDate, NaiveTime, Utc};
use crm_types::accounts::Permission;
use crm_types::api_keys::NewApiKey;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The button, and the dialog that it opens.
#[component]
pub fn NewKey() -> impl IntoView {
    let open = RwSignal::new(false);
    let denied = use_session().denied(Permission::ApiKeysWrite);
    view! {
        <ActionButton label="New key".to_owned() class="btn--primary btn--sm" icon="plus" denied=Signal::stored(denied)
            on_press=Callback::new(move |()| open.set(true))/>
        <Dialog id="new-key" title=Signal::stored("New API key".to_owned()) open=open>
            <Steps open=open/>
        </Dialog>
    }
}

/// First the form, then the key.
#[component]
fn Steps(open: RwSignal<bool>) -> impl IntoView {
    let made = RwSignal::new(None::<String>);
    move || {
        match made.get() {
        None => view! { <Form open=open made=made/> }.into_any(),
        Some(key) => view! {
            <div class="dialog__body stack">
                <p>"Copy the key to where the program keeps its secrets. It is shown only now: nobody can see it again."</p>
                <ShownOnce id="made-key" label="Key" value=key/>
            </div>
            <div class="dialog__foot">
                <button class="btn btn--primary" type="button" on:click=move |_| open.set(false)>"Done"</button>
            </div>
        }
        .into_any(),
    }
    }
}

#[component]
fn Form(open: RwSignal<bool>, made: RwSignal<Option<String>>) -> impl IntoView {
    let session = use_session();
    let (name, last_day) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let chosen = RwSignal::new(Vec::<Permission>::new());
    let errors = FormErrors::new();
    let busy = RwSignal::new(false);
    let make = move || {
        let new = NewApiKey {
            name: name.get_untracked(),
            scopes: chosen.get_untracked(),
            expires_at: end_of(&last_day.get_untracked()),
        };
        busy.set(true);
        spawn_local(async move {
            match api_keys::create(session, &new).await {
                Ok(created) => {
                    changed(api_keys::API_KEYS);
                    made.try_set(Some(created.key));
                }
                Err(error) => drop(errors.0.try_set(Some(error))),
            }
            busy.try_set(false);
        });
    };
    let group = move |legend: &'static str, reads: bool| {
        let offered = Permission::ALL
            .iter()
            .copied()
            .filter(move |p| p.suits_a_key() && session.may(*p) && p.as_str().ends_with(":read") == reads);
        let boxes = offered.map(|p| {
            let checked = Signal::derive(move || chosen.glance(|chosen| chosen.contains(&p)));
            let switch = Callback::new(move |on| {
                chosen.update(|chosen| {
                    chosen.retain(|other| *other != p);
                    if on {
                        chosen.push(p);
                    }
                });
            });
            view! { <Check label=labels::permission(p) checked=checked on_change=switch/> }
        });
        view! {
            <fieldset class="field">
                <legend class="field__label">{legend}</legend>
                <div class="checks">{boxes.collect_view()}</div>
            </fieldset>
        }
    };
    let wrong_scopes = errors.of("scopes");
    view! {
        <form novalidate on:submit=move |ev| {
            ev.prevent_default();
            if !busy.get_untracked() { make() }
        }>
            <div class="dialog__body stack">
                <ErrorNote error=errors.general()/>
                <Field id="key-name" label="Name" value=name error=errors.of("name") hint="What it is for, such as Website."/>
                <div class="fields-2">{group("It may look", true)}{group("It may change", false)}</div>
                {move || wrong_scopes.get().map(|why| view! { <p class="field__error" role="alert">{why}</p> })}
                <Field id="key-end" label="Last day" kind="date" value=last_day error=errors.of("expires_at")
                    hint="Leave it empty for a key that does not expire."/>
            </div>
            <div class="dialog__foot">
                <button class="btn" type="button" on:click=move |_| open.set(false)>"Cancel"</button>
                <button class="btn btn--primary" type="submit" prop:disabled=busy>"Make key"</button>
            </div>
        </form>
    }
}

/// The end of a day as the reader's clock has it.
fn end_of(day: &str) -> Option<DateTime<Utc>> {
    let next = day.parse::<NaiveDate>().ok()?.succ_opt()?;
    let end = next.and_time(NaiveTime::MIN).and_local_timezone(Local).earliest()?;
    Some(end.with_timezone(&Utc))
}
