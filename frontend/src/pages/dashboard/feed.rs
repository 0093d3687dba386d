//! The newest movements of the period. A live feed: a new one appears at the top at once and is marked for a moment.

use super::widget::widget;
use crate::api::analytics;
use crate::browser::use_clock;
use crate::components::{EmptyState, Period};
use crate::format::{date_time, relative_short, signed_money};
use crate::labels;
use crate::query::use_query;
use crate::realtime::use_realtime;
use crate::routes::{self, MRR_MOVEMENTS};
use chrono::Local;
use crm_types::Page;
use crm_types::mrr::MrrMovement;
use leptos::prelude::*;

/// How many are shown.
const SHOWN: u32 = 7;

/// A movement, and whether it came in while the reader was looking.
#[derive(Debug, Clone, PartialEq)]
struct Entry {
    movement: MrrMovement,
    fresh: bool,
}

/// The card.
#[component]
pub fn Feed(period: Memo<Period>) -> impl IntoView {
    let url = Memo::new(move |_| period.with(|period| analytics::newest_movements(period, SHOWN)));
    let page = use_query::<Page<MrrMovement>>(move || Some(url.get())).refresh_on(use_realtime().mrr());
    let all = move || period.with(|period| period.alone().without(&["compare"]).with_path(MRR_MOVEMENTS));
    view! {
        <section class="card c7" aria-labelledby="h-feed">
            <header class="card__head card__head--line">
                <h2 id="h-feed">"Newest movements"</h2>
                <a class="end small" href=all>"View all"</a>
            </header>
            {widget(page, "Newest movements", skeleton, move |page| content(page, url, period))}
        </section>
    }
}

fn skeleton() -> impl IntoView {
    let row = |_| {
        view! {
            <li>
                <div class="who__text feed__wait"><span class="skel skel--w4"></span><span class="skel skel--w3"></span></div>
                <span class="skel skel--w2"></span>
            </li>
        }
    };
    view! { <ul class="feed" role="status" aria-label="Loading movements">{(0..SHOWN).map(row).collect_view()}</ul> }
}

fn content(page: Signal<Page<MrrMovement>>, url: Memo<String>, period: Memo<Period>) -> impl IntoView {
    let shown = Memo::new(move |former: Option<&(String, Vec<Entry>)>| {
        let url = url.get();
        // With other days or another currency everything is new to the eye; nothing is news.
        let former = former.filter(|(of, _)| *of == url).map(|(_, entries)| entries.as_slice());
        (url, page.with(|page| entries(&page.items, former)))
    });
    let none = move || match period.with(|period| period.chosen) {
        true => ("No movements in this period", "MRR stayed as it was on these days."),
        false => ("No movements yet", "A subscription that starts to pay is the first one."),
    };
    move || match shown.with(|(_, entries)| entries.is_empty()) {
        true => view! {
            <div class="card__body">
                <EmptyState icon="chart" title=none().0 text=none().1/>
            </div>
        }
        .into_any(),
        false => view! {
            <ul class="feed">
                <For each=move || shown.with(|(_, entries)| entries.clone()) key=|entry| entry.movement.id
                    children=|entry| view! { <FeedRow entry=entry/> }/>
            </ul>
        }
        .into_any(),
    }
}

/// Marks those that were not there before. What was marked stays so, or its row would be drawn again.
fn entries(movements: &[MrrMovement], former: Option<&[Entry]>) -> Vec<Entry> {
    let known = |movement: &MrrMovement| former?.iter().find(|entry| entry.movement.id == movement.id);
    let entry = |movement: &MrrMovement| Entry {
        fresh: match (former, known(movement)) {
            (_, Some(known)) => known.fresh,
            (Some(_), None) => true,
            (None, None) => false,
        },
        movement: movement.clone(),
    };
    movements.iter().map(entry).collect()
}

#[component]
fn FeedRow(entry: Entry) -> impl IntoView {
    let Entry { movement, fresh } = entry;
    let clock = use_clock();
    let at = movement.occurred_at;
    let kind = labels::movement(movement.movement);
    let ago = Memo::new(move |_| relative_short(at, clock.now()));
    let sign = if movement.amount.minor < 0 { "neg" } else { "pos" };
    view! {
        <li class:is-new=fresh>
            <div class="who__text">
                <a class="who__name" href=routes::customer(movement.customer_id)>{name(&movement)}</a>
                <span class="who__sub">{why(&movement)}</span>
            </div>
            <div class="amt">
                <span class=sign>{signed_money(movement.amount)}</span>
                <span class="sub" title=date_time(at, &Local)>{kind}" · "{move || ago.get()}</span>
            </div>
        </li>
    }
}

fn name(movement: &MrrMovement) -> String {
    movement.customer_name.clone().unwrap_or_else(|| "Unnamed customer".into())
}

/// `Premium · trial converted`, as far as it is known.
fn why(movement: &MrrMovement) -> String {
    let tier = movement.tier.map(labels::tier);
    let plan = tier.or_else(|| movement.stream.map(labels::stream)).map(str::to_owned);
    let reason = movement.reason.as_deref().map(|reason| {
        let phrase = labels::movement_reason(movement.movement, reason);
        if plan.is_some() { phrase.to_ascii_lowercase() } else { phrase }
    });
    let parts: Vec<_> = [plan, reason].into_iter().flatten().collect();
    if parts.is_empty() { labels::movement(movement.movement).to_owned() } else { parts.join(" · ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crm_types::mrr::MovementType;
    use crm_types::plans::{Stream, Tier};
    use crm_types::{Currency, Money};

    fn movement(n: u8) -> MrrMovement {
        let id = format!("\"00000000-0000-7000-8000-0000000000{n:02}\"");
        let usd = |minor| Money::new(minor, Currency::USD);
        MrrMovement {
            id: serde_json::from_str(&id).unwrap(),
            customer_id: serde_json::from_str(&id).unwrap(),
            customer_name: None,
            subscription_id: serde_json::from_str(&id).unwrap(),
            movement: MovementType::New,
            amount: usd(2900),
            before: usd(0),
            after: usd(2900),
            stream: Some(Stream::Rev1Individual),
            tier: Some(Tier::Tier3),
            reason: Some("trial_converted".into()),
            occurred_at: "2026-10-31T12:00:00Z".parse().unwrap(),
            recorded_at: "2026-10-31T12:00:01Z".parse().unwrap(),
            stripe_event_id: format!("evt_{n}"),
        }
    }

    #[test]
    fn only_what_came_while_looking_is_marked() {
        let fresh = |entries: &[Entry]| entries.iter().map(|entry| entry.fresh).collect::<Vec<_>>();
        let first = entries(&[movement(2), movement(1)], None);
        assert_eq!(fresh(&first), [false, false]);
        let second = entries(&[movement(3), movement(2), movement(1)], Some(&first));
        assert_eq!(fresh(&second), [true, false, false]);
        assert_eq!(fresh(&entries(&[movement(3), movement(2)], Some(&second))), [true, false]);
        assert_eq!(fresh(&entries(&[movement(1)], Some(&[]))), [true], "the very first one");
    }

    #[test]
    fn a_row_says_what_is_known() {
        let mut known = movement(1);
        assert_eq!(why(&known), "Premium · trial converted");
        known.tier = None;
        known.reason = None;
        assert_eq!(why(&known), "REV 1 Individual");
        known.stream = None;
        assert_eq!(why(&known), "New");
        assert_eq!(name(&known), "Unnamed customer");
        known.reason = Some("paused".into());
        assert_eq!(why(&known), "Paused");
    }
}
