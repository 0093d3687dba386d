//! Settings: Stripe, prices, policies, profile, health, team, API keys, audit log, jobs, one's own account. Each tab is a page of its
//! own.

mod account;
mod api_keys;
mod audit;
mod event;
mod health;
mod inbox;
mod jobs;
mod policies;
mod prices;
mod profile;
mod second_factor;
mod sessions;
mod stripe;
mod team;

pub use api_keys::ApiKeysPage;
pub use audit::AuditPage;
pub use event::EventPage;
pub use health::HealthPage;
pub use jobs::JobsPage;
pub use policies::PoliciesPage;
pub use prices::PricesPage;
pub use profile::ProfilePage;
pub use sessions::SessionsPage;
pub use stripe::StripePage;
pub use team::TeamPage;

use crate::components::{RouteTabs, use_title};
use crate::routes;
use leptos::prelude::*;

/// The pages of the settings: path and name.
pub fn tabs() -> Vec<(&'static str, &'static str)> {
    vec![
        (routes::SETTINGS_STRIPE, "Stripe"),
        (routes::SETTINGS_PRICES, "Prices"),
        (routes::SETTINGS_POLICIES, "Policies"),
        (routes::SETTINGS_PROFILE, "Profile"),
        (routes::SETTINGS_HEALTH, "Health"),
        (routes::SETTINGS_TEAM, "Team"),
        (routes::SETTINGS_API_KEYS, "API keys"),
        (routes::SETTINGS_AUDIT, "Audit log"),
        (routes::SETTINGS_JOBS, "Jobs"),
        (routes::SETTINGS_SESSIONS, "Your account"),
    ]
}

/// Head and tabs around a tab's page.
#[component]
fn SettingsFrame(
    /// The tab's name, for the document's title.
    tab: &'static str,
    children: Children,
) -> impl IntoView {
    use_title(move || format!("{tab}, settings"));
    view! {
        <header class="page-head">
            <h1>"Settings"</h1>
            <RouteTabs label="Settings" tabs=tabs()/>
        </header>
        {children()}
    }
}
