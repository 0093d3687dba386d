//! One rate.

use super::{code, rates_changed, source_name};
use crate::api::exchange_rates;
use crate::components::{ActionButton, ErrorBox, Moment, SkeletonCard, use_toasts};
use crate::format;
use crate::glance::drawn;
use crate::query::use_query;
use crate::session::use_session;
use crm_types::Page;
use crm_types::accounts::Permission;
use crm_types::exchange_rates::ExchangeRate;
use crm_types::ids::ExchangeRateId;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The rate beside the list.
#[component]
pub fn RatePreview(id: String) -> impl IntoView {
    // What the address says is anybody's to write.
    let wanted = id.parse::<ExchangeRateId>().ok();
    let query = use_query::<Page<ExchangeRate>>(move || wanted.map(|_| exchange_rates::rate(&id)));
    let retry = Callback::new(move |()| query.refresh());
    drawn(move || match (query.get().map(|page| page.items.into_iter().next()), query.error().get()) {
        (Some(Some(rate)), _) => view! { <Rate rate=rate/> }.into_any(),
        (None, Some(error)) => view! { <ErrorBox what="Rate" error=error on_retry=retry/> }.into_any(),
        (None, None) if wanted.is_some() => view! { <SkeletonCard label="Loading the rate"/> }.into_any(),
        _ => view! { <p class="drawer__sec muted">"There is no such rate."</p> }.into_any(),
    })
}

#[component]
fn Rate(rate: ExchangeRate) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let denied = Signal::stored(session.denied(Permission::SettingsWrite));
    let busy = RwSignal::new(false);
    let (currency, day) = (rate.currency, rate.day);
    let delete = Callback::new(move |()| {
        busy.set(true);
        spawn_local(async move {
            match exchange_rates::delete(session, currency, day).await {
                Ok(()) => {
                    rates_changed();
                    toasts.done(format!("Rate of {} deleted: the one before it is carried on", code(currency)));
                }
                Err(error) => toasts.failed(format!("Not deleted: {}", error.detail())),
            }
            busy.try_set(false);
        });
    });
    view! {
        <div class="drawer__sec stack">
            <h2>{format!("1 {} = {} {}", code(currency), rate.rate, code(rate.reporting_currency))}</h2>
            <dl class="kv">
                <dt>"Since"</dt><dd>{format::day(day)}</dd>
                <dt>"From"</dt><dd>{source_name(rate.source)}</dd>
                <dt>"Written down"</dt><dd><Moment at=Some(rate.recorded_at) exact=true/></dd>
            </dl>
            <div><ActionButton label="Delete rate".to_owned() class="btn--sm" denied=denied busy=busy on_press=delete/></div>
        </div>
    }
}
