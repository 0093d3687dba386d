//! The OpenAPI document: what all operations have in common is added here, from the access rules.

use crate::auth::rules::{self, Access};
use crate::error::CONTENT_TYPE;
use crate::idempotency;
use actix_web::http::Method;
use crm_types::analytics::{Comparison, GroupBy};
use crm_types::analytics_retention::CohortGroup;
use crm_types::audit::AuditSort;
use crm_types::billing::{StripeEventSort, TransactionSort};
use crm_types::coaching::{CoachClientSort, CoachSort, CoachingSort, CoachingStatus};
use crm_types::customers::CustomerSort;
use crm_types::customers_bulk::ExportFormat;
use crm_types::exchange_rates::{ExchangeRateSort, RateSource};
use crm_types::healing::{DifferenceSort, ReconciledKind};
use crm_types::jobs::{JobKind, JobSort, JobState};
use crm_types::mrr::MovementSort;
use crm_types::organizations::OrganizationSort;
use crm_types::page::Count;
use crm_types::plans::PlanSort;
use crm_types::revenue::{
    PayoutParty, RevenueShareSort, ShareRuleSort, ShareScope, StatementFormat, StatementSort, StatementStatus,
};
use crm_types::revenue_simulation::SimulatedPartySort;
use crm_types::stripe_actions::{StripeActionSort, StripeActionState};
use crm_types::subscriptions::SubscriptionSort;
use crm_types::{FieldError, Problem};
use serde_json::json;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, ObjectBuilder, OpenApi, Ref, RefOr, Required, Response, ResponseBuilder, Type};
use utoipa::{OpenApi as _, ToSchema as _};

const BEARER: &str = "bearer";
const API_KEY: &str = "api_key";

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Prometheus CRM",
        description = "The system of record for a subscription business.\n\n\
            Errors are `application/problem+json` (RFC 9457). Money is `{minor, currency}` in the currency's smallest \
            unit. Times are UTC. Lists are keyset pages: give `next_cursor` back as `cursor`. Every `/api/...` route \
            also answers at `/api/crm/...`.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    tags(
        (name = "auth", description = "Log-in, sessions"),
        (name = "users", description = "Staff: invitations, roles, who is kept out"),
        (name = "api_keys", description = "How other programs log in"),
        (name = "setup", description = "The first run"),
        (name = "realtime", description = "Changes while they happen"),
        (name = "health", description = "For machines that watch"),
        (name = "analytics", description = "Figures of the dashboard"),
        (name = "customers", description = "People, from first touch on"),
        (name = "interactions", description = "What passed between customers and the business"),
        (name = "organizations", description = "Businesses that customers belong to"),
        (name = "coaching", description = "Who coaches whom"),
        (name = "subscriptions", description = "What they subscribe to"),
        (name = "transactions", description = "What they paid"),
        (name = "revenue", description = "What of it is the coaches', the organisations' and the platform's"),
        (name = "mrr", description = "The ledger of monthly recurring revenue"),
        (name = "plans", description = "What is sold: plans, their prices, and the stream and tier each counts for"),
        (name = "billing", description = "The Stripe inbox"),
        (name = "settings", description = "Policies"),
        (name = "views", description = "Saved views of lists"),
        (name = "audit", description = "Who changed what"),
        (name = "jobs", description = "Long work"),
        (name = "system", description = "The state of the system"),
    ),
    // Besides the envelope, what only queries refer to: routes collect the shapes of their bodies, not of their queries.
    components(schemas(
        Problem,
        FieldError,
        AuditSort,
        CoachClientSort,
        CoachSort,
        CoachingSort,
        CoachingStatus,
        CohortGroup,
        Comparison,
        Count,
        CustomerSort,
        DifferenceSort,
        ExchangeRateSort,
        ExportFormat,
        JobKind,
        JobSort,
        JobState,
        GroupBy,
        MovementSort,
        OrganizationSort,
        PlanSort,
        PayoutParty,
        ReconciledKind,
        RateSource,
        RevenueShareSort,
        ShareRuleSort,
        ShareScope,
        SimulatedPartySort,
        StatementFormat,
        StatementSort,
        StatementStatus,
        StripeActionSort,
        StripeActionState,
        StripeEventSort,
        SubscriptionSort,
        TransactionSort,
    )),
)]
struct Base;

/// What the routes are added to.
pub(crate) fn base() -> OpenApi {
    Base::openapi()
}

