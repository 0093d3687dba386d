//! Times in the reader's zone, exact on hover.

use crate::browser::use_clock;
use crate::format;
use crate::glance::live;
use chrono::{DateTime, Local, Utc};
use leptos::prelude::*;

/// A day, with the moment as its title; an en dash for none.
#[component]
pub fn Moment(
    /// When.
    #[prop(into)]
    at: Option<DateTime<Utc>>,
    /// Shows the time of day as well.
    #[prop(optional)]
    exact: bool,
) -> impl IntoView {
    let Some(at) = at else { return view! { <span class="muted">{format::MISSING}</span> }.into_any() };
    let moment = format::date_time(at, &Local);
    let text = if exact { moment.clone() } else { format::day(at.with_timezone(&Local).date_naive()) };
    view! { <time datetime=at.to_rfc3339() title=moment>{text}</time> }.into_any()
}

/// "4 s ago", ticking.
#[component]
pub fn Ago(
    /// When.
    #[prop(into)]
    at: Signal<Option<DateTime<Utc>>>,
) -> impl IntoView {
    let clock = use_clock();
    let text = Memo::new(move |_| match at.get() {
        Some(at) => ago(at, clock.now()),
        None => format::MISSING.to_owned(),
    });
    view! { <span title=live(move || at.get().map(|at| format::date_time(at, &Local)))>{text}</span> }
}

/// `just now`, `4 s ago`, or the day.
fn ago(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    format::relative(at, now)
}
