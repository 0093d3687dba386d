//! What is known about a subscription: for the preview and for its page.

use super::items::ItemsInShort;
use super::state_words;
use crate::components::{Avatar, Badge, ErrorBox, Moment, SkeletonCard};
use crate::format::{self, MISSING, money};
use crate::labels::{self, Tone};
use crate::pages::mrr_movements::stream_and_tier;
use crate::query::{Query, use_query};
use crate::realtime::use_realtime;
use crate::routes;
use chrono::{DateTime, Local, Utc};
use crm_types::subscriptions::{Subscription, SubscriptionDetails};
use leptos::prelude::*;

/// Reads one subscription, and again when it may have changed.
pub fn use_subscription(id: impl Fn() -> Option<String> + Send + Sync + 'static) -> Query<SubscriptionDetails> {
    use_query(move || id().map(|id| format!("/api/subscriptions/{id}"))).refresh_on(use_realtime().billing())
}

/// Beside the list.
#[component]
pub fn SubscriptionPreview(
    /// Its id.
    id: String,
) -> impl IntoView {
    let query = use_subscription(move || Some(id.clone()));
    move || {
        match (query.get(), query.error().get()) {
        (Some(SubscriptionDetails { subscription: s, items, coupons }), _) => view! {
            <section class="drawer__sec">
                <Head subscription=s.clone()/>
            </section>
            <section class="drawer__sec"><Facts subscription=s.clone()/></section>
            <section class="drawer__sec"><h3>"Items"</h3><ItemsInShort items=items/></section>
            <section class="drawer__sec"><h3>"At Stripe"</h3><AtStripe subscription=s.clone() coupons=coupons/></section>
            <div class="drawer__foot">
                <a class="btn btn--primary" href=routes::subscription(s.id)>"Open subscription"</a>
                <a class="btn" href=routes::customer(s.customer_id)>"Open customer"</a>
            </div>
        }
        .into_any(),
        (None, Some(error)) => {
            let retry = Callback::new(move |()| query.refresh());
            view! { <ErrorBox what="Subscription" error=error on_retry=retry/> }.into_any()
        }
        (None, None) => view! { <SkeletonCard label="Loading the subscription" lines=8/> }.into_any(),
    }
    }
}

/// Who and what.
#[component]
pub fn Head(subscription: Subscription) -> impl IntoView {
    let s = subscription;
    let name = s.customer_name.clone().unwrap_or_else(|| s.stripe_subscription_id.clone());
    let (tone, state) = state_words(&s);
    view! {
        <div class="who">
            <Avatar name=name.clone() class="av--lg"/>
            <div class="who__text"><h2>{name}</h2><span class="who__sub">{s.plan}</span></div>
        </div>
        <div class="row row--wrap mt-3">
            <Badge text=state tone=tone dot=true/>
            {s.pending.map(|_| view! { <Badge text="Change pending" tone=Tone::Info dot=true/> })}
            {s.stream.map(|stream| view! { <Badge text=stream_and_tier(Some(stream), s.tier)/> })}
        </div>
    }
}

/// Money and dates.
#[component]
pub fn Facts(subscription: Subscription) -> impl IntoView {
    let s = subscription;
    let billed = s.interval.map_or_else(|| MISSING.into(), |i| labels::billed(i, s.interval_count));
    let trial = s.converted_from_trial.map(|converted| if converted { "converted" } else { "not converted" });
    view! {
        <dl class="kv kv--num">
            <dt>"MRR"</dt><dd>{money(s.mrr)}</dd>
            <dt>"Billed"</dt><dd>{billed}</dd>
            <dt>"Started"</dt><dd><Moment at=Some(s.created_at)/></dd>
            {period("Period", s.current_period_start, s.current_period_end)}
            {period("Trial", s.trial_start, s.trial_end)}
            {trial.map(|outcome| view! { <dt>"Trial outcome"</dt><dd>{outcome}</dd> })}
            {s.recovery.map(|recovery| view! {
                <dt>"To be collected"</dt><dd>{money(recovery.open)}</dd>
                <dt>"Failed attempts"</dt><dd>{format::count(recovery.attempts)}</dd>
                <dt>"Next attempt"</dt><dd><Moment at=recovery.next_attempt_at exact=true/></dd>
            })}
            {s.cancel_at.map(|at| view! { <dt>"Ends"</dt><dd><Moment at=Some(at)/></dd> })}
            {s.ended_at.map(|at| view! { <dt>"Ended"</dt><dd><Moment at=Some(at)/></dd> })}
            {s.cancel_reason.map(|why| view! { <dt>"Why"</dt><dd>{labels::phrase(&why)}</dd> })}
        </dl>
    }
}

/// Stripe's own words.
#[component]
pub fn AtStripe(subscription: Subscription, coupons: Vec<String>) -> impl IntoView {
    let coupons = Some(coupons.join(", ")).filter(|coupons| !coupons.is_empty());
    view! {
        <dl class="kv">
            <dt>"Id"</dt><dd class="mono">{subscription.stripe_subscription_id}</dd>
            <dt>"Status"</dt><dd class="mono">{subscription.stripe_status}</dd>
            {coupons.map(|coupons| view! { <dt>"Coupon"</dt><dd class="mono">{coupons}</dd> })}
        </dl>
    }
}

/// Half-open on the wire: the last day shown is the one on which it ends.
fn period(name: &'static str, start: Option<DateTime<Utc>>, end: Option<DateTime<Utc>>) -> Option<impl IntoView> {
    let day = |at: DateTime<Utc>| at.with_timezone(&Local).date_naive();
    let days = format::date_range(day(start?), day(end?));
    Some(view! { <dt>{name}</dt><dd>{days}</dd> })
}
