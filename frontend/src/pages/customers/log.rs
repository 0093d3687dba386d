//! Writing down a contact with a customer.

use crate::api::{ApiError, interactions};
use crate::components::{
    ActionButton, Dialog, DialogForm, ErrorNote, Field, FieldNote, FormErrors, Select, Sending, instant, use_toasts,
};
use crate::glance::live;
use crate::labels::{self, Choice};
use crate::query::changed;
use crate::session::use_session;
use crm_types::FieldError;
use crm_types::accounts::Permission;
use crm_types::interactions::{InteractionDirection, InteractionKind, NewInteraction};
use leptos::prelude::*;

/// Kinds that people write down; the others are reported by systems.
const BY_HAND: usize = 8;

/// The button, and the dialog that it opens.
#[component]
pub fn LogInteraction(id: Memo<String>) -> impl IntoView {
    let open = RwSignal::new(false);
    let denied = use_session().denied(Permission::CustomersWrite);
    view! {
        <ActionButton label="Log an interaction".to_owned() class="btn--sm" icon="plus" denied=Signal::stored(denied)
            on_press=Callback::new(move |()| open.set(true))/>
        <Dialog id="log-interaction" title=Signal::stored("Log an interaction".to_owned()) open=open>
            <Form id=id open=open/>
        </Dialog>
    }
}

#[component]
fn Form(id: Memo<String>, open: RwSignal<bool>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let text = |value: &str| RwSignal::new(value.to_owned());
    let (kind, direction) = (text(InteractionKind::Call.as_str()), text(InteractionDirection::Outbound.as_str()));
    let (channel, outcome, sentiment) = (text(""), text(""), text(""));
    let (summary, when, follow_up) = (text(""), text(""), text(""));
    let errors = FormErrors::new();
    let send = move |()| -> Sending {
        // What is logged stays: an empty one would tell nobody anything.
        let empty = summary.with_untracked(|text| text.trim().is_empty()) && outcome.with_untracked(String::is_empty);
        let new = NewInteraction {
            kind: kind.get_untracked().parse().unwrap_or(InteractionKind::Call),
            channel: channel.get_untracked().parse().ok(),
            direction: direction.get_untracked().parse().unwrap_or(InteractionDirection::Outbound),
            summary: Some(summary.get_untracked()).filter(|text| !text.trim().is_empty()),
            outcome: outcome.get_untracked().parse().ok(),
            sentiment: sentiment.get_untracked().parse().ok(),
            follow_up_at: instant(&follow_up.get_untracked()),
            occurred_at: instant(&when.get_untracked()),
        };
        let customer = id.get_untracked();
        Box::pin(async move {
            if empty {
                let why = "Say what it was about, or choose an outcome.";
                return Err(ApiError::of_fields(vec![FieldError::new("summary", "required", why)]));
            }
            interactions::log(session, &customer, &new).await?;
            toasts.done("Interaction logged");
            changed(&interactions::timeline(&customer));
            Ok(())
        })
    };
    let about = errors.of("summary");
    let set = |to: RwSignal<String>| Callback::new(move |value| to.set(value));
    let kinds: Vec<Choice> = labels::interaction_kinds().into_iter().take(BY_HAND).collect();
    view! {
        <DialogForm open=open errors=errors submit="Log interaction" send=Callback::new(send)>
                <ErrorNote error=errors.general()/>
                <div class="fields-2">
                    <Select id="interaction-kind" label="Kind" value=kind choices=kinds on_change=set(kind) error=errors.of("kind")/>
                    <Select id="interaction-direction" label="Who began" value=direction choices=labels::interaction_directions()
                        on_change=set(direction) error=errors.of("direction")/>
                    <Select id="interaction-channel" label="Channel" value=channel choices=labels::interaction_channels()
                        none="The usual one" on_change=set(channel) error=errors.of("channel")/>
                    <Select id="interaction-outcome" label="Outcome" value=outcome choices=labels::interaction_outcomes()
                        none="Not said" on_change=set(outcome) error=errors.of("outcome")/>
                    <Select id="interaction-sentiment" label="Mood" value=sentiment choices=labels::sentiments() none="Not said"
                        on_change=set(sentiment) error=errors.of("sentiment")/>
                    <Field id="interaction-when" label="When" kind="datetime-local" value=when error=errors.of("occurred_at")
                        hint="Now, when left empty."/>
                </div>
                <div class="field">
                    <label for="interaction-summary">"What it was about"</label>
                    <textarea class="input" id="interaction-summary" rows="4" maxlength="10000" prop:value=summary
                        aria-invalid=live(move || about.get().map(|_| "true")) aria-describedby="interaction-summary-note"
                        on:input=move |ev| summary.set(event_target_value(&ev))></textarea>
                    <FieldNote id="interaction-summary".to_owned() hint=None error=about/>
                </div>
                <Field id="interaction-follow-up" label="Come back to it" kind="datetime-local" value=follow_up
                    error=errors.of("follow_up_at") hint="Optional."/>
        </DialogForm>
    }
}
