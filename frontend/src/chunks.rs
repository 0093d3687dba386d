//! Parts of the program that are loaded when a page needs them, so that the first page does not wait for the others.
//!
//! A function under `wasm_split` goes with everything that only it reaches into a file of its own. To put a page into a
//! chunk, draw it here and nowhere else.

use crate::api::ApiError;
use crate::components::ErrorBox;
use crate::pages::{
    AccountLinkPage, SetupPage, analytics, coaches, customers, mrr_movements, organizations, plans, revenue, settings,
    subscriptions, transactions,
};
use crate::palette::Palette;
use crate::shell::use_palette;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

type Loading<T> = Pin<Box<dyn Future<Output = Result<T, SplitLoaderError>>>>;

/// A page that is in a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// All customers.
    Customers,
    /// One customer.
    Customer,
    /// Customers out of a file: choosing one.
    Import,
    /// Customers out of a file: one that was sent.
    ImportFile,
    /// All organizations.
    Organizations,
    /// One organization.
    Organization,
    /// Who coaches.
    Coaches,
    /// One coach.
    Coach,
    /// All subscriptions.
    Subscriptions,
    /// One subscription.
    Subscription,
    /// All plans.
    Plans,
    /// One plan.
    Plan,
    /// Payments and refunds.
    Transactions,
    /// Shared revenue by month.
    RevenueMonths,
    /// Statements of coaches and organizations.
    RevenueStatements,
    /// One statement.
    RevenueStatement,
    /// The ledger of shared revenue.
    RevenueShares,
    /// The rules by which revenue is shared.
    RevenueRules,
    /// Payment fees and payout minimums.
    RevenueTerms,
    /// Months under other share rules.
    RevenueSimulator,
    /// Whether the ledgers add up.
    RevenueChecks,
    /// The MRR movement ledger.
    MrrMovements,
    /// The finance dashboard.
    Finance,
    /// Analytics: retention and cohorts.
    Retention,
    /// Analytics: what explains a change.
    Movements,
    /// Analytics: the revenue streams.
    Streams,
    /// Analytics: what is expected.
    Forecast,
    /// Settings: Stripe.
    Stripe,
    /// Settings: one Stripe event.
    Event,
    /// Settings: what webhooks missed.
    Healing,
    /// Settings: prices.
    Prices,
    /// Settings: policies.
    Policies,
    /// Settings: exchange rates.
    Currencies,
    /// Settings: profile fields.
    Profile,
    /// Settings: health.
    Health,
    /// Settings: who changed what.
    Audit,
    /// Settings: long work.
    Jobs,
    /// Settings: sessions.
    Sessions,
    /// Settings: who is on the staff.
    Team,
    /// Settings: how other programs log in.
    ApiKeys,
    /// The first account.
    Setup,
    /// An invitation is accepted, or a password set by a link.
    AccountLink,
    /// The command palette.
    Palette,
}

#[wasm_split(lists, wasm_split_path = ::leptos::wasm_split, preload(preload_lists), fallible)]
fn draw_list(page: Page) -> Result<AnyView, SplitLoaderError> {
    Ok(match page {
        Page::Customer => view! { <customers::CustomerPage/> }.into_any(),
        Page::Import => view! { <customers::ImportPage/> }.into_any(),
        Page::ImportFile => view! { <customers::ImportFilePage/> }.into_any(),
        Page::Organizations => view! { <organizations::OrganizationsPage/> }.into_any(),
        Page::Organization => view! { <organizations::OrganizationPage/> }.into_any(),
        Page::Coaches => view! { <coaches::CoachesPage/> }.into_any(),
        Page::Coach => view! { <coaches::CoachPage/> }.into_any(),
        Page::Subscriptions => view! { <subscriptions::SubscriptionsPage/> }.into_any(),
        Page::Subscription => view! { <subscriptions::SubscriptionPage/> }.into_any(),
        Page::Plans => view! { <plans::PlansPage/> }.into_any(),
        Page::Plan => view! { <plans::PlanPage/> }.into_any(),
        Page::Transactions => view! { <transactions::TransactionsPage/> }.into_any(),
        Page::RevenueMonths => view! { <revenue::MonthsPage/> }.into_any(),
        Page::RevenueStatements => view! { <revenue::StatementsPage/> }.into_any(),
        Page::RevenueStatement => view! { <revenue::StatementPage/> }.into_any(),
        Page::RevenueShares => view! { <revenue::SharesPage/> }.into_any(),
        Page::RevenueRules => view! { <revenue::RulesPage/> }.into_any(),
        Page::RevenueTerms => view! { <revenue::TermsPage/> }.into_any(),
        Page::RevenueSimulator => view! { <revenue::SimulatorPage/> }.into_any(),
        Page::RevenueChecks => view! { <revenue::ChecksPage/> }.into_any(),
        Page::MrrMovements => view! { <mrr_movements::MrrMovementsPage/> }.into_any(),
        _ => view! { <customers::CustomersPage/> }.into_any(),
    })
}

