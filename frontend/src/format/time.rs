//! Days and moments.

use chrono::{DateTime, Datelike, NaiveDate, TimeZone, Utc};

/// `Oct 31, 2026`.
pub fn day(date: NaiveDate) -> String {
    date.format("%b %-d, %Y").to_string()
}

/// `October 31, 2026`, for a tooltip's title.
pub fn day_long(date: NaiveDate) -> String {
    date.format("%B %-d, %Y").to_string()
}

/// `Oct 31`, where the year is clear.
pub fn day_short(date: NaiveDate) -> String {
    date.format("%b %-d").to_string()
}

/// `Oct ’26`, for an axis. The mark tells it from October 26.
pub fn month_year(date: NaiveDate) -> String {
    format!("{} ’{:02}", date.format("%b"), date.year().rem_euclid(100))
}

/// Both days included, nothing said twice: `Oct 1 – 31, 2026`, `Oct 1 – Nov 21, 2026`, `Nov 22, 2025 – Nov 21, 2026`.
pub fn date_range(from: NaiveDate, to: NaiveDate) -> String {
    match () {
        () if from == to => day(to),
        () if from.year() != to.year() => format!("{} – {}", day(from), day(to)),
        () if from.month() != to.month() => format!("{} – {}", day_short(from), day(to)),
        () => format!("{} – {}, {}", day_short(from), to.day(), to.year()),
    }
}

/// The exact moment in a zone: `Oct 31, 2026, 14:05:09`. In the browser the zone is `chrono::Local`.
pub fn date_time<Z: TimeZone>(at: DateTime<Utc>, zone: &Z) -> String {
    at.with_timezone(zone).naive_local().format("%b %-d, %Y, %H:%M:%S").to_string()
}

/// How long ago, for a live list: `just now`, `4 s`, `3 min`, `2 h`, `5 days`, then the day.
pub fn relative_short(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let seconds = (now - at).num_seconds();
    match seconds {
        ..=0 => "just now".into(),
        1..=59 => format!("{seconds} s"),
        60..=3599 => format!("{} min", seconds / 60),
        3600..=86_399 => format!("{} h", seconds / 3600),
        86_400..=172_799 => "1 day".into(),
        172_800..=604_799 => format!("{} days", seconds / 86_400),
        _ if at.year() == now.year() => day_short(at.date_naive()),
        _ => day(at.date_naive()),
    }
}

/// The same as a phrase: `just now`, `4 s ago`; a day stays a day.
pub fn relative(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let text = relative_short(at, now);
    let counted = text.starts_with(|c: char| c.is_ascii_digit());
    if counted { format!("{text} ago") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{FixedOffset, TimeDelta};

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_range_says_nothing_twice() {
        for (from, to, text) in [
            ("2026-10-01", "2026-10-31", "Oct 1 – 31, 2026"),
            ("2026-10-05", "2026-10-05", "Oct 5, 2026"),
            ("2026-10-23", "2026-11-21", "Oct 23 – Nov 21, 2026"),
            ("2025-11-22", "2026-11-21", "Nov 22, 2025 – Nov 21, 2026"),
        ] {
            assert_eq!(date_range(date(from), date(to)), text);
        }
        assert_eq!(day_long(date("2026-07-31")), "July 31, 2026");
        assert_eq!(month_year(date("2026-07-31")), "Jul ’26");
    }

    #[test]
    fn a_moment_is_shown_in_the_readers_zone() {
        let at = "2026-10-31T23:05:09Z".parse().unwrap();
        assert_eq!(date_time(at, &Utc), "Oct 31, 2026, 23:05:09");
        assert_eq!(date_time(at, &FixedOffset::east_opt(3600).unwrap()), "Nov 1, 2026, 00:05:09");
    }

    #[test]
    fn ago_grows_coarser() {
        let now: DateTime<Utc> = "2026-11-21T12:00:00Z".parse().unwrap();
        for (seconds, text, phrase) in [
            (-5, "just now", "just now"),
            (0, "just now", "just now"),
            (4, "4 s", "4 s ago"),
            (60, "1 min", "1 min ago"),
            (3599, "59 min", "59 min ago"),
            (7200, "2 h", "2 h ago"),
            (86_400, "1 day", "1 day ago"),
            (5 * 86_400, "5 days", "5 days ago"),
            (30 * 86_400, "Oct 22", "Oct 22"),
            (400 * 86_400, "Oct 17, 2025", "Oct 17, 2025"),
        ] {
            let at = now - TimeDelta::seconds(seconds);
            assert_eq!(relative_short(at, now), text);
            assert_eq!(relative(at, now), phrase);
        }
    }
}
