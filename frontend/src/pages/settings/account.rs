//! What I am called, and my password.

use crate::api::users;
use crate::components::{ErrorNote, Field, FormErrors, use_toasts};
use crate::glance::Glance;
use crate::pages::as_error;
use crate::query::changed;
use crate::session::use_session;
use crm_types::users::PasswordChange;
use leptos::prelude::*;
use leptos::task::spawn_local;
use validator::Validate;

/// What I am called.
#[component]
pub fn NameCard() -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let name = RwSignal::new(session.user().glance(|me| me.as_ref().map(|me| me.name.clone()).unwrap_or_default()));
    let errors = FormErrors::new();
    let busy = RwSignal::new(false);
    let save = move || {
        busy.set(true);
        spawn_local(async move {
            match users::rename_me(session, &name.get_untracked()).await {
                Ok(me) => {
                    errors.0.try_set(None);
                    session.rename(me.name);
                    changed(users::USERS);
                    toasts.done("Name saved");
                }
                Err(error) => drop(errors.0.try_set(Some(error))),
            }
            busy.try_set(false);
        });
    };
    view! {
        <section class="card" aria-labelledby="own-name">
            <header class="card__head card__head--line"><h2 id="own-name">"Your name"</h2></header>
            <form class="card__body stack" novalidate on:submit=move |ev| {
                ev.prevent_default();
                if !busy.get_untracked() { save() }
            }>
                <ErrorNote error=errors.general()/>
                <Field id="my-name" label="Name" value=name autocomplete="name" error=errors.of("name")
                    hint="What colleagues see, and what the audit log keeps."/>
                <div><button class="btn" type="submit" prop:disabled=busy>"Save name"</button></div>
            </form>
        </section>
    }
}

/// My password.
#[component]
pub fn PasswordCard(
    /// Called when it was changed: all other sessions ended.
    on_changed: Callback<()>,
) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let (present, wanted) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let errors = FormErrors::new();
    let busy = RwSignal::new(false);
    let save = move || {
        let change = PasswordChange { current_password: present.get_untracked(), password: wanted.get_untracked() };
        if let Err(wrong) = change.validate() {
            return errors.0.set(Some(as_error(&wrong)));
        }
        busy.set(true);
        spawn_local(async move {
            match users::change_password(session, &change).await {
                Ok(()) => {
                    errors.0.try_set(None);
                    present.try_set(String::new());
                    wanted.try_set(String::new());
                    toasts.done("Password changed. All other devices are logged out.");
                    on_changed.run(());
                }
                Err(error) => drop(errors.0.try_set(Some(error))),
            }
            busy.try_set(false);
        });
    };
    view! {
        <section class="card" aria-labelledby="own-password">
            <header class="card__head card__head--line"><h2 id="own-password">"Password"</h2></header>
            <form class="card__body stack" novalidate on:submit=move |ev| {
                ev.prevent_default();
                if !busy.get_untracked() { save() }
            }>
                <ErrorNote error=errors.general()/>
                <Field id="current-password" label="Present password" value=present kind="password"
                    autocomplete="current-password" error=errors.of("current_password")/>
                <Field id="new-password" label="New password" value=wanted kind="password" autocomplete="new-password"
                    hint="12 to 128 characters. All other devices are logged out." error=errors.of("password")/>
                <div><button class="btn" type="submit" prop:disabled=busy>"Change password"</button></div>
            </form>
        </section>
    }
}
