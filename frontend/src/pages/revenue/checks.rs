//! The board of identities: what must always hold, and what the last check found. To look at it costs nothing; a job checks.

use super::RevenueHead;
use crate::api::revenue::{self, INVARIANTS};
use crate::components::{ActionButton, Ago, Badge, ErrorBox, Explain, SkeletonCard, use_toasts};
use crate::format::{self, count};
use crate::glance::drawn;
use crate::labels::{Tone, counted};
use crate::query::{Query, use_query};
use crate::realtime::use_realtime;
use crate::routes;
use crate::session::use_session;
use crm_types::accounts::Permission;
use crm_types::invariants::{Identity, Invariant, InvariantBoard};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The page.
#[component]
pub fn ChecksPage() -> impl IntoView {
    let query = use_query::<InvariantBoard>(|| Some(INVARIANTS.to_owned())).refresh_on(use_realtime().jobs());
    let retry = Callback::new(move |()| query.refresh());
    view! {
        <RevenueHead tab="Checks" action=view! { <CheckNow query=query/> }.into_any()/>
        {drawn(move || match (query.get(), query.error().get()) {
            (Some(board), _) => view! { <Board board=board/> }.into_any(),
            (None, Some(error)) => view! { <ErrorBox what="Checks" error=error on_retry=retry/> }.into_any(),
            (None, None) => view! { <section class="card"><SkeletonCard label="Loading the checks" lines=8/></section> }.into_any(),
        })}
    }
}

#[component]
fn CheckNow(query: Query<InvariantBoard>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let denied = Signal::stored(session.denied(Permission::RevenueWrite));
    let asked = RwSignal::new(false);
    let busy = Signal::derive(move || asked.get() || query.map(|board| board.job.is_some()).unwrap_or_default());
    // Until the board was read that knows of the check.
    let reads = query.is_busy();
    Effect::watch(
        move || reads.get(),
        move |reads, _, _| {
            if !reads {
                asked.set(false)
            }
        },
        false,
    );
    let press = Callback::new(move |()| {
        asked.set(true);
        spawn_local(async move {
            if let Err(error) = revenue::check(session).await {
                toasts.failed(format!("Not checked: {}", error.detail()));
            }
            query.refresh();
        });
    });
    view! { <ActionButton label="Check now".to_owned() class="btn--primary" busy=busy denied=denied on_press=press/> }
}

#[component]
fn Board(board: InvariantBoard) -> impl IntoView {
    let checked_at = board.checked_at;
    let wrong = board.identities.iter().filter(|one| one.wrong > 0).count();
    let (tone, verdict) = match (checked_at, wrong) {
        (None, _) => (Tone::Neutral, "Not checked so far".to_owned()),
        (Some(_), 0) => (Tone::Positive, "All of it adds up".to_owned()),
        (Some(_), n) => {
            (Tone::Negative, format!("{} not hold", if n == 1 { "1 does".into() } else { format!("{n} do") }))
        }
    };
    let when = checked_at.map(|at| view! { <span>"Checked "<Ago at=Signal::stored(Some(at))/></span> });
    let running = board.job.as_ref().map(|job| match job.total {
        Some(total) => format!("Checking: {} of {} done", count(job.done), count(total)),
        None => "A check waits for its turn".to_owned(),
    });
    view! {
        <section class="card" aria-labelledby="identities">
            <header class="card__head card__head--line">
                <h2 id="identities">"What must always hold"</h2>
                <Explain id="checks-how" of="A check">
                    <p>"A check compares all of history: every payment, share, statement and movement, each identity in one statement of the database. That takes a moment, so a job does it; this board shows what it found last. Once there was a first check, it is repeated every day."</p>
                    <p>"The database refuses most of what would break an identity when it is written. The board is for what it cannot refuse."</p>
                </Explain>
                <div class="end row row--wrap small">{when}<Badge text=verdict tone=tone dot=true/></div>
            </header>
            // There before its words, or screen readers would miss them.
            <p class="idents__run small muted" role="status">{running}</p>
            <ul class="idents">{board.identities.into_iter().map(|one| view! { <One one=one/> }).collect_view()}</ul>
        </section>
    }
}

