//! The examples of the OpenAPI document are what the routes really answer with.

use crm_api::app;
use crm_types::Page;
use crm_types::analytics::{MovementSummary, MrrSeries, Overview};
use crm_types::analytics_forecast::ForecastReport;
use crm_types::analytics_payments::{PaymentReport, RecognisedReport};
use crm_types::analytics_retention::{ChurnReport, CohortReport, LtvReport, TrialReport};
use crm_types::analytics_streams::{BridgeReport, StreamsReport};
use crm_types::api_keys::NewApiKey;
use crm_types::billing::{InboxStats, ReplayReply, ReplayRequest, StripeEvent, Transaction};
use crm_types::coaching::{Coach, CoachingEnd, CoachingRelationship, NewCoachingRelationship};
use crm_types::customers::Customer;
use crm_types::exchange_rates::{
    ExchangeRate, ExchangeRateSettings, ExchangeRateSettingsPatch, NewExchangeRate, RateCoverage, RateImport,
};
use crm_types::interactions::{Interaction, NewInteraction, TimelineEntry};
use crm_types::mrr::MrrMovement;
use crm_types::organizations::{NewOrganization, Organization, OrganizationPatch};
use crm_types::plans::{Plan, Price, PriceMapping};
use crm_types::settings::{AccountSettings, AccountSettingsPatch, PolicyChange, PolicyPreview};
use crm_types::stripe_actions::{
    ChangePreview, NewRefund, NewStripeSubscription, StripeAction, StripeCoupon, SubscriptionCancellation,
    SubscriptionChange,
};
use crm_types::subscriptions::{Subscription, SubscriptionDetails};
use crm_types::system::SystemHealth;
use crm_types::users::{NewUserAccount, UserAccountPatch};
use crm_types::views::{NewView, SavedView, ViewPatch};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;

/// Reads an example as what it is an example of: nothing is missing, nothing has a value that cannot be. Writes it again:
/// nothing is there that has no field.
fn check<T: DeserializeOwned + Serialize>(pointer: &str) {
    let document = serde_json::to_value(app::document()).unwrap();
    let example = document.pointer(pointer).unwrap_or_else(|| panic!("no example at {pointer}"));
    let read: T = serde_json::from_value(example.clone()).unwrap_or_else(|error| panic!("{pointer}: {error}"));
    let written = serde_json::to_value(read).unwrap();
    assert_fields(example, &written, pointer);
}

fn assert_fields(example: &Value, written: &Value, place: &str) {
    match (example, written) {
        (Value::Object(example), Value::Object(written)) => {
            for (name, value) in example {
                let place = format!("{place} > {name}");
                assert_fields(value, written.get(name).unwrap_or_else(|| panic!("{place} is no field")), &place);
            }
        }
        (Value::Array(example), Value::Array(written)) => {
            example.iter().zip(written).for_each(|(a, b)| assert_fields(a, b, place));
        }
        _ => {}
    }
}

fn reply<T: DeserializeOwned + Serialize>(path: &str, method: &str) {
    let path = path.replace('/', "~1");
    check::<T>(&format!("/paths/{path}/{method}/responses/200/content/application~1json/example"));
}

fn body<T: DeserializeOwned + Serialize>(path: &str, method: &str) {
    let path = path.replace('/', "~1");
    check::<T>(&format!("/paths/{path}/{method}/requestBody/content/application~1json/example"));
}

