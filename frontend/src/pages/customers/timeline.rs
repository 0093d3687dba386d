//! All that happened with a customer, newest first.

use super::log::LogInteraction;
use crate::api::interactions;
use crate::components::{Badge, ErrorBox, Icon, Moment, SkeletonCard};
use crate::format::{money, signed_money};
use crate::glance::{drawn, live};
use crate::labels::{self, Tone, phrase};
use crate::params::Params;
use crate::query::use_query;
use crate::realtime::use_realtime;
use crate::routes;
use crate::session::use_session;
use crm_types::Page;
use crm_types::accounts::Permission;
use crm_types::billing::{TransactionKind, TransactionStatus};
use crm_types::customers::{CustomerRef, LifecycleState};
use crm_types::interactions::{
    InteractionDirection, InteractionKind, Sentiment, TimelineEntry, TimelineEvent, TimelineKind,
};
use crm_types::page::MAX_LIMIT;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

/// Entries at first, and with each press more.
const STEP: u32 = 20;

/// In the page's address: the kind that is shown.
const SHOWN: &str = "timeline";

/// The card.
#[component]
pub fn Timeline(id: Memo<String>) -> impl IntoView {
    let limit = RwSignal::new(STEP);
    let search = use_location().search;
    let kind = Memo::new(move |_| Params::parse(&search.get()).get(SHOWN).and_then(|kind| kind.parse().ok()));
    let url = move || {
        let kind = kind.get().map(TimelineKind::as_str).unwrap_or_default();
        let params = Params::from_pairs(&[("kind", kind), ("limit", &limit.get().to_string())]);
        Some(params.with_path(&interactions::timeline(&id.get())))
    };
    let query = use_query::<Page<TimelineEntry>>(url).refresh_on(use_realtime().billing());
    let retry = Callback::new(move |()| query.refresh());
    let more = move |_| limit.update(|limit| *limit = (*limit + STEP).min(MAX_LIMIT));
    view! {
        <section class="card" aria-labelledby="timeline">
            <header class="card__head card__head--line">
                <h2 id="timeline">"Timeline"</h2>
                <span class="end row"><Kinds kind=kind/><LogInteraction id=id/></span>
            </header>
            {drawn(move || match (query.get(), query.error().get()) {
                (Some(page), _) if page.items.is_empty() => {
                    let none = if kind.get().is_some() { "Nothing of this kind so far." } else { "Nothing happened so far." };
                    view! { <p class="card__body muted">{none}</p> }.into_any()
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

/// Which kind is shown; for who may not see payments, they are no choice.
#[component]
fn Kinds(kind: Memo<Option<TimelineKind>>) -> impl IntoView {
    let (location, navigate) = (use_location(), use_navigate());
    let payments = use_session().may(Permission::TransactionsRead);
    let choose = move |ev| {
        let params = untrack(|| Params::parse(&location.search.get())).with(SHOWN, &event_target_value(&ev));
        let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
        navigate(&params.with_path(&location.pathname.get_untracked()), options);
    };
    let of = |kind: &TimelineKind| payments || *kind != TimelineKind::Payment;
    let options = TimelineKind::ALL.iter().copied().filter(of).map(|one| {
        let chosen = live(move || kind.get() == Some(one));
        view! { <option value=one.as_str() selected=chosen>{labels::timeline_kind(one)}</option> }
    });
    view! {
        <select class="input input--fit input--sm" aria-label="Shown in the timeline" on:change=choose>
            <option value="" selected=live(move || kind.get().is_none())>"Everything"</option>
            {options.collect_view()}
        </select>
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
        TimelineEvent::Tier { mrr_impact, .. } if mrr_impact.minor < 0 => (BAD, "trenddn"),
        TimelineEvent::Tier { .. } => (GOOD, "trendup"),
        TimelineEvent::Payment { status: TransactionStatus::Disputed, .. }
        | TimelineEvent::Payment {
            kind: TransactionKind::Payment | TransactionKind::Refund,
            status: TransactionStatus::Failed,
            ..
        } => (BAD, "card"),
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
        TimelineEvent::Tier { from, to, mrr_impact, reason } => view! {
            <p>{format!("{} to ", labels::plan(&from))}<b>{labels::plan(&to)}</b></p>
            <p class="small muted">{format!("{}, MRR {}", phrase(&reason), signed_money(mrr_impact))}</p>
        }
        .into_any(),
        TimelineEvent::Payment { kind, status, amount, invoice_number, reason } => {
            let what = match (kind, status) {
                (TransactionKind::Refund, _) => "Refund",
                (TransactionKind::Dispute, TransactionStatus::Failed) => "Won dispute",
                (TransactionKind::Dispute, _) => "Dispute",
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
    view! { <a href=routes::coach(person.id)>{person.name}</a> }
}