#[component]
fn One(one: Invariant) -> impl IntoView {
    let (name, how, of, href) = words(one.identity);
    let (tone, state) = match (one.checked_at, one.wrong) {
        (None, _) => (Tone::Neutral, "Not checked"),
        (Some(_), 0) => (Tone::Positive, "Holds"),
        _ => (Tone::Negative, "Does not hold"),
    };
    let off = one.differences.iter().map(|money| format::money(*money)).collect::<Vec<_>>().join(", ");
    let off = if off.is_empty() { format::MISSING.to_owned() } else { off };
    // Before the first check there is nothing to say of it.
    let found = one.checked_at.map(|_| {
        let compared = format!("{} compared, {} off", counted(one.compared, of.0, of.1), count(one.wrong));
        view! {
            <dt class="vh">"Difference"</dt><dd class="num"><b>{off}</b></dd>
            <dt class="vh">"Compared"</dt><dd class="small muted">{compared}</dd>
        }
    });
    view! {
        <li class="idents__one">
            <div>
                <h3><a href=href>{name}</a></h3>
                <p class="small muted">{how}</p>
            </div>
            <dl class="idents__found">
                <dt class="vh">"State"</dt><dd><Badge text=state tone=tone dot=true/></dd>
                {found}
            </dl>
        </li>
    }
}

/// Name, how it is computed, what is counted, and where the rows are.
const fn words(identity: Identity) -> (&'static str, &'static str, (&'static str, &'static str), &'static str) {
    match identity {
        Identity::SharesAddUp => (
            "The parts of every share add up",
            "Coach, organization and platform together are what is shared, on every row of the ledger.",
            ("share", "shares"),
            routes::REVENUE_SHARES,
        ),
        Identity::SharesNotNegative => (
            "No more goes back than was shared",
            "Over all rows of a payment, refunds and disputes never take more than the payment brought.",
            ("payment", "payments"),
            routes::REVENUE_SHARES,
        ),
        Identity::MonthsAreTheLedger => (
            "Months are the ledger’s",
            "What a month shows of paid, shared and each part is the sum of its rows.",
            ("month", "months"),
            routes::REVENUE_MONTHS,
        ),
        Identity::PartiesAreTheLedger => (
            "What each party has by month is the ledger’s",
            "What a coach or organization earned and gave back in a month is the sum of their rows.",
            ("party’s month", "parties’ months"),
            routes::REVENUE_STATEMENTS,
        ),
        Identity::StatementsAreTheirRows => (
            "Statements are their rows",
            "Earned and went back of each closed statement together are the sum of its rows.",
            ("statement", "statements"),
            routes::REVENUE_STATEMENTS,
        ),
        Identity::BalancesAreCarried => (
            "Balances are carried",
            "What a statement carries forward is what the next closed month begins with.",
            ("statement", "statements"),
            routes::REVENUE_STATEMENTS,
        ),
        Identity::RefundsWithinPayments => (
            "No more went back than was paid",
            "Refunds and disputes of each payment against the payment.",
            ("payment", "payments"),
            routes::TRANSACTIONS,
        ),
        Identity::MrrIsMovements => (
            "MRR is the sum of all movements",
            "New, reactivation, expansion, contraction and churn together are what all subscriptions pay a month.",
            ("currency", "currencies"),
            routes::MRR_MOVEMENTS,
        ),
        Identity::MovementsAreTheirLines => (
            "Movements are their lines",
            "Each movement is the sum of its parts by stream and tier.",
            ("movement", "movements"),
            routes::MRR_MOVEMENTS,
        ),
        Identity::DaysAreTheLedger => (
            "MRR by day is the ledger’s",
            "What the charts read, by day, movement, stream and tier, is the sum of the movements.",
            ("sum", "sums"),
            routes::MRR_MOVEMENTS,
        ),
    }
}
