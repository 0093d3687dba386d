//! Tells screen readers that the figures moved, but not with every event.

use super::figures::spoken;
use crate::query::Query;
use chrono::{DateTime, TimeDelta, Utc};
use crm_types::analytics::Overview;
use leptos::prelude::*;
use std::time::Duration;

/// The least time between two announcements.
const PAUSE: TimeDelta = TimeDelta::seconds(10);

/// A polite live region.
#[component]
pub fn Announcer(overview: Query<Overview>) -> impl IntoView {
    let text = Memo::new(move |_| overview.map(spoken));
    let said = RwSignal::new(String::new());
    let last = StoredValue::new(None::<DateTime<Utc>>);
    let waiting = StoredValue::new(false);
    let say = move || {
        // The page may have gone while a late announcement waited.
        if waiting.try_set_value(false).is_none() {
            last.set_value(Some(Utc::now()));
            said.set(text.get_untracked().unwrap_or_default());
        }
    };
    Effect::new(move |former: Option<bool>| {
        let known = text.with(Option::is_some);
        // What the page opens with is read as part of the page.
        if known && former == Some(true) && !waiting.get_value() {
            waiting.set_value(true);
            match delay(last.get_value(), Utc::now()) {
                Some(delay) => set_timeout(say, delay),
                None => say(),
            }
        }
        known
    });
    view! { <p class="vh" aria-live="polite">{move || said.get()}</p> }
}

/// How long to wait with an announcement; `None` when it can be made now.
fn delay(last: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<Duration> {
    (PAUSE - (now - last?)).to_std().ok().filter(|wait| !wait.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn announcements_keep_their_distance() {
        let now: DateTime<Utc> = "2026-10-31T12:00:10Z".parse().unwrap();
        assert_eq!(delay(None, now), None);
        assert_eq!(delay(Some(now - TimeDelta::seconds(4)), now), Some(Duration::from_secs(6)));
        assert_eq!(delay(Some(now - TimeDelta::seconds(10)), now), None);
        assert_eq!(delay(Some(now - TimeDelta::seconds(60)), now), None);
    }
}
