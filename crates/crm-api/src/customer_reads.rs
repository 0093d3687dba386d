//! Single customers, on every page that shows one and in every program that follows an id.

use crate::together::{Bounds, Together};
use crate::{ApiError, ApiResult};
use crm_domain::customers::list;
use crm_domain::db::DomainError;
use crm_types::customers::Customer;
use crm_types::ids::CustomerId;
use sqlx::PgPool;
use std::collections::HashMap;

const BOUNDS: Bounds = Bounds { runners: 2, together: 64, waiting: 4_096 };

/// The way to single customers: those who are asked for at the same moment are read by one statement.
#[derive(Debug, Clone)]
pub struct CustomerReads(Together<CustomerId, Result<Option<Customer>, String>>);

impl CustomerReads {
    /// Starts the readers. They end when the last clone is dropped.
    pub fn start(pool: &PgPool) -> Self {
        let pool = pool.clone();
        Self(Together::start(BOUNDS, move |ids| {
            let pool = pool.clone();
            async move { read(&pool, ids).await }
        }))
    }

    /// One customer, as they were at a moment after this was called.
    ///
    /// # Errors
    /// 404 when there is none; 503 when the database does not answer or too many wait.
    pub async fn find(&self, id: CustomerId) -> ApiResult<Customer> {
        let found = self.0.ask(id).await.map_err(ApiError::unavailable)?;
        let found = found.map_err(|error| ApiError::unavailable(anyhow::Error::msg(error)))?;
        Ok(found.ok_or_else(|| DomainError::not_found("customer", id))?)
    }
}

async fn read(pool: &PgPool, ids: Vec<CustomerId>) -> Vec<Result<Option<Customer>, String>> {
    let found = match list::find_all(pool, &ids).await {
        Ok(found) => found,
        Err(error) => return vec![Err(error.to_string()); ids.len()],
    };
    let mut found: HashMap<CustomerId, Customer> = found.into_iter().map(|customer| (customer.id, customer)).collect();
    let mut answers = Vec::with_capacity(ids.len());
    for (at, id) in ids.iter().enumerate() {
        // Two may ask for the same one.
        let again = ids.get(at + 1..).is_some_and(|rest| rest.contains(id));
        answers.push(Ok(if again { found.get(id).cloned() } else { found.remove(id) }));
    }
    answers
}
