//! The balances below which nothing is paid.

use crate::api::ApiError;
use crate::api::revenue::{self, MINIMUMS};
use crate::components::{
    ActionButton, CURRENCIES, Dialog, DialogForm, ErrorBox, ErrorNote, Field, FormErrors, Select, Sending,
    SkeletonCard, use_toasts,
};
use crate::format::{minor_units, money};
use crate::glance::drawn;
use crate::query::{changed, use_query};
use crate::session::use_session;
use crm_types::accounts::Permission;
use crm_types::{Currency, FieldError, Money};
use leptos::prelude::*;

/// The card.
#[component]
pub fn Minimums() -> impl IntoView {
    let query = use_query::<Vec<Money>>(|| Some(MINIMUMS.to_owned()));
    let retry = Callback::new(move |()| query.refresh());
    let open = RwSignal::new(false);
    let denied = Signal::stored(use_session().denied(Permission::RevenueWrite));
    view! {
        <section class="card" aria-labelledby="minimums">
            <header class="card__head card__head--line">
                <h2 id="minimums">"Payout minimums"</h2>
                <div class="end">
                    <ActionButton label="Set minimum".to_owned() class="btn--sm" denied=denied on_press=Callback::new(move |()| open.set(true))/>
                </div>
            </header>
            <div class="card__body">
                <p class="muted small">"The least balance that is paid: a smaller one is carried to the next statement. Statements of closed months stay as they are."</p>
                {drawn(move || match (query.get(), query.error().get()) {
                    (Some(minimums), _) if minimums.is_empty() => {
                        view! { <p class="mt-3">"None so far: whatever is above nothing is paid."</p> }.into_any()
                    }
                    (Some(minimums), _) => {
                        let row = |minimum: Money| {
                            let code = minimum.currency.code().to_ascii_uppercase();
                            view! { <dt>{code}</dt><dd class="num">{money(minimum)}</dd> }
                        };
                        view! { <dl class="kv mt-3">{minimums.into_iter().map(row).collect_view()}</dl> }.into_any()
                    }
                    (None, Some(error)) => view! { <ErrorBox what="Payout minimums" error=error on_retry=retry/> }.into_any(),
                    (None, None) => view! { <SkeletonCard label="Loading payout minimums" lines=2/> }.into_any(),
                })}
            </div>
        </section>
        <Dialog id="set-minimum" title=Signal::stored("Set minimum".to_owned()) open=open><Form open=open/></Dialog>
    }
}

#[component]
fn Form(open: RwSignal<bool>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let (currency, amount) = (RwSignal::new(Currency::USD.code().to_owned()), RwSignal::new(String::new()));
    let errors = FormErrors::new();
    let send = move |()| -> Sending {
        let currency = currency.get_untracked().parse().unwrap_or(Currency::USD);
        let minor = minor_units(&amount.get_untracked(), Some(currency));
        Box::pin(async move {
            let minor = minor.ok_or_else(|| {
                let why = "Write an amount such as 50 or 12.50.";
                ApiError::of_fields(vec![FieldError::new("minor", "invalid", why)])
            })?;
            let set = revenue::set_minimum(session, currency, minor).await?;
            changed(MINIMUMS);
            toasts.done(format!("Minimum set: balances below {} are carried to the next statement", money(set)));
            Ok(())
        })
    };
    view! {
        <DialogForm open=open errors=errors submit="Set minimum" send=Callback::new(send)>
            <ErrorNote error=errors.general()/>
            <Select id="minimum-currency" label="Currency" value=currency choices=CURRENCIES.to_vec()
                on_change=Callback::new(move |value| currency.set(value)) error=errors.of("currency")/>
            <Field id="minimum-amount" label="Payout minimum" value=amount error=errors.of("minor")
                hint="The least balance that is paid. With 0, whatever is above nothing is."/>
        </DialogForm>
    }
}
