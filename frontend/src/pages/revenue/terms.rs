//! What payments cost, and from which balance on coaches and organizations are paid.

use super::RevenueHead;
use super::fees::Fees;
use super::minimums::Minimums;
use leptos::prelude::*;

/// The page.
#[component]
pub fn TermsPage() -> impl IntoView {
    view! {
        <RevenueHead tab="Fees and minimums"/>
        <div class="grid">
            <div class="c6 stack"><Minimums/></div>
            <div class="c6 stack"><Fees/></div>
        </div>
    }
}
