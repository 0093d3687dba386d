//! Inviting somebody.

use super::handover::Handover;
use super::member::grantable;
use crate::api::users;
use crate::components::{ActionButton, Dialog, ErrorNote, Field, FormErrors, Select};
use crate::query::changed;
use crate::session::use_session;
use crm_types::accounts::{Permission, Role};
use crm_types::users::NewUserAccount;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// What each role is for.
const ROLES: &str = "Owners and admins do everything. Analysts see everything about money. Marketers and support keep customers. \
    Viewers look.";

/// The button, and the dialog that it opens.
#[component]
pub fn Invite(handover: Handover) -> impl IntoView {
    let open = RwSignal::new(false);
    let denied = use_session().denied(Permission::UsersWrite);
    view! {
        <ActionButton label="Invite".to_owned() class="btn--primary btn--sm" icon="plus" denied=Signal::stored(denied)
            on_press=Callback::new(move |()| open.set(true))/>
        <Dialog id="invite" title=Signal::stored("Invite to the team".to_owned()) open=open>
            <Form open=open handover=handover/>
        </Dialog>
    }
}

#[component]
fn Form(open: RwSignal<bool>, handover: Handover) -> impl IntoView {
    let session = use_session();
    let (email, name) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let role = RwSignal::new(Role::Support.to_string());
    let errors = FormErrors::new();
    let busy = RwSignal::new(false);
    let send = move || {
        let new = NewUserAccount {
            email: email.get_untracked(),
            name: name.get_untracked(),
            role: role.get_untracked().parse().unwrap_or(Role::Viewer),
        };
        busy.set(true);
        spawn_local(async move {
            match users::invite(session, &new).await {
                Ok(link) => {
                    changed(users::USERS);
                    open.try_set(false);
                    handover.show(link);
                }
                Err(error) => drop(errors.0.try_set(Some(error))),
            }
            busy.try_set(false);
        });
    };
    view! {
        <form novalidate on:submit=move |ev| {
            ev.prevent_default();
            if !busy.get_untracked() { send() }
        }>
            <div class="dialog__body stack">
                <ErrorNote error=errors.general()/>
                <Field id="invite-email" label="E-mail" kind="email" value=email error=errors.of("email")/>
                <Field id="invite-name" label="Name" value=name error=errors.of("name")/>
                <Select id="invite-role" label="Role" value=role choices=grantable(session)
                    on_change=Callback::new(move |v| role.set(v)) error=errors.of("role") hint=ROLES/>
            </div>
            <div class="dialog__foot">
                <button class="btn" type="button" on:click=move |_| open.set(false)>"Cancel"</button>
                <button class="btn btn--primary" type="submit" prop:disabled=busy>"Make invitation link"</button>
            </div>
        </form>
    }
}
