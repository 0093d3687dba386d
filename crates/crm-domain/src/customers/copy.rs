//! New customers by COPY, with what is derived of their histories; and where there are organisations, who belongs to one and
//! who coaches whom.

use super::derived::Derived;
use crate::billing::load::Account;
use crate::billing::payments::TransactionRow;
use crate::copy::Rows;
use crate::db::Result;
use crate::mrr::derive::History;
use chrono::{DateTime, Utc};
use crm_types::billing::TransactionStatus;
use crm_types::plans::Stream;
use sqlx::PgConnection;
use uuid::Uuid;

const COLUMNS: &str = "id, email, billing_email, name, phone, stripe_customer_id, metadata, acquisition_source, utm_source, utm_medium, \
    utm_campaign, utm_content, utm_term, landing_page, referrer, customer_type, lifecycle_state, stream, tier, mrr_minor, currency, \
    lifetime_minor, lifetime_currency, first_paid_at, trial_start, trial_end, seen_at, seen_rank, seen_event, created_at, organization_id, coach_id";

/// Writes the customers of these accounts, with their histories and places in the same order.
pub(crate) async fn customers(
    db: &mut PgConnection,
    accounts: &[Account],
    histories: &[(Uuid, &History)],
    places: &[Place],
) -> Result<()> {
    let mut rows = Rows::default();
    for ((account, (id, history)), place) in accounts.iter().zip(histories).zip(places) {
        let (customer, derived) = (&account.customer, Derived::of(history));
        let said = |key: &str| customer.metadata.get(key).and_then(|value| value.as_str());
        let currency = history.currency.or(account.transactions.last().map(|t| t.currency));
        let moved = |t: &&TransactionRow| {
            use TransactionStatus::{Disputed, Refunded, Succeeded};
            matches!(t.status, Succeeded | Refunded | Disputed) && Some(t.currency) == currency
        };
        let paid: i64 = account.transactions.iter().filter(moved).map(|t| t.amount).sum();
        rows.text(Some(&id.to_string()));
        rows.text(customer.email.as_deref());
        rows.text(customer.email.as_deref());
        rows.text(customer.name.as_deref());
        rows.text(customer.phone.as_deref());
        rows.text(Some(&customer.id));
        rows.text(Some(&customer.metadata.to_string()));
        rows.text(said("acquisition_source").or(derived.source));
        for key in ["utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "landing_page", "referrer"] {
            rows.text(said(key));
        }
        rows.text(Some(derived.customer_type));
        rows.text(Some(derived.state));
        rows.text(derived.stream);
        rows.text(derived.tier);
        rows.number(Some(derived.mrr));
        rows.text(derived.currency.as_ref().map(|c| c.code()));
        rows.number(Some(paid));
        rows.text(currency.filter(|_| !account.transactions.is_empty()).as_ref().map(|c| c.code()));
        rows.time(derived.first_paid);
        rows.time(derived.trial_start);
        rows.time(derived.trial_end);
        rows.time(Some(customer.stamp.at));
        rows.text(Some(&customer.stamp.rank.to_string()));
        rows.text(Some(&customer.stamp.event));
        rows.time(Some(customer.created));
        rows.id(place.organization);
        rows.id(place.coach.map(|(coach, _)| coach));
        rows.end();
    }
    rows.send(db, "customers", COLUMNS).await?;
    coaching(db, histories, places).await
}

/// Where somebody belongs.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Place {
    organization: Option<Uuid>,
    /// Who coaches them, and since when: since both were there.
    pub(crate) coach: Option<(Uuid, DateTime<Utc>)>,
}

/// Half of those who pay for coaching belong to an organisation. Of the others, two of seven are coached, where their coach
/// belongs, and one of seven belongs somewhere without. Decided by their ids: the same business each time.
pub(crate) async fn places(
    db: &mut PgConnection,
    accounts: &[Account],
    histories: &[(Uuid, History)],
) -> Result<Vec<Place>> {
    let organizations = sqlx::query_scalar!("SELECT id FROM organizations WHERE archived_at IS NULL ORDER BY name")
        .fetch_all(db)
        .await?;
    if organizations.is_empty() {
        return Ok(vec![Place::default(); accounts.len()]);
    }
    let coaches_for_pay = |history: &History| Derived::of(history).stream == Some(Stream::Rev2Coaching.as_str());
    let of_coach = |id: Uuid| pick(&organizations, id, 2).filter(|_| number(id, 1).is_multiple_of(2));
    let coaches: Vec<(Uuid, DateTime<Utc>)> = accounts
        .iter()
        .zip(histories)
        .filter(|(_, (_, history))| coaches_for_pay(history))
        .map(|(account, (id, _))| (*id, account.customer.created))
        .collect();
    let place = |(account, (id, history)): (&Account, &(Uuid, History))| match number(*id, 0) % 7 {
        _ if coaches_for_pay(history) => Place { organization: of_coach(*id), coach: None },
        0 | 1 => {
            let coach = pick(&coaches, *id, 1).map(|(coach, known)| (coach, account.customer.created.max(known)));
            Place { organization: coach.and_then(|(coach, _)| of_coach(coach)), coach }
        }
        2 => Place { organization: pick(&organizations, *id, 2), coach: None },
        _ => Place::default(),
    };
    Ok(accounts.iter().zip(histories).map(place).collect())
}

async fn coaching(db: &mut PgConnection, histories: &[(Uuid, &History)], places: &[Place]) -> Result<()> {
    let mut rows = Rows::default();
    for ((client, _), place) in histories.iter().zip(places) {
        let Some((coach, since)) = place.coach else { continue };
        rows.id(Some(Uuid::now_v7()));
        rows.id(Some(coach));
        rows.id(Some(*client));
        rows.id(place.organization);
        rows.text(Some(&format!("[{},)", since.to_rfc3339())));
        rows.end();
    }
    rows.send(db, "coaching_relationships", "id, coach_id, client_id, organization_id, during").await
}

/// A number that an id always has; each `turn` gives another.
fn number(id: Uuid, turn: u32) -> usize {
    // The low bits are a digest.
    usize::try_from((id.as_u128() >> (turn * 12)) & 0xFFF).unwrap_or_default()
}

/// One of some, always the same for an id.
fn pick<T: Copy>(of: &[T], id: Uuid, turn: u32) -> Option<T> {
    of.get(number(id, turn).checked_rem(of.len())?).copied()
}
