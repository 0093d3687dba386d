//! What can be done with a subscription.

use super::cancel::CancelForm;
use super::change::ChangeForm;
use super::coupon::CouponForm;
use super::pause::PauseForm;
use super::{asked, use_denied};
use crate::api::stripe_actions as api;
use crate::components::{Dialog, Icon, Menu, MenuItem, use_toasts};
use crate::glance::live;
use crate::query::Query;
use crate::session::use_session;
use crate::shell::{PageAction, use_page_actions};
use crm_types::accounts::Permission;
use crm_types::subscriptions::{SubscriptionDetails, SubscriptionStatus};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The menu with its dialogs. They stay while the subscription is read again, so that a draft does too.
#[component]
pub fn SubscriptionActions(
    /// Which.
    query: Query<SubscriptionDetails>,
) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let refused = use_denied(Permission::SubscriptionsWrite);
    let now = move || query.map(|seen| seen.subscription.clone());
    // What holds for all: the role, no Stripe, or that it is over. While something is on its way the same can be asked again,
    // and the server says of anything else that it has to wait.
    let over = move || now().is_some_and(|s| s.status == SubscriptionStatus::Cancelled);
    let denied = Memo::new(move |_| refused.get().or_else(|| over().then(|| "This subscription is over.".to_owned())));
    let unless = move |why: &'static str, bars: fn(&SubscriptionDetails) -> bool| {
        Signal::derive(move || denied.get().or_else(|| query.map(bars)?.then(|| why.to_owned())))
    };
    let paused = |seen: &SubscriptionDetails| seen.subscription.status == SubscriptionStatus::Paused;
    let ending = |seen: &SubscriptionDetails| seen.subscription.cancel_at.is_some();
    let no_pause = unless("It is paused already.", paused);
    let no_resume = unless("It is not paused.", |seen| seen.subscription.status != SubscriptionStatus::Paused);
    let no_reactivation = unless("It is not set to end.", |seen| seen.subscription.cancel_at.is_none());
    let no_coupon = unless("It has no coupon.", |seen| seen.coupons.is_empty());
    // The menu is closed by then: its button says that Stripe is being asked.
    let busy = RwSignal::new(false);
    let plain = move |verb: &'static str| {
        Callback::new(move |()| {
            let Some(id) = untrack(now).map(|s| s.id).filter(|_| !busy.get_untracked()) else { return };
            busy.set(true);
            spawn_local(async move {
                match api::ask_plainly(session, id, verb).await {
                    Ok(action) => asked(toasts, &action),
                    Err(error) => toasts.failed(format!("Not done: {}", error.detail())),
                }
                busy.try_set(false);
            });
        })
    };
    let dialog = |_: &str| RwSignal::new(false);
    let (change, coupon, pause, cancel) = (dialog("change"), dialog("coupon"), dialog("pause"), dialog("cancel"));
    let opens = |open: RwSignal<bool>| Callback::new(move |()| open.set(true));
    let any = Signal::derive(move || denied.get());
    use_page_actions().offer(move || {
        let action = |label: &str, press, denied: Option<String>| PageAction {
            icon: "card",
            label: label.to_owned(),
            press,
            denied,
        };
        vec![action("Change plan", opens(change), any.get()), action("Cancel subscription", opens(cancel), any.get())]
    });
    let seen = move || untrack(|| query.get());
    let set_to_end = Signal::derive(move || query.map(ending).unwrap_or(false));
    view! {
        <div class="end row" hidden=live(move || query.map(|_| ()).is_none())>
            <button class="btn" type="button" popovertarget="subscription-menu" aria-haspopup="menu"
                aria-busy=live(move || busy.get().then_some("true"))>
                "Actions"<Icon name="down" small=true/>
            </button>
        </div>
        <Menu id="subscription-menu" label="Actions">
            <MenuItem icon="card" label="Change plan".to_owned() denied=any on_press=opens(change)/>
            <MenuItem icon="tag" label="Apply coupon".to_owned() denied=any on_press=opens(coupon)/>
            <MenuItem icon="tag" label="Remove coupon".to_owned() denied=no_coupon on_press=plain("coupon/remove")/>
            <MenuItem icon="clock" label="Pause".to_owned() denied=no_pause on_press=opens(pause)/>
            <MenuItem icon="refresh" label="Resume".to_owned() denied=no_resume on_press=plain("resume")/>
            <MenuItem icon="x" label="Cancel subscription".to_owned() denied=any on_press=opens(cancel)/>
            <MenuItem icon="refresh" label="Reactivate".to_owned() denied=no_reactivation on_press=plain("reactivate")/>
        </Menu>
        <Dialog id="change-plan" title=Signal::stored("Change plan".to_owned()) open=change>
            {move || seen().map(|seen| view! { <ChangeForm seen=seen open=change/> })}
        </Dialog>
        <Dialog id="apply-coupon" title=Signal::stored("Apply coupon".to_owned()) open=coupon>
            {move || seen().map(|seen| view! { <CouponForm id=seen.subscription.id open=coupon/> })}
        </Dialog>
        <Dialog id="pause-subscription" title=Signal::stored("Pause subscription".to_owned()) open=pause>
            {move || seen().map(|seen| view! { <PauseForm id=seen.subscription.id open=pause/> })}
        </Dialog>
        <Dialog id="cancel-subscription" title=Signal::stored("Cancel subscription".to_owned()) open=cancel>
            {move || seen().map(|seen| view! {
                <CancelForm subscription=seen.subscription open=cancel set_to_end=untrack(|| set_to_end.get())/>
            })}
        </Dialog>
    }
}
