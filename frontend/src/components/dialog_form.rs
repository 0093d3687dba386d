//! A form within a dialog.

use super::FormErrors;
use crate::api::ApiError;
use crate::browser;
use crate::glance::live;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::pin::Pin;
use wasm_bindgen::JsCast;

/// What sends a form, and says what is wrong with it if it was not taken.
pub type Sending = Pin<Box<dyn Future<Output = Result<(), ApiError>>>>;

/// Goes out once at a time. The dialog closes when it was taken; else it stays, with what is wrong.
#[component]
pub fn DialogForm(
    /// The dialog.
    open: RwSignal<bool>,
    /// What is wrong with the fields.
    errors: FormErrors,
    /// The button's verb with an object: "Create customer".
    submit: &'static str,
    /// Sends what is typed.
    #[prop(into)]
    send: Callback<(), Sending>,
    /// The fields.
    children: Children,
) -> impl IntoView {
    let busy = RwSignal::new(false);
    let form = NodeRef::<leptos::html::Form>::new();
    let submitted = move |ev: web_sys::SubmitEvent| {
        ev.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let sending = send.run(());
        spawn_local(async move {
            match sending.await {
                Ok(()) => drop(open.try_set(false)),
                Err(error) => {
                    errors.0.try_set(Some(error));
                    // Its field says what is wrong: that is where the reader goes on.
                    request_animation_frame(move || focus_wrong(form));
                }
            }
            busy.try_set(false);
        });
    };
    let waits = live(move || busy.get().then_some("true"));
    view! {
        <form novalidate node_ref=form on:submit=submitted>
            <div class="dialog__body stack">{children()}</div>
            <div class="dialog__foot">
                <button class="btn" type="button" on:click=move |_| open.set(false)>"Cancel"</button>
                // Not `disabled`, or it would lose the focus.
                <button class="btn btn--primary" type="submit" aria-disabled=waits aria-busy=waits>{submit}</button>
            </div>
        </form>
    }
}

/// The first field that is wrong, if one is and the form is still there.
fn focus_wrong(form: NodeRef<leptos::html::Form>) {
    let form = form.try_get_untracked().flatten();
    let wrong = form.and_then(|form| form.query_selector("[aria-invalid=true]").ok().flatten());
    if let Some(field) = wrong.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok()) {
        browser::focus_element(&field);
    }
}
