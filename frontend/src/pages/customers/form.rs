//! The form of a customer: for a new one, and for changes.

use super::values::Values;
use crate::components::{ErrorNote, Field, FormErrors, Reference, ReferenceField, Select, Target, UserSelect};
use crate::labels::{self, Choice};
use crm_types::customers::Priority;
use leptos::prelude::*;

/// The values while they are typed.
#[derive(Clone, Copy)]
pub struct Draft {
    name: RwSignal<String>,
    email: RwSignal<String>,
    phone: RwSignal<String>,
    locale: RwSignal<String>,
    time_zone: RwSignal<String>,
    priority: RwSignal<String>,
    tags: RwSignal<String>,
    owner: RwSignal<String>,
    organization: RwSignal<Reference>,
    coach: RwSignal<Reference>,
}

impl Draft {
    /// Begins with these values.
    pub fn new(values: Values) -> Self {
        Self {
            name: RwSignal::new(values.name),
            email: RwSignal::new(values.email),
            phone: RwSignal::new(values.phone),
            locale: RwSignal::new(values.locale),
            time_zone: RwSignal::new(values.time_zone),
            priority: RwSignal::new(values.priority.to_string()),
            tags: RwSignal::new(values.tags),
            owner: RwSignal::new(values.owner),
            organization: RwSignal::new(values.organization),
            coach: RwSignal::new(values.coach),
        }
    }

    /// As they are now.
    pub fn values(self) -> Values {
        Values {
            name: self.name.get(),
            email: self.email.get(),
            phone: self.phone.get(),
            locale: self.locale.get(),
            time_zone: self.time_zone.get(),
            priority: self.priority.get().parse().unwrap_or(Priority::Medium),
            tags: self.tags.get(),
            owner: self.owner.get(),
            organization: self.organization.get(),
            coach: self.coach.get(),
        }
    }
}

/// The fields.
#[component]
pub fn CustomerFields(
    /// What is typed.
    draft: Draft,
    /// What is wrong with it.
    errors: FormErrors,
    /// Whose form it is: an id, empty for somebody new. Nobody coaches themselves.
    #[prop(optional, into)]
    of: String,
) -> impl IntoView {
    let priorities: Vec<Choice> = labels::priorities();
    let d = draft;
    view! {
        <ErrorNote error=errors.general()/>
        <Field id="customer-name" label="Name" value=d.name error=errors.of("name")/>
        <Field id="customer-email" label="E-mail" kind="email" value=d.email error=errors.of("email")/>
        <div class="fields-2">
            <Field id="customer-phone" label="Phone" kind="tel" value=d.phone error=errors.of("phone")/>
            <Select id="customer-priority" label="Priority" value=d.priority choices=priorities
                on_change=Callback::new(move |v| d.priority.set(v)) error=errors.of("priority")/>
            <Field id="customer-locale" label="Language" value=d.locale error=errors.of("locale") hint="Such as en or de-CH."/>
            <Field id="customer-zone" label="Time zone" value=d.time_zone error=errors.of("time_zone")
                hint="Such as Europe/Berlin."/>
        </div>
        <div class="fields-2">
            <ReferenceField id="customer-organization" label="Organization" target=Target::Organizations value=d.organization
                on_change=Callback::new(move |v| d.organization.set(v)) error=errors.of("organization_id")/>
            <ReferenceField id="customer-coach" label="Coach" target=Target::Customers except=Signal::stored(of) value=d.coach
                on_change=Callback::new(move |v| d.coach.set(v)) error=errors.of("coach_id")/>
        </div>
        <UserSelect id="customer-owner" label="Looked after by" value=d.owner none="Nobody"
            on_change=Callback::new(move |v| d.owner.set(v)) error=errors.of("owner_id")/>
        <Field id="customer-tags" label="Tags" value=d.tags error=errors.of("tags") hint="Separated by commas."/>
    }
}
