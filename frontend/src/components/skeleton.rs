//! What loads is drawn in its final layout, so that nothing shifts.

use leptos::prelude::*;

/// Rows of a list.
#[component]
pub fn SkeletonRows(
    /// What loads, for screen readers: "Loading customers".
    #[prop(into)]
    label: String,
    /// How many rows.
    #[prop(default = 12)]
    rows: usize,
) -> impl IntoView {
    let row = || {
        view! {
            <div class="skel-row">
                <span class="skel skel--circle"></span>
                <div class="stack stack--2">
                    <span class="skel skel--w5"></span>
                    <span class="skel skel--w3"></span>
                </div>
                <span class="skel skel--w3 push"></span>
                <span class="skel skel--w2"></span>
            </div>
        }
    };
    view! { <div role="status" aria-label=label>{(0..rows).map(|_| row()).collect_view()}</div> }
}

/// A card's body.
#[component]
pub fn SkeletonCard(
    /// What loads, for screen readers.
    #[prop(into)]
    label: String,
    /// How many lines.
    #[prop(default = 4)]
    lines: usize,
) -> impl IntoView {
    let line =
        || view! { <div class="between"><span class="skel skel--w3"></span><span class="skel skel--w4"></span></div> };
    view! {
        <div class="card__body stack" role="status" aria-label=label>
            {(0..lines).map(|_| line()).collect_view()}
        </div>
    }
}
