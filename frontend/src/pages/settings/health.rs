//! The state of the system: what an admin wants to know when something seems wrong.

use super::SettingsFrame;
use crate::api::settings;
use crate::components::{Ago, Badge, ErrorBox, Moment, SkeletonCard};
use crate::format::{count, signed_money};
use crate::glance::drawn;
use crate::labels::{Tone, counted};
use crate::query::use_query;
use crate::realtime::use_realtime;
use crate::routes;
use crate::session::use_session;
use crm_types::Money;
use crm_types::accounts::Permission;
use crm_types::system::SystemHealth;
use leptos::prelude::*;

/// The page.
#[component]
pub fn HealthPage() -> impl IntoView {
    let session = use_session();
    let query = use_query::<SystemHealth>(move || session.may(Permission::SystemRead).then(|| settings::HEALTH.into()))
        .refresh_on(use_realtime().billing());
    view! {
        <SettingsFrame tab="Health">
            {drawn(move || match (session.denied(Permission::SystemRead), query.get(), query.error().get()) {
                (Some(why), ..) => view! { <p class="muted mt-3">{why}</p> }.into_any(),
                (None, Some(health), _) => view! { <Health health=health/> }.into_any(),
                (None, None, Some(error)) => {
                    let retry = Callback::new(move |()| query.refresh());
                    view! { <ErrorBox what="Health" error=error on_retry=retry/> }.into_any()
                }
                (None, None, None) => view! { <SkeletonCard label="Loading the state of the system" lines=8/> }.into_any(),
            })}
        </SettingsFrame>
    }
}

#[component]
fn Health(health: SystemHealth) -> impl IntoView {
    let h = health;
    let recompute = match h.recompute_pending {
        0 => "Nothing waits".to_owned(),
        n => counted(n, "customer waits", "customers wait"),
    };
    let differences: Vec<Money> = h.mrr_difference.iter().copied().filter(|m| m.minor != 0).collect();
    view! {
        <div class="grid">
            <section class="card c6" aria-labelledby="figures">
                <header class="card__head card__head--line"><h2 id="figures">"Figures"</h2></header>
                <div class="card__body">
                    <dl class="kv kv--state">
                        <dt>"Movements against subscriptions"</dt>
                        <dd>{differences_view(&differences)}</dd>
                        <dt>"Recomputation"</dt>
                        <dd>{state(h.recompute_pending == 0, Tone::Info, recompute)}</dd>
                    </dl>
                </div>
                <footer class="card__foot">
                    "The sum of all movements must equal the sum of all subscriptions’ MRR, to the cent, in every currency."
                </footer>
            </section>
            <section class="card c6" aria-labelledby="stripe-in">
                <header class="card__head card__head--line"><h2 id="stripe-in">"Stripe in"</h2></header>
                <div class="card__body">
                    <dl class="kv kv--state">
                        <dt>"Worker"</dt>
                        <dd>{state(h.worker_running, Tone::Negative, if h.worker_running { "Running" } else { "Not running: events wait" }.into())}</dd>
                        <dt>"Webhook secrets"</dt>
                        <dd>{state(h.webhook_secrets > 0, Tone::Negative, if h.webhook_secrets > 0 { count(h.webhook_secrets.into()) } else { "None: webhooks are refused".into() })}</dd>
                        <dt>"Dead events"</dt>
                        <dd>{waiting("dead", h.inbox.dead, Tone::Negative)}</dd>
                        <dt>"Parked events"</dt>
                        <dd>{waiting("parked", h.inbox.parked, Tone::Warning)}</dd>
                        <dt>"Pending events"</dt><dd>{count(h.inbox.pending)}</dd>
                        <dt>"Last event"</dt><dd><Ago at=h.inbox.last_received_at/></dd>
                    </dl>
                </div>
            </section>
            <section class="card c6" aria-labelledby="system">
                <header class="card__head card__head--line"><h2 id="system">"System"</h2></header>
                <div class="card__body">
                    <dl class="kv kv--state">
                        <dt>"Version"</dt><dd>{h.version}</dd>
                        <dt>"PostgreSQL"</dt><dd>{h.postgres_version}</dd>
                        <dt>"Database"</dt><dd>{bytes(h.database_bytes)}</dd>
                        <dt>"Memory"</dt><dd>{h.memory_bytes.map_or(crate::format::MISSING.into(), bytes)}</dd>
                        <dt>"Running since"</dt><dd><Moment at=Some(h.started_at) exact=true/></dd>
                    </dl>
                </div>
            </section>
        </div>
    }
}

fn state(good: bool, bad: Tone, text: String) -> impl IntoView {
    view! { <Badge text=text tone=if good { Tone::Positive } else { bad } dot=true/> }
}

/// How many events are in a state, with the way to them.
fn waiting(name: &'static str, n: i64, bad: Tone) -> impl IntoView {
    let href = routes::list(routes::SETTINGS_STRIPE, &[("state", name)]);
    let link = (n > 0).then(|| view! { " "<a href=href>"Show them"</a> });
    view! { {state(n == 0, bad, count(n))}{link} }
}

fn differences_view(differences: &[Money]) -> AnyView {
    if differences.is_empty() {
        return state(true, Tone::Negative, "0, as it must be".into()).into_any();
    }
    differences
        .iter()
        .map(|m| state(false, Tone::Negative, format!("off by {}", signed_money(*m))))
        .collect_view()
        .into_any()
}

/// `12.3 MB`, in powers of ten as disks are sold.
fn bytes(n: i64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"];
    #[allow(clippy::cast_precision_loss, reason = "three digits are shown")]
    let mut value = n as f64;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < units.len() {
        value /= 1000.0;
        unit += 1;
    }
    let unit_name = units.get(unit).copied().unwrap_or_default();
    if unit == 0 { format!("{n} B") } else { format!("{value:.1} {unit_name}") }
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn bytes_are_readable() {
        for (n, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (12_345_678, "12.3 MB"),
            (5_000_000_000_000_000, "5000.0 TB"),
        ] {
            assert_eq!(bytes(n), text);
        }
    }
}
