//! A pause.

use super::asked;
use crate::api::ApiError;
use crate::api::stripe_actions as api;
use crate::components::{DialogForm, ErrorNote, Field, FormErrors, Sending, instant, use_toasts};
use crate::session::use_session;
use crm_types::FieldError;
use crm_types::ids::SubscriptionId;
use crm_types::stripe_actions::SubscriptionPause;
use leptos::prelude::*;

/// The form.
#[component]
pub fn PauseForm(id: SubscriptionId, open: RwSignal<bool>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let until = RwSignal::new(String::new());
    let errors = FormErrors::new();
    let send = move |()| -> Sending {
        let typed = until.get_untracked();
        let resumes_at = instant(&typed);
        let wrong = !typed.trim().is_empty() && resumes_at.is_none();
        Box::pin(async move {
            if wrong {
                let error = FieldError::new("resumes_at", "invalid", "Choose a day and a time.");
                return Err(ApiError::of_fields(vec![error]));
            }
            asked(toasts, &api::ask(session, id, "pause", &SubscriptionPause { resumes_at }).await?);
            Ok(())
        })
    };
    view! {
        <DialogForm open=open errors=errors submit="Pause subscription" send=Callback::new(send)>
            <ErrorNote error=errors.general()/>
            <p class="muted">"Nothing is collected, and it counts for no MRR, until it is resumed."</p>
            <Field id="pause-until" label="Until" kind="datetime-local" value=until error=errors.of("resumes_at")
                hint="Until somebody resumes it, when empty."/>
        </DialogForm>
    }
}
