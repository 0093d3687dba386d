use super::{Ask, Asking};
use crate::api::healing;
use crate::components::{Ago, Badge, Explain, Icon};
use crate::format::{MISSING, count, percent};
use crate::glance::drawn;
use crate::labels::{Tone, counted};
use crate::query::Query;
use crate::session::Session;
use crm_types::healing::{Healing, ReconciledCount, ReconciledKind, Reconciliation};
use crm_types::ids::DifferenceId;
use crm_types::jobs::{Job, JobState};
use leptos::prelude::*;

/// Stripe's objects beside ours.
#[component]
pub(super) fn ReconciliationCard(query: Query<Healing>) -> impl IntoView {
    let reconciliation = move || query.map(|healing| healing.reconciliation.clone());
    let running =
        Signal::derive(move || reconciliation().and_then(|r| r.job).is_some_and(|job| job.state != JobState::Failed));
    view! {
        <section class="card c6" aria-labelledby="reconciliation">
            <header class="card__head card__head--line">
                <h2 id="reconciliation">"Reconciliation"</h2>
                <Explain id="reconciliation-how" of="A reconciliation">
                    <p>"Once a day every subscription, invoice, refund and dispute at Stripe is compared with what is here, field by field. Drift is the share of them that differs now. What waits in the inbox is not counted: it may be the very change."</p>
                    <p>"A repair asks Stripe for the object and applies the answer as a webhook."</p>
                </Explain>
                <div class="end row row--wrap">{drawn(move || reconciliation().map(|r| verdict(&r)).into_any())}</div>
            </header>
            <div class="card__body stack">
                {drawn(move || reconciliation().map(|r| view! { <Facts reconciliation=r/> }).into_any())}
                <div><Ask label="Compare now" class="btn--sm" running=running ask=ask/></div>
            </div>
        </section>
    }
}

fn verdict(r: &Reconciliation) -> impl IntoView + use<> {
    let (tone, text) = match (r.finished_at, r.differing) {
        (None, 0) => (Tone::Neutral, "Not compared so far".to_owned()),
        (Some(_), 0) => (Tone::Positive, "As at Stripe".to_owned()),
        (_, 1) => (Tone::Negative, "1 object differs".to_owned()),
        (_, n) => (Tone::Negative, format!("{} objects differ", count(n))),
    };
    view! { <Badge text=text tone=tone dot=true/> }
}

#[component]
fn Facts(reconciliation: Reconciliation) -> impl IntoView {
    let r = reconciliation;
    #[allow(clippy::cast_precision_loss, reason = "at most ten thousand")]
    let drift = r.drift_bp.map_or_else(|| MISSING.to_owned(), |bp| percent(bp as f64 / 10_000.0));
    let finished = r.finished_at;
    view! {
        <dl class="kv kv--state">
            <dt>"Last reconciliation"</dt><dd><Ago at=Signal::stored(finished)/></dd>
            <dt>"Drift"</dt><dd><b>{drift}</b></dd>
            {r.counts.into_iter().map(|one| view! { <Count one=one/> }).collect_view()}
        </dl>
        <p class="small muted" role="status">{r.job.as_ref().map(progress)}</p>
        {r.job.and_then(|job| job.error).map(|error| view! { <p class="note"><Icon name="alert"/><span>{error}</span></p> })}
    }
}

#[component]
fn Count(one: ReconciledCount) -> impl IntoView {
    let told = match one.compared == one.here {
        true => format!("{} at Stripe and here", count(one.compared)),
        false => format!("{} at Stripe, {} here", count(one.compared), count(one.here)),
    };
    let off = (one.differing > 0).then(|| format!(", {} differed", count(one.differing)));
    view! { <dt>{many(one.kind)}</dt><dd>{told}{off}</dd> }
}

const fn many(kind: ReconciledKind) -> &'static str {
    match kind {
        ReconciledKind::Subscription => "Subscriptions",
        ReconciledKind::Invoice => "Invoices",
        ReconciledKind::Refund => "Refunds",
        ReconciledKind::Dispute => "Disputes",
    }
}

fn progress(job: &Job) -> String {
    let done = counted(job.done, "object", "objects");
    match (job.state, job.total) {
        (JobState::Queued, _) => "It waits for its turn".to_owned(),
        (JobState::Failed, _) => format!("The last one failed after {done}"),
        (_, Some(total)) => format!("{done} of {} compared", count(total)),
        (_, None) => format!("{done} compared"),
    }
}

fn ask(session: Session, _: Vec<DifferenceId>) -> Asking {
    Box::pin(async move { healing::reconcile(session).await.map(|_| "Everything is compared with Stripe".to_owned()) })
}
