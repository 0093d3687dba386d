//! The command palette: go, find, act. A combobox after the ARIA pattern: the focus stays in the field.

mod entries;
mod matching;

use crate::api::views::{self, Views};
use crate::browser;
use crate::components::{Icon, use_toasts};
use crate::glance::live;
use crate::params::Params;
use crate::query::{Query, use_query};
use crate::session::use_session;
use crate::shell::{PaletteOpen, use_page_actions, use_theme};
use crm_types::Page;
use crm_types::accounts::Permission;
use crm_types::customers::Customer;
use crm_types::organizations::Organization;
use crm_types::plans::Plan;
use entries::{Does, Entry, FoundThere, Means, all};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use matching::pieces;
use std::sync::Arc;
use std::time::Duration;

/// Typing pauses this long before people are looked for.
const TYPING: Duration = Duration::from_millis(150);
/// Fewer letters find everybody.
const FEWEST: usize = 2;
/// People that are shown.
const PEOPLE: &str = "6";
/// Plans that are shown.
const PLANS: &str = "4";
/// Organizations that are shown.
const ORGANIZATIONS: &str = "4";
const LIST: &str = "palette-list";
const FIELD: &str = "palette-field";

/// What the dialog of the palette holds.
#[component]
pub fn Palette(
    /// Where it was opened from.
    open: PaletteOpen,
) -> impl IntoView {
    let text = open.text;
    let at = RwSignal::new(0_usize);
    let found = entries(open, text);
    // Another text, another list: its first entry is the one.
    Effect::watch(move || text.get(), move |_, _, _| at.set(0), false);
    let navigate = use_navigate();
    let choose = Callback::new(move |(index, new_tab): (usize, bool)| {
        let Some(entry) = found.with_untracked(|list| list.entries.get(index).cloned()) else { return };
        if entry.denied.is_some() {
            return;
        }
        if let (Does::Goes(href), true) = (&entry.does, new_tab) {
            // A browser that opens no window leaves us here.
            let _ = window().open_with_url_and_target(href, "_blank");
            return;
        }
        open.shown.set(false);
        let navigate = navigate.clone();
        // Once the palette is closed and the focus is back where it was.
        request_animation_frame(move || match entry.does {
            Does::Goes(href) => navigate(&href, Default::default()),
            Does::Acts(act) => act(),
        });
    });
    let step = move |by: isize| {
        let last = found.with_untracked(|list| list.entries.len().cast_signed());
        if last > 0 {
            at.update(|at| *at = usize::try_from((at.cast_signed() + by).rem_euclid(last)).unwrap_or_default());
            browser::show_nearest(&option_id(at.get_untracked()));
        }
    };
    let keys = move |event: web_sys::KeyboardEvent| match event.key().as_str() {
        "ArrowDown" => {
            event.prevent_default();
            step(1);
        }
        "ArrowUp" => {
            event.prevent_default();
            step(-1);
        }
        "Enter" => {
            event.prevent_default();
            choose.run((at.get_untracked(), event.ctrl_key() || event.meta_key()));
        }
        _ => {}
    };
    request_animation_frame(|| browser::focus(FIELD));
    let count = move || found.with(|list| list.entries.len());
    let said = move || match count() {
        0 if found.with(|list| list.looking) => "Searching…".to_owned(),
        0 => format!("Nothing found for “{}”", text.get().trim()),
        n => crate::labels::counted(i64::try_from(n).unwrap_or(i64::MAX), "result", "results"),
    };
    view! {
        <div class="palette__in">
            <Icon name="search"/>
            <input type="text" id=FIELD role="combobox" autocomplete="off" spellcheck="false" aria-autocomplete="list"
                aria-label="Search, go to or do" placeholder="Search people, organizations and plans, go to a page, do something"
                aria-expanded=live(move || (count() > 0).to_string()) aria-controls=LIST
                aria-activedescendant=live(move || (count() > 0).then(|| option_id(at.get())))
                prop:value=text on:input=move |ev| text.set(event_target_value(&ev)) on:keydown=keys/>
            <button class="btn btn--ghost btn--sm" type="button" on:click=move |_| open.shown.set(false)>
                <span class="only-phone">"Close"</span><kbd class="only-desk">"Esc"</kbd><span class="vh only-desk">"Close"</span>
            </button>
        </div>
        <p class="vh" role="status">{said}</p>
        {move || found.with(|list| match list.entries.is_empty() {
            true => view! { <p class="palette__none">{said()}</p> }.into_any(),
            false => view! { <List entries=list.entries.clone() text=text at=at choose=choose/> }.into_any(),
        })}
        <div class="palette__foot only-desk">
            <span><kbd>"↑"</kbd><kbd>"↓"</kbd>" choose"</span><span><kbd>"Enter"</kbd>" open"</span>
            <span><kbd>"Ctrl"</kbd><kbd>"Enter"</kbd>" in a new tab"</span>
        </div>
    }
}

/// The entries as a signal holds them: a new list is always news.
#[derive(Clone)]
struct Found {
    entries: Arc<Vec<Entry>>,
    /// The server is being asked for more.
    looking: bool,
}

impl PartialEq for Found {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.entries, &other.entries)
    }
}

