//! Another price or quantity. What it costs is shown before it can be done.

use super::asked;
use super::price::PriceSelect;
use crate::api::ApiError;
use crate::api::stripe_actions as api;
use crate::components::{ErrorNote, Field, FormErrors, Select, use_toasts};
use crate::format::{self, money, signed_money};
use crate::glance::live;
use crate::labels;
use crate::session::use_session;
use chrono::Local;
use crm_types::FieldError;
use crm_types::stripe_actions::{ChangePreview, ProrationBehavior, SubscriptionChange};
use crm_types::subscriptions::SubscriptionDetails;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The form: the first press shows what it costs, the second one does it.
#[component]
pub fn ChangeForm(
    /// As it is.
    seen: SubscriptionDetails,
    /// The dialog.
    open: RwSignal<bool>,
) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let (id, currency) = (seen.subscription.id, seen.subscription.mrr.currency);
    let text = |value: String| RwSignal::new(value);
    let first = seen.items.first();
    let item = text(first.map(|item| item.price_id.clone()).unwrap_or_default());
    let price = text(item.get_untracked());
    let quantity = text(first.map_or(1, |item| item.quantity).to_string());
    let proration = text(ProrationBehavior::NextInvoice.as_str().to_owned());
    let errors = FormErrors::new();
    let busy = RwSignal::new(false);
    let shown = RwSignal::new(None::<(SubscriptionChange, ChangePreview)>);
    let draft = move || {
        let units = quantity.get().trim().parse().ok();
        let wrong = || FieldError::new("quantity", "invalid", "Write a whole number.");
        Ok::<_, ApiError>(SubscriptionChange {
            item_price_id: Some(item.get()),
            price_id: Some(price.get()).filter(|price| !price.is_empty()),
            quantity: Some(units.ok_or_else(|| ApiError::of_fields(vec![wrong()]))?),
            proration: proration.get().parse().ok(),
            prorated_at: None,
        })
    };
    // What was shown counts only for what was asked.
    let fits =
        Memo::new(move |_| shown.get().filter(|(of, _)| draft().is_ok_and(|draft| draft == *of)).map(|(_, p)| p));
    let submitted = move |ev: web_sys::SubmitEvent| {
        ev.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let change = match untrack(draft) {
            Ok(change) => change,
            Err(error) => return errors.0.set(Some(error)),
        };
        busy.set(true);
        errors.0.set(None);
        let known = fits.get_untracked();
        spawn_local(async move {
            let done = match known {
                None => api::preview(session, id, &change).await.map(|preview| {
                    shown.try_set(Some((change, preview)));
                }),
                Some(preview) => {
                    let change = SubscriptionChange { prorated_at: preview.prorated_at, ..change };
                    api::ask(session, id, "change", &change).await.map(|action| {
                        asked(toasts, &action);
                        open.try_set(false);
                    })
                }
            };
            if let Err(error) = done {
                errors.0.try_set(Some(error));
            }
            busy.try_set(false);
        });
    };
    let items = seen.items.clone();
    let several = items.len() > 1;
    let choose = move |chosen: String| {
        if let Some(found) = items.iter().find(|one| one.price_id == chosen) {
            price.set(chosen.clone());
            quantity.set(found.quantity.to_string());
            item.set(chosen);
        }
    };
    let choices = seen.items.clone();
    view! {
        <form novalidate on:submit=submitted>
            <div class="dialog__body stack">
                <ErrorNote error=errors.general()/>
                {several.then(|| view! {
                    <div class="field">
                        <label for="change-item">"Item"</label>
                        <select class="input" id="change-item" on:change=move |ev| choose(event_target_value(&ev))>
                            {choices.into_iter().map(|one| view! { <option value=one.price_id>{one.plan}</option> }).collect_view()}
                        </select>
                    </div>
                })}
                <PriceSelect id="change-price" label="Price" value=price currency=currency error=errors.of("price_id")/>
                <div class="fields-2">
                    <Field id="change-quantity" label="Quantity" value=quantity error=errors.of("quantity")/>
                    <Select id="change-proration" label="The difference is charged" value=proration choices=labels::proration_behaviors()
                        on_change=Callback::new(move |value| proration.set(value))/>
                </div>
                {move || fits.get().map(|preview| view! { <Costs preview=preview/> })}
            </div>
            <div class="dialog__foot">
                <button class="btn" type="button" on:click=move |_| open.set(false)>"Cancel"</button>
                <button class="btn btn--primary" type="submit" prop:disabled=busy aria-busy=live(move || busy.get().then_some("true"))>
                    {move || if fits.get().is_some() { "Change plan" } else { "Show what it costs" }}
                </button>
            </div>
        </form>
    }
}

/// The invoice that would follow.
#[component]
fn Costs(preview: ChangePreview) -> impl IntoView {
    let p = preview;
    let day = |at: chrono::DateTime<chrono::Utc>| format::day(at.with_timezone(&Local).date_naive());
    let when = p.due_at.map_or_else(|| "with the next invoice".to_owned(), |at| format!("on {}", day(at)));
    let line = |line: crm_types::stripe_actions::PreviewLine| {
        view! { <dt>{line.description}</dt><dd>{money(line.amount)}</dd> }
    };
    let differs = p.total != p.due;
    view! {
        <section aria-label="What it costs" role="status">
            <dl class="kv kv--state">
                {p.lines.into_iter().map(line).collect_view()}
                <dt class="strong">"Change within this period"</dt><dd class="strong">{signed_money(p.prorated)}</dd>
                <dt class="strong">"The invoice"</dt><dd class="strong">{money(p.total)}</dd>
                {differs.then(|| view! { <dt>"After credit"</dt><dd>{money(p.due)}</dd> })}
            </dl>
            <p class="small muted">{format!("{} is collected {when}.", money(p.due))}</p>
        </section>
    }
}
