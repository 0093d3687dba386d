//! Inviting somebody.

use super::handover::Handover;
use super::member::grantable;
use crate::api::users;
use crate::components::{ActionButton, Dialog, DialogForm, ErrorNote, Field, FormErrors, Select, Sending};
use crate::query::changed;
use crate::session::use_session;
use crm_types::accounts::{Permission, Role};
use crm_types::users::NewUserAccount;
use leptos::prelude::*;

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
    let send = move |()| -> Sending {
        let new = NewUserAccount {
            email: email.get_untracked(),
            name: name.get_untracked(),
            role: role.get_untracked().parse().unwrap_or(Role::Viewer),
        };
        Box::pin(async move {
            let link = users::invite(session, &new).await?;
            changed(users::USERS);
            handover.show(link);
            Ok(())
        })
    };
    view! {
        <DialogForm open=open errors=errors submit="Make invitation link" send=Callback::new(send)>
            <ErrorNote error=errors.general()/>
            <Field id="invite-email" label="E-mail" kind="email" value=email error=errors.of("email")/>
            <Field id="invite-name" label="Name" value=name error=errors.of("name")/>
            <Select id="invite-role" label="Role" value=role choices=grantable(session)
                on_change=Callback::new(move |v| role.set(v)) error=errors.of("role") hint=ROLES/>
        </DialogForm>
    }
}
