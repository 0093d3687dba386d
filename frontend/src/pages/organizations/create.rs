//! A new organization.

use crate::api::organizations;
use crate::components::{ActionButton, Dialog, ErrorNote, Field, FormErrors, Select, use_toasts};
use crate::labels;
use crate::query::changed;
use crate::routes;
use crate::session::use_session;
use crm_types::accounts::Permission;
use crm_types::organizations::{NewOrganization, OrganizationKind, OrganizationStatus};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;

/// The button, and the dialog that it opens.
#[component]
pub fn NewOrganizationButton() -> impl IntoView {
    let open = RwSignal::new(false);
    let denied = use_session().denied(Permission::OrganizationsWrite);
    view! {
        <ActionButton label="New organization".to_owned() class="btn--primary" icon="plus" denied=Signal::stored(denied)
            on_press=Callback::new(move |()| open.set(true))/>
        <Dialog id="new-organization" title=Signal::stored("New organization".to_owned()) open=open>
            <Form open=open/>
        </Dialog>
    }
}

#[component]
fn Form(open: RwSignal<bool>) -> impl IntoView {
    let (session, toasts, navigate) = (use_session(), use_toasts(), use_navigate());
    let empty = || RwSignal::new(String::new());
    let (name, website, email, phone) = (empty(), empty(), empty(), empty());
    let kind = RwSignal::new(OrganizationKind::Gym.to_string());
    let status = RwSignal::new(OrganizationStatus::Active.to_string());
    let errors = FormErrors::new();
    let busy = RwSignal::new(false);
    let save = Callback::new(move |()| {
        let navigate = navigate.clone();
        let given = |text: RwSignal<String>| Some(text.get_untracked()).filter(|text| !text.trim().is_empty());
        let new = NewOrganization {
            name: name.get_untracked(),
            kind: kind.get_untracked().parse().unwrap_or(OrganizationKind::Gym),
            status: status.get_untracked().parse().ok(),
            website: given(website),
            email: given(email),
            phone: given(phone),
            notes: None,
        };
        busy.set(true);
        spawn_local(async move {
            match organizations::create(session, &new).await {
                Ok(organization) => {
                    changed(organizations::ORGANIZATIONS);
                    open.try_set(false);
                    toasts.done("Organization created");
                    navigate(&routes::organization(organization.id), Default::default());
                }
                Err(error) => drop(errors.0.try_set(Some(error))),
            }
            busy.try_set(false);
        });
    });
    view! {
        <form novalidate on:submit=move |ev| {
            ev.prevent_default();
            if !busy.get_untracked() { save.run(()) }
        }>
            <div class="dialog__body stack">
                <ErrorNote error=errors.general()/>
                <Field id="organization-name" label="Name" value=name error=errors.of("name")/>
                <div class="fields-2">
                    <Select id="organization-kind" label="Kind" value=kind choices=labels::organization_kinds()
                        on_change=Callback::new(move |v| kind.set(v)) error=errors.of("kind")/>
                    <Select id="organization-status" label="Status" value=status choices=labels::organization_statuses()
                        on_change=Callback::new(move |v| status.set(v)) error=errors.of("status")/>
                    <Field id="organization-email" label="E-mail" kind="email" value=email error=errors.of("email")/>
                    <Field id="organization-phone" label="Phone" kind="tel" value=phone error=errors.of("phone")/>
                </div>
                <Field id="organization-website" label="Website" value=website error=errors.of("website")
                    hint="Such as iron-gym.example."/>
            </div>
            <div class="dialog__foot">
                <button class="btn" type="button" on:click=move |_| open.set(false)>"Cancel"</button>
                <button class="btn btn--primary" type="submit" prop:disabled=busy>"Create organization"</button>
            </div>
        </form>
    }
}