/// Adds access rules, the security scheme and the problems that any route may answer with.
pub(crate) fn finish(mut document: OpenApi) -> OpenApi {
    let components = document.components.get_or_insert_default();
    components.add_security_scheme(BEARER, bearer("JWT", "The access token of a log-in, for a quarter of an hour"));
    let form = "crm_live_<id>_<secret>";
    components.add_security_scheme(API_KEY, bearer(form, "An API key, for the operations whose scope it has"));
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            describe(&method, path, operation);
        }
    }
    document
}

fn idempotency_key() -> Parameter {
    let text = "Makes it safe to send the request again: for 24 hours the same key with the same body gets the same reply, \
        marked `Idempotent-Replayed: true`, and nothing is done twice. 1 to 255 characters, a new one for each request.";
    let schema = ObjectBuilder::new().schema_type(Type::String).max_length(Some(255));
    ParameterBuilder::new()
        .name(idempotency::HEADER)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(text))
        .schema(Some(schema))
        .build()
}

fn bearer(format: &str, description: &str) -> SecurityScheme {
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format(format).description(Some(description));
    SecurityScheme::Http(scheme.build())
}

/// The operations of a path, with their methods.
fn operations(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut Operation)> {
    [
        (Method::GET, item.get.as_mut()),
        (Method::POST, item.post.as_mut()),
        (Method::PUT, item.put.as_mut()),
        (Method::PATCH, item.patch.as_mut()),
        (Method::DELETE, item.delete.as_mut()),
    ]
    .into_iter()
    .filter_map(|(method, operation)| operation.map(|operation| (method, operation)))
}

fn describe(method: &Method, path: &str, operation: &mut Operation) {
    let access = rules::find(method, path).map(|rule| rule.access);
    let known = matches!(access, Some(Access::Staff | Access::Anybody | Access::Permission(_)));
    let log_in = |name| SecurityRequirement::new(name, [] as [&str; 0]);
    if known {
        operation.security = Some(vec![log_in(BEARER)]);
        problem(operation, 401, "No valid access token or API key, or the session is over");
    }
    if access == Some(Access::Anybody) {
        operation.security.get_or_insert_default().push(log_in(API_KEY));
    }
    if access == Some(Access::Staff) {
        problem(operation, 403, "An API key: this is for people who are logged in");
    }
    if let Some(Access::Permission(permission)) = access {
        if permission.suits_a_key() {
            operation.security.get_or_insert_default().push(log_in(API_KEY));
        }
        problem(operation, 403, &format!("The role or API key lacks `{permission}`"));
        let extension = ExtensionsBuilder::new().add("x-permission", json!(permission.as_str())).build();
        operation.extensions.get_or_insert_default().merge(extension);
    }
    if known && method == Method::POST && idempotency::is_honoured(path) {
        operation.parameters.get_or_insert_default().push(idempotency_key().into());
        problem(operation, 409, "The same `Idempotency-Key` is being used at this moment, or its reply held a secret");
        problem(operation, 422, "Some fields are wrong, or the `Idempotency-Key` was used for another request");
    }
    let parameters = operation.parameters.iter().flatten();
    let (mut in_path, mut in_query) = (false, false);
    for parameter in parameters {
        let RefOr::T(parameter) = parameter else { continue };
        in_path |= parameter.parameter_in == ParameterIn::Path;
        in_query |= parameter.parameter_in == ParameterIn::Query;
    }
    if in_path {
        problem(operation, 404, "No such thing");
    }
    if operation.request_body.is_some() {
        problem(operation, 413, "The body is larger than 1 MiB");
        problem(operation, 415, "The body is not application/json");
    }
    if operation.request_body.is_some() || in_query {
        problem(operation, 400, "The request cannot be read");
        problem(operation, 422, "Some fields are wrong: see `errors`");
    }
    if path.starts_with("/api/") {
        problem(operation, 429, "Too many requests: see `Retry-After`");
        problem(operation, 500, "A fault of ours; the log has it under `request_id`");
        problem(operation, 503, "The database cannot answer just now: see `Retry-After`");
    }
}

/// Adds a problem reply, unless the route describes that status itself.
fn problem(operation: &mut Operation, status: u16, description: &str) {
    operation.responses.responses.entry(status.to_string()).or_insert_with(|| problem_reply(description));
}

/// A problem reply.
pub(crate) fn problem_reply(description: &str) -> RefOr<Response> {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(Problem::name()))).build();
    ResponseBuilder::new().description(description).content(CONTENT_TYPE, content).build().into()
}
