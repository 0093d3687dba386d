//! What explains a change of MRR: the waterfall, the bridge by segment, and who moved most.

use super::bridge::BridgeCard;
use super::year::use_year;
use super::{AnalyticsHead, MOVEMENTS};
use crate::pages::dashboard::MovementCard;
use leptos::prelude::*;

/// The page at `/analytics/movements`.
#[component]
pub fn MovementsPage() -> impl IntoView {
    let year = use_year();
    view! {
        <AnalyticsHead tab=MOVEMENTS year=year/>
        <div class="grid">
            <MovementCard period=year.period class="card c12"/>
            <BridgeCard period=year.period/>
        </div>
    }
}
