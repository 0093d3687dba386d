//! The inbox's events: by state, with reason, and replay.

use super::event::EventPreview;
use crate::api::stripe_events;
use crate::components::ActionButton;
use crate::components::use_toasts;
use crate::labels::{self, counted};
use crate::list::{Cell, Column, Filter, FilterKind, Lead, List, ListBody, ListSpec, ListTotal, Row, use_list};
use crate::query::Query;
use crate::realtime::use_realtime;
use crate::routes;
use crate::session::use_session;
use crm_types::accounts::Permission;
use crm_types::billing::{EventState, InboxStats, StripeEvent};
use leptos::prelude::*;
use leptos::task::spawn_local;

static SPEC: ListSpec = ListSpec {
    path: routes::SETTINGS_STRIPE,
    api: "/api/stripe-events",
    title: "Events",
    one: "event",
    many: "events",
    permission: Permission::StripeRead,
    search: "Event or object id",
    filters: &[
        Filter::new("state", "State", FilterKind::Choice(labels::event_states)),
        Filter::new("type", "Type", FilterKind::Text),
        Filter::new("from", "From", FilterKind::Day),
        Filter::new("to", "Until", FilterKind::Day),
    ],
    columns: &[
        Column::new("Event", "lead"),
        Column::new("State", ""),
        Column::new("Reason", "p2 wrap"),
        Column::new("Object", "p4"),
        Column::new("Tries", "num p3"),
        Column::sorted("Received", "num", "received_at", "-received_at"),
    ],
    sort: "-received_at",
    sum: "",
    empty: "Connect Stripe as described above, and send a test event.",
};

/// The list, with a button for everything that waits for a replay.
#[component]
pub fn Inbox(stats: Query<InboxStats>) -> impl IntoView {
    let list = use_list(&SPEC, use_realtime().billing(), row);
    let inbox = use_realtime().inbox();
    Effect::watch(move || inbox.get(), move |_, _, _| list.retry(), false);
    view! {
        <section class="inbox">
            <div class="between row--wrap">
                <div><h2 id="events">"Events"</h2><ListTotal list=list/></div>
                <div class="row row--wrap">
                    <ReplayAll state=EventState::Parked stats=stats list=list/>
                    <ReplayAll state=EventState::Dead stats=stats list=list/>
                </div>
            </div>
            <ListBody list=list preview=Some(preview)/>
        </section>
    }
}

fn preview(id: String) -> AnyView {
    view! { <EventPreview id=id/> }.into_any()
}

fn row(event: &StripeEvent) -> Row {
    Row {
        id: event.id.clone(),
        href: routes::stripe_event(&event.id),
        lead: Lead::thing(event.kind.clone(), event.id.clone()),
        cells: vec![
            Cell::State(labels::event_tone(event.state), labels::event_state(event.state).into()),
            Cell::maybe(event.reason.clone()),
            Cell::Code(event.object_id.clone().unwrap_or_default()),
            Cell::Count(event.attempts.into()),
            Cell::Moment(Some(event.received_at)),
        ],
    }
}

/// Only there while something is in that state.
#[component]
fn ReplayAll(state: EventState, stats: Query<InboxStats>, list: List) -> impl IntoView {
    let session = use_session();
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let waiting = Memo::new(move |_| {
        stats
            .map(|s| match state {
                EventState::Dead => s.dead,
                EventState::Parked => s.parked,
                _ => 0,
            })
            .unwrap_or(0)
    });
    let press = Callback::new(move |()| {
        busy.set(true);
        spawn_local(async move {
            match stripe_events::replay_all(session, state).await {
                Ok(reply) => toasts.done(format!(
                    "{} will be applied again; what still waits for something is parked again",
                    counted(reply.replayed, "event", "events")
                )),
                Err(error) => toasts.failed(format!("Not replayed: {}", error.detail())),
            }
            busy.try_set(false);
            stats.refresh();
            list.retry();
        });
    });
    let label = Signal::derive(move || {
        format!(
            "Replay all {} {}",
            crate::format::count(waiting.get()),
            labels::event_state(state).to_ascii_lowercase()
        )
    });
    let denied = Signal::derive(move || session.denied(Permission::StripeWrite));
    view! {
        <Show when=move || { waiting.get() > 0 }>
            <ActionButton label=label icon="refresh" on_press=press busy=busy denied=denied/>
        </Show>
    }
}
