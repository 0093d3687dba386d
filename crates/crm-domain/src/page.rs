//! Keyset pages: a cursor holds the sort key of the last row seen, so that page 20,000 costs what page 1 costs.
//!
//! Column expressions come from constants of ours, values only as binds.

use crate::db::{DomainError, Result};
use crm_types::Page;
use crm_types::page::{Count, DEFAULT_LIMIT, MAX_LIMIT, TOTAL_CAP};
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Postgres, QueryBuilder};
use uuid::Uuid;

mod cursor;
mod total;
use cursor::{Key, fingerprint, parse_cursor, push_key, read_key, write_cursor};
pub(crate) use total::{Sum, Totals};

/// Which page of a list is wanted.
#[derive(Debug, Clone)]
pub struct PageRequest {
    limit: u32,
    cursor: Option<String>,
    count: Count,
}

impl PageRequest {
    /// `limit` must be 1 to 200; 50 when the caller does not say.
    pub fn new(limit: Option<u32>, cursor: Option<String>, count: Option<Count>) -> Result<Self> {
        let limit = limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(DomainError::invalid("limit", "out_of_range", format!("Ask for 1 to {MAX_LIMIT} rows.")));
        }
        Ok(Self { limit, cursor, count: count.unwrap_or_default() })
    }

    /// Whether it is the first one.
    pub(crate) fn is_first(&self) -> bool {
        self.cursor.is_none()
    }

    /// How to count.
    pub(crate) fn count(&self) -> Count {
        self.count
    }
}

impl Default for PageRequest {
    fn default() -> Self {
        Self { limit: DEFAULT_LIMIT, cursor: None, count: Count::Capped }
    }
}

/// What a sort column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Time,
    Day,
    /// A time whose absence counts as later than all others: `coalesce(column, 'infinity'::timestamptz)`.
    TimeOrNever,
    Int,
    /// A `smallint`, where `Int` is a `bigint`.
    SmallInt,
    Text,
    Id,
}

/// One column of an order: an SQL expression and what it holds.
pub(crate) type Column = (&'static str, Kind);

/// The order of a list. The last column is unique, and all run in one direction, so that a row comparison walks an index.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Order {
    /// As the caller names it; a cursor belongs to one order.
    pub name: &'static str,
    pub columns: &'static [Column],
    pub descending: bool,
}

/// What is read of a page's rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown {
    /// Columns of the rows.
    pub inner: &'static str,
    /// Columns of the query around them, where they are `page`: what costs something is read for a page of them only.
    pub outer: &'static str,
    /// What that joins.
    pub joins: &'static str,
}

impl Shown {
    /// Of the rows alone.
    pub(crate) const fn rows(columns: &'static str) -> Self {
        Self { inner: columns, outer: "page.*", joins: "" }
    }
}

/// A page in the making: the parts of its query that depend on order and cursor.
#[derive(Debug)]
pub(crate) struct Keyset {
    order: Order,
    filter: String,
    after: Option<Vec<Key>>,
    counted: Option<i64>,
    limit: u32,
}

impl Keyset {
    /// Refuses a cursor of another order or filter.
    pub(crate) fn new(order: Order, filter: &impl Serialize, page: &PageRequest) -> Result<Self> {
        let filter = fingerprint(filter);
        let seen = match &page.cursor {
            None => None,
            Some(text) => Some(parse_cursor(text, &order, &filter).ok_or_else(|| {
                DomainError::invalid(
                    "cursor",
                    "unknown_value",
                    "This cursor belongs to another list, order or filter. Start at the first page.",
                )
            })?),
        };
        let (after, counted) = seen.unzip();
        Ok(Self { order, filter, after, counted, limit: page.limit })
    }

    /// How many rows match: as it was when the first page was read, or counted now.
    pub(crate) async fn totals(
        &self,
        pool: &PgPool,
        count: Count,
        source: impl FnOnce(&mut QueryBuilder<Postgres>),
        sum: Option<Sum>,
    ) -> Result<Totals> {
        match (count, self.counted) {
            (Count::Capped, Some(n)) => Ok(Totals::counted(n)),
            _ => Totals::count(pool, count, source, sum).await,
        }
    }

    /// The same where each row must be visited to know whether it counts: when few match, that visit finds the page as well.
    pub(crate) async fn totals_with_page(
        &self,
        pool: &PgPool,
        count: Count,
        source: impl Fn(&mut QueryBuilder<Postgres>),
    ) -> Result<Totals> {
        let known = match (count, self.counted) {
            (Count::Exact, _) => Some(Totals::count(pool, count, &source, None).await?),
            (Count::Capped, counted) => counted.map(Totals::counted),
        };
        if let Some(totals) = known.as_ref().filter(|totals| totals.capped || totals.total > TOTAL_CAP) {
            return Ok(Totals { found: None, ..totals.clone() });
        }
        let keys = self.keys("matching");
        let mut query = QueryBuilder::new("WITH matching AS MATERIALIZED (SELECT 0 AS none");
        self.push_keys(&mut query);
        source(&mut query);
        query.push(format_args!(" LIMIT {}), counted AS (SELECT count(*) AS n FROM matching)", TOTAL_CAP + 1));
        // The last key is the row's id.
        let id = keys.last().map_or("", String::as_str);
        query.push(format_args!(" SELECT n, ARRAY(SELECT {id} FROM matching WHERE n <= {TOTAL_CAP}"));
        self.push_after(&mut query, &keys);
        self.push_order(&mut query, &keys);
        query.push(" LIMIT ").push_bind(self.fetched()).push(") FROM counted");
        let (n, found): (i64, Vec<Uuid>) = query.build_query_as().persistent(false).fetch_one(pool).await?;
        let totals = known.unwrap_or_else(|| Totals::counted(n));
        Ok(Totals { found: (n <= TOTAL_CAP).then_some(found), ..totals })
    }

