//! Statements: what a month comes to for a coach or an organisation. Of closed months they stay, are approved and paid.

use crate::audit::{self, Actor, Subject};
use crate::customers::fields::parse_line;
use crate::customers::list::read_organization;
use crate::db::{DomainError, Result};
use crate::filter::push_equal;
use crate::page::{Keyset, Kind, Order, PageRequest, Shown, Sum};
use crate::row::RowExt;
use chrono::NaiveDate;
use crm_types::customers::CustomerRef;
use crm_types::ids::{CustomerId, OrganizationId, PayoutStatementId};
use crm_types::revenue::{PayoutParty, PayoutStatement, StatementSort, StatementStatus};
use crm_types::{Currency, Page};
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Postgres, QueryBuilder, Row};

const RESOURCE: &str = "payout_statement";
const LONGEST_REFERENCE: usize = 200;

/// What to narrow the list with.
#[derive(Debug, Clone, Default, Serialize)]
pub struct StatementFilter {
    /// Of this month: its first day.
    pub month: Option<NaiveDate>,
    /// Of coaches or of organisations.
    pub party: Option<PayoutParty>,
    /// Of this coach.
    pub coach: Option<CustomerId>,
    /// Of this organisation.
    pub organization: Option<OrganizationId>,
    /// In this currency.
    pub currency: Option<Currency>,
    /// That far.
    pub status: Option<StatementStatus>,
    /// Whether there is something to pay.
    pub payable: Option<bool>,
}

/// Of a `revenue_statements` that is called `page`.
const COLUMNS: &str = "page.*, CASE WHEN page.party = 'organization' THEN page.party_id END AS organization_id, \
    (SELECT customer_called(k) FROM customers k WHERE page.party = 'coach' AND k.id = page.party_id) AS coach_name, \
    (SELECT o.name FROM organizations o WHERE page.party = 'organization' AND o.id = page.party_id) AS organization_name";

/// One page of statements, those of open months included. An exact count adds up what is payable.
///
/// # Errors
/// When the cursor is of another list, or the database fails.
pub async fn list(
    pool: &PgPool,
    filter: &StatementFilter,
    sort: StatementSort,
    page: &PageRequest,
) -> Result<Page<PayoutStatement>> {
    let keyset = Keyset::new(order(sort), filter, page)?;
    let sum = Sum { currency: "s.currency", amount: "sum(s.payable_minor)" };
    let totals = keyset.totals(pool, page.count(), |query| push_source(query, filter), Some(sum)).await?;
    let shown = Shown { inner: "s.*", outer: COLUMNS, joins: "" };
    keyset.read(pool, shown, totals, |query| push_source(query, filter), read).await
}

fn order(sort: StatementSort) -> Order {
    use StatementSort as S;
    Order {
        name: sort.as_str(),
        columns: match sort {
            S::Month | S::MonthDescending => {
                &[("s.month", Kind::Day), ("s.payable_minor", Kind::Int), ("s.id", Kind::Id)]
            }
            S::Payable | S::PayableDescending => &[("s.payable_minor", Kind::Int), ("s.id", Kind::Id)],
        },
        descending: sort.as_str().starts_with('-'),
    }
}

fn push_source(query: &mut QueryBuilder<Postgres>, filter: &StatementFilter) {
    query.push(" FROM revenue_statements s WHERE true");
    if let Some(month) = filter.month {
        query.push(" AND s.month = ").push_bind(month);
    }
    push_equal(query, "s.party", filter.party.map(PayoutParty::as_str));
    if let Some(coach) = filter.coach {
        query.push(" AND s.party = 'coach' AND s.party_id = ").push_bind(coach.0);
    }
    if let Some(organization) = filter.organization {
        query.push(" AND s.party = 'organization' AND s.party_id = ").push_bind(organization.0);
    }
    push_equal(query, "s.currency", filter.currency.as_ref().map(Currency::code));
    push_equal(query, "s.status", filter.status.map(StatementStatus::as_str));
    if let Some(payable) = filter.payable {
        query.push(if payable { " AND s.payable_minor > 0" } else { " AND s.payable_minor = 0" });
    }
}

