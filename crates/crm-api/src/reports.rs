//! Reports are made once for all who ask for the same one at the same moment.
//!
//! After each change every open dashboard asks again, all of them at once.

use crate::{ApiError, ApiResult};
use actix_web::http::header::ContentType;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use crm_domain::db::Result as DomainResult;
use serde::Serialize;
use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Instant;
use tokio::sync::Mutex as Turn;

/// The reports that are being made. Nothing is kept of one that nobody waits for.
#[derive(Debug, Default)]
pub struct Reports(Mutex<HashMap<String, Weak<Turn<Option<Made>>>>>);

/// A report, and when it was begun.
#[derive(Debug)]
struct Made {
    began: Instant,
    answer: ApiResult<Bytes>,
}

impl Reports {
    /// The answer to a request for a report, which must depend on nothing but the address: as it was at a moment after this was
    /// called, whoever made it. So everybody sees what they have just changed, and nobody waits for more than two of them.
    ///
    /// # Errors
    /// As `report`.
    pub async fn answer<T: Serialize>(
        &self,
        request: &HttpRequest,
        report: impl Future<Output = DomainResult<T>>,
    ) -> ApiResult {
        let body = self.ask(&request.uri().to_string(), report).await?;
        Ok(HttpResponse::Ok().content_type(ContentType::json()).body(body))
    }

    async fn ask<T: Serialize>(&self, key: &str, report: impl Future<Output = DomainResult<T>>) -> ApiResult<Bytes> {
        let asked = Instant::now();
        let turn = self.turn(key);
        let mut latest = turn.lock().await;
        if let Some(made) = latest.as_ref().filter(|made| made.began > asked) {
            return made.answer.as_ref().map(Bytes::clone).map_err(ApiError::again);
        }
        let began = Instant::now();
        let answer = match report.await {
            Ok(report) => serde_json::to_vec(&report).map(Bytes::from).map_err(ApiError::internal),
            Err(error) => Err(error.into()),
        };
        let again = answer.as_ref().map(Bytes::clone).map_err(ApiError::again);
        *latest = Some(Made { began, answer: again });
        answer
    }

    fn turn(&self, key: &str) -> Arc<Turn<Option<Made>>> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = turns.get(key).and_then(Weak::upgrade) {
            return turn;
        }
        turns.retain(|_, turn| turn.strong_count() > 0);
        let turn = Arc::default();
        turns.insert(key.to_owned(), Arc::downgrade(&turn));
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crm_domain::db::DomainError;
    use futures_util::FutureExt;
    use futures_util::future::join_all;
    use std::sync::atomic::{AtomicU32, Ordering};
    use tokio::sync::Semaphore;

    /// A report that says which it is of all that were made, once it may.
    async fn counted(made: &AtomicU32, gate: &Semaphore) -> DomainResult<u32> {
        let which = made.fetch_add(1, Ordering::SeqCst);
        gate.acquire().await.unwrap().forget();
        Ok(which)
    }

    #[tokio::test]
    async fn those_who_wait_share_the_next_one_and_never_the_one_that_was_begun_before() {
        let (reports, made, gate) = (Reports::default(), AtomicU32::new(0), Semaphore::new(0));
        let first = reports.ask("a", counted(&made, &gate));
        let others = async {
            // The first is being made when these ask.
            assert_eq!(made.load(Ordering::SeqCst), 1);
            let asked = join_all((0..15).map(|_| reports.ask("a", counted(&made, &gate))));
            let (answers, ()) = tokio::join!(asked, async { gate.add_permits(2) });
            answers
        };
        let (first, others) = tokio::join!(biased; first, others);
        assert_eq!(first.unwrap(), "0");
        assert!(others.into_iter().all(|answer| answer.unwrap() == "1"));
        assert_eq!(made.load(Ordering::SeqCst), 2);
        // Nobody waits any more: nothing is kept.
        gate.add_permits(1);
        assert_eq!(reports.ask("b", counted(&made, &gate)).await.unwrap(), "2");
        assert_eq!(reports.0.lock().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn each_report_is_made_by_itself() {
        let (reports, made, gate) = (Reports::default(), AtomicU32::new(0), Semaphore::new(3));
        let asked = ["a", "b", "c"].map(|key| reports.ask(key, counted(&made, &gate)));
        assert!(join_all(asked).await.into_iter().all(|answer| answer.is_ok()));
        assert_eq!(made.load(Ordering::SeqCst), 3);
    }

    #[tokio::test]
    async fn who_goes_away_leaves_the_turn_to_the_next() {
        let (reports, made, gate) = (Reports::default(), AtomicU32::new(0), Semaphore::new(0));
        let mut gone = Box::pin(reports.ask("a", counted(&made, &gate)));
        assert!((&mut gone).now_or_never().is_none());
        drop(gone);
        gate.add_permits(1);
        assert_eq!(reports.ask("a", counted(&made, &gate)).await.unwrap(), "1");
    }

    #[tokio::test]
    async fn what_fails_fails_for_all_who_waited() {
        let (reports, made, gate) = (Reports::default(), AtomicU32::new(0), Semaphore::new(0));
        let failing = || async {
            counted(&made, &gate).await?;
            Err::<u32, _>(DomainError::not_found("customer", 1))
        };
        let asked = join_all((0..16).map(|_| reports.ask("a", failing())));
        let (answers, ()) = tokio::join!(biased; asked, async { gate.add_permits(2) });
        assert!(answers.into_iter().all(|answer| answer.unwrap_err().problem().status == 404));
        assert_eq!(made.load(Ordering::SeqCst), 2);
    }
}
