//! Settings: Stripe, healing, prices, policies, currencies, profile, health, team, API keys, audit log, jobs, one's own account.
//! Each tab is a page of its own.

mod account;
mod api_keys;
mod audit;
mod currencies;
mod event;
mod healing;
mod health;
mod inbox;
mod jobs;
mod policies;
mod policy_preview;
mod prices;
mod profile;
mod second_factor;
mod sessions;
mod stripe;
mod team;

pub use api_keys::ApiKeysPage;
pub use audit::AuditPage;
pub use currencies::CurrenciesPage;
pub use event::EventPage;
pub use healing::HealingPage;
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
use crate::session::{Session, use_session};
use crm_types::accounts::Permission;
use leptos::prelude::*;

/// A tab: its path, its name, and what must be granted to read anything there; none when everybody may.
type Tab = (&'static str, &'static str, Option<Permission>);

const TABS: [Tab; 12] = [
    (routes::SETTINGS_STRIPE, "Stripe", Some(Permission::StripeRead)),
    (routes::SETTINGS_HEALING, "Healing", Some(Permission::StripeRead)),
    (routes::SETTINGS_PRICES, "Prices", Some(Permission::PlansRead)),
    (routes::SETTINGS_POLICIES, "Policies", Some(Permission::SettingsRead)),
    (routes::SETTINGS_CURRENCIES, "Currencies", Some(Permission::SettingsRead)),
    (routes::SETTINGS_PROFILE, "Profile", Some(Permission::CustomersRead)),
    (routes::SETTINGS_HEALTH, "Health", Some(Permission::SystemRead)),
    (routes::SETTINGS_TEAM, "Team", Some(Permission::UsersRead)),
    (routes::SETTINGS_API_KEYS, "API keys", Some(Permission::ApiKeysRead)),
    (routes::SETTINGS_AUDIT, "Audit log", Some(Permission::AuditRead)),
    (routes::SETTINGS_JOBS, "Jobs", None),
    (routes::SETTINGS_SESSIONS, "Your account", None),
];

/// The pages of the settings of which the user may read something: path and name.
pub fn tabs(session: Session) -> Vec<(&'static str, &'static str)> {
    let may = |tab: &Tab| tab.2.is_none_or(|permission| session.may(permission));
    TABS.into_iter().filter(may).map(|(path, name, _)| (path, name)).collect()
}

/// Where the settings begin: the first page that the user may read.
pub fn first_tab(session: Session) -> &'static str {
    tabs(session).first().map_or(routes::SETTINGS_SESSIONS, |(path, _)| path)
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
            <RouteTabs label="Settings" tabs=tabs(use_session())/>
        </header>
        {children()}
    }
}
