//! The chips of the filters in force, the panel that sets them, and the search field.

use super::display::Display;
use super::filter::{major, minor, toggled};
use super::{Filter, FilterKind, List};
use crate::api::users::{USERS, Users};
use crate::browser;
use crate::components::{
    CURRENCIES, Check, Icon, Reference, ReferenceField, Select, UserSelect, place_popover, use_reference,
};
use crate::glance::{Glance, live};
use crate::params::Params;
use crate::query::{Query, use_query};
use crm_types::Currency;
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::JsCast;

/// Typing pauses this long before the list follows.
const TYPING: Duration = Duration::from_millis(250);
const PANEL: &str = "filter-panel";
/// The search field; `/` goes there.
pub const SEARCH: &str = "list-search";

/// What the ids in filters are called.
#[derive(Clone, Copy)]
pub struct FilterNames {
    users: Query<Users>,
    references: StoredValue<Vec<(&'static str, Signal<Reference>)>>,
}

impl FilterNames {
    /// Reads the names that a list's filters may need.
    pub fn of(list: List) -> Self {
        let by_user = list.spec.filters.iter().any(|f| matches!(f.kind, FilterKind::User));
        let users = use_query::<Users>(move || by_user.then(|| USERS.into()));
        let references = list.spec.filters.iter().filter_map(|filter| match filter.kind {
            FilterKind::Reference(target) => Some((filter.key, use_reference(target, value_of(list, filter.key)))),
            _ => None,
        });
        Self { users, references: StoredValue::new(references.collect()) }
    }

    /// The filters in force, in words: name, what stands before the value, and the value.
    pub fn active(self, list: List) -> Vec<(&'static str, (String, String))> {
        list.params.glance(|p| {
            let currency = currency_of(p);
            list.spec.active(p).into_iter().map(|(f, v)| (f.key, self.words(f, v, currency))).collect()
        })
    }

    fn words(self, filter: &Filter, value: &str, currency: Option<Currency>) -> (String, String) {
        let (before, value_itself) = filter.words(value, currency);
        let name = match filter.kind {
            FilterKind::Reference(_) => {
                let find =
                    |all: &Vec<(&str, Signal<Reference>)>| all.iter().find(|(key, _)| *key == filter.key).map(|f| f.1);
                self.references.with_value(find).map(|named| named.get().name).unwrap_or_default()
            }
            FilterKind::User => self.users.map(|users| users.name_of(value)).unwrap_or_else(|| "…".into()),
            _ => value_itself,
        };
        (before, name)
    }
}

/// Search, chips, and a button for the panel.
#[component]
pub fn FilterBar(list: List, names: FilterNames) -> impl IntoView {
    let settable = list.spec.filters.iter().any(|f| !matches!(f.kind, FilterKind::Link));
    let active = move || names.active(list);
    let chip = move |(key, (before, value)): (&'static str, (String, String))| {
        let remove = format!("Remove filter: {before}{value}");
        view! {
            <span class="chip">
                <button type="button" popovertarget=PANEL aria-haspopup="dialog">
                    <span>{before}<b>{value}</b></span>
                </button>
                <button type="button" aria-label=remove
                    on:click=move |_| {
                        list.filter(|p| p.with(key, ""));
                        browser::focus("filter-add");
                    }>
                    <Icon name="x" small=true/>
                </button>
            </span>
        }
    };
    view! {
        <div class="toolbar toolbar--scroll toolbar--filters" role="group" aria-label="Filters">
            {(!list.spec.search.is_empty()).then(|| view! { <Search list=list/> })}
            <For each=active key=Clone::clone children=chip/>
            <Sort list=list/>
            {settable.then(|| view! {
                <span class="chip chip--add">
                    <button type="button" id="filter-add" popovertarget=PANEL aria-haspopup="dialog">
                        <Icon name="plus" small=true/>"Filter"
                    </button>
                </span>
            })}
            <Show when=move || { active().len() > 1 }>
                <button class="btn btn--ghost btn--sm" type="button" on:click=move |_| clear(list)>"Clear all"</button>
            </Show>
            <div class="toolbar__end only-desk"><Display list=list/></div>
        </div>
        {settable.then(|| view! { <Panel list=list/> })}
    }
}

/// The order, on a phone, whose cards have no heads to press.
#[component]
fn Sort(list: List) -> impl IntoView {
    let sort = live(move || list.params.glance(|p| list.spec.sort_of(p).to_owned()));
    let orders = list.spec.columns.iter().flat_map(|c| [(c.sort.0, c.label, "↑"), (c.sort.1, c.label, "↓")]);
    let orders = orders.filter(|(order, ..)| !order.is_empty()).map(|(order, label, way)| {
        view! { <option value=order selected=live(move || sort.get() == order)>{format!("{label} {way}")}</option> }
    });
    let choose = move |ev| {
        let order = event_target_value(&ev);
        list.filter(|p| p.with("sort", &order));
    };
    view! {
        <select class="input input--fit only-phone" aria-label="Sort by" on:change=choose>{orders.collect_view()}</select>
    }
}

/// The currency that is filtered by.
pub fn currency_of(params: &Params) -> Option<Currency> {
    params.get("currency").and_then(Currency::parse)
}

/// Takes all filters and the search out.
pub fn clear(list: List) {
    let keys: Vec<&str> = list.spec.filters.iter().map(|f| f.key).chain(["q"]).collect();
    list.filter(|p| p.without(&keys));
}

#[component]
fn Search(list: List) -> impl IntoView {
    let turn = StoredValue::new(0_u32);
    let asked = live(move || list.params.glance(|p| p.get("q").unwrap_or_default().to_owned()));
    let typed = move |text: String| {
        let mine = turn.get_value().wrapping_add(1);
        turn.set_value(mine);
        set_timeout(
            move || {
                // Typed on, or gone to another page.
                if turn.try_get_value() == Some(mine) {
                    list.filter_quietly(|p| p.with("q", text.trim()));
                }
            },
            TYPING,
        );
    };
    view! {
        <div class="affix search-field">
            <span aria-hidden="true"><Icon name="search"/></span>
            <input class="input" type="search" id=SEARCH aria-label=format!("Search {}: {}", list.spec.many, list.spec.search)
                placeholder=list.spec.search title="Press / to search"
                prop:value=asked
                // The browser clears it; then the keys are the list's again.
                on:keydown=move |ev| if ev.key() == "Escape" { blur(&ev) }
                on:input=move |ev| typed(event_target_value(&ev))/>
        </div>
    }
}

fn blur(event: &web_sys::KeyboardEvent) {
    if let Some(field) = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlElement>().ok()) {
        // Fails only when it has left the page.
        let _ = field.blur();
    }
}

