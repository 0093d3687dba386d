//! The demo's organisations: some of its people belong to one, and some of those are coached there.

use anyhow::Result;
use crm_domain::audit::Actor;
use crm_domain::customers::edit;
use crm_domain::customers::list::{self as customers, CustomerFilter};
use crm_domain::db::DomainError;
use crm_domain::organizations::edit::create;
use crm_domain::organizations::list::{self as organizations, OrganizationFilter};
use crm_domain::page::PageRequest;
use crm_types::customers::{Customer, CustomerPatch, CustomerSort};
use crm_types::organizations::{NewOrganization, Organization, OrganizationKind, OrganizationSort, OrganizationStatus};
use crm_types::plans::Stream;
use sqlx::PgPool;

const GYMS: [(&str, OrganizationKind, OrganizationStatus, &str); 6] = [
    ("Harbour Strength", OrganizationKind::Gym, OrganizationStatus::Active, "harbour-strength.example"),
    ("Ironworks Gym", OrganizationKind::Gym, OrganizationStatus::Active, "ironworks.example"),
    ("Lakeside Tennis Club", OrganizationKind::Club, OrganizationStatus::Active, "lakeside-tennis.example"),
    ("Moving Well Physio", OrganizationKind::PhysioClinic, OrganizationStatus::Trial, "moving-well.example"),
    ("Northside Rowers", OrganizationKind::SportsTeam, OrganizationStatus::Active, "northside-rowers.example"),
    ("Old Mill Fitness", OrganizationKind::Gym, OrganizationStatus::Churned, "old-mill.example"),
];

/// Founds the organisations, unless there are some.
pub async fn found(pool: &PgPool) -> Result<()> {
    if !all(pool).await?.is_empty() {
        return Ok(());
    }
    for (name, kind, status, website) in GYMS {
        let new = NewOrganization {
            name: name.into(),
            kind,
            status: Some(status),
            website: Some(website.into()),
            email: Some(format!("hello@{website}")),
            phone: None,
            notes: None,
        };
        create(pool, &demo(), &new).await?;
    }
    Ok(())
}

/// Puts coaches and some of the newest customers into an organisation; those get one of its coaches.
pub async fn fill(pool: &PgPool) -> Result<()> {
    let gyms = all(pool).await?;
    let coaches = newest(pool, Stream::Rev2Coaching).await?;
    for coach in coaches.iter().filter(|coach| coach.organization.is_none()) {
        let gym = pick(&gyms, coach).map(|gym| gym.id);
        change(pool, coach, CustomerPatch { organization_id: Some(gym), ..CustomerPatch::default() }).await?;
    }
    for client in newest(pool, Stream::Rev1Individual).await? {
        // Most train on their own.
        let joins = client.id.0.as_bytes().iter().map(|byte| u32::from(*byte)).sum::<u32>() % 5 < 2;
        let Some(gym) = pick(&gyms, &client).filter(|_| joins && client.organization.is_none()) else { continue };
        let there: Vec<&Customer> =
            coaches.iter().filter(|coach| pick(&gyms, coach).is_some_and(|other| other.id == gym.id)).collect();
        let coach = pick(&there, &client).map(|coach| Some(coach.id));
        let patch = CustomerPatch { organization_id: Some(Some(gym.id)), coach_id: coach, ..CustomerPatch::default() };
        change(pool, &client, patch).await?;
    }
    Ok(())
}

fn demo() -> Actor {
    Actor::system("demo")
}

async fn all(pool: &PgPool) -> Result<Vec<Organization>> {
    let (filter, sort) = (OrganizationFilter::default(), OrganizationSort::Name);
    Ok(organizations::list(pool, &filter, sort, &PageRequest::default()).await?.items)
}

async fn newest(pool: &PgPool, stream: Stream) -> Result<Vec<Customer>> {
    let filter = CustomerFilter { stream: Some(stream), ..CustomerFilter::default() };
    let page = PageRequest::new(Some(200), None, None)?;
    Ok(customers::list(pool, &filter, CustomerSort::CreatedAtDescending, &page).await?.items)
}

/// The same one for the same person.
fn pick<'a, T>(of: &'a [T], person: &Customer) -> Option<&'a T> {
    let number = u64::try_from(person.created_at.timestamp()).unwrap_or_default();
    of.get(usize::try_from(number.checked_rem(of.len() as u64)?).ok()?)
}

/// Somebody whom the business changes at this moment is left as they are.
async fn change(pool: &PgPool, person: &Customer, patch: CustomerPatch) -> Result<()> {
    match edit::update(pool, &demo(), person.id, person.version, &patch).await {
        Ok(_) | Err(DomainError::Stale { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
