//! What each route needs. The only place where that is written: the guard enforces it, the OpenAPI document shows it.
//!
//! A new route needs a line here, or it is refused with 403 for everybody. Patterns are those of the short path; the
//! alias under `/api/crm` is looked up by the same line.

use actix_web::http::Method;
use crm_types::accounts::Permission;
use crm_types::accounts::Permission as P;

/// What a route needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing. The handler checks by itself what there is to check (a signature, a password, a cookie).
    Public,
    /// A log-in of any role. API keys are refused: it is about the person.
    Staff,
    /// A log-in of any role, or an API key with any scope: the handler shows each what is theirs.
    Anybody,
    /// A log-in whose role carries the permission, or an API key with that scope.
    Permission(Permission),
}

/// One route and what it needs.
#[derive(Debug)]
pub struct Rule {
    /// `GET`, `POST`, ...
    pub method: &'static str,
    /// The pattern that the route was mounted with.
    pub path: &'static str,
    /// What it needs.
    pub access: Access,
}

const fn rule(method: &'static str, path: &'static str, access: Access) -> Rule {
    Rule { method, path, access }
}

const fn may(method: &'static str, path: &'static str, permission: Permission) -> Rule {
    rule(method, path, Access::Permission(permission))
}

/// All rules, by capability.
pub const RULES: &[Rule] = &[
    // health
    rule("GET", "/healthz", Access::Public),
    rule("GET", "/readyz", Access::Public),
    rule("GET", "/metrics", Access::Public),
    // docs
    rule("GET", "/docs", Access::Public),
    rule("GET", "/docs/", Access::Public),
    rule("GET", "/docs/{file}", Access::Public),
    rule("GET", "/api/openapi.json", Access::Public),
    // setup
    rule("GET", "/api/setup", Access::Public),
    rule("POST", "/api/setup", Access::Public),
    // auth
    rule("POST", "/api/auth/login", Access::Public),
    rule("POST", "/api/auth/refresh", Access::Public),
    rule("POST", "/api/auth/logout", Access::Public),
    rule("POST", "/api/auth/logout-everywhere", Access::Staff),
    rule("GET", "/api/auth/me", Access::Staff),
    rule("GET", "/api/auth/sessions", Access::Staff),
    rule("DELETE", "/api/auth/sessions/{id}", Access::Staff),
    rule("PATCH", "/api/auth/me", Access::Staff),
    rule("POST", "/api/auth/password", Access::Staff),
    // a link's token is the log-in here
    rule("GET", "/api/auth/invitations/{token}", Access::Public),
    rule("POST", "/api/auth/invitations/{token}", Access::Public),
    rule("GET", "/api/auth/password-resets/{token}", Access::Public),
    rule("POST", "/api/auth/password-resets/{token}", Access::Public),
    // a ticket of the first step is the log-in here
    rule("POST", "/api/auth/second-factor", Access::Public),
    rule("GET", "/api/auth/second-factor", Access::Staff),
    rule("POST", "/api/auth/second-factor/enrolment", Access::Staff),
    rule("POST", "/api/auth/second-factor/confirmation", Access::Staff),
    rule("POST", "/api/auth/second-factor/removal", Access::Staff),
    // realtime
    rule("GET", EVENTS, Access::Staff),
    // Stripe's signature is the log-in here
    rule("POST", "/webhooks/stripe", Access::Public),
    rule("POST", "/api/webhooks/stripe", Access::Public),
    // analytics
    may("GET", "/api/analytics/overview", P::AnalyticsRead),
    may("GET", "/api/analytics/mrr", P::AnalyticsRead),
    may("GET", "/api/analytics/movements", P::AnalyticsRead),
    may("GET", "/api/analytics/forecast", P::AnalyticsRead),
    may("GET", "/api/analytics/churn", P::AnalyticsRead),
    may("GET", "/api/analytics/ltv", P::AnalyticsRead),
    may("GET", "/api/analytics/trials", P::AnalyticsRead),
    may("GET", "/api/analytics/cohorts", P::AnalyticsRead),
    may("GET", "/api/analytics/streams", P::AnalyticsRead),
    may("GET", "/api/analytics/bridge", P::AnalyticsRead),
    may("GET", "/api/analytics/payments", P::AnalyticsRead),
    may("GET", "/api/analytics/recognised", P::AnalyticsRead),
    // customers
    may("GET", "/api/customers", P::CustomersRead),
    may("POST", "/api/customers", P::CustomersWrite),
    may("GET", "/api/customers/tags", P::CustomersRead),
    may("GET", "/api/customers/{id}", P::CustomersRead),
    may("PATCH", "/api/customers/{id}", P::CustomersWrite),
    may("DELETE", "/api/customers/{id}", P::CustomersWrite),
    may("POST", "/api/customers/{id}/restore", P::CustomersWrite),
    may("GET", "/api/customers/{id}/notes", P::CustomersRead),
    may("POST", "/api/customers/{id}/notes", P::CustomersWrite),
    may("PATCH", "/api/customers/{id}/notes/{note}", P::CustomersWrite),
    may("DELETE", "/api/customers/{id}/notes/{note}", P::CustomersWrite),
    may("GET", "/api/customers/{id}/lifecycle", P::CustomersRead),
    may("GET", "/api/customers/{id}/attribution", P::CustomersRead),
    may("GET", "/api/customers/{id}/value", P::TransactionsRead),
    // payments only with `transactions:read`
    may("GET", "/api/customers/{id}/timeline", P::CustomersRead),
    may("GET", "/api/customers/{id}/interactions", P::CustomersRead),
    may("POST", "/api/customers/{id}/interactions", P::CustomersWrite),
    may("GET", "/api/customers/{id}/subscriptions", P::SubscriptionsRead),
    may("GET", "/api/customers/{id}/transactions", P::TransactionsRead),
    // profiles
    may("GET", "/api/profile-fields", P::CustomersRead),
    may("PUT", "/api/profile-fields", P::SettingsWrite),
    may("GET", "/api/customers/{id}/profiles", P::CustomersRead),
    may("POST", "/api/customers/{id}/profiles", P::CustomersWrite),
    may("POST", "/api/customers/{id}/profiles/{number}/activate", P::CustomersWrite),
    may("POST", "/api/customers/bulk", P::CustomersWrite),
    may("POST", "/api/customers/export", P::CustomersRead),
    may("GET", EXPORT, P::CustomersRead),
    may("GET", "/api/customers/imports", P::CustomersWrite),
    may("POST", "/api/customers/imports", P::CustomersWrite),
    may("GET", "/api/customers/imports/{id}", P::CustomersWrite),
    may("POST", "/api/customers/imports/{id}/run", P::CustomersWrite),
    may("GET", "/api/customers/imports/{id}/errors", P::CustomersWrite),
    // organizations
    may("GET", "/api/organizations", P::OrganizationsRead),
    may("POST", "/api/organizations", P::OrganizationsWrite),
    may("GET", "/api/organizations/{id}", P::OrganizationsRead),
    may("PATCH", "/api/organizations/{id}", P::OrganizationsWrite),
    may("GET", "/api/organizations/{id}/revenue", P::OrganizationsRead),
    may("POST", "/api/organizations/{id}/archive", P::OrganizationsWrite),
    may("POST", "/api/organizations/{id}/restore", P::OrganizationsWrite),
    // coaching: it is about customers
    may("GET", "/api/coaches", P::CustomersRead),
    may("GET", "/api/coaches/{id}", P::CustomersRead),
    may("GET", "/api/coaches/{id}/clients", P::CustomersRead),
    may("GET", "/api/coaches/{id}/months", P::CustomersRead),
    may("POST", "/api/coaches/{id}/hand-over", P::CustomersWrite),
    may("GET", "/api/coaching-relationships", P::CustomersRead),
    may("POST", "/api/coaching-relationships", P::CustomersWrite),
    may("POST", "/api/coaching-relationships/{id}/pause", P::CustomersWrite),
    may("POST", "/api/coaching-relationships/{id}/resume", P::CustomersWrite),
    may("POST", "/api/coaching-relationships/{id}/end", P::CustomersWrite),
    may("GET", "/api/coaching-relationships/{id}/share", P::RevenueRead),
    // subscriptions
    may("GET", "/api/subscriptions", P::SubscriptionsRead),
    may("GET", "/api/subscriptions/{id}", P::SubscriptionsRead),
    // what Stripe is asked to do
    may("POST", "/api/subscriptions", P::SubscriptionsWrite),
    may("POST", "/api/subscriptions/{id}/change/preview", P::SubscriptionsWrite),
    may("POST", "/api/subscriptions/{id}/change", P::SubscriptionsWrite),
    may("POST", "/api/subscriptions/{id}/coupon", P::SubscriptionsWrite),
    may("POST", "/api/subscriptions/{id}/coupon/remove", P::SubscriptionsWrite),
    may("POST", "/api/subscriptions/{id}/pause", P::SubscriptionsWrite),
    may("POST", "/api/subscriptions/{id}/resume", P::SubscriptionsWrite),
    may("POST", "/api/subscriptions/{id}/cancel", P::SubscriptionsWrite),
    may("POST", "/api/subscriptions/{id}/reactivate", P::SubscriptionsWrite),
    may("POST", "/api/transactions/{id}/refund", P::TransactionsWrite),
    may("POST", "/api/customers/{id}/billing-portal", P::SubscriptionsWrite),
    may("POST", "/api/customers/{id}/checkout", P::SubscriptionsWrite),
    may("GET", "/api/stripe-actions", P::SubscriptionsRead),
    may("GET", "/api/stripe/connection", P::SubscriptionsRead),
    may("GET", "/api/stripe/coupons", P::SubscriptionsRead),
    // transactions
    may("GET", "/api/transactions", P::TransactionsRead),
    may("GET", "/api/transactions/{id}", P::TransactionsRead),
    // revenue
    may("GET", "/api/revenue/shares", P::RevenueRead),
    may("GET", "/api/revenue/months", P::RevenueRead),
    may("POST", "/api/revenue/months/{month}/close", P::RevenueWrite),
    may("POST", "/api/revenue/months/{month}/approve", P::RevenueWrite),
    may("POST", "/api/revenue/months/{month}/pay", P::RevenueWrite),
    may("GET", "/api/revenue/statements", P::RevenueRead),
    may("GET", "/api/revenue/statements/{id}", P::RevenueRead),
    may("POST", "/api/revenue/statements/{id}/approve", P::RevenueWrite),
    may("POST", "/api/revenue/statements/{id}/withdraw-approval", P::RevenueWrite),
    may("POST", "/api/revenue/statements/{id}/pay", P::RevenueWrite),
    may("GET", STATEMENT_FILE, P::RevenueRead),
    may("POST", STATEMENT_FILE, P::RevenueRead),
    may("GET", "/api/revenue/payout-minimums", P::RevenueRead),
    may("PUT", "/api/revenue/payout-minimums/{currency}", P::RevenueWrite),
    may("GET", "/api/revenue/payment-fees", P::RevenueRead),
    may("PUT", "/api/revenue/payment-fees/{currency}", P::RevenueWrite),
    // changes nothing
    may("POST", "/api/revenue/simulations", P::RevenueRead),
    may("GET", "/api/revenue/simulations/{id}", P::RevenueRead),
    may("GET", "/api/revenue/simulations/{id}/parties", P::RevenueRead),
    may("POST", "/api/revenue/simulations/{id}/publish", P::RevenueWrite),
    may("GET", "/api/revenue/invariants", P::RevenueRead),
    may("POST", "/api/revenue/invariants/check", P::RevenueWrite),
    may("GET", "/api/revenue/share-rules", P::RevenueRead),
    may("POST", "/api/revenue/share-rules", P::RevenueWrite),
    may("GET", "/api/revenue/share-rules/{id}", P::RevenueRead),
    may("POST", "/api/revenue/share-rules/{id}/end", P::RevenueWrite),
    // mrr
    may("GET", "/api/mrr-movements", P::SubscriptionsRead),
    // billing
    may("GET", "/api/stripe-events", P::StripeRead),
    may("GET", "/api/stripe-events/stats", P::StripeRead),
    may("GET", "/api/stripe-events/{id}", P::StripeRead),
    may("POST", "/api/stripe-events/replay", P::StripeWrite),
    // healing
    may("GET", "/api/healing", P::StripeRead),
    may("POST", "/api/healing/sweep", P::StripeWrite),
    may("POST", "/api/healing/reconciliation", P::StripeWrite),
    may("GET", "/api/healing/differences", P::StripeRead),
    may("POST", "/api/healing/differences/repair", P::StripeWrite),
    may("POST", "/api/healing/backfill", P::StripeWrite),
    // plans
    may("GET", "/api/plans", P::PlansRead),
    may("GET", "/api/plans/{id}", P::PlansRead),
    may("GET", "/api/prices", P::PlansRead),
    may("GET", "/api/prices/{id}", P::PlansRead),
    may("PUT", "/api/prices/{id}/mapping", P::PlansWrite),
    may("POST", "/api/prices/{id}/mapping/preview", P::PlansRead),
    // settings
    may("GET", "/api/settings", P::SettingsRead),
    may("PATCH", "/api/settings", P::SettingsWrite),
    may("POST", "/api/settings/policies/preview", P::SettingsRead),
    // exchange rates
    may("GET", "/api/exchange-rates", P::SettingsRead),
    may("PUT", "/api/exchange-rates/{currency}/{day}", P::SettingsWrite),
    may("DELETE", "/api/exchange-rates/{currency}/{day}", P::SettingsWrite),
    may("POST", "/api/exchange-rates/import", P::SettingsWrite),
    may("GET", "/api/exchange-rates/settings", P::SettingsRead),
    may("PATCH", "/api/exchange-rates/settings", P::SettingsWrite),
    may("POST", "/api/exchange-rates/fetch", P::SettingsWrite),
    may("GET", "/api/exchange-rates/coverage", P::SettingsRead),
    // system
    may("GET", "/api/system/health", P::SystemRead),
    // audit
    may("GET", "/api/audit-log", P::AuditRead),
    // users
    may("GET", "/api/users", P::UsersRead),
    may("POST", "/api/users", P::UsersWrite),
    may("PATCH", "/api/users/{id}", P::UsersWrite),
    may("POST", "/api/users/{id}/invitation", P::UsersWrite),
    may("POST", "/api/users/{id}/password-reset", P::UsersWrite),
    may("GET", "/api/users/{id}/sessions", P::UsersWrite),
    may("DELETE", "/api/users/{id}/sessions/{session}", P::UsersWrite),
    may("DELETE", "/api/users/{id}/second-factor", P::UsersWrite),
    // api keys
    may("GET", "/api/api-keys", P::ApiKeysRead),
    may("POST", "/api/api-keys", P::ApiKeysWrite),
    may("DELETE", "/api/api-keys/{id}", P::ApiKeysWrite),
    // views: whose it is decides what may be done with one; an API key is nobody, and reads what is shared
    rule("GET", "/api/views", Access::Anybody),
    rule("POST", "/api/views", Access::Staff),
    rule("PATCH", "/api/views/{id}", Access::Staff),
    rule("DELETE", "/api/views/{id}", Access::Staff),
    rule("POST", "/api/views/{id}/restore", Access::Staff),
    // jobs: one's own, or everybody's with `jobs:read`
    rule("GET", "/api/jobs", Access::Anybody),
    rule("GET", "/api/jobs/{id}", Access::Anybody),
    rule("POST", "/api/jobs/{id}/cancel", Access::Anybody),
    may("POST", "/api/jobs/{id}/undo", P::CustomersWrite),
];

