//! A new organization.

use crate::api::organizations;
use crate::components::{ActionButton, Dialog, DialogForm, ErrorNote, Field, FormErrors, Select, Sending, use_toasts};
use crate::labels;
use crate::query::changed;
use crate::routes;
use crate::session::use_session;
use crm_types::accounts::Permission;
use crm_types::organizations::{NewOrganization, OrganizationKind, OrganizationStatus};
use leptos::prelude::*;
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
    let send = move |()| -> Sending {
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
        Box::pin(async move {
            let organization = organizations::create(session, &new).await?;
            changed(organizations::ORGANIZATIONS);
            toasts.done("Organization created");
            navigate(&routes::organization(organization.id), Default::default());
            Ok(())
        })
    };
    view! {
        <DialogForm open=open errors=errors submit="Create organization" send=Callback::new(send)>
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
        </DialogForm>
    }
}
