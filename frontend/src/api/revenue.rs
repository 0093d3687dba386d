//! Revenue shared among coaches, organizations and the platform.

use super::{ApiError, Method, request, send_body, send_json};
use crate::session::Session;
use chrono::NaiveDate;
use crm_types::customers_bulk::ExportLink;
use crm_types::ids::{JobId, PayoutStatementId, ShareRuleId};
use crm_types::jobs::Job;
use crm_types::revenue::{
    MonthClosing, MonthSettling, NewPaymentFee, NewShareRule, PaymentFee, PayoutMinimum, PayoutStatement, ShareRule,
    ShareRuleEnd, StatementFormat, StatementPayment,
};
use crm_types::revenue_simulation::{NewSimulation, Publication, Simulation};
use crm_types::{Currency, Money};

/// The ledger.
pub const SHARES: &str = "/api/revenue/shares";
/// What was shared by month.
pub const MONTHS: &str = "/api/revenue/months";
/// Statements of coaches and organizations.
pub const STATEMENTS: &str = "/api/revenue/statements";
/// All rules.
pub const RULES: &str = "/api/revenue/share-rules";

/// Balances below which nothing is paid.
pub const MINIMUMS: &str = "/api/revenue/payout-minimums";
/// What payments cost by declaration.
pub const FEES: &str = "/api/revenue/payment-fees";
/// Months under other rules.
pub const SIMULATIONS: &str = "/api/revenue/simulations";
/// Whether the ledgers add up.
pub const INVARIANTS: &str = "/api/revenue/invariants";

/// Sets the balance below which nothing is paid.
pub async fn set_minimum(session: Session, currency: Currency, minor: i64) -> Result<Money, ApiError> {
    send_json(session, Method::Put, &format!("{MINIMUMS}/{currency}"), &PayoutMinimum { minor }).await
}

/// Declares what payments in a currency cost.
pub async fn declare_fee(session: Session, currency: Currency, fee: &NewPaymentFee) -> Result<PaymentFee, ApiError> {
    send_json(session, Method::Put, &format!("{FEES}/{currency}"), fee).await
}

/// A simulation.
pub fn simulation(id: &str) -> String {
    format!("{SIMULATIONS}/{id}")
}

/// Replays months under other rules.
pub async fn simulate(session: Session, new: &NewSimulation) -> Result<Simulation, ApiError> {
    send_json(session, Method::Post, SIMULATIONS, new).await
}

/// Publishes the rules of a simulation, all or none.
pub async fn publish_all(session: Session, id: JobId, publication: &Publication) -> Result<Vec<ShareRule>, ApiError> {
    send_json(session, Method::Post, &format!("{SIMULATIONS}/{id}/publish"), publication).await
}

/// Checks whether the ledgers add up.
pub async fn check(session: Session) -> Result<Job, ApiError> {
    request(session, Method::Post, &format!("{INVARIANTS}/check")).await
}

/// Where a browser finds a statement as a file.
pub async fn statement_file(
    session: Session,
    id: PayoutStatementId,
    format: StatementFormat,
) -> Result<ExportLink, ApiError> {
    request(session, Method::Post, &format!("{STATEMENTS}/{id}/file?format={format}")).await
}

/// Publishes a rule.
pub async fn publish(session: Session, new: &NewShareRule) -> Result<ShareRule, ApiError> {
    send_json(session, Method::Post, RULES, new).await
}

/// Closes a month, and those before it.
pub async fn close(session: Session, month: NaiveDate) -> Result<MonthClosing, ApiError> {
    request(session, Method::Post, &format!("{MONTHS}/{month}/close?earlier=true")).await
}

/// Approves the statements of a month, or marks those that are approved as paid.
pub async fn settle(
    session: Session,
    month: NaiveDate,
    paid: Option<&StatementPayment>,
) -> Result<MonthSettling, ApiError> {
    match paid {
        Some(payment) => send_json(session, Method::Post, &format!("{MONTHS}/{month}/pay"), payment).await,
        None => request(session, Method::Post, &format!("{MONTHS}/{month}/approve")).await,
    }
}

/// A statement.
pub fn statement(id: &str) -> String {
    format!("{STATEMENTS}/{id}")
}

/// Approves a statement, or takes that back.
pub async fn approve(session: Session, id: PayoutStatementId, approved: bool) -> Result<PayoutStatement, ApiError> {
    let verb = if approved { "approve" } else { "withdraw-approval" };
    request(session, Method::Post, &format!("{STATEMENTS}/{id}/{verb}")).await
}

/// Marks a statement as paid.
pub async fn pay(
    session: Session,
    id: PayoutStatementId,
    payment: &StatementPayment,
) -> Result<PayoutStatement, ApiError> {
    send_json(session, Method::Post, &format!("{STATEMENTS}/{id}/pay"), payment).await
}

/// Ends a rule now, or withdraws one that has not begun.
pub async fn end(session: Session, id: ShareRuleId) -> Result<(), ApiError> {
    send_body(session, Method::Post, &format!("{RULES}/{id}/end"), &ShareRuleEnd::default()).await
}