/// The event stream, which a cookie of its own may open as well.
pub const EVENTS: &str = "/api/events";

/// A download that a browser starts by itself, which shows a ticket instead of a log-in.
pub const EXPORT: &str = "/api/customers/export";

/// Another such download: a statement.
pub const STATEMENT_FILE: &str = "/api/revenue/statements/{id}/file";

/// The rule of a route.
pub fn find(method: &Method, pattern: &str) -> Option<&'static Rule> {
    let path = short(pattern);
    let method = if method == Method::HEAD { "GET" } else { method.as_str() };
    RULES.iter().find(|rule| rule.method == method && rule.path == path)
}

/// The methods that a pattern answers to, as for `Allow`; none when it is unknown.
pub fn methods(pattern: &str) -> Vec<&'static str> {
    let path = short(pattern);
    RULES.iter().filter(|rule| rule.path == path).map(|rule| rule.method).collect()
}

/// `/api/crm/x` is `/api/x`.
pub(crate) fn short(pattern: &str) -> std::borrow::Cow<'_, str> {
    match pattern.strip_prefix("/api/crm/") {
        Some(rest) => format!("/api/{rest}").into(),
        None => pattern.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_has_one_rule() {
        for (index, rule) in RULES.iter().enumerate() {
            let twin = RULES[index + 1..].iter().find(|other| (other.method, other.path) == (rule.method, rule.path));
            assert!(twin.is_none(), "{} {} has two rules", rule.method, rule.path);
        }
    }

    #[test]
    fn the_alias_has_the_rule_of_the_short_path() {
        let access = |method, pattern| find(&method, pattern).map(|rule| rule.access);
        assert_eq!(access(Method::GET, "/api/crm/customers/{id}"), Some(Access::Permission(P::CustomersRead)));
        assert_eq!(access(Method::GET, "/api/crm/auth/me"), Some(Access::Staff));
        assert_eq!(access(Method::PUT, "/api/customers/{id}"), None);
        assert_eq!(access(Method::GET, "/api/nothing"), None);
    }
}
