//! Which customers are meant: what to narrow the list, an export or a bulk change with, as conditions of a query.

use super::search::Search;
use crate::db::Result;
use crate::filter::{AmountRange, Day, DayRange, Text, push_currency, push_day_start, push_equal};
use crm_types::Currency;
use crm_types::customers::{CustomerType, LifecycleState, Priority};
use crm_types::ids::{CustomerId, OrganizationId, UserId};
use crm_types::plans::{Stream, Tier};
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, Postgres, QueryBuilder};

// As the indexes have them.
pub(super) const LIFECYCLE: &str = "c.lifecycle_rank";
pub(super) const PRIORITY: &str = "c.priority_rank";
pub(super) const PLAN: &str = "c.plan_rank";
pub(super) const SOURCE: &str = "c.source_key";

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
    /// Whether they coach: somebody, or for pay.
    pub coaches: Option<bool>,
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
    pub(super) fn is_in_indexes(&self) -> bool {
        let of_others = self.owner.is_some() || self.organization.is_some() || self.coach.is_some();
        let in_rows = self.q.is_some() || self.tag.is_some() || self.coaches.is_some() || self.paying_at.is_some();
        !of_others && !in_rows && !self.archived
    }

    /// How many columns it asks for. What matches one is found in its index at once; what matches another as well is looked for
    /// among all of them.
    pub(super) fn columns(&self) -> usize {
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
    pub(super) fn is_search(&self) -> bool {
        let rest = Self { q: None, archived: false, created: DayRange::default(), ..self.clone() };
        self.q.is_some() && rest == Self::default()
    }

    /// The same filter, or when its search finds nobody, one that forgives misspelt words.
    pub(super) async fn forgiving(&self, db: &mut PgConnection) -> Result<Self> {
        let Some(q) = &self.q else { return Ok(self.clone()) };
        Ok(Self { q: Some(q.forgive(db).await?), ..self.clone() })
    }
}

pub(super) fn push_source(query: &mut QueryBuilder<Postgres>, filter: &CustomerFilter, whole: bool) {
    match &filter.q {
        // Those who are found, wherever they stand in the order: walking to a name that many have would visit all before it.
        Some(q) => {
            query.push(" FROM (SELECT k.* FROM customers k WHERE k.id IN ");
            q.push_ids(query);
            query.push(" OFFSET 0) AS c WHERE true");
        }
        None => drop(query.push(" FROM customers c WHERE true")),
    }
    // Who paid then counts in the figures, archived since or not.
    if filter.archived {
        query.push(" AND c.archived_at IS NOT NULL");
    } else if filter.paying_at.is_none() {
        query.push(" AND c.archived_at IS NULL");
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
    if let Some(coaches) = filter.coaches {
        query.push(if coaches { " AND c.coaches" } else { " AND NOT c.coaches" });
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

/// The source of a search that asks for nothing else: what people are found by, without their rows.
pub(super) fn push_search(query: &mut QueryBuilder<Postgres>, filter: &CustomerFilter) {
    query.push(" FROM customer_search c WHERE c.archived_at IS");
    query.push(if filter.archived { " NOT NULL" } else { " NULL" });
    if let Some(q) = &filter.q {
        q.push(query);
    }
    filter.created.push(query, "c.created_at");
}
