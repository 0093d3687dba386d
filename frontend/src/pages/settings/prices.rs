//! To which stream and tier each price belongs. Until a price is mapped, its events wait.

use super::SettingsFrame;
use crate::api::plans;
use crate::components::{EmptyState, ErrorBox, SkeletonCard};
use crate::glance::drawn;
use crate::labels::counted;
use crate::pages::plans::{PriceItem, name_of};
use crate::query::{Query, use_query};
use crate::realtime::use_realtime;
use crate::routes;
use crm_types::Page;
use crm_types::plans::Price;
use leptos::prelude::*;

/// The page: what waits for a mapping comes first.
#[component]
pub fn PricesPage() -> impl IntoView {
    let realtime = use_realtime();
    let read = |url: &'static str| {
        use_query::<Page<Price>>(move || Some(url.to_owned()))
            .refresh_on(realtime.billing())
            .refresh_on(realtime.inbox())
    };
    let (unmapped, mapped) = (read(plans::UNMAPPED), read(plans::MAPPED));
    let changed = Callback::new(move |()| {
        unmapped.refresh();
        mapped.refresh();
    });
    view! {
        <SettingsFrame tab="Prices">
            <div class="grid">
                <section class="card c12" aria-labelledby="unmapped">
                    <header class="card__head card__head--line">
                        <h2 id="unmapped">"Not mapped"</h2>
                        <span class="card__sub">"subscriptions to these prices count in no figure yet"</span>
                    </header>
                    {drawn(move || prices(unmapped, changed, || view! {
                        <EmptyState icon="check" title="Every price is mapped"
                            text="A price that Stripe sends without a stream in its metadata shows up here."/>
                    }.into_any()))}
                </section>
                <section class="card c12" aria-labelledby="mapped">
                    <header class="card__head card__head--line"><h2 id="mapped">"Mapped"</h2>
                        <a class="end small" href=routes::PLANS>"All plans"</a>
                    </header>
                    {drawn(move || prices(mapped, changed, || view! {
                        <EmptyState icon="card" title="No prices yet"
                            text="Prices arrive with Stripe’s webhooks. Connect Stripe under Settings."/>
                    }.into_any()))}
                </section>
            </div>
        </SettingsFrame>
    }
}

fn prices(query: Query<Page<Price>>, changed: Callback<()>, empty: fn() -> AnyView) -> AnyView {
    match (query.map(|p| p.items.is_empty()), query.error().get()) {
        (Some(true), _) => empty(),
        (Some(false), _) => {
            let items = move || query.map(|p| p.items.clone()).unwrap_or_default();
            let rest = query.map(|p| usize::try_from(p.total).unwrap_or(0).saturating_sub(p.items.len())).unwrap_or(0);
            let rest = (rest > 0).then(|| {
                let words = counted(i64::try_from(rest).unwrap_or(i64::MAX), "more price", "more prices");
                view! { <p class="card__foot">{format!("{words} beyond these {}.", query.map(|p| p.items.len()).unwrap_or(0))}</p> }
            });
            let key = |p: &Price| (p.id.clone(), p.stream, p.tier, p.parked_events, p.subscribers);
            view! {
                <ul class="price-list">
                    <For each=items key=key children=move |price| view! {
                        <PriceItem name=name_of(&price) plan=routes::plan(&price.plan_id) open=price.stream.is_none() price=price changed=changed/>
                    }/>
                </ul>
                {rest}
            }
            .into_any()
        }
        (None, Some(error)) => {
            let retry = Callback::new(move |()| query.refresh());
            view! { <ErrorBox what="Prices" error=error on_retry=retry/> }.into_any()
        }
        (None, None) => view! { <SkeletonCard label="Loading prices"/> }.into_any(),
    }
}
