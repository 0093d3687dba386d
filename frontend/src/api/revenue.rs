//! Revenue shared among coaches, organizations and the platform.

use super::{ApiError, Method, request, send_body, send_json};
use crate::session::Session;
use chrono::NaiveDate;
use crm_types::ids::{PayoutStatementId, ShareRuleId};
use crm_types::revenue::{MonthClosing, NewShareRule, PayoutStatement, ShareRule, ShareRuleEnd, StatementPayment};

/// The ledger.
pub const SHARES: &str = "/api/revenue/shares";
/// What was shared by month.
pub const MONTHS: &str = "/api/revenue/months";
/// Statements of coaches and organizations.
pub const STATEMENTS: &str = "/api/revenue/statements";
/// All rules.
pub const RULES: &str = "/api/revenue/share-rules";

/// Publishes a rule.
pub async fn publish(session: Session, new: &NewShareRule) -> Result<ShareRule, ApiError> {
    send_json(session, Method::Post, RULES, new).await
}

/// Closes a month.
pub async fn close(session: Session, month: NaiveDate) -> Result<MonthClosing, ApiError> {
    request(session, Method::Post, &format!("{MONTHS}/{month}/close")).await
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
