//! The customer list and a customer's row.

use super::filter::{CustomerFilter, LIFECYCLE, PLAN, PRIORITY, SOURCE, push_search, push_source};
use super::search::Search;
use crate::db::{DomainError, Result};
use crate::page::{Column, Keyset, Kind, Order, PageRequest, Shown};
use crate::row::{RowExt, parse};
use crm_types::Page;
use crm_types::accounts::UserRef;
use crm_types::customers::{Customer, CustomerRef, CustomerSort, LifecycleTransition};
use crm_types::ids::{CustomerId, OrganizationId, UserId};
use crm_types::organizations::OrganizationRef;
use crm_types::page::Count;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Postgres, QueryBuilder, Row};
use uuid::Uuid;

/// Of a `customers` that is called `customer`.
pub(super) const COLUMNS: &str = "customer.id, customer.email::text AS email, customer.billing_email::text AS billing_email, customer.name, customer.phone, customer.customer_type, \
    customer.lifecycle_state, customer.stream, customer.tier, customer.mrr_minor, customer.currency, customer.lifetime_minor, customer.lifetime_currency, customer.acquisition_source, customer.utm_campaign, customer.stripe_customer_id, \
    customer.first_paid_at, customer.created_at, customer.updated_at, customer.locale, customer.time_zone, customer.priority, customer.tags, customer.archived_at, \
    customer.version, customer.owner_id, (SELECT u.name FROM users u WHERE u.id = customer.owner_id) AS owner_name, customer.organization_id, customer.organization_name, \
    customer.coach_id, (SELECT customer_called(k) FROM customers k WHERE k.id = customer.coach_id) AS coach_name";

/// One page of customers. No sums: their MRR may be in several currencies, and `GET /api/subscriptions` adds it up.
pub async fn list(
    pool: &PgPool,
    filter: &CustomerFilter,
    sort: CustomerSort,
    page: &PageRequest,
) -> Result<Page<Customer>> {
    // Most are found as they were typed: the first page is looked for so, and only then is anything forgiven.
    if filter.q.is_some() && page.is_first() {
        let found = list_as_typed(pool, filter, sort, page).await?;
        if found.total > 0 {
            return Ok(found);
        }
    }
    let forgiving = CustomerFilter { q: Search::forgiving(filter.q.as_ref(), pool).await?, ..filter.clone() };
    list_as_typed(pool, &forgiving, sort, page).await
}

async fn list_as_typed(
    pool: &PgPool,
    filter: &CustomerFilter,
    sort: CustomerSort,
    page: &PageRequest,
) -> Result<Page<Customer>> {
    let keyset = Keyset::new(order(sort), filter, page)?;
    let exact = page.count() == Count::Exact;
    let search = filter.is_search() && matches!(sort, CustomerSort::CreatedAt | CustomerSort::CreatedAtDescending);
    let source = |query: &mut QueryBuilder<Postgres>, whole| match search {
        true => push_search(query, filter),
        false => push_source(query, filter, whole),
    };
    // A count that is quick is not worth collecting the page's rows beside.
    let totals = if filter.is_in_indexes() && filter.columns() < 2 {
        keyset.totals(pool, page.count(), |query| source(query, exact), None).await?
    } else {
        keyset.totals_with_page(pool, page.count(), |query| source(query, exact)).await?
    };
    // Who pays least comes first: those who paid then may all be far behind.
    let far = sort == CustomerSort::Mrr;
    let found = totals.found.is_some();
    let page_of = |query: &mut QueryBuilder<Postgres>| match found {
        // Found by their ids: nothing has to be looked for once more.
        true => drop(query.push(" FROM customers c WHERE true")),
        false => source(query, far),
    };
    let shown = Shown { inner: "c.id", outer: COLUMNS, joins: " JOIN customers customer ON customer.id = page.id" };
    keyset.read(pool, shown, totals, page_of, read).await
}

/// One customer.
pub async fn find(pool: &PgPool, id: CustomerId) -> Result<Customer> {
    find_all(pool, &[id]).await?.pop().ok_or_else(|| DomainError::not_found("customer", id))
}

/// Those of the customers that exist, in no order.
pub async fn find_all(pool: &PgPool, ids: &[CustomerId]) -> Result<Vec<Customer>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let mut query = QueryBuilder::new("SELECT ");
    query.push(COLUMNS).push(" FROM customers customer WHERE customer.id = ANY (").push_bind(ids).push(")");
    let rows = query.build().fetch_all(pool).await?;
    Ok(rows.iter().map(read).collect::<sqlx::Result<_>>()?)
}

