//! The customer list and a customer's row.

use super::search::Search;
use crate::db::{DomainError, Result};
use crate::filter::{AmountRange, Day, DayRange, Text, push_currency, push_day_start, push_equal};
use crate::page::{Column, Keyset, Kind, Order, PageRequest};
use crate::row::{RowExt, parse};
use crm_types::accounts::UserRef;
use crm_types::customers::{
    Customer, CustomerRef, CustomerSort, CustomerType, LifecycleState, LifecycleTransition, Priority,
};
use crm_types::ids::{CustomerId, OrganizationId, UserId};
use crm_types::organizations::OrganizationRef;
use crm_types::page::Count;
use crm_types::plans::{Stream, Tier};
use crm_types::{Currency, Page};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Postgres, QueryBuilder, Row};
use uuid::Uuid;

/// What to narrow the customer list with. A job keeps it in the database, hence `Deserialize`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CustomerFilter {
    /// Words of name, e-mail, phone, Stripe id or organisation.
    pub q: Option<Search>,
    /// What the person is to the business.
    pub customer_type: Option<CustomerType>,
    /// Where in the journey.
    pub lifecycle: Option<LifecycleState>,
    /// Stream of the subscription that pays most.
    pub stream: Option<Stream>,
    /// Tier, for individuals.
    pub tier: Option<Tier>,
    /// Acquisition source, exactly.
    pub source: Option<Text>,
    /// Currency of the MRR; with `paying_at`, of the MRR then.
    pub currency: Option<Currency>,
    /// How much they matter.
    pub priority: Option<Priority>,
    /// Has this tag.
    pub tag: Option<Text>,
    /// Who of the staff looks after them.
    pub owner: Option<UserId>,
    /// The business that they belong to.
    pub organization: Option<OrganizationId>,
    /// Who coaches them now.
    pub coach: Option<CustomerId>,
    /// Whether to list those who were archived instead of the others.
    pub archived: bool,
    /// Whether the person pays now.
    pub paying: Option<bool>,
    /// Whose MRR was above 0 at the end of that day.
    pub paying_at: Option<Day>,
    /// Known since.
    pub created: DayRange,
    /// MRR in minor units.
    pub mrr: AmountRange,
    /// Paid so far, in minor units.
    pub lifetime: AmountRange,
}

impl CustomerFilter {
    /// Whether indexes alone tell who matches. The rest is looked up in each customer's row, or in what belongs to them.
    fn is_in_indexes(&self) -> bool {
        let of_others = self.owner.is_some() || self.organization.is_some() || self.coach.is_some();
        let in_rows = self.q.is_some() || self.tag.is_some() || self.paying_at.is_some();
        !of_others && !in_rows && !self.archived
    }

    /// How many columns it asks for. What matches one is found in its index at once; what matches another as well is looked for
    /// among all of them.
    fn columns(&self) -> usize {
        let asked = [
            self.customer_type.is_some(),
            self.lifecycle.is_some(),
            self.stream.is_some() || self.tier.is_some(),
            self.source.is_some(),
            self.currency.is_some(),
            self.priority.is_some(),
            self.paying.is_some() || self.mrr != AmountRange::default(),
            self.lifetime != AmountRange::default(),
            self.created != DayRange::default(),
        ];
        asked.into_iter().filter(|asked| *asked).count()
    }

    /// Whether what people are found by, and when they were first seen, tells who matches.
    fn is_search(&self) -> bool {
        let rest = Self { q: None, archived: false, created: DayRange::default(), ..self.clone() };
        self.q.is_some() && rest == Self::default()
    }

    /// The same filter, or when its search finds nobody, one that forgives misspelt words.
    pub(super) async fn forgiving(&self, db: &mut PgConnection) -> Result<Self> {
        let Some(q) = &self.q else { return Ok(self.clone()) };
        Ok(Self { q: Some(q.forgive(db).await?), ..self.clone() })
    }
}

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
    if filter.q.is_none() {
        return list_as_typed(pool, filter, sort, page).await;
    }
    // Most are found as they were typed: the first page is looked for so, and only then is anything forgiven.
    let found = if page.is_first() { Some(list_as_typed(pool, filter, sort, page).await?) } else { None };
    match found {
        Some(found) if found.total > 0 => Ok(found),
        found => {
            let forgiving = CustomerFilter { q: Search::forgiving(filter.q.as_ref(), pool).await?, ..filter.clone() };
            match found {
                Some(found) if forgiving == *filter => Ok(found),
                _ => list_as_typed(pool, &forgiving, sort, page).await,
            }
        }
    }
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
    let mut query = QueryBuilder::new("SELECT ");
    query.push(COLUMNS);
    keyset.push_outer_keys(&mut query);
    query.push(" FROM ");
    // Who pays least comes first: those who paid then may all be far behind.
    let far = sort == CustomerSort::Mrr;
    keyset.push_page(&mut query, "c.id", &totals, |query| match totals.found {
        // Found by their ids: nothing has to be looked for once more.
        Some(_) => drop(query.push(" FROM customers c WHERE true")),
        None => source(query, far),
    });
    query.push(" JOIN customers customer ON customer.id = page.id");
    keyset.push_outer_order(&mut query);
    keyset.fetch(pool, &mut query, read, totals).await
}

