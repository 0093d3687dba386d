//! The end of a subscription.

use super::asked;
use crate::api::ApiError;
use crate::api::stripe_actions as api;
use crate::components::{DialogForm, ErrorNote, Field, FormErrors, Select, Sending, use_toasts};
use crate::format;
use crate::labels;
use crate::session::use_session;
use chrono::Local;
use crm_types::FieldError;
use crm_types::stripe_actions::{CancellationReason, CancellationTime, SubscriptionCancellation};
use crm_types::subscriptions::Subscription;
use leptos::prelude::*;

/// The form. What is set to end already can only end now.
#[component]
pub fn CancelForm(subscription: Subscription, open: RwSignal<bool>, set_to_end: bool) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let id = subscription.id;
    let times = labels::cancellation_times();
    let times: Vec<_> =
        times.into_iter().filter(|(when, _)| !set_to_end || *when == CancellationTime::Now.as_str()).collect();
    let first = if set_to_end { CancellationTime::Now } else { CancellationTime::PeriodEnd };
    let when = RwSignal::new(first.as_str().to_owned());
    // Nothing is chosen for them: what nobody said must not count as said.
    let reason = RwSignal::new(String::new());
    let comment = RwSignal::new(String::new());
    let errors = FormErrors::new();
    let end = subscription.current_period_end.map(|at| format::day(at.with_timezone(&Local).date_naive()));
    let send = move |()| -> Sending {
        let when = when.get_untracked().parse().unwrap_or(CancellationTime::PeriodEnd);
        let reason = reason.get_untracked().parse::<CancellationReason>().ok();
        let comment = Some(comment.get_untracked()).filter(|text| !text.trim().is_empty());
        Box::pin(async move {
            let missing = || FieldError::new("reason", "required", "Choose a reason.");
            let reason = reason.ok_or_else(|| ApiError::of_fields(vec![missing()]))?;
            let cancellation = SubscriptionCancellation { when, reason, comment };
            asked(toasts, &api::ask(session, id, "cancel", &cancellation).await?);
            Ok(())
        })
    };
    let outcome = move || match (when.get() == CancellationTime::Now.as_str(), &end) {
        (true, _) => "It ends at once and cannot be brought back. Nothing is paid back by itself.".to_owned(),
        (false, Some(end)) => format!("It runs until {end}. Until then it can be reactivated."),
        (false, None) => "It runs until its period is over. Until then it can be reactivated.".to_owned(),
    };
    view! {
        <DialogForm open=open errors=errors submit="Cancel subscription" send=Callback::new(send)>
            <ErrorNote error=errors.general()/>
            <Select id="cancel-when" label="When" value=when choices=times on_change=Callback::new(move |value| when.set(value))
                error=errors.of("when")/>
            <p class="muted" role="status">{outcome}</p>
            <Select id="cancel-reason" label="Reason" value=reason choices=labels::cancellation_reasons() none="Choose"
                on_change=Callback::new(move |value| reason.set(value)) error=errors.of("reason")/>
            <Field id="cancel-comment" label="In the customer’s words" value=comment error=errors.of("comment")
                hint="Optional. Stripe keeps it with the subscription."/>
        </DialogForm>
    }
}
