//! The last forecasts, kept: what they are made of changes once a month, and their futures take a tenth of a second.

use super::known::Known;
use super::report::report;
use crm_types::analytics_forecast::ForecastReport;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// As many as there are currencies, discounts and days that are looked at together.
const KEPT: usize = 8;

/// Newest first. What they were made of says whether one is still right.
static TOLD: Mutex<VecDeque<(Known, i32, ForecastReport)>> = Mutex::new(VecDeque::new());

/// The report of what is known, worked out where it was not before.
pub(super) fn report_of(known: Known, discount_bp: i32) -> ForecastReport {
    let of = |(of, bp, _): &&(Known, i32, ForecastReport)| *bp == discount_bp && *of == known;
    let found = lock().iter().find(of).map(|(.., report)| report.clone());
    found.unwrap_or_else(|| {
        let told = report(&known, discount_bp);
        let mut kept = lock();
        kept.truncate(KEPT - 1);
        kept.push_front((known, discount_bp, told.clone()));
        told
    })
}

/// A panic elsewhere leaves whole entries.
fn lock() -> std::sync::MutexGuard<'static, VecDeque<(Known, i32, ForecastReport)>> {
    TOLD.lock().unwrap_or_else(PoisonError::into_inner)
}