/// Fails when there is no such customer.
pub async fn require(pool: &PgPool, id: CustomerId) -> Result<()> {
    let exists = sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM customers WHERE id = $1) AS "exists!""#, id.0)
        .fetch_one(pool)
        .await?;
    if exists { Ok(()) } else { Err(DomainError::not_found("customer", id)) }
}

/// A customer's journey, oldest first.
pub async fn lifecycle(pool: &PgPool, id: CustomerId) -> Result<Vec<LifecycleTransition>> {
    require(pool, id).await?;
    let rows = sqlx::query!(
        "SELECT from_state, to_state, at, reason FROM lifecycle_transitions WHERE customer_id = $1 ORDER BY position",
        id.0
    )
    .fetch_all(pool)
    .await?;
    let transitions = rows.into_iter().map(|row| {
        Ok(LifecycleTransition {
            from: row.from_state.map(|state| parse("from_state", &state)).transpose()?,
            to: parse("to_state", &row.to_state)?,
            at: row.at,
            reason: row.reason,
        })
    });
    Ok(transitions.collect::<sqlx::Result<_>>()?)
}

const CREATED: Column = ("c.created_at", Kind::Time);
const ID: Column = ("c.id", Kind::Id);

pub(super) fn order(sort: CustomerSort) -> Order {
    use CustomerSort as S;
    Order {
        name: sort.as_str(),
        columns: match sort {
            S::Name | S::NameDescending => &[("c.name_key", Kind::Text), ID],
            S::Mrr | S::MrrDescending => &[("c.mrr_minor", Kind::Int), ID],
            S::CreatedAt | S::CreatedAtDescending => &[CREATED, ID],
            S::Lifecycle | S::LifecycleDescending => &[(LIFECYCLE, Kind::SmallInt), CREATED, ID],
            S::Plan | S::PlanDescending => &[(PLAN, Kind::SmallInt), CREATED, ID],
            S::Priority | S::PriorityDescending => &[(PRIORITY, Kind::SmallInt), CREATED, ID],
            S::Source | S::SourceDescending => &[(SOURCE, Kind::Text), CREATED, ID],
            S::LifetimeValue | S::LifetimeValueDescending => &[("c.lifetime_minor", Kind::Int), ID],
        },
        descending: sort.as_str().starts_with('-'),
    }
}

pub(super) fn read(row: &PgRow) -> sqlx::Result<Customer> {
    let owner_name: Option<String> = row.try_get("owner_name")?;
    let coach_name: Option<String> = row.try_get("coach_name")?;
    Ok(Customer {
        id: CustomerId(row.try_get("id")?),
        email: row.try_get("email")?,
        billing_email: row.try_get("billing_email")?,
        name: row.try_get("name")?,
        phone: row.try_get("phone")?,
        customer_type: row.word("customer_type")?,
        lifecycle_state: row.word("lifecycle_state")?,
        stream: row.optional_word("stream")?,
        tier: row.optional_word("tier")?,
        mrr: row.optional_money("mrr_minor", "currency")?,
        lifetime_value: row.optional_money("lifetime_minor", "lifetime_currency")?,
        acquisition_source: row.try_get("acquisition_source")?,
        utm_campaign: row.try_get("utm_campaign")?,
        stripe_customer_id: row.try_get("stripe_customer_id")?,
        locale: row.try_get("locale")?,
        time_zone: row.try_get("time_zone")?,
        priority: row.word("priority")?,
        tags: row.try_get("tags")?,
        owner: owner_name
            .map(|name| Ok::<_, sqlx::Error>(UserRef { id: UserId(row.try_get("owner_id")?), name }))
            .transpose()?,
        organization: read_organization(row)?,
        coach: coach_name
            .map(|name| Ok::<_, sqlx::Error>(CustomerRef { id: CustomerId(row.try_get("coach_id")?), name }))
            .transpose()?,
        first_paid_at: row.try_get("first_paid_at")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
        archived_at: row.try_get("archived_at")?,
        version: row.try_get("version")?,
    })
}

/// Of columns `organization_id` and `organization_name`.
pub(crate) fn read_organization(row: &PgRow) -> sqlx::Result<Option<OrganizationRef>> {
    let name: Option<String> = row.try_get("organization_name")?;
    name.map(|name| Ok(OrganizationRef { id: OrganizationId(row.try_get("organization_id")?), name })).transpose()
}

#[cfg(test)]
#[path = "list_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "list_reads_tests.rs"]
mod reads_tests;
