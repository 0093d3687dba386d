//! The bar above a list while rows of it are chosen.

use super::{List, Selection};
use crate::components::Icon;
use crate::format::count;
use crate::glance::{Glance, live};
use crate::labels::counted;
use leptos::prelude::*;

/// What can be done with the chosen rows.
pub type BulkActions = fn(List, Selection) -> AnyView;

/// How many are chosen, a way to choose all, and what can be done with them.
#[component]
pub fn BulkBar(list: List, selection: Selection, actions: BulkActions) -> impl IntoView {
    let some = Memo::new(move |_| selection.count() > 0);
    let total = move || list.shown.glance(|shown| shown.as_ref().map_or((0, false), |s| (s.total, s.capped)));
    // There is more of it than this page.
    let more =
        Memo::new(move |_| selection.of_page() == Some(true) && !selection.is_all() && total().0 > selection.count());
    let words = move || {
        let n = counted(selection.count(), list.spec.one, list.spec.many);
        if selection.is_all() { format!("All {n} selected") } else { format!("{n} selected") }
    };
    move || {
        some.get().then(|| view! {
            <div class="bulk" role="group" aria-label=live(words)>
                <span class="bulk__n" role="status">{words}</span>
                {move || more.get().then(|| view! {
                    <button class="btn btn--link btn--sm" type="button" on:click=move |_| selection.choose_all()>
                        {format!("Select all {} matching", count(total().0))}
                    </button>
                })}
                <span class="bulk__sep" aria-hidden="true"></span>
                {actions(list, selection)}
                <button class="btn btn--ghost btn--icon btn--sm push" type="button" aria-label="Clear selection" title="Esc"
                    on:click=move |_| { selection.clear(); }>
                    <Icon name="x"/>
                </button>
            </div>
        })
    }
}
