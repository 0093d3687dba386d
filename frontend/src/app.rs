//! The root: what everything below shares, and which of log-in, set-up and the app itself is drawn.

use crate::api::{ApiError, accounts};
use crate::browser::Clock;
use crate::chunks::Page;
use crate::components::{ErrorBox, Notes, Toasts};
use crate::glance::Glance;
use crate::pages::NotFoundPage;
use crate::pages::dashboard::DashboardPage;
use crate::pages::login::{LoginDialog, LoginPage};
use crate::pages::settings::first_tab;
use crate::realtime::Realtime;
use crate::routes;
use crate::session::{Phase, Session, use_session};
use crate::shell::{Shell, Theme};
use crm_types::accounts::SetupStatus;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::{FlatRoutes, Redirect, Route, Router};
use leptos_router::hooks::use_location;
use leptos_router::path;
use wasm_bindgen::JsCast;

/// Where the page keeps its place for the app; a skeleton stands there until now.
const ROOT: &str = "app";

/// Draws the app in its place.
pub fn mount() {
    let Some(root) = document().get_element_by_id(ROOT) else { return };
    root.set_inner_html("");
    leptos::mount::mount_to(root.unchecked_into(), App).forget();
}

/// The app.
#[component]
pub fn App() -> impl IntoView {
    Clock::provide();
    Notes::provide();
    Theme::provide();
    let session = Session::provide();
    Realtime::provide(session);
    view! {
        <Router>
            <Gate/>
            <LoginDialog/>
        </Router>
        <Toasts/>
    }
}

/// Draws what the session allows.
#[component]
fn Gate() -> impl IntoView {
    let session = use_session();
    let phase = session.phase();
    let path = use_location().pathname;
    // Whoever is logged in here: the link says who comes in.
    let link =
        Memo::new(move |_| path.glance(|path| path.starts_with(routes::INVITE) || path.starts_with(routes::RESET)));
    move || match phase.get() {
        _ if link.get() => Page::AccountLink.view(),
        Phase::Starting => view! { <p class="vh" role="status">"Loading"</p> }.into_any(),
        Phase::Unreachable(error) => {
            let retry = Callback::new(move |()| session.begin());
            view! { <main class="page" id="main"><h1 class="vh">"Prometheus"</h1><ErrorBox what="Prometheus" error=error on_retry=retry/></main> }
                .into_any()
        }
        Phase::LoggedOut => view! { <Welcome/> }.into_any(),
        Phase::LoggedIn => view! { <Shell><Pages/></Shell> }.into_any(),
    }
}

/// Log-in, or set-up while there is nobody who could log in.
#[component]
fn Welcome() -> impl IntoView {
    let status = RwSignal::new(None::<Result<SetupStatus, ApiError>>);
    spawn_local(async move {
        let answer = accounts::setup_status().await;
        status.try_set(Some(answer));
    });
    move || match status.get() {
        None => ().into_any(),
        Some(Ok(status)) if status.needed => Page::Setup.view(),
        Some(Ok(status)) => view! { <LoginPage demo=status.demo/> }.into_any(),
        // The form works without knowing whether this is the demo.
        Some(Err(_)) => view! { <LoginPage demo=None/> }.into_any(),
    }
}

#[component]
fn Pages() -> impl IntoView {
    view! {
        <FlatRoutes fallback=|| view! { <NotFoundPage/> }.into_any()>
            <Route path=path!("/") view=|| view! { <DashboardPage/> }.into_any()/>
            <Route path=path!("/dashboard/finance") view=|| Page::Finance.view()/>
            <Route path=path!("/analytics") view=|| view! { <Redirect path=routes::ANALYTICS_RETENTION/> }.into_any()/>
            <Route path=path!("/analytics/retention") view=|| Page::Retention.view()/>
            <Route path=path!("/analytics/movements") view=|| Page::Movements.view()/>
            <Route path=path!("/analytics/streams") view=|| Page::Streams.view()/>
            <Route path=path!("/analytics/forecast") view=|| Page::Forecast.view()/>
            <Route path=path!("/login") view=|| view! { <Redirect path=routes::DASHBOARD/> }.into_any()/>
            <Route path=path!("/customers") view=|| Page::Customers.view()/>
            <Route path=path!("/customers/import") view=|| Page::Import.view()/>
            <Route path=path!("/customers/import/:id") view=|| Page::ImportFile.view()/>
            <Route path=path!("/customers/:id") view=|| Page::Customer.view()/>
            <Route path=path!("/organizations") view=|| Page::Organizations.view()/>
            <Route path=path!("/organizations/:id") view=|| Page::Organization.view()/>
            <Route path=path!("/coaches") view=|| Page::Coaches.view()/>
            <Route path=path!("/coaches/:id") view=|| Page::Coach.view()/>
            <Route path=path!("/subscriptions") view=|| Page::Subscriptions.view()/>
            <Route path=path!("/subscriptions/:id") view=|| Page::Subscription.view()/>
            <Route path=path!("/plans") view=|| Page::Plans.view()/>
            <Route path=path!("/plans/:id") view=|| Page::Plan.view()/>
            <Route path=path!("/transactions") view=|| Page::Transactions.view()/>
            <Route path=path!("/revenue") view=|| view! { <Redirect path=routes::REVENUE_MONTHS/> }.into_any()/>
            <Route path=path!("/revenue/months") view=|| Page::RevenueMonths.view()/>
            <Route path=path!("/revenue/statements") view=|| Page::RevenueStatements.view()/>
            <Route path=path!("/revenue/statements/:id") view=|| Page::RevenueStatement.view()/>
            <Route path=path!("/revenue/shares") view=|| Page::RevenueShares.view()/>
            <Route path=path!("/revenue/rules") view=|| Page::RevenueRules.view()/>
            <Route path=path!("/revenue/terms") view=|| Page::RevenueTerms.view()/>
            <Route path=path!("/revenue/simulator") view=|| Page::RevenueSimulator.view()/>
            <Route path=path!("/revenue/checks") view=|| Page::RevenueChecks.view()/>
            <Route path=path!("/mrr-movements") view=|| Page::MrrMovements.view()/>
            <Route path=path!("/settings") view=|| view! { <Redirect path=first_tab(use_session())/> }.into_any()/>
            <Route path=path!("/settings/stripe") view=|| Page::Stripe.view()/>
            <Route path=path!("/settings/stripe/:id") view=|| Page::Event.view()/>
            <Route path=path!("/settings/healing") view=|| Page::Healing.view()/>
            <Route path=path!("/settings/prices") view=|| Page::Prices.view()/>
            <Route path=path!("/settings/policies") view=|| Page::Policies.view()/>
            <Route path=path!("/settings/currencies") view=|| Page::Currencies.view()/>
            <Route path=path!("/settings/profile") view=|| Page::Profile.view()/>
            <Route path=path!("/settings/health") view=|| Page::Health.view()/>
            <Route path=path!("/settings/audit") view=|| Page::Audit.view()/>
            <Route path=path!("/settings/jobs") view=|| Page::Jobs.view()/>
            <Route path=path!("/settings/sessions") view=|| Page::Sessions.view()/>
            <Route path=path!("/settings/team") view=|| Page::Team.view()/>
            <Route path=path!("/settings/api-keys") view=|| Page::ApiKeys.view()/>
        </FlatRoutes>
    }
}
