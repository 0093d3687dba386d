//! One of many, found by typing: a combobox after the ARIA pattern. The focus stays in the field.

use super::field::{FieldNote, invalid};
use super::reference::{Found, Reference, Target};
use crate::browser;
use crate::glance::{Glance, live};
use crate::params::Params;
use crate::query::use_query;
use crm_types::Page;
use leptos::prelude::*;
use std::time::Duration;

/// Typing pauses this long before the server is asked.
const TYPING: Duration = Duration::from_millis(200);
/// Rows that are offered.
const OFFERED: &str = "8";

/// The field with its list.
#[component]
pub fn ReferenceField(
    /// Unique on the page.
    #[prop(into)]
    id: String,
    /// The label.
    label: &'static str,
    /// Whether label and errors stand around it already.
    #[prop(optional)]
    bare: bool,
    /// What is looked for.
    target: Target,
    /// Who cannot be chosen: an id; empty for nobody.
    #[prop(optional, into)]
    except: Signal<String>,
    /// What is chosen.
    #[prop(into)]
    value: Signal<Reference>,
    /// Chosen, emptied, or left with something that is not chosen.
    #[prop(into)]
    on_change: Callback<Reference>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let text = RwSignal::new(value.get_untracked().name);
    let (open, at) = (RwSignal::new(false), RwSignal::new(0_usize));
    let sought = RwSignal::new(String::new());
    let turn = StoredValue::new(0_u32);
    // While it is typed in, the text is the reader's.
    Effect::new(move |_| {
        let name = value.get().name;
        if !open.get_untracked() {
            text.set(name);
        }
    });
    // Typed, and not asked for yet.
    let pending = RwSignal::new(false);
    // Enter was pressed before the answer came: the first row of it is meant.
    let hurried = RwSignal::new(false);
    let url = move || {
        let sought = sought.get();
        let params = Params::from_pairs(&[("q", sought.as_str()), ("limit", OFFERED), ("sort", "name")]);
        open.get().then(|| params.with_path(target.api()))
    };
    let query = use_query::<Page<Found>>(url);
    let fresh =
        live(move || !pending.get() && query.loaded().is_some_and(|loaded| url().as_deref() == Some(&*loaded.url)));
    let found = Memo::new(move |_| {
        let except = except.get();
        query
            .map(|page| page.items.iter().filter(|one| one.id != except).cloned().collect::<Vec<_>>())
            .unwrap_or_default()
    });
    Effect::watch(move || found.get(), move |_, _, _| at.set(0), false);
    let show = move || {
        if !open.get_untracked() {
            sought.set(String::new());
            at.set(0);
            open.set(true);
        }
    };
    let typed = move |now: String| {
        text.set(now.clone());
        at.set(0);
        pending.set(true);
        hurried.set(false);
        open.set(true);
        if now.trim().is_empty() && value.get_untracked() != Reference::default() {
            on_change.run(Reference::default());
        }
        let mine = turn.get_value().wrapping_add(1);
        turn.set_value(mine);
        let look = move || {
            // Typed on, or gone.
            if turn.try_get_value() == Some(mine) {
                sought.set(now.trim().to_owned());
                pending.set(false);
            }
        };
        set_timeout(look, TYPING);
    };
    let close = move |taken_back: bool| {
        // The field may be gone by the time it has lost the focus.
        let was_open = open.try_get_untracked() == Some(true);
        open.try_set(false);
        hurried.try_set(false);
        let (Some(now), Some(typed)) = (value.try_get_untracked(), text.try_get_untracked()) else { return };
        let typed = typed.trim();
        if was_open && !taken_back && !typed.is_empty() && typed != now.name {
            on_change.run(Reference::new("", typed));
        }
        if let Some(value) = value.try_get_untracked() {
            text.try_set(value.name);
        }
    };
    let choose = move |index: usize| {
        let Some(chosen) = found.get_untracked().get(index).cloned() else { return };
        open.set(false);
        let name = chosen.called();
        text.set(name.clone());
        on_change.run(Reference { id: chosen.id, name });
    };
    Effect::new(move |_| {
        if fresh.get() && hurried.get() {
            hurried.set(false);
            choose(0);
        }
    });
    let error = live(move || error.get().or_else(|| value.get().not_taken().filter(|_| !open.get())));
    let list = format!("{id}-list");
    // Within a panel that scrolls, it may hang below the edge.
    let shown = list.clone();
    Effect::new(move |_| {
        if open.get() && !found.get().is_empty() {
            let shown = shown.clone();
            request_animation_frame(move || browser::show_nearest(&shown));
        }
    });
    let option_id = {
        let id = id.clone();
        move |index: usize| format!("{id}-{index}")
    };
    let step = {
        let option_id = option_id.clone();
        move |by: isize| {
            let last = found.get_untracked().len().cast_signed();
            if last > 0 {
                at.update(|at| *at = usize::try_from((at.cast_signed() + by).rem_euclid(last)).unwrap_or_default());
                browser::show_nearest(&option_id(at.get_untracked()));
            }
        }
    };
    let keys = move |event: web_sys::KeyboardEvent| {
        let shown = open.get_untracked();
        match event.key().as_str() {
            "ArrowDown" | "ArrowUp" if !shown => show(),
            "ArrowDown" => step(1),
            "ArrowUp" => step(-1),
            // Closed, it belongs to the form.
            "Enter" if shown && !text.get_untracked().trim().is_empty() => match fresh.get_untracked() {
                true => choose(at.get_untracked()),
                false => hurried.set(true),
            },
            "Escape" if shown => close(true),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let count = live(move || found.glance(Vec::len));
    let said = live(move || match (open.get(), count.get(), query.is_busy().get()) {
        (false, ..) | (_, 0, true) => String::new(),
        (true, 0, false) => "Nothing found".to_owned(),
        (true, n, _) => crate::labels::counted(i64::try_from(n).unwrap_or(i64::MAX), "result", "results"),
    });
    let active = {
        let option_id = option_id.clone();
        live(move || (open.get() && count.get() > 0).then(|| option_id(at.get())))
    };
    let option = move |(index, found): (usize, Found)| {
        let sub = found.email.clone().filter(|_| found.name.is_some());
        view! {
            <li class="menu__item" id=option_id(index) role="option" aria-selected=live(move || (at.get() == index).to_string())
                class:is-active=live(move || at.get() == index)
                on:pointermove=move |_| if at.get_untracked() != index { at.set(index) }
                // Before the field would lose the focus.
                on:mousedown=move |ev| { ev.prevent_default(); choose(index) }>
                <span class="ellip">{found.called()}</span>
                {sub.map(|sub| view! { <span class="small muted ellip">{sub}</span> })}
            </li>
        }
    };
    let options = move || found.get().into_iter().enumerate().map(option.clone()).collect_view();
    let labelled = list.clone();
    let field = view! {
        <div class="combo">
            <input class="input" type="text" id=id.clone() role="combobox" autocomplete="off" spellcheck="false"
                aria-label=bare.then_some(label) aria-autocomplete="list" aria-expanded=live(move || open.get().to_string()) aria-controls=labelled
                aria-activedescendant=active aria-invalid=invalid(error) aria-describedby=format!("{id}-note")
                placeholder=target.hint() prop:value=text on:input=move |ev| typed(event_target_value(&ev)) on:keydown=keys
                on:click=move |_| show() on:blur=move |_| close(false)/>
            <ul class="menu combo__list" id=list role="listbox" aria-label="Results" hidden=live(move || !open.get())>
                {options}
                {move || (open.get() && count.get() == 0 && !query.is_busy().get())
                    .then(|| view! { <li class="menu__label" role="presentation">"Nothing found"</li> })}
            </ul>
            <p class="vh" role="status">{said}</p>
        </div>
    };
    if bare {
        return field.into_any();
    }
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            {field}
            <FieldNote id=id hint=None error=error/>
        </div>
    }
    .into_any()
}
