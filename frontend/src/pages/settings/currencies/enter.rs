//! The rate of a day.

use super::{code, rates_changed};
use crate::api::ApiError;
use crate::api::exchange_rates;
use crate::components::{CURRENCIES, DialogForm, ErrorNote, Field, FormErrors, Select, Sending, use_toasts};
use crate::format;
use crate::session::use_session;
use chrono::{Local, NaiveDate};
use crm_types::{Currency, FieldError};
use leptos::prelude::*;

/// The form.
#[component]
pub fn Form(open: RwSignal<bool>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let currency = RwSignal::new(Currency::EUR.code().to_owned());
    let day = RwSignal::new(Local::now().date_naive().to_string());
    let rate = RwSignal::new(String::new());
    let errors = FormErrors::new();
    let send = move |()| -> Sending {
        let currency = currency.get_untracked().parse().unwrap_or(Currency::EUR);
        let day = day.get_untracked().parse::<NaiveDate>();
        // As people of many countries write it.
        let rate = rate.get_untracked().trim().replace(',', ".");
        Box::pin(async move {
            let day = day.map_err(|_| ApiError::of_fields(vec![FieldError::new("day", "invalid", "Choose a day.")]))?;
            let entered = exchange_rates::enter(session, currency, day, &rate).await?;
            rates_changed();
            let reporting = code(entered.reporting_currency);
            toasts.done(format!("1 {} is {} {reporting} since {}", code(currency), entered.rate, format::day(day)));
            Ok(())
        })
    };
    view! {
        <DialogForm open=open errors=errors submit="Enter rate" send=Callback::new(send)>
            <ErrorNote error=errors.general()/>
            <Select id="rate-currency" label="Currency" value=currency choices=CURRENCIES.to_vec()
                on_change=Callback::new(move |value| currency.set(value)) error=errors.of("currency")/>
            <Field id="rate-day" label="Since" kind="date" value=day error=errors.of("day")
                hint="Until the next rate. What is there of this day is replaced."/>
            <Field id="rate" label="Rate" value=rate error=errors.of("rate")
                hint="Units of the reporting currency for one unit, such as 1.0842."/>
        </DialogForm>
    }
}
