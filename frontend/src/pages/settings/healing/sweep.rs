use super::{Ask, Asking};
use crate::api::healing;
use crate::components::{Ago, Badge, Explain, Icon};
use crate::format::{self, count};
use crate::glance::drawn;
use crate::labels::{Tone, counted};
use crate::query::Query;
use crate::session::Session;
use chrono::Local;
use crm_types::healing::{Healing, Sweep};
use crm_types::ids::DifferenceId;
use leptos::prelude::*;

/// The sweep over Stripe's list of events.
#[component]
pub(super) fn SweepCard(query: Query<Healing>) -> impl IntoView {
    let sweep = move || query.map(|healing| healing.sweep.clone());
    // One that waits for Stripe can be told not to.
    let running = Signal::derive(move || sweep().is_some_and(|s| s.began_at.is_some() && s.problem.is_none()));
    view! {
        <section class="card c6" aria-labelledby="sweep">
            <header class="card__head card__head--line">
                <h2 id="sweep">"Missed events"</h2>
                <Explain id="sweep-how" of="A sweep">
                    <p>"Every hour Stripe’s own list of events is gone through, from an hour before the newest that the last sweep saw. What the inbox does not have is put into it, and applied as if its webhook had come. The first sweep reads the 30 days that Stripe remembers."</p>
                </Explain>
                <div class="end row row--wrap">{drawn(move || sweep().map(|sweep| verdict(&sweep)).into_any())}</div>
            </header>
            <div class="card__body stack">
                {drawn(move || sweep().map(|sweep| view! { <Facts sweep=sweep/> }).into_any())}
                <div><Ask label="Sweep now" class="btn--sm" running=running ask=ask/></div>
            </div>
        </section>
    }
}

fn verdict(sweep: &Sweep) -> impl IntoView + use<> {
    let (tone, text) = match (&sweep.problem, sweep.began_at, sweep.finished_at, sweep.last_found) {
        (Some(_), ..) => (Tone::Warning, "Waits"),
        (None, Some(_), ..) => (Tone::Info, "Running"),
        (None, None, None, _) => (Tone::Neutral, "Not swept so far"),
        (None, None, Some(_), 0) => (Tone::Positive, "Nothing missed"),
        (None, None, Some(_), _) => (Tone::Warning, "Events were missed"),
    };
    view! { <Badge text=text tone=tone dot=true/> }
}

#[component]
fn Facts(sweep: Sweep) -> impl IntoView {
    let now = sweep.began_at.map(|_| {
        format!("{} looked at so far, {} missing", counted(sweep.seen, "event", "events"), count(sweep.found))
    });
    let next = format::date_time(sweep.due_at, &Local);
    let problem = sweep.problem.map(|problem| {
        view! { <p class="note"><Icon name="alert"/><span>{problem}" It goes on at "{next.clone()}"."</span></p> }
    });
    let last = sweep.finished_at;
    view! {
        <dl class="kv kv--state">
            <dt>"Last sweep"</dt><dd><Ago at=Signal::stored(last)/></dd>
            <dt>"Events looked at"</dt><dd>{count(sweep.last_seen)}</dd>
            <dt>"Missed by webhooks"</dt><dd>{count(sweep.last_found)}</dd>
            <dt>"Missed so far"</dt><dd>{count(sweep.found_ever)}</dd>
            <dt>"Next sweep"</dt><dd>{next}</dd>
        </dl>
        <p class="small muted" role="status">{now}</p>
        {problem}
    }
}

fn ask(session: Session, _: Vec<DifferenceId>) -> Asking {
    Box::pin(async move { healing::sweep(session).await.map(|_| "Stripe’s events are gone through".to_owned()) })
}
