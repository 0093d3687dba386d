//! The demo's organisations: some of its people belong to one, and some of those are coached there.

use super::{books, contacts};
use anyhow::Result;
use crm_domain::audit::Actor;
use crm_domain::coaching::edit::begin;
use crm_domain::customers::edit;
use crm_domain::customers::filter::CustomerFilter;
use crm_domain::customers::list as customers;
use crm_domain::db::DomainError;
use crm_domain::organizations::edit::create;
use crm_domain::organizations::list::{self as organizations, OrganizationFilter};
use crm_domain::page::PageRequest;
use crm_types::coaching::NewCoachingRelationship;
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

/// Founds the organisations and agrees with them how revenue is shared, unless there are some.
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
        let gym = create(pool, &demo(), &new).await?;
        books::agree(pool, Some(&gym)).await?;
    }
    books::agree(pool, None).await
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
        // Some train on their own, and some where there is a coach without one.
        if client.organization.is_some() || number_of(&client).is_multiple_of(3) {
            continue;
        }
        let Some(coach) = pick(&coaches, &client) else { continue };
        let own = coach.organization.as_ref().map(|gym| gym.id);
        let gym = own.or_else(|| pick(&gyms, coach).map(|gym| gym.id));
        let patch = CustomerPatch { organization_id: Some(gym), ..CustomerPatch::default() };
        if change(pool, &client, patch).await? {
            if client.coach.is_none() && !number_of(&client).is_multiple_of(4) {
                coached(pool, &client, coach).await?;
            }
            contacts::log(pool, &client, number_of(&client)).await?;
        }
    }
    Ok(())
}

/// Coached since they came, or since their coach did.
async fn coached(pool: &PgPool, client: &Customer, coach: &Customer) -> Result<()> {
    let new = NewCoachingRelationship {
        coach_id: coach.id,
        client_id: client.id,
        organization_id: None,
        started_at: Some(client.created_at.max(coach.created_at)),
    };
    match begin(pool, &demo(), &new).await {
        // Somebody looks at the demo and was faster.
        Err(DomainError::Database(error)) if error.as_database_error().is_some_and(|e| e.constraint().is_some()) => {
            Ok(())
        }
        begun => Ok(begun.map(drop)?),
    }
}

pub fn demo() -> Actor {
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
    of.get(number_of(person).checked_rem(of.len())?)
}

/// A number that stays with a person in every demo of the same seed.
fn number_of(person: &Customer) -> usize {
    person.name.iter().flat_map(|name| name.bytes()).map(usize::from).sum()
}

/// Whether it was done: somebody whom the business changes at this moment is left as they are.
async fn change(pool: &PgPool, person: &Customer, patch: CustomerPatch) -> Result<bool> {
    match edit::update(pool, &demo(), person.id, person.version, &patch).await {
        Ok(_) => Ok(true),
        Err(DomainError::Stale { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
