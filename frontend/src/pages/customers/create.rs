//! A new customer.

use super::form::{CustomerFields, Draft};
use super::values::Values;
use crate::api::customers;
use crate::components::{ActionButton, Dialog, DialogForm, FormErrors, Sending, use_toasts};
use crate::params::Params;
use crate::query::changed;
use crate::routes;
use crate::session::use_session;
use crm_types::accounts::Permission;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

/// The button, and the dialog that it opens.
#[component]
pub fn NewCustomer() -> impl IntoView {
    let open = RwSignal::new(false);
    let denied = use_session().denied(Permission::CustomersWrite);
    let (location, navigate, may) = (use_location(), use_navigate(), denied.is_none());
    // Whoever comes by `routes::NEW_CUSTOMER`.
    Effect::new(move |_| {
        let params = Params::parse(&location.search.get());
        if params.get("new").is_some() {
            open.set(may);
            let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
            navigate(&params.without(&["new"]).with_path(routes::CUSTOMERS), options);
        }
    });
    view! {
        <ActionButton label="New customer".to_owned() class="btn--primary" icon="plus" denied=Signal::stored(denied)
            on_press=Callback::new(move |()| open.set(true))/>
        <Dialog id="new-customer" title=Signal::stored("New customer".to_owned()) open=open>
            <Form open=open/>
        </Dialog>
    }
}

#[component]
fn Form(open: RwSignal<bool>) -> impl IntoView {
    let (session, toasts, navigate) = (use_session(), use_toasts(), use_navigate());
    let draft = Draft::new(Values::default());
    let errors = FormErrors::new();
    let send = move |()| -> Sending {
        let (navigate, values) = (navigate.clone(), untrack(|| draft.values()));
        Box::pin(async move {
            values.resolved()?;
            let customer = customers::create(session, &values.new_customer()).await?;
            changed(customers::CUSTOMERS);
            toasts.done("Customer created");
            navigate(&routes::customer(customer.id), Default::default());
            Ok(())
        })
    };
    view! {
        <DialogForm open=open errors=errors submit="Create customer" send=Callback::new(send)>
            <CustomerFields draft=draft errors=errors/>
        </DialogForm>
    }
}
