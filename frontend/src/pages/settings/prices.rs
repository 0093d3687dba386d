//! To which stream and tier each price belongs. Until a price is mapped, its events wait.

use super::SettingsFrame;
use crate::api::{ApiError, plans};
use crate::components::{
    ActionButton, Badge, EmptyState, ErrorBox, ErrorNote, FormErrors, Moment, Select, SkeletonCard, use_toasts,
};
use crate::format::{MISSING, count, money};
use crate::glance::{Glance, drawn};
use crate::labels::{self, Tone, counted};
use crate::query::{Query, use_query};
use crate::realtime::use_realtime;
use crate::routes;
use crate::session::use_session;
use crm_types::Page;
use crm_types::accounts::Permission;
use crm_types::plans::{MappingPreview, Price, PriceMapping, Stream};
use leptos::prelude::*;
use leptos::task::spawn_local;

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
                    <header class="card__head card__head--line"><h2 id="mapped">"Mapped"</h2></header>
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
            let key = |p: &Price| (p.id.clone(), p.stream, p.tier, p.parked_events, p.subscriptions);
            view! {
                <ul class="price-list">
                    <For each=items key=key children=move |price| view! { <PriceItem price=price changed=changed/> }/>
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

#[component]
fn PriceItem(price: Price, changed: Callback<()>) -> impl IntoView {
    let name = name_of(&price);
    let open = RwSignal::new(price.stream.is_none());
    let mapped = price.stream.is_some();
    let now = match price.stream {
        Some(stream) => crate::pages::mrr_movements::stream_and_tier(Some(stream), price.tier),
        None => MISSING.into(),
    };
    let parked = (price.parked_events > 0).then(|| {
        let words = counted(price.parked_events, "parked event", "parked events");
        view! { <Badge text=words tone=Tone::Warning dot=true/> }
    });
    let users = routes::list(routes::SUBSCRIPTIONS, &[("price_id", &price.id)]);
    let id = price.id.clone();
    view! {
        <li class="price">
            <div class="price__what">
                <h3>{name.clone()}</h3>
                <p class="small muted">
                    {cost(&price)}" · "<span class="mono">{price.id.clone()}</span>
                    " · "<a href=users>{format!("{} subscriptions", count(price.subscriptions))}</a>
                    " · heard of "<Moment at=Some(price.updated_at)/>
                </p>
            </div>
            <div class="row row--wrap">
                {parked}
                {(!price.active).then(|| view! { <Badge text="Archived at Stripe"/> })}
                {mapped.then(|| view! { <span class="strong">{now}</span> })}
                {price.mapped_by.map(|by| view! { <span class="small muted">{labels::mapping_source(by)}</span> })}
            </div>
            <Show
                when=move || open.get()
                fallback=move || view! {
                    <button class="btn btn--sm push" type="button" on:click=move |_| open.set(true)>"Change mapping"</button>
                }
            >
                <MappingForm id=id.clone() name=name.clone() stream=price.stream tier=price.tier changed=changed open=open
                    mapped=mapped/>
            </Show>
        </li>
    }
}

fn name_of(price: &Price) -> String {
    match (&price.product_name, &price.nickname) {
        (Some(product), Some(nickname)) => format!("{product}, {nickname}"),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => price.id.clone(),
    }
}

/// `$19.00 a month`, `tiered in USD, every 3 months`, `$5.00 once`.
fn cost(price: &Price) -> String {
    let amount =
        price.unit_amount.map_or_else(|| format!("tiered in {}", price.currency.code().to_ascii_uppercase()), money);
    match price.interval {
        Some(interval) => format!("{amount} {}", labels::every(interval, price.interval_count)),
        None => format!("{amount} once"),
    }
}

/// What the chosen mapping would do, asked for whenever another is chosen.
#[derive(Clone, Copy)]
struct Preview(RwSignal<Option<Result<MappingPreview, ApiError>>>);

impl Preview {
    fn of(id: String, mapping: Signal<Option<PriceMapping>>) -> Self {
        let session = use_session();
        let answer = RwSignal::new(None);
        Effect::new(move |_| {
            let wanted = mapping.get();
            answer.set(None);
            let Some(chosen) = wanted.clone() else { return };
            let id = id.clone();
            spawn_local(async move {
                let reply = plans::preview(session, &id, &chosen).await;
                // Another one may have been chosen meanwhile, or the form closed.
                if mapping.try_get_untracked().is_some_and(|now| now == wanted) {
                    answer.try_set(Some(reply));
                }
            });
        });
        Self(answer)
    }

    fn view(self) -> AnyView {
        match self.0.get() {
            None => ().into_any(),
            Some(Err(error)) => {
                view! { <p class="small muted">{format!("No preview: {}", error.detail())}</p> }.into_any()
            }
            Some(Ok(preview)) => {
                let rows = preview.changes.iter().map(|change| {
                    let what = crate::pages::mrr_movements::stream_and_tier(Some(change.stream), change.tier);
                    view! { <li>{what}": "<b>{money(change.before)}</b>" becomes "<b>{money(change.after)}</b>" MRR"</li> }
                });
                view! {
                    <p class="small">{told(&preview)}</p>
                    <ul class="small">{rows.collect_view()}</ul>
                }
                .into_any()
            }
        }
    }
}

/// Whom it touches, in a sentence.
fn told(preview: &MappingPreview) -> String {
    let whom = counted(preview.customers, "customer has", "customers have");
    let waiting = match preview.waiting_events {
        0 => String::new(),
        n => format!(" {} for it and will be applied.", counted(n, "event waits", "events wait")),
    };
    let of_some = if preview.computed < preview.customers {
        format!(" Computed for the first {}:", count(preview.computed))
    } else {
        String::new()
    };
    let movements = match preview.rewritten {
        0 => " No movement changes.".to_owned(),
        n => format!(" The movements of {} are corrected.", counted(n, "customer", "customers")),
    };
    format!("{whom} this price, or had it.{waiting}{of_some}{movements}")
}

#[component]
fn MappingForm(
    id: String,
    name: String,
    stream: Option<Stream>,
    tier: Option<crm_types::plans::Tier>,
    changed: Callback<()>,
    open: RwSignal<bool>,
    mapped: bool,
) -> impl IntoView {
    let session = use_session();
    let toasts = use_toasts();
    let stream = RwSignal::new(stream.map(|s| s.to_string()).unwrap_or_default());
    let tier = RwSignal::new(tier.map(|t| t.to_string()).unwrap_or_default());
    let errors = FormErrors::new();
    let busy = RwSignal::new(false);
    let individual = move || stream.glance(|s| s == Stream::Rev1Individual.as_str());
    let mapping = move || {
        let stream = stream.get().parse::<Stream>().ok()?;
        let tier = tier.get().parse().ok().filter(|_| stream == Stream::Rev1Individual);
        (stream != Stream::Rev1Individual || tier.is_some()).then_some(PriceMapping { stream, tier })
    };
    let denied = Signal::derive(move || {
        session.denied(Permission::PlansWrite).or_else(|| {
            mapping().is_none().then(|| if individual() { "Choose a tier." } else { "Choose a stream." }.to_owned())
        })
    });
    let preview = Preview::of(id.clone(), Signal::derive(mapping));
    let (stream_id, tier_id) = (format!("{id}-stream"), format!("{id}-tier"));
    let save = Callback::new(move |()| {
        let Some(mapping) = mapping() else { return };
        let (id, name) = (id.clone(), name.clone());
        busy.set(true);
        spawn_local(async move {
            match plans::map_price(session, &id, &mapping).await {
                Ok(reply) => {
                    toasts.done(format!(
                        "{name} mapped: released {}, recomputing {}",
                        counted(reply.released_events, "event", "events"),
                        counted(reply.customers_to_recompute, "customer", "customers"),
                    ));
                    open.try_set(false);
                    changed.run(());
                }
                Err(error) => drop(errors.0.try_set(Some(error))),
            }
            busy.try_set(false);
        });
    });
    view! {
        <form class="price__form" on:submit=move |ev| { ev.prevent_default(); if denied.with_untracked(Option::is_none) { save.run(()) } }>
            <ErrorNote error=errors.0/>
            <Select id=stream_id label="Stream" value=stream choices=labels::streams() none="Choose"
                on_change=Callback::new(move |v| stream.set(v)) error=errors.of("stream")/>
            <Show when=individual>
                <Select id=tier_id.clone() label="Tier" value=tier choices=labels::tiers() none="Choose"
                    on_change=Callback::new(move |v| tier.set(v)) error=errors.of("tier")/>
            </Show>
            <div class="price__preview" aria-live="polite">{move || preview.view()}</div>
            <div class="row">
                <ActionButton label="Map price".to_owned() class="btn--primary" on_press=save busy=busy denied=denied/>
                {mapped.then(|| view! {
                    <button class="btn btn--ghost" type="button" on:click=move |_| open.set(false)>"Cancel"</button>
                })}
            </div>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crm_types::plans::Interval;
    use crm_types::{Currency, Money};

    #[test]
    fn prices_say_what_they_cost() {
        let mut price = Price {
            id: "price_1".into(),
            product_id: None,
            product_name: Some("Standard".into()),
            nickname: None,
            unit_amount: Some(Money::new(1900, Currency::USD)),
            currency: Currency::USD,
            interval: Some(Interval::Month),
            interval_count: 1,
            active: true,
            stream: None,
            tier: None,
            mapped_by: None,
            parked_events: 0,
            subscriptions: 0,
            updated_at: chrono::DateTime::UNIX_EPOCH,
        };
        assert_eq!((name_of(&price).as_str(), cost(&price).as_str()), ("Standard", "$19.00 a month"));
        price.nickname = Some("EU".into());
        price.unit_amount = None;
        price.interval_count = 3;
        assert_eq!((name_of(&price).as_str(), cost(&price).as_str()), ("Standard, EU", "tiered in USD every 3 months"));
        price.interval = None;
        assert_eq!(cost(&price), "tiered in USD once");
    }
}
