//! The panel that chooses columns and the height of rows.

use super::List;
use crate::components::{Check, Icon, place_popover};
use crate::glance::{Glance, live};
use leptos::prelude::*;

const PANEL: &str = "list-display";

/// The button with its panel. A phone has cards instead of columns, and does not show it.
#[component]
pub fn Display(list: List) -> impl IntoView {
    let columns = list.spec.columns;
    let column = |(at, column): (usize, &'static super::Column)| {
        let shown = Signal::derive(move || list.shape.glance(|shape| shape.shows(at, column)));
        let switch = Callback::new(move |_| {
            list.reshape(&list.shape.with_untracked(|shape| shape.toggled(columns, at)));
        });
        view! { <Check label=column.label checked=shown on_change=switch/> }
    };
    let rows = |compact: bool, name: &'static str| {
        let chosen = live(move || list.shape.glance(|shape| shape.compact == compact));
        let choose = move |_| list.reshape(&list.shape.with_untracked(|shape| shape.with_rows(compact)));
        view! {
            <button type="button" aria-pressed=live(move || chosen.get().to_string()) on:click=choose>{name}</button>
        }
    };
    let is_usual = move || list.shape.glance(|shape| *shape == super::Shape::default());
    view! {
        <button class="btn btn--ghost btn--sm" type="button" popovertarget=PANEL aria-haspopup="dialog">
            <Icon name="columns"/>"Display"
        </button>
        <div class="menu filter-panel" id=PANEL popover="auto" role="dialog" aria-label=format!("Display of {}", list.spec.many)
            on:beforetoggle=move |ev| place_popover(&ev)>
            <div class="field" role="group" aria-labelledby="display-rows">
                <span class="field__label" id="display-rows">"Rows"</span>
                <div class="seg seg--sm">{rows(false, "Comfortable")}{rows(true, "Compact")}</div>
            </div>
            <fieldset class="field"><legend class="field__label">"Columns"</legend>
                {columns.iter().enumerate().skip(1).map(column).collect_view()}
            </fieldset>
            <div class="row row--end">
                <button class="btn btn--ghost btn--sm" type="button" prop:disabled=live(is_usual)
                    on:click=move |_| list.reshape(&super::Shape::default())>"Usual display"</button>
                <button class="btn btn--sm" type="button" popovertarget=PANEL>"Done"</button>
            </div>
        </div>
    }
}