/// All that the text finds; people as soon as the server says who.
fn entries(open: PaletteOpen, text: RwSignal<String>) -> Memo<Found> {
    let means = Means { session: use_session(), toasts: use_toasts(), theme: use_theme(), shortcuts: open.shortcuts };
    // Who types before the palette is loaded is looked for at once.
    let sought = RwSignal::new(text.get_untracked().trim().to_owned());
    let turn = StoredValue::new(0_u32);
    Effect::watch(
        move || text.get(),
        move |typed, _, _| {
            let (typed, mine) = (typed.trim().to_owned(), turn.get_value().wrapping_add(1));
            turn.set_value(mine);
            let look = move || {
                // Typed on, or closed.
                if turn.try_get_value() == Some(mine) {
                    sought.set(typed);
                }
            };
            set_timeout(look, TYPING);
        },
        false,
    );
    let look_in = move |permission, api: &'static str, limit: &'static str| {
        let may = means.session.may(permission);
        move || {
            let sought = sought.get();
            (may && sought.chars().count() >= FEWEST)
                .then(|| Params::from_pairs(&[("q", sought.as_str()), ("limit", limit)]).with_path(api))
        }
    };
    let people_at = look_in(Permission::CustomersRead, "/api/customers", PEOPLE);
    let organizations_at = look_in(Permission::OrganizationsRead, "/api/organizations", ORGANIZATIONS);
    let plans_at = look_in(Permission::PlansRead, crate::api::plans::PLANS, PLANS);
    let people = use_query::<Page<Customer>>(people_at);
    let organizations = use_query::<Page<Organization>>(organizations_at);
    let plans = use_query::<Page<Plan>>(plans_at);
    let saved = use_query::<Views>(|| Some(views::VIEWS.into()));
    let of_page = use_page_actions();
    Memo::new(move |_| {
        let text = text.get();
        // Those of a former text go at once, and those of this one come together: an entry that is aimed at does not move
        // because others come in above it.
        let of_this = sought.get() == text.trim();
        let found = of_this.then(|| {
            let people = answer(people, people_at())?;
            let organizations = answer(organizations, organizations_at())?;
            Some(FoundThere { people, organizations, plans: answer(plans, plans_at())? })
        });
        let found = found.flatten();
        let looking = found.is_none();
        let saved = saved.map(|views| views.items.clone()).unwrap_or_default();
        let entries = all(means, of_page.all(), saved, &found.unwrap_or_default(), &text);
        Found { entries: Arc::new(entries), looking }
    })
}

/// What the server found there; `None` while it is asked. Who cannot answer found nothing.
fn answer<T: Clone + Send + Sync + 'static>(query: Query<Page<T>>, address: Option<String>) -> Option<Vec<T>> {
    let Some(address) = address else { return Some(Vec::new()) };
    match query.loaded() {
        Some(loaded) if *loaded.url == *address => Some(loaded.value.items.clone()),
        _ if query.error().get().is_some() && !query.is_busy().get() => Some(Vec::new()),
        _ => None,
    }
}

/// A heading, and the entries below it with their places in the whole list.
type Group = (&'static str, Vec<(usize, Entry)>);

#[component]
fn List(
    entries: Arc<Vec<Entry>>,
    text: RwSignal<String>,
    at: RwSignal<usize>,
    choose: Callback<(usize, bool)>,
) -> impl IntoView {
    let text = text.get_untracked();
    let mut groups: Vec<Group> = Vec::new();
    for (index, entry) in entries.iter().cloned().enumerate() {
        match groups.last_mut() {
            Some((group, list)) if *group == entry.group => list.push((index, entry)),
            _ => groups.push((entry.group, vec![(index, entry)])),
        }
    }
    let option = move |(index, entry): (usize, Entry)| {
        let marked = pieces(&entry.label, text.trim()).into_iter().map(|(piece, hit)| match hit {
            true => view! { <mark>{piece}</mark> }.into_any(),
            false => piece.into_any(),
        });
        let why = entry.denied.clone();
        let hint = entry.denied.unwrap_or(entry.hint);
        view! {
            <div class="palette__item" id=option_id(index) role="option"
                aria-selected=live(move || (at.get() == index).to_string())
                aria-disabled=why.is_some().then_some("true")
                on:pointermove=move |_| if at.get_untracked() != index { at.set(index) }
                on:click=move |ev: web_sys::MouseEvent| choose.run((index, ev.ctrl_key() || ev.meta_key()))>
                <Icon name=entry.icon/>
                <span class="ellip">{marked.collect_view()}</span>
                <span class="end">{hint}{entry.keys.iter().map(|key| view! { " "<kbd>{*key}</kbd> }).collect_view()}</span>
            </div>
        }
    };
    let group = move |(number, (name, list)): (usize, Group)| {
        let heading = format!("palette-group-{number}");
        let labelled = heading.clone();
        view! {
            <div role="group" aria-labelledby=labelled>
                <p class="menu__label" id=heading>{name}</p>
                {list.into_iter().map(option.clone()).collect_view()}
            </div>
        }
    };
    view! {
        <div class="palette__list" id=LIST role="listbox" aria-label="Results" tabindex="0">
            {groups.into_iter().enumerate().map(group).collect_view()}
        </div>
    }
}

fn option_id(index: usize) -> String {
    format!("palette-{index}")
}