/// All filters of the list as form fields; each takes effect at once.
#[component]
fn Panel(list: List) -> impl IntoView {
    let fields = list.spec.filters.iter().map(|f| field(list, f)).collect_view();
    view! {
        <div class="menu filter-panel" id=PANEL popover="auto" role="dialog" aria-label=format!("Filter {}", list.spec.many)
            on:beforetoggle=move |ev| place_popover(&ev)>
            {fields}
            <div class="row row--end">
                <button class="btn btn--ghost btn--sm" type="button" on:click=move |_| clear(list)>"Clear all"</button>
                <button class="btn btn--sm" type="button" popovertarget=PANEL>"Done"</button>
            </div>
        </div>
    }
}

/// What a filter is set to.
fn value_of(list: List, key: &'static str) -> Signal<String> {
    live(move || list.params.glance(|p| p.get(key).unwrap_or_default().to_owned()))
}

fn field(list: List, filter: &'static Filter) -> AnyView {
    let key = filter.key;
    let value = value_of(list, key);
    let set = Callback::new(move |value: String| list.filter(|p| p.with(key, &value)));
    match filter.kind {
        FilterKind::Choice(choices) => {
            view! { <Select id=key label=filter.label value=value choices=choices() none="Any" on_change=set/> }.into_any()
        }
        FilterKind::Currency => {
            view! { <Select id=key label=filter.label value=value choices=CURRENCIES.to_vec() none="Any" on_change=set/> }
                .into_any()
        }
        FilterKind::User => {
            view! { <UserSelect id=key label=filter.label value=value none="Anybody" on_change=set/> }.into_any()
        }
        FilterKind::Reference(target) => {
            let chosen = use_reference(target, value);
            // What is typed and not chosen changes nothing.
            let set = Callback::new(move |chosen: Reference| {
                if chosen.not_taken().is_none() {
                    set.run(chosen.id);
                }
            });
            view! { <ReferenceField id=key label=filter.label target=target value=chosen on_change=set/> }.into_any()
        }
        FilterKind::Many(choices) => {
            let boxes = choices().into_iter().map(|(v, name)| {
                let checked = Signal::derive(move || value.glance(|list| list.split(',').any(|x| x == v)));
                let switch = Callback::new(move |_| set.run(toggled(&value.get_untracked(), v, &choices())));
                view! { <Check label=name checked=checked on_change=switch/> }
            });
            view! {
                <fieldset class="field"><legend class="field__label">{filter.label}</legend>{boxes.collect_view()}</fieldset>
            }
            .into_any()
        }
        FilterKind::Flag => {
            let checked = Signal::derive(move || value.glance(|v| v == "true"));
            let switch = Callback::new(move |on| set.run(if on { "true".into() } else { String::new() }));
            view! { <Check label=filter.label checked=checked on_change=switch/> }.into_any()
        }
        FilterKind::Day | FilterKind::Text => {
            let kind = if matches!(filter.kind, FilterKind::Day) { "date" } else { "text" };
            view! {
                <div class="field">
                    <label for=key>{filter.label}</label>
                    <input class="input" type=kind id=key prop:value=value
                        on:change=move |ev| set.run(event_target_value(&ev))/>
                </div>
            }
            .into_any()
        }
        FilterKind::Amount => {
            let currency = move || list.params.glance(currency_of);
            let shown = Signal::derive(move || major(&value.get(), currency()));
            let wrong = RwSignal::new(false);
            let typed = move |text: String| {
                let amount = minor(&text, currency());
                wrong.set(amount.is_empty() && !text.trim().is_empty());
                if !wrong.get_untracked() {
                    set.run(amount);
                }
            };
            view! {
                <div class="field">
                    <label for=key>{filter.label}</label>
                    <input class="input num" type="text" inputmode="decimal" autocomplete="off" id=key prop:value=shown
                        aria-invalid=move || wrong.get().then_some("true")
                        on:change=move |ev| typed(event_target_value(&ev))/>
                    {move || wrong.get().then(|| view! { <p class="field__error" role="alert">"Enter an amount such as 19.90."</p> })}
                </div>
            }
            .into_any()
        }
        FilterKind::Link => ().into_any(),
    }
}
