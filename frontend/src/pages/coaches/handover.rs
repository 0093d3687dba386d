//! All clients of a coach get another one.

use crate::api::ApiError;
use crate::api::coaching::{self, COACHES, COACHING_RELATIONSHIPS};
use crate::api::customers::CUSTOMERS;
use crate::components::{
    ActionButton, Dialog, DialogForm, ErrorNote, FormErrors, Reference, ReferenceField, Sending, Target, use_toasts,
};
use crate::glance::live;
use crate::labels::counted;
use crate::query::{Query, changed};
use crate::session::use_session;
use crate::shell::{PageAction, use_page_actions};
use crm_types::FieldError;
use crm_types::accounts::Permission;
use crm_types::coaching::CoachDetails;
use crm_types::ids::CustomerId;
use leptos::prelude::*;

/// The button, and what it asks. Who coaches nobody has nobody to hand over.
#[component]
pub fn HandOverButton(query: Query<CoachDetails>) -> impl IntoView {
    let open = RwSignal::new(false);
    let denied = use_session().denied(Permission::CustomersWrite);
    let clients = Memo::new(move |_| query.map(|details| details.coach.clients));
    let why_not = Signal::derive(move || {
        let nobody = || match clients.get() {
            None => Some("Who they coach is not known yet.".to_owned()),
            Some(0) => Some("They coach nobody now.".to_owned()),
            Some(_) => None,
        };
        denied.clone().or_else(nobody)
    });
    let press = Callback::new(move |()| open.set(true));
    use_page_actions().offer(move || {
        vec![PageAction { icon: "coach", label: "Hand over clients".into(), press, denied: why_not.get() }]
    });
    let coach = move || untrack(|| query.map(|details| details.coach.id));
    view! {
        <div class="end row">
            <ActionButton label="Hand over clients".to_owned() denied=why_not on_press=press/>
        </div>
        <Dialog id="hand-over" title=Signal::stored("Hand over clients".to_owned()) open=open>
            // A draft stays while the coach is read again.
            {move || coach().map(|id| view! { <Form id=id clients=clients open=open query=query/> })}
        </Dialog>
    }
}

#[component]
fn Form(id: CustomerId, clients: Memo<Option<i64>>, open: RwSignal<bool>, query: Query<CoachDetails>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let chosen = RwSignal::new(Reference::default());
    let errors = FormErrors::new();
    let choose = Callback::new(move |to: Reference| {
        errors.0.set(None);
        chosen.set(to);
    });
    let send = move |()| -> Sending {
        let to = chosen.get_untracked();
        Box::pin(async move {
            let Ok(other) = to.id.parse() else {
                let why = to.not_taken().unwrap_or_else(|| "Choose the coach who takes over.".into());
                return Err(ApiError::of_fields(vec![FieldError::new("to_coach_id", "required", why)]));
            };
            let done = coaching::hand_over(session, id, other).await?;
            toasts.done(format!("{} handed over to {}", counted(done.clients, "client", "clients"), to.name));
            query.refresh();
            for resource in [COACHES, CUSTOMERS, COACHING_RELATIONSHIPS] {
                changed(resource);
            }
            for part in ["clients", "months"] {
                changed(&format!("{}/{part}", coaching::coach(id)));
            }
            Ok(())
        })
    };
    let whom = live(move || match clients.get().unwrap_or_default() {
        1 => "Their client gets".to_owned(),
        n => format!("All {} clients get", crate::format::count(n)),
    });
    view! {
        <DialogForm open=open errors=errors submit="Hand over clients" send=Callback::new(send)>
            <ErrorNote error=errors.general()/>
            <p>{whom}" another coach now. What was stays in the history, and shares of what was paid before stay as they are."</p>
            <ReferenceField id="hand-over-to" label="Coach who takes over" target=Target::Customers except=id.to_string()
                value=chosen on_change=choose error=errors.of("to_coach_id")/>
        </DialogForm>
    }
}
