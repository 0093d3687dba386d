//! All that happened with a customer, newest first.

use super::log::LogInteraction;
use crate::api::interactions;
use crate::components::{Badge, ErrorBox, Icon, Moment, SkeletonCard};
use crate::format::money;
use crate::glance::drawn;
use crate::labels::{self, Tone, phrase};
use crate::query::use_query;
use crate::realtime::use_realtime;
use crate::routes;
use crm_types::Page;
use crm_types::billing::{TransactionKind, TransactionStatus};
use crm_types::customers::{CustomerRef, LifecycleState};
use crm_types::interactions::{InteractionDirection, InteractionKind, Sentiment, TimelineEntry, TimelineEvent};
use crm_types::page::MAX_LIMIT;
use leptos::prelude::*;

/// Entries at first, and with each press more.
const STEP: u32 = 20;

/// The card.
#[component]
pub fn Timeline(id: Memo<String>) -> impl IntoView {
    let limit = RwSignal::new(STEP);
    let url = move || Some(format!("{}?limit={}", interactions::timeline(&id.get()), limit.get()));
    let query = use_query::<Page<TimelineEntry>>(url).refresh_on(use_realtime().billing());
    let retry = Callback::new(move |()| query.refresh());
    let more = move |_| limit.update(|limit| *limit = (*limit + STEP).min(MAX_LIMIT));
    view! {
        <section class="card" aria-labelledby="timeline">
            <header class="card__head card__head--line">
                <h2 id="timeline">"Timeline"</h2>
                <span class="end"><LogInteraction id=id/></span>
            </header>
            {drawn(move || match (query.get(), query.error().get()) {
                (Some(page), _) if page.items.is_empty() => {
                    view! { <p class="card__body muted">"Nothing happened so far."</p> }.into_any()
                }
                (Some(page), _) => {
                    let rest = page.next_cursor.is_some();
                    let most = limit.get() >= MAX_LIMIT;
                    view! {
                        <div class="card__body tl-body">
                            <ol class="tl">{page.items.into_iter().map(|entry| view! { <Entry entry=entry/> }).collect_view()}</ol>
                            {(rest && !most).then(|| view! {
                                <button class="btn btn--sm mt-3" type="button" on:click=more>"Show more"</button>
                            })}
                            {(rest && most).then(|| view! { <p class="small muted mt-3">{format!("The newest {MAX_LIMIT} are shown.")}</p> })}
                        </div>
                    }
                    .into_any()
                }
                (None, Some(error)) => view! { <ErrorBox what="Timeline" error=error on_retry=retry/> }.into_any(),
                (None, None) => view! { <SkeletonCard label="Loading the timeline" lines=6/> }.into_any(),
            })}
        </section>
    }
}

#[component]
fn Entry(entry: TimelineEntry) -> impl IntoView {
    let (class, icon) = mark(&entry.event);
    view! {
        <li class="tl__item">
            <span class=class><Icon name=icon/></span>
            <div class="tl__text">{said(entry.event)}</div>
            <Moment at=Some(entry.at) exact=true/>
        </li>
    }
}

const NEUTRAL: &str = "tl__ic";
const GOOD: &str = "tl__ic tl__ic--pos";
const BAD: &str = "tl__ic tl__ic--neg";
const NEWS: &str = "tl__ic tl__ic--info";

/// Class and icon of an entry's mark.
fn mark(event: &TimelineEvent) -> (&'static str, &'static str) {
    match event {
        TimelineEvent::Interaction { kind: InteractionKind::Complaint, .. } => (BAD, "alert"),
        TimelineEvent::Interaction { direction: InteractionDirection::Inbound, .. } => (NEWS, "left"),
        TimelineEvent::Interaction { .. } => (NEWS, "right"),
        TimelineEvent::Lifecycle { to: LifecycleState::Churned, .. } => (BAD, "arrdn"),
        TimelineEvent::Lifecycle { to: LifecycleState::Lead | LifecycleState::Prospect, .. } => (NEUTRAL, "user"),
        TimelineEvent::Lifecycle { .. } => (GOOD, "check"),
        TimelineEvent::Payment { status: TransactionStatus::Failed, .. } => (BAD, "card"),
        TimelineEvent::Payment { .. } => (NEUTRAL, "card"),
        TimelineEvent::Note { .. } => (NEUTRAL, "note"),
        TimelineEvent::CoachingBegan { .. } => (GOOD, "user"),
        TimelineEvent::CoachingEnded { .. } => (NEUTRAL, "user"),
    }
}

fn said(event: TimelineEvent) -> AnyView {
    match event {
        TimelineEvent::Interaction { kind, channel, direction, summary, outcome, sentiment, follow_up_at, author } => {
            let usual = channel == kind.usual_channel();
            let way = (!usual).then(|| format!(" ({})", labels::interaction_channel(channel)));
            let who = if direction == InteractionDirection::Inbound { "by the customer" } else { "by us" };
            let mood = sentiment.filter(|mood| *mood != Sentiment::Neutral).map(|mood| {
                let tone = if mood == Sentiment::Positive { Tone::Positive } else { Tone::Negative };
                view! { <Badge text=labels::sentiment(mood) tone=tone/> }
            });
            view! {
                <p class="row row--wrap">
                    <span><b>{labels::interaction_kind(kind)}</b>{way}", "{who}</span>
                    {outcome.map(|outcome| view! { <Badge text=labels::interaction_outcome(outcome)/> })}
                    {mood}
                </p>
                {summary.map(|summary| view! { <p class="quote pre">{summary}</p> })}
                <p class="small muted">
                    "Logged by "{author}{follow_up_at.map(|at| view! { " · come back to it "<Moment at=Some(at)/> })}
                </p>
            }
            .into_any()
        }
        TimelineEvent::Lifecycle { from, to, reason } => {
            let from = from.map(|from| format!("{} to ", labels::lifecycle(from)));
            view! { <p>{from}<b>{labels::lifecycle(to)}</b></p><p class="small muted">{phrase(&reason)}</p> }.into_any()
        }
        TimelineEvent::Payment { kind, status, amount, invoice_number, reason } => {
            let what = match (kind, status) {
                (TransactionKind::Refund, _) => "Refund",
                (_, TransactionStatus::Failed) => "Failed payment",
                (_, TransactionStatus::Pending) => "Open invoice",
                _ => "Payment",
            };
            // What it says anyway is not said twice.
            let reason =
                reason.filter(|reason| reason != "payment_failed").map(|reason| format!(": {}", phrase(&reason)));
            view! {
                <p>{what}" of "<b>{money(amount)}</b>{reason}</p>
                {invoice_number.map(|number| view! { <p class="small muted">"Invoice "{number}</p> })}
            }
            .into_any()
        }
        TimelineEvent::Note { author, body } => {
            view! { <p><b>{author}</b>" wrote a note"</p><p class="quote pre">{body}</p> }.into_any()
        }
        TimelineEvent::CoachingBegan { coach } => view! { <p>"Coached by "{linked(coach)}</p> }.into_any(),
        TimelineEvent::CoachingEnded { coach, reason } => {
            let why = reason.map(|reason| view! { <p class="small muted">{phrase(&reason)}</p> });
            view! { <p>"No longer coached by "{linked(coach)}</p>{why} }.into_any()
        }
    }
}

fn linked(person: CustomerRef) -> impl IntoView {
    view! { <a href=routes::customer(person.id)>{person.name}</a> }
}
