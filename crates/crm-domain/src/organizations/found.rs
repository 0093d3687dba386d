//! Organisations of a made-up business, for trying it at scale.

use crate::copy::Rows;
use crate::db::Result;
use chrono::{DateTime, Utc};
use crm_types::organizations::{OrganizationKind, OrganizationStatus};
use sqlx::PgConnection;
use uuid::Uuid;

const PLACES: [&str; 24] = [
    "Harbour",
    "Lakeside",
    "Northside",
    "Old Mill",
    "Riverbank",
    "Hillcrest",
    "Station",
    "Parkway",
    "Eastgate",
    "Westfield",
    "Bridge Street",
    "Market",
    "Orchard",
    "Summit",
    "Valley",
    "Meadow",
    "Canal",
    "Forest",
    "Castle",
    "Union",
    "Pine",
    "Granite",
    "Kingsway",
    "Seaview",
];
const WORDS: [(&str, OrganizationKind); 10] = [
    ("Strength", OrganizationKind::Gym),
    ("Fitness", OrganizationKind::Gym),
    ("Iron Works", OrganizationKind::Gym),
    ("Movement", OrganizationKind::Gym),
    ("Tennis Club", OrganizationKind::Club),
    ("Running Club", OrganizationKind::Club),
    ("Physio", OrganizationKind::PhysioClinic),
    ("Recovery", OrganizationKind::PhysioClinic),
    ("Rowers", OrganizationKind::SportsTeam),
    ("Rovers", OrganizationKind::SportsTeam),
];

/// Writes so many organisations, the same each time.
///
/// # Errors
/// When one of them is there already, or the database fails.
pub async fn found(db: &mut PgConnection, count: usize, at: DateTime<Utc>) -> Result<()> {
    let mut rows = Rows::default();
    for n in 0..count {
        let (name, kind) = called(n);
        let status = match n % 12 {
            11 => OrganizationStatus::Churned,
            5 => OrganizationStatus::Trial,
            _ => OrganizationStatus::Active,
        };
        rows.id(Some(Uuid::now_v7()));
        rows.text(Some(&name));
        rows.text(Some(kind.as_str()));
        rows.text(Some(status.as_str()));
        rows.time(Some(at));
        rows.end();
    }
    rows.send(db, "organizations", "id, name, kind, status, created_at").await
}

/// Every name of a place, then of the next one; after all of them, with a number.
fn called(n: usize) -> (String, OrganizationKind) {
    let names =
        PLACES.iter().flat_map(|place| WORDS.iter().map(move |(word, kind)| (format!("{place} {word}"), *kind)));
    let (round, at) = (n / (PLACES.len() * WORDS.len()), n % (PLACES.len() * WORDS.len()));
    let (name, kind) = names.into_iter().nth(at).unwrap_or_else(|| ("Gym".to_owned(), OrganizationKind::Gym));
    (if round == 0 { name } else { format!("{name} {}", round + 1) }, kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_two_have_one_name() {
        let names: HashSet<String> = (0..4_000).map(|n| called(n).0.to_lowercase()).collect();
        assert_eq!(names.len(), 4_000);
        assert_eq!((called(0).0.as_str(), called(240).0.as_str()), ("Harbour Strength", "Harbour Strength 2"));
    }
}
