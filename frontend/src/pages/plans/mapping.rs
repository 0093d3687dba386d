//! The form that maps a price, with what that would do to MRR.

use crate::api::{ApiError, plans};
use crate::components::{ActionButton, ErrorNote, FormErrors, Select, use_toasts};
use crate::format::{count, money};
use crate::glance::Glance;
use crate::labels::{self, counted};
use crate::pages::mrr_movements::stream_and_tier;
use crate::session::use_session;
use crm_types::accounts::Permission;
use crm_types::plans::{MappingPreview, PriceMapping, Stream, Tier};
use leptos::prelude::*;
use leptos::task::spawn_local;

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
                    let what = stream_and_tier(Some(change.stream), change.tier);
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
        format!(" Only the first {} are computed here.", count(preview.computed))
    } else {
        String::new()
    };
    let movements = match preview.rewritten {
        0 => " No movement changes.".to_owned(),
        n => format!(" The movements of {} are corrected.", counted(n, "customer", "customers")),
    };
    format!("{whom} this price, or had it.{waiting}{of_some}{movements}")
}

/// The form. It asks what the chosen mapping would do before it is saved.
#[component]
pub fn MappingForm(
    /// The price's id.
    id: String,
    /// What it is called, for the note that says that it is done.
    name: String,
    /// As it is mapped.
    stream: Option<Stream>,
    /// As it is mapped.
    tier: Option<Tier>,
    /// Called when it was mapped.
    changed: Callback<()>,
    /// Closed when it was mapped, or given up.
    open: RwSignal<bool>,
    /// Whether there is a mapping to go back to.
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
            <ErrorNote error=errors.general()/>
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
