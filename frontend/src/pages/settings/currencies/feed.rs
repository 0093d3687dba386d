//! The address that rates come from, and how long one is carried on.

use super::rates_changed;
use crate::api::ApiError;
use crate::api::exchange_rates::{self, RATE_SETTINGS};
use crate::components::{
    ActionButton, ErrorBox, ErrorNote, Explain, Field, FormErrors, Moment, SkeletonCard, use_toasts,
};
use crate::format;
use crate::glance::drawn;
use crate::query::{Query, changed, use_query};
use crate::session::use_session;
use crm_types::FieldError;
use crm_types::accounts::Permission;
use crm_types::exchange_rates::{ExchangeRateSettings, ExchangeRateSettingsPatch};
use leptos::prelude::*;
use leptos::reactive::graph::untrack;
use leptos::task::spawn_local;

/// The card.
#[component]
pub fn Feed() -> impl IntoView {
    let query = use_query::<ExchangeRateSettings>(|| Some(RATE_SETTINGS.to_owned()));
    // The form keeps what is typed: it is only made anew when another version was saved.
    let version = Memo::new(move |_| query.map(|s| s.version));
    let retry = Callback::new(move |()| query.refresh());
    view! {
        <section class="card c6" aria-labelledby="h-feed">
            <header class="card__head card__head--line">
                <h2 id="h-feed">"How rates come in"</h2>
                <Explain id="x-feed" of="Rates from an address">
                    <p>"The address is asked four times a day, over https and in the public network only. It answers with JSON: base, date and rates, as Frankfurter does with the European Central Bank’s."</p>
                    <p class="mono small break">"{\"base\": \"EUR\", \"date\": \"2026-03-02\", \"rates\": {\"USD\": 1.0842}}"</p>
                    <p>"What people entered or imported is never replaced by it."</p>
                </Explain>
            </header>
            {drawn(move || match (version.get(), query.error().get()) {
                (Some(_), _) => untrack(move || query.get())
                    .map(|saved| view! { <Form saved=saved query=query/> }).into_any(),
                (None, Some(error)) => view! { <ErrorBox what="Settings" error=error on_retry=retry/> }.into_any(),
                (None, None) => view! { <SkeletonCard label="Loading settings" lines=4/> }.into_any(),
            })}
        </section>
    }
}

#[component]
fn Form(saved: ExchangeRateSettings, query: Query<ExchangeRateSettings>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let url = RwSignal::new(saved.url.clone().unwrap_or_default());
    let days = RwSignal::new(saved.carried_days.to_string());
    let errors = FormErrors::new();
    let (saving, asking) = (RwSignal::new(false), RwSignal::new(false));
    let denied = session.denied(Permission::SettingsWrite);
    let locked = denied.is_some();
    let denied = Signal::stored(denied);
    let has_url = saved.url.is_some();
    let version = saved.version;
    let save = Callback::new(move |()| {
        let Ok(carried_days) = days.get_untracked().trim().parse() else {
            let why = FieldError::new("carried_days", "invalid", "Write a number of days.");
            return errors.0.set(Some(ApiError::of_fields(vec![why])));
        };
        let typed = url.get_untracked().trim().to_owned();
        let url = Some(Some(typed).filter(|typed| !typed.is_empty()));
        let patch = ExchangeRateSettingsPatch { version, carried_days: Some(carried_days), url };
        saving.set(true);
        spawn_local(async move {
            match exchange_rates::change(session, &patch).await {
                Ok(_) => {
                    errors.0.try_set(None);
                    changed(RATE_SETTINGS);
                    rates_changed();
                    toasts.done("Settings saved");
                }
                Err(error) => drop(errors.0.try_set(Some(error))),
            }
            saving.try_set(false);
        });
    });
    let ask = Callback::new(move |()| {
        asking.set(true);
        spawn_local(async move {
            match exchange_rates::fetch(session).await {
                Ok(said) => {
                    changed(RATE_SETTINGS);
                    rates_changed();
                    match said.error {
                        None => toasts.done("Rates came in"),
                        Some(why) => toasts.failed(format!("No rates came in: {why}")),
                    }
                }
                Err(error) => toasts.failed(format!("Not asked: {}", error.detail())),
            }
            asking.try_set(false);
        });
    });
    let cannot =
        Signal::derive(move || denied.get().or_else(|| (!has_url).then(|| "Save an address first.".to_owned())));
    view! {
        <form class="card__body stack" novalidate on:submit=move |ev| {
            ev.prevent_default();
            if !saving.get_untracked() && !locked { save.run(()) }
        }>
            <ErrorNote error=errors.general()/>
            <Field id="feed-url" label="Address" kind="url" value=url error=errors.of("url") disabled=locked
                hint="Such as https://api.frankfurter.dev/v1/latest. Empty: nobody is asked."/>
            <Field id="carried-days" label="Days that a rate is carried on" value=days error=errors.of("carried_days") disabled=locked
                hint="Over weekends and holidays. 1 to 366."/>
            <Last query=query/>
            <div class="row row--wrap">
                <ActionButton label="Save".to_owned() class="btn--primary" on_press=save busy=saving denied=denied/>
                <ActionButton label="Fetch now".to_owned() icon="refresh" on_press=ask busy=asking denied=cannot/>
            </div>
        </form>
    }
}

/// What the address said last.
#[component]
fn Last(query: Query<ExchangeRateSettings>) -> impl IntoView {
    drawn(move || {
        let Some(said) = query.get() else { return ().into_any() };
        let Some(at) = said.asked_at else { return ().into_any() };
        let newest = said.newest_day.map(|day| view! { <dt>"Newest rates"</dt><dd>{format::day(day)}</dd> });
        let error = said.error.map(|why| view! { <dt>"What was wrong"</dt><dd class="break">{why}</dd> });
        view! {
            <dl class="kv">
                <dt>"Asked"</dt><dd><Moment at=Some(at) exact=true/></dd>
                {newest}{error}
            </dl>
        }
        .into_any()
    })
}