/// The source of a search that asks for nothing else: what people are found by, without their rows.
fn push_search(query: &mut QueryBuilder<Postgres>, filter: &CustomerFilter) {
    query.push(" FROM customer_search c WHERE c.archived_at IS");
    query.push(if filter.archived { " NOT NULL" } else { " NULL" });
    if let Some(q) = &filter.q {
        q.push(query);
    }
    filter.created.push(query, "c.created_at");
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

// As the indexes have them.
const LIFECYCLE: &str = "c.lifecycle_rank";
const PRIORITY: &str = "c.priority_rank";
const PLAN: &str = "c.plan_rank";
const SOURCE: &str = "c.source_key";
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

pub(super) fn push_source(query: &mut QueryBuilder<Postgres>, filter: &CustomerFilter, whole: bool) {
    query.push(" FROM customers c WHERE true");
    // Who paid then counts in the figures, archived since or not.
    if filter.archived {
        query.push(" AND c.archived_at IS NOT NULL");
    } else if filter.paying_at.is_none() {
        query.push(" AND c.archived_at IS NULL");
    }
    if let Some(q) = &filter.q {
        q.push_found(query);
    }
    if let Some(customer_type) = filter.customer_type {
        query.push(" AND c.type_rank = type_rank(").push_bind(customer_type.as_str()).push(")");
    }
    if let Some(state) = filter.lifecycle {
        query.push(format_args!(" AND {LIFECYCLE} = lifecycle_rank(")).push_bind(state.as_str()).push(")");
    }
    match filter.stream {
        // Its tiers follow each other.
        Some(stream @ Stream::Rev1Individual) => {
            query.push(format_args!(" AND {PLAN} BETWEEN plan_rank(")).push_bind(stream.as_str());
            query.push(", NULL) AND plan_rank(").push_bind(stream.as_str()).push(", 'tier3')");
        }
        Some(stream) => {
            query.push(format_args!(" AND {PLAN} = plan_rank(")).push_bind(stream.as_str()).push(", NULL)");
        }
        None => {}
    }
    if let Some(tier) = filter.tier {
        // Tiers are for individuals, and nobody else has one.
        query.push(format_args!(" AND {PLAN} = plan_rank("));
        query.push_bind(Stream::Rev1Individual.as_str()).push(", ").push_bind(tier.as_str()).push(")");
    }
    push_equal(query, SOURCE, filter.source.as_ref().map(Text::as_str));
    if let Some(priority) = filter.priority {
        query.push(format_args!(" AND {PRIORITY} = priority_rank(")).push_bind(priority.as_str()).push(")");
    }
    filter.created.push(query, "c.created_at");
    filter.mrr.push(query, "c.mrr_minor", "c.currency", filter.currency);
    filter.lifetime.push(query, "c.lifetime_minor", "c.lifetime_currency", filter.currency);
    if let Some(tag) = &filter.tag {
        // The index holds those who have any; nobody tells the planner that who has this one does.
        query.push(" AND c.tags <> '{}' AND c.tags @> ARRAY[").push_bind(tag.as_str().to_owned()).push("]");
    }
    if let Some(owner) = filter.owner {
        query.push(" AND c.owner_id = ").push_bind(owner.0);
    }
    if let Some(organization) = filter.organization {
        query.push(" AND c.organization_id = ").push_bind(organization.0);
    }
    if let Some(coach) = filter.coach {
        query.push(" AND c.coach_id = ").push_bind(coach.0);
    }
    if let Some(paying) = filter.paying {
        query.push(if paying { " AND c.mrr_minor > 0" } else { " AND c.mrr_minor = 0" });
    }
    if let Some(day) = filter.paying_at {
        push_paying_at(query, filter, day, whole);
    } else {
        push_equal(query, "c.currency", filter.currency.as_ref().map(Currency::code));
    }
}

/// Adds the condition that a customer's movements add up to something. Two forms of the same: one probe a row for a page,
/// or one pass over the ledger when all of it counts.
fn push_paying_at(query: &mut QueryBuilder<Postgres>, filter: &CustomerFilter, day: Day, whole: bool) {
    query.push(if whole { " AND c.id IN (SELECT m.customer_id" } else { " AND (SELECT sum(m.amount_minor)" });
    query.push(" FROM mrr_movements m WHERE m.currency = ");
    push_currency(query, filter.currency);
    query.push(" AND m.occurred_at < ");
    push_day_start(query, day.next());
    query.push(if whole {
        " GROUP BY m.customer_id HAVING sum(m.amount_minor) > 0)"
    } else {
        " AND m.customer_id = c.id) > 0"
    });
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
