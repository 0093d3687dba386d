//! A subscription's own page: the preview at full width.

use super::details::{AtStripe, Facts, Head, use_subscription};
use super::items::Items;
use crate::components::{ErrorBox, Icon, SkeletonCard, use_title};
use crate::glance::{Glance, drawn};
use crate::pages::stripe_actions::{Asked, Connection, SubscriptionActions};
use crate::routes;
use crm_types::subscriptions::SubscriptionDetails;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// The page.
#[component]
pub fn SubscriptionPage() -> impl IntoView {
    let params = use_params_map();
    let query = use_subscription(move || params.glance(|p| p.get("id")));
    use_title(move || {
        query
            .map(|s| s.subscription.customer_name.clone().unwrap_or_default())
            .map_or("Subscription".into(), |n| format!("{n}, subscription"))
    });
    view! {
        <header class="page-head">
            <nav class="crumbs" aria-label="Breadcrumb">
                <Icon name="left" small=true/><a href=routes::SUBSCRIPTIONS>"Subscriptions"</a>
            </nav>
            <div class="page-head__row"><h1>"Subscription"</h1><SubscriptionActions query=query/></div>
        </header>
        <Connection/>
        {drawn(move || match (query.get(), query.error().get()) {
            (Some(SubscriptionDetails { subscription: s, items, coupons }), _) => view! {
                <div class="grid">
                    <section class="card c6">
                        <div class="card__body stack">
                            <div><Head subscription=s.clone()/></div>
                            <Facts subscription=s.clone()/>
                        </div>
                        <footer class="card__foot">
                            <a href=routes::customer(s.customer_id)>"Open customer"</a>
                            <a href=routes::list(routes::MRR_MOVEMENTS, &[("subscription_id", &s.id.to_string())])>
                                "MRR movements"
                            </a>
                        </footer>
                    </section>
                    <section class="card c6" aria-labelledby="at-stripe">
                        <header class="card__head card__head--line"><h2 id="at-stripe">"At Stripe"</h2></header>
                        <div class="card__body"><AtStripe subscription=s coupons=coupons/></div>
                    </section>
                    <section class="card c12" aria-labelledby="items">
                        <header class="card__head card__head--line"><h2 id="items">"Items"</h2></header>
                        <Items items=items/>
                    </section>
                </div>
            }.into_any(),
            (None, Some(error)) => {
                let retry = Callback::new(move |()| query.refresh());
                view! { <ErrorBox what="Subscription" error=error on_retry=retry/> }.into_any()
            }
            (None, None) => view! { <SkeletonCard label="Loading the subscription" lines=8/> }.into_any(),
        })}
        <div class="grid">
            <div class="c12">
                <Asked by="subscription_id" id=Signal::derive(move || query.map(|s| s.subscription.id.to_string()).unwrap_or_default())/>
            </div>
        </div>
    }
}