#[wasm_split(analytics, wasm_split_path = ::leptos::wasm_split, preload(preload_analytics), fallible)]
fn draw_analytics(page: Page) -> Result<AnyView, SplitLoaderError> {
    Ok(match page {
        Page::Retention => view! { <analytics::RetentionPage/> }.into_any(),
        Page::Movements => view! { <analytics::MovementsPage/> }.into_any(),
        Page::Streams => view! { <analytics::StreamsPage/> }.into_any(),
        Page::Forecast => view! { <analytics::ForecastPage/> }.into_any(),
        _ => view! { <analytics::FinancePage/> }.into_any(),
    })
}

#[wasm_split(settings, wasm_split_path = ::leptos::wasm_split, preload(preload_settings), fallible)]
fn draw_settings(page: Page) -> Result<AnyView, SplitLoaderError> {
    Ok(match page {
        Page::Event => view! { <settings::EventPage/> }.into_any(),
        Page::Healing => view! { <settings::HealingPage/> }.into_any(),
        Page::Prices => view! { <settings::PricesPage/> }.into_any(),
        Page::Policies => view! { <settings::PoliciesPage/> }.into_any(),
        Page::Currencies => view! { <settings::CurrenciesPage/> }.into_any(),
        Page::Profile => view! { <settings::ProfilePage/> }.into_any(),
        Page::Health => view! { <settings::HealthPage/> }.into_any(),
        Page::Audit => view! { <settings::AuditPage/> }.into_any(),
        Page::Jobs => view! { <settings::JobsPage/> }.into_any(),
        Page::Sessions => view! { <settings::SessionsPage/> }.into_any(),
        Page::Team => view! { <settings::TeamPage/> }.into_any(),
        Page::ApiKeys => view! { <settings::ApiKeysPage/> }.into_any(),
        _ => view! { <settings::StripePage/> }.into_any(),
    })
}

#[wasm_split(setup, wasm_split_path = ::leptos::wasm_split, preload(preload_setup), fallible)]
fn draw_setup(page: Page) -> Result<AnyView, SplitLoaderError> {
    Ok(match page {
        Page::AccountLink => view! { <AccountLinkPage/> }.into_any(),
        _ => view! { <SetupPage/> }.into_any(),
    })
}

#[wasm_split(palette, wasm_split_path = ::leptos::wasm_split, preload(preload_palette), fallible)]
fn draw_palette(_page: Page) -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <Palette open=use_palette()/> }.into_any())
}

impl Page {
    /// Whether it is one of the settings' tabs, which are a chunk of their own.
    fn is_setting(self) -> bool {
        use Page as P;
        matches!(
            self,
            P::Stripe
                | P::Event
                | P::Healing
                | P::Prices
                | P::Policies
                | P::Currencies
                | P::Profile
                | P::Health
                | P::Audit
                | P::Jobs
                | P::Sessions
                | P::Team
                | P::ApiKeys
        )
    }

    fn load(self) -> Loading<()> {
        match self {
            Self::Setup | Self::AccountLink => Box::pin(preload_setup()),
            Self::Palette => Box::pin(preload_palette()),
            Self::Finance | Self::Retention | Self::Movements | Self::Streams | Self::Forecast => {
                Box::pin(preload_analytics())
            }
            _ if self.is_setting() => Box::pin(preload_settings()),
            _ => Box::pin(preload_lists()),
        }
    }

    fn draw(self) -> Loading<AnyView> {
        match self {
            Self::Setup | Self::AccountLink => Box::pin(draw_setup(self)),
            Self::Palette => Box::pin(draw_palette(self)),
            Self::Finance | Self::Retention | Self::Movements | Self::Streams | Self::Forecast => {
                Box::pin(draw_analytics(self))
            }
            _ if self.is_setting() => Box::pin(draw_settings(self)),
            _ => Box::pin(draw_list(self)),
        }
    }

    /// The page, once its chunk is there; at once when it is there already.
    pub fn view(self) -> AnyView {
        let loaded = RwSignal::new(None::<bool>);
        let begin = move || {
            let mut loading = self.load();
            match poll_once(&mut loading) {
                Poll::Ready(result) => loaded.set(Some(result.is_ok())),
                Poll::Pending => {
                    loaded.set(None);
                    spawn_local(async move {
                        let result = loading.await;
                        loaded.try_set(Some(result.is_ok()));
                    });
                }
            }
        };
        begin();
        (move || match loaded.get() {
            None => view! { <p class="vh" role="status">"Loading"</p> }.into_any(),
            // Drawing is asynchronous only as far as loading is.
            Some(true) => match poll_once(&mut self.draw()) {
                Poll::Ready(Ok(view)) => view,
                _ => failed(begin),
            },
            Some(false) => failed(begin),
        })
        .into_any()
    }
}

/// Offline, or a release in the meantime has other chunks.
fn failed(retry: impl Fn() + Send + Sync + 'static) -> AnyView {
    let retry = Callback::new(move |()| retry());
    view! { <ErrorBox what="This page" error=ApiError::outdated() on_retry=retry/> }.into_any()
}

/// Loads the chunks of the other pages while nobody waits for them.
pub fn prefetch() {
    spawn_local(async {
        // What fails now is tried again when the page is opened.
        _ = preload_palette().await;
        _ = preload_lists().await;
        _ = preload_settings().await;
        _ = preload_analytics().await;
    });
}

fn poll_once<T>(future: &mut Loading<T>) -> Poll<Result<T, SplitLoaderError>> {
    future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}