fn read(row: &PgRow) -> sqlx::Result<PayoutStatement> {
    let coach: Option<String> = row.try_get("coach_name")?;
    let coach = coach.map(|name| Ok::<_, sqlx::Error>(CustomerRef { id: CustomerId(row.try_get("party_id")?), name }));
    Ok(PayoutStatement {
        id: PayoutStatementId(row.try_get("id")?),
        month: row.try_get("month")?,
        party: row.word("party")?,
        coach: coach.transpose()?,
        organization: read_organization(row)?,
        carried: row.money("carried_minor", "currency")?,
        earned: row.money("earned_minor", "currency")?,
        refunded: row.money("refunded_minor", "currency")?,
        minimum: row.money("minimum_minor", "currency")?,
        payable: row.money("payable_minor", "currency")?,
        forward: row.money("forward_minor", "currency")?,
        status: row.word("status")?,
        approved_at: row.try_get("approved_at")?,
        paid_at: row.try_get("paid_at")?,
        payment_reference: row.try_get("payment_reference")?,
    })
}

/// One statement.
///
/// # Errors
/// [`DomainError::NotFound`] when it is not there.
pub async fn find(pool: &PgPool, id: PayoutStatementId) -> Result<PayoutStatement> {
    one(&mut *pool.acquire().await?, id).await
}

/// Approves a statement: it is to be paid. Once more is no error.
///
/// # Errors
/// [`DomainError::Conflict`] when its month is open, it is paid, or there is nothing to pay.
pub async fn approve(pool: &PgPool, actor: &Actor, id: PayoutStatementId) -> Result<PayoutStatement> {
    move_on(pool, actor, id, StatementStatus::Approved, None).await
}

/// Takes an approval back. Once more is no error.
///
/// # Errors
/// [`DomainError::Conflict`] when it is paid already.
pub async fn withdraw_approval(pool: &PgPool, actor: &Actor, id: PayoutStatementId) -> Result<PayoutStatement> {
    move_on(pool, actor, id, StatementStatus::Closed, None).await
}

/// Marks an approved statement as paid. Once more is no error, unless with another reference.
///
/// # Errors
/// [`DomainError::Conflict`] when it is not approved; [`DomainError::Invalid`] for a reference that is too long.
pub async fn pay(
    pool: &PgPool,
    actor: &Actor,
    id: PayoutStatementId,
    reference: Option<&str>,
) -> Result<PayoutStatement> {
    let reference = parse_reference(reference)?;
    move_on(pool, actor, id, StatementStatus::Paid, reference).await
}

/// How something was paid, as the bank has it.
pub(super) fn parse_reference(text: Option<&str>) -> Result<Option<String>> {
    parse_line("payment_reference", text, LONGEST_REFERENCE)
}

async fn move_on(
    pool: &PgPool,
    actor: &Actor,
    id: PayoutStatementId,
    to: StatementStatus,
    reference: Option<String>,
) -> Result<PayoutStatement> {
    use StatementStatus as S;
    let mut tx = pool.begin().await?;
    sqlx::query!("SELECT id FROM payout_statements WHERE id = $1 FOR UPDATE", id.0).fetch_optional(&mut *tx).await?;
    let old = one(&mut tx, id).await?;
    let (verb, refusal) = match (old.status, to) {
        (S::Paid, S::Paid) if reference.is_some() && reference != old.payment_reference => {
            ("", Some("It is paid already, with another reference."))
        }
        (from, to) if from == to => return Ok(old),
        (S::Open, _) => ("", Some("Its month is not closed yet.")),
        (S::Paid, _) => ("", Some("It is paid already.")),
        (S::Closed, S::Approved) if old.payable.minor == 0 => ("", Some("There is nothing to pay.")),
        (S::Closed, S::Approved) => ("approved", None),
        (S::Approved, S::Closed) => ("approval_withdrawn", None),
        (S::Approved, S::Paid) => ("paid", None),
        _ => ("", Some("Approve it first.")),
    };
    if let Some(message) = refusal {
        return Err(DomainError::Conflict { field: None, message: message.into() });
    }
    sqlx::query!(
        "UPDATE payout_statements SET status = $2, payment_reference = $3, paid_at = CASE WHEN $2 = 'paid' THEN now() END,
             approved_at = CASE $2 WHEN 'closed' THEN NULL WHEN 'approved' THEN now() ELSE approved_at END
         WHERE id = $1",
        id.0,
        to.as_str(),
        reference,
    )
    .execute(&mut *tx)
    .await?;
    let new = one(&mut tx, id).await?;
    let subject = Subject { resource: RESOURCE, id: &id.to_string(), verb };
    audit::record(&mut tx, actor, subject, Some(&old), Some(&new)).await?;
    tx.commit().await?;
    Ok(new)
}

async fn one(db: &mut PgConnection, id: PayoutStatementId) -> Result<PayoutStatement> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(COLUMNS).push(" FROM revenue_statements page WHERE page.id = ").push_bind(id.0);
    let row = query.build().fetch_optional(db).await?;
    Ok(read(&row.ok_or_else(|| DomainError::not_found("statement", id))?)?)
}
