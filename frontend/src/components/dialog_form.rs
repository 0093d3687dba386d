//! A form within a dialog.

use super::FormErrors;
use crate::api::ApiError;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::pin::Pin;

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
                Err(error) => drop(errors.0.try_set(Some(error))),
            }
            busy.try_set(false);
        });
    };
    view! {
        <form novalidate on:submit=submitted>
            <div class="dialog__body stack">{children()}</div>
            <div class="dialog__foot">
                <button class="btn" type="button" on:click=move |_| open.set(false)>"Cancel"</button>
                <button class="btn btn--primary" type="submit" prop:disabled=busy>{submit}</button>
            </div>
        </form>
    }
}