    /// Reads the page. `source` adds what is between `FROM` and the last condition; it has a `WHERE`.
    pub(crate) async fn read<T>(
        &self,
        pool: &PgPool,
        shown: Shown,
        totals: Totals,
        source: impl FnOnce(&mut QueryBuilder<Postgres>),
        read: fn(&PgRow) -> sqlx::Result<T>,
    ) -> Result<Page<T>> {
        let mut query = QueryBuilder::new("SELECT ");
        query.push(shown.outer);
        self.push_outer_keys(&mut query);
        query.push(" FROM ");
        self.push_page(&mut query, shown.inner, &totals, source);
        query.push(shown.joins);
        self.push_order(&mut query, &self.keys("page"));
        self.fetch(pool, &mut query, read, totals).await
    }

    /// Adds `(SELECT <columns>, <keys> FROM ...) AS page`: the rows of the page, to which the query around it joins what is
    /// shown beside. `source` adds what is between `FROM` and the last condition; it has a `WHERE`.
    ///
    /// Many matching rows are read in their order from an index until the page is full. When few match, that walk could
    /// go through the whole table before it finds them, so they are found first and then sorted: no page costs more than
    /// the count that came before it.
    fn push_page(
        &self,
        query: &mut QueryBuilder<Postgres>,
        columns: &'static str,
        totals: &Totals,
        source: impl FnOnce(&mut QueryBuilder<Postgres>),
    ) {
        let few = totals.found.is_some() || totals.total < TOTAL_CAP;
        query.push(if few { "(SELECT * FROM (SELECT " } else { "(SELECT " }).push(columns);
        self.push_keys(query);
        source(query);
        if let (Some(found), Some((id, _))) = (&totals.found, self.order.columns.last()) {
            query.push(format_args!(" AND {id} = ANY (")).push_bind(found.clone()).push(")");
        }
        let keys: Vec<String> = if few {
            // OFFSET 0 keeps the planner from looking at the order first.
            query.push(" OFFSET 0) AS few WHERE true");
            self.keys("few")
        } else {
            self.order.columns.iter().map(|(expression, _)| (*expression).to_owned()).collect()
        };
        self.push_after(query, &keys);
        self.push_order(query, &keys);
        query.push(" LIMIT ").push_bind(self.fetched()).push(") AS page");
    }

    /// One row beyond the limit, which tells that there is a next page.
    fn fetched(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    fn push_keys(&self, query: &mut QueryBuilder<Postgres>) {
        for (i, (expression, _)) in self.order.columns.iter().enumerate() {
            query.push(format_args!(", {expression} AS key_{i}"));
        }
    }

    /// The keys' names in what selects them.
    fn keys(&self, table: &str) -> Vec<String> {
        (0..self.order.columns.len()).map(|i| format!("{table}.key_{i}")).collect()
    }

    fn push_after(&self, query: &mut QueryBuilder<Postgres>, keys: &[String]) {
        let Some(after) = &self.after else { return };
        let operator = if self.order.descending { "<" } else { ">" };
        query.push(format_args!(" AND ({}) {operator} (", keys.join(", ")));
        for (i, ((_, kind), key)) in self.order.columns.iter().zip(after).enumerate() {
            query.push(if i == 0 { "" } else { ", " });
            push_key(query, *kind, key);
        }
        query.push(")");
    }

    fn push_order(&self, query: &mut QueryBuilder<Postgres>, keys: &[String]) {
        let direction = self.direction();
        query.push(format_args!(" ORDER BY {}{direction}", keys.join(&format!("{direction}, "))));
    }

    /// Adds the keys to the select list of the query around the page.
    fn push_outer_keys(&self, query: &mut QueryBuilder<Postgres>) {
        for (i, (_, kind)) in self.order.columns.iter().enumerate() {
            match kind {
                // Infinity has no place in a DateTime.
                Kind::TimeOrNever => query.push(format_args!(", nullif(page.key_{i}, 'infinity') AS cursor_{i}")),
                _ => query.push(format_args!(", page.key_{i} AS cursor_{i}")),
            };
        }
    }

    fn direction(&self) -> &'static str {
        if self.order.descending { " DESC" } else { "" }
    }

    /// Runs the query and reads its rows; the row beyond the limit only tells that there is a next page.
    async fn fetch<T>(
        &self,
        pool: &PgPool,
        query: &mut QueryBuilder<Postgres>,
        read: fn(&PgRow) -> sqlx::Result<T>,
        totals: Totals,
    ) -> Result<Page<T>> {
        if totals.total == 0 {
            return Ok(Page { items: Vec::new(), next_cursor: None, total: 0, total_capped: false, sums: totals.sums });
        }
        // Not kept as a prepared statement: each combination of filters deserves a plan for its own values.
        let rows = query.build().persistent(false).fetch_all(pool).await?;
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let next_cursor = match rows.get(limit.saturating_sub(1)) {
            Some(last) if rows.len() > limit => Some(self.cursor_of(last, &totals)?),
            _ => None,
        };
        let items = rows.iter().take(limit).map(read).collect::<sqlx::Result<_>>()?;
        Ok(Page { items, next_cursor, total: totals.total, total_capped: totals.capped, sums: totals.sums })
    }

    fn cursor_of(&self, row: &PgRow, totals: &Totals) -> Result<String> {
        let keys = self.order.columns.iter().enumerate();
        let keys =
            keys.map(|(i, (_, kind))| read_key(row, &format!("cursor_{i}"), *kind)).collect::<sqlx::Result<_>>()?;
        let counted = if totals.capped { TOTAL_CAP + 1 } else { totals.total };
        write_cursor(&self.order, &self.filter, keys, counted)
    }
}
