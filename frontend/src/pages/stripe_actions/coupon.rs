//! A coupon for a subscription.

use super::asked;
use crate::api::stripe_actions::{self as api, COUPONS};
use crate::components::{DialogForm, ErrorNote, Field, FormErrors, Sending, use_toasts};
use crate::query::use_query;
use crate::session::use_session;
use crm_types::ids::SubscriptionId;
use crm_types::stripe_actions::{CouponApplication, StripeCoupon};
use leptos::prelude::*;

/// The form.
#[component]
pub fn CouponForm(id: SubscriptionId, open: RwSignal<bool>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let coupon = RwSignal::new(String::new());
    let errors = FormErrors::new();
    let send = move |()| -> Sending {
        let application = CouponApplication { coupon: coupon.get_untracked() };
        Box::pin(async move {
            asked(toasts, &api::ask(session, id, "coupon", &application).await?);
            Ok(())
        })
    };
    view! {
        <DialogForm open=open errors=errors submit="Apply coupon" send=Callback::new(send)>
            <ErrorNote error=errors.general()/>
            <p class="muted">"It replaces the coupon that the subscription has, if there is one."</p>
            <CouponField id="coupon" value=coupon error=errors.of("coupon")/>
        </DialogForm>
    }
}

/// A coupon's id, and which there are.
#[component]
pub fn CouponField(
    /// Unique on the page.
    id: &'static str,
    /// The coupon's id.
    value: RwSignal<String>,
    /// What is wrong with it.
    #[prop(into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let query = use_query::<Vec<StripeCoupon>>(|| Some(COUPONS.into()));
    let offer = move |coupon: StripeCoupon| {
        let (chosen, shown) = (coupon.id.clone(), coupon.id.clone());
        view! {
            <li>
                <button class="btn btn--sm" type="button" on:click=move |_| value.set(chosen.clone())>{shown}</button>
                " "<span class="small muted">{coupon.terms}</span>
            </li>
        }
    };
    view! {
        <Field id=id label="Coupon" value=value error=error/>
        <ErrorNote error=query.error()/>
        {move || query.get().filter(|coupons| !coupons.is_empty()).map(|coupons| view! {
            <ul class="stack" aria-label="Coupons">{coupons.into_iter().take(8).map(offer).collect_view()}</ul>
        })}
    }
}
