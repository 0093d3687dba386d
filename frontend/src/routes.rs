//! The app's own addresses. A list's path and filters are named as the API names them, so that a link to rows is the
//! API's address without `/api`.

use crate::params::Params;
use crm_types::ids::{CustomerId, ImportId, OrganizationId, PayoutStatementId, SubscriptionId};

/// The executive dashboard.
pub const DASHBOARD: &str = "/";
/// The finance dashboard.
pub const FINANCE: &str = "/dashboard/finance";
/// All customers.
pub const CUSTOMERS: &str = "/customers";
/// All customers, with the form for a new one.
pub const NEW_CUSTOMER: &str = "/customers?new=customer";
/// Customers out of a file.
pub const CUSTOMERS_IMPORT: &str = "/customers/import";
/// All organizations.
pub const ORGANIZATIONS: &str = "/organizations";
/// Who coaches.
pub const COACHES: &str = "/coaches";
/// All subscriptions.
pub const SUBSCRIPTIONS: &str = "/subscriptions";
/// What is sold.
pub const PLANS: &str = "/plans";
/// Payments and refunds.
pub const TRANSACTIONS: &str = "/transactions";
/// How payments were shared with coaches and organizations; its tabs are below.
pub const REVENUE: &str = "/revenue";
/// What was shared by month.
pub const REVENUE_MONTHS: &str = "/revenue/months";
/// What coaches and organizations get for a month.
pub const REVENUE_STATEMENTS: &str = "/revenue/statements";
/// The ledger of shares.
pub const REVENUE_SHARES: &str = "/revenue/shares";
/// The rules by which it is shared.
pub const REVENUE_RULES: &str = "/revenue/rules";
/// What payments cost, and from which balance on is paid.
pub const REVENUE_TERMS: &str = "/revenue/terms";
/// What months would have come to under other rules.
pub const REVENUE_SIMULATOR: &str = "/revenue/simulator";
/// Whether the ledgers add up.
pub const REVENUE_CHECKS: &str = "/revenue/checks";
/// The MRR movement ledger.
pub const MRR_MOVEMENTS: &str = "/mrr-movements";
/// Figures in depth; its tabs are below.
pub const ANALYTICS: &str = "/analytics";
/// Churn, retention and cohorts.
pub const ANALYTICS_RETENTION: &str = "/analytics/retention";
/// What explains a change of MRR.
pub const ANALYTICS_MOVEMENTS: &str = "/analytics/movements";
/// The revenue streams beside each other.
pub const ANALYTICS_STREAMS: &str = "/analytics/streams";
/// What is expected.
pub const ANALYTICS_FORECAST: &str = "/analytics/forecast";
/// Settings; opens the first tab that the user may read.
pub const SETTINGS: &str = "/settings";
/// The Stripe connection and its inbox.
pub const SETTINGS_STRIPE: &str = "/settings/stripe";
/// What Stripe's webhooks missed.
pub const SETTINGS_HEALING: &str = "/settings/healing";
/// The mapping of prices to streams and tiers.
pub const SETTINGS_PRICES: &str = "/settings/prices";
/// The policies that decide what a figure counts.
pub const SETTINGS_POLICIES: &str = "/settings/policies";
/// What currencies are worth.
pub const SETTINGS_CURRENCIES: &str = "/settings/currencies";
/// What customers are asked about themselves.
pub const SETTINGS_PROFILE: &str = "/settings/profile";
/// The state of the system.
pub const SETTINGS_HEALTH: &str = "/settings/health";
/// Who changed what.
pub const SETTINGS_AUDIT: &str = "/settings/audit";
/// Long work.
pub const SETTINGS_JOBS: &str = "/settings/jobs";
/// Where you are logged in.
pub const SETTINGS_SESSIONS: &str = "/settings/sessions";

/// Who is on the staff.
pub const SETTINGS_TEAM: &str = "/settings/team";
/// How other programs log in.
pub const SETTINGS_API_KEYS: &str = "/settings/api-keys";
/// Begins the address of an invitation.
pub const INVITE: &str = "/invite/";
/// Begins the address at which a new password is set.
pub const RESET: &str = "/reset/";

/// A customer's page.
pub fn customer(id: CustomerId) -> String {
    format!("{CUSTOMERS}/{id}")
}

/// A coach's page.
pub fn coach(id: CustomerId) -> String {
    format!("{COACHES}/{id}")
}

/// An organization's page.
pub fn organization(id: OrganizationId) -> String {
    format!("{ORGANIZATIONS}/{id}")
}

/// A file of customers.
pub fn customers_import(id: ImportId) -> String {
    format!("{CUSTOMERS_IMPORT}/{id}")
}

/// A subscription's page.
pub fn subscription(id: SubscriptionId) -> String {
    format!("{SUBSCRIPTIONS}/{id}")
}

/// A plan's page.
pub fn plan(id: &str) -> String {
    format!("{PLANS}/{id}")
}

/// A statement's page.
pub fn revenue_statement(id: PayoutStatementId) -> String {
    format!("{REVENUE_STATEMENTS}/{id}")
}

/// A Stripe event's page.
pub fn stripe_event(id: &str) -> String {
    format!("{SETTINGS_STRIPE}/{id}")
}

/// A path with filters: `list(SUBSCRIPTIONS, &[("as_of", "2026-10-31")])`.
pub fn list(path: &str, filters: &[(&str, &str)]) -> String {
    Params::from_pairs(filters).with_path(path)
}