#[test]
fn examples_are_what_routes_take_and_give() {
    reply::<Overview>("/api/analytics/overview", "get");
    reply::<MrrSeries>("/api/analytics/mrr", "get");
    reply::<MovementSummary>("/api/analytics/movements", "get");
    reply::<ForecastReport>("/api/analytics/forecast", "get");
    reply::<ChurnReport>("/api/analytics/churn", "get");
    reply::<LtvReport>("/api/analytics/ltv", "get");
    reply::<TrialReport>("/api/analytics/trials", "get");
    reply::<CohortReport>("/api/analytics/cohorts", "get");
    reply::<StreamsReport>("/api/analytics/streams", "get");
    reply::<BridgeReport>("/api/analytics/bridge", "get");
    reply::<PaymentReport>("/api/analytics/payments", "get");
    reply::<Page<ExchangeRate>>("/api/exchange-rates", "get");
    body::<NewExchangeRate>("/api/exchange-rates/{currency}/{day}", "put");
    reply::<RateImport>("/api/exchange-rates/import", "post");
    reply::<ExchangeRateSettings>("/api/exchange-rates/settings", "get");
    body::<ExchangeRateSettingsPatch>("/api/exchange-rates/settings", "patch");
    reply::<Vec<RateCoverage>>("/api/exchange-rates/coverage", "get");
    body::<PolicyChange>("/api/settings/policies/preview", "post");
    reply::<PolicyPreview>("/api/settings/policies/preview", "post");
    reply::<RecognisedReport>("/api/analytics/recognised", "get");
    reply::<Page<Customer>>("/api/customers", "get");
    body::<NewStripeSubscription>("/api/subscriptions", "post");
    reply::<StripeAction>("/api/subscriptions", "post");
    body::<SubscriptionChange>("/api/subscriptions/{id}/change/preview", "post");
    reply::<ChangePreview>("/api/subscriptions/{id}/change/preview", "post");
    body::<SubscriptionCancellation>("/api/subscriptions/{id}/cancel", "post");
    body::<NewRefund>("/api/transactions/{id}/refund", "post");
    reply::<Page<StripeAction>>("/api/stripe-actions", "get");
    reply::<Vec<StripeCoupon>>("/api/stripe/coupons", "get");
    reply::<Page<Organization>>("/api/organizations", "get");
    body::<NewOrganization>("/api/organizations", "post");
    body::<OrganizationPatch>("/api/organizations/{id}", "patch");
    reply::<Page<Coach>>("/api/coaches", "get");
    reply::<Page<Interaction>>("/api/customers/{id}/interactions", "get");
    body::<NewInteraction>("/api/customers/{id}/interactions", "post");
    reply::<Page<TimelineEntry>>("/api/customers/{id}/timeline", "get");
    reply::<Page<CoachingRelationship>>("/api/coaching-relationships", "get");
    body::<NewCoachingRelationship>("/api/coaching-relationships", "post");
    body::<CoachingEnd>("/api/coaching-relationships/{id}/end", "post");
    reply::<Page<Subscription>>("/api/subscriptions", "get");
    reply::<SubscriptionDetails>("/api/subscriptions/{id}", "get");
    reply::<Page<Transaction>>("/api/transactions", "get");
    reply::<Page<MrrMovement>>("/api/mrr-movements", "get");
    reply::<Page<StripeEvent>>("/api/stripe-events", "get");
    reply::<InboxStats>("/api/stripe-events/stats", "get");
    reply::<ReplayReply>("/api/stripe-events/replay", "post");
    reply::<Page<Plan>>("/api/plans", "get");
    reply::<Page<Price>>("/api/prices", "get");
    reply::<Price>("/api/prices/{id}", "get");
    reply::<AccountSettings>("/api/settings", "get");
    reply::<SystemHealth>("/api/system/health", "get");
    body::<NewUserAccount>("/api/users", "post");
    body::<UserAccountPatch>("/api/users/{id}", "patch");
    body::<NewApiKey>("/api/api-keys", "post");
    reply::<BTreeMap<String, Vec<SavedView>>>("/api/views", "get");
    body::<NewView>("/api/views", "post");
    body::<ViewPatch>("/api/views/{id}", "patch");
    body::<ReplayRequest>("/api/stripe-events/replay", "post");
    body::<PriceMapping>("/api/prices/{id}/mapping", "put");
    body::<AccountSettingsPatch>("/api/settings", "patch");
}
