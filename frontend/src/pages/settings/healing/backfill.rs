use super::{Ask, Asking};
use crate::api::healing;
use crate::components::Explain;
use crate::glance::drawn;
use crate::labels::phrase;
use crate::pages::jobs::JobCard;
use crate::query::{Query, changed};
use crate::session::Session;
use crm_types::healing::{Backfill, Healing};
use crm_types::ids::DifferenceId;
use leptos::prelude::*;

/// A whole account, read from Stripe.
#[component]
pub(super) fn BackfillCard(query: Query<Healing>) -> impl IntoView {
    let backfill = move || query.map(|healing| healing.backfill.clone()).flatten();
    let running = Signal::derive(move || backfill().is_some_and(|backfill| !backfill.job.state.is_over()));
    let can_resume = Memo::new(move |_| backfill().is_some_and(|backfill| backfill.can_resume));
    view! {
        <section class="card mt-3" aria-labelledby="backfill">
            <header class="card__head card__head--line">
                <h2 id="backfill">"Backfill"</h2>
                <Explain id="backfill-how" of="A backfill">
                    <p>"Reads the whole Stripe account: the events of the last 30 days, then products, prices, coupons, customers, subscriptions, invoices, payments, refunds and disputes. What is known already is not stored twice, and a server that dies in between goes on where it was."</p>
                    <p>"What Stripe forgot stays unknown: changes of plans and failed attempts before those 30 days."</p>
                </Explain>
            </header>
            <div class="card__body stack">
                {drawn(move || match backfill() {
                    None => view! { <p class="muted">"Reads everything that was there before Stripe’s webhooks came here."</p> }.into_any(),
                    Some(backfill) => view! { <Newest backfill=backfill/> }.into_any(),
                })}
                <div class="row row--wrap">
                    <Show when=move || can_resume.get()><Ask label="Go on" class="btn--sm btn--primary" ask=resume/></Show>
                    <Ask label="Start backfill" class="btn--sm" running=running ask=start/>
                </div>
            </div>
        </section>
    }
}

#[component]
fn Newest(backfill: Backfill) -> impl IntoView {
    let over = backfill.job.state.is_over();
    let now = backfill
        .reading
        .filter(|_| !over)
        .map(|list| format!("{}: list {} of {}", phrase(&list), backfill.lists_done + 1, backfill.lists));
    let problem = backfill.job.error.clone().filter(|_| !over);
    view! {
        <JobCard job=backfill.job on_change=Callback::new(|()| changed(healing::HEALING))/>
        <p class="small muted" role="status">{now}</p>
        {problem.map(|problem| view! { <p class="note">{problem}" It is tried again in a moment."</p> })}
    }
}

fn start(session: Session, _: Vec<DifferenceId>) -> Asking {
    Box::pin(async move { healing::backfill(session, false).await.map(|_| "The account is being read".to_owned()) })
}

fn resume(session: Session, _: Vec<DifferenceId>) -> Asking {
    Box::pin(async move { healing::backfill(session, true).await.map(|_| "It goes on where it was".to_owned()) })
}
