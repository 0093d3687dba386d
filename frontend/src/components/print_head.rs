//! What a printed page says of itself: what it shows, and when it was printed.

use crate::format;
use chrono::{DateTime, Local, Utc};
use leptos::prelude::*;

/// A line that only paper shows.
#[component]
pub fn PrintHead(
    /// What the page shows: its filters, its days.
    #[prop(into)]
    shows: Signal<String>,
) -> impl IntoView {
    let printed = RwSignal::new(Utc::now());
    let handle = window_event_listener_untyped("beforeprint", move |_| printed.set(Utc::now()));
    on_cleanup(move || handle.remove());
    view! { <p class="only-print">{move || words(&shows.get(), printed.get())}</p> }
}

fn words(shows: &str, printed: DateTime<Utc>) -> String {
    let printed = format!("Printed {}", format::day(printed.with_timezone(&Local).date_naive()));
    if shows.is_empty() { printed } else { format!("{shows} · {printed}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paper_says_what_it_shows_and_when() {
        let noon = DateTime::from_timestamp(1_793_620_800, 0).unwrap();
        let day = format::day(noon.with_timezone(&Local).date_naive());
        assert_eq!(words("", noon), format!("Printed {day}"));
        assert_eq!(words("Tier is Basic", noon), format!("Tier is Basic · Printed {day}"));
    }
}
