//! Closing the oldest month that is open, and with it those after it that are over.

use crate::api::revenue::{self, STATEMENTS};
use crate::components::{ActionButton, Dialog, DialogForm, ErrorNote, FormErrors, Sending, use_toasts};
use crate::format;
use crate::glance::live;
use crate::labels::counted;
use crate::query::{Query, changed};
use crate::session::use_session;
use chrono::{Months, NaiveDate, Utc};
use crm_types::accounts::Permission;
use crm_types::revenue::RevenueMonth;
use leptos::prelude::*;
use std::collections::BTreeSet;

/// The months that can be closed, the oldest first: those that are open and over.
pub fn closable(months: &[RevenueMonth], today: NaiveDate) -> Vec<NaiveDate> {
    let over = |month: NaiveDate| month.checked_add_months(Months::new(1)).is_some_and(|next| next <= today);
    let open = months.iter().filter(|month| !month.closed && over(month.month)).map(|month| month.month);
    // One for each currency.
    open.collect::<BTreeSet<_>>().into_iter().collect()
}

/// The button, and what it asks.
#[component]
pub fn CloseMonth(
    /// What was shared by month.
    query: Query<Vec<RevenueMonth>>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let denied = Signal::stored(use_session().denied(Permission::RevenueWrite));
    let months = Memo::new(move |_| query.map(|months| closable(months, Utc::now().date_naive())).unwrap_or_default());
    let label = move || {
        months.with(|all| all.first().map(|month| format!("Close {}", format::month_year(*month)))).unwrap_or_default()
    };
    let title = move || if months.with(|all| all.len() > 1) { "Close months".to_owned() } else { label() };
    view! {
        <Show when=move || months.with(|all| !all.is_empty())>
            <ActionButton label=Signal::derive(label) class="btn--primary" icon="lock" denied=denied
                on_press=Callback::new(move |()| open.set(true))/>
        </Show>
        <Dialog id="close-month" title=Signal::derive(title) open=open>
            {move || months.with(|all| all.first().copied()).map(|oldest| {
                view! { <Confirm oldest=oldest months=months.get_untracked() open=open query=query/> }
            })}
        </Dialog>
    }
}

#[component]
fn Confirm(
    oldest: NaiveDate,
    /// All that can be closed.
    months: Vec<NaiveDate>,
    open: RwSignal<bool>,
    query: Query<Vec<RevenueMonth>>,
) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let errors = FormErrors::new();
    let last = RwSignal::new(oldest);
    let send = move |()| -> Sending {
        let last = last.get_untracked();
        Box::pin(async move {
            let closing = revenue::close(session, last).await?;
            let statements = counted(closing.statements, "statement", "statements");
            let closed = if closing.months > 1 {
                format!("{} months closed", closing.months)
            } else {
                "Month closed".to_owned()
            };
            toasts.done(format!("{closed}: {statements}, {} of them to pay", format::count(closing.payable)));
            query.refresh();
            changed(STATEMENTS);
            Ok(())
        })
    };
    let wrong = errors.of("month");
    let several = months.len() > 1;
    let options = move |month: NaiveDate| {
        view! { <option value=month.to_string() selected=live(move || last.get() == month)>{format::month_year(month)}</option> }
    };
    let choose = move |value: String| last.set(value.parse().unwrap_or(oldest));
    view! {
        <DialogForm open=open errors=errors submit=if several { "Close months" } else { "Close month" } send=Callback::new(send)>
            <ErrorNote error=errors.general()/>
            {move || wrong.get().map(|why| view! { <p class="field__error" role="alert">{why}</p> })}
            {several.then(|| view! {
                <div class="field">
                    <label for="close-through">"Last month to close"</label>
                    <select class="input" id="close-through" on:change=move |ev| choose(event_target_value(&ev))>
                        {months.into_iter().map(options).collect_view()}
                    </select>
                    <p class="field__hint">"Months before it are closed as well, one after the other."</p>
                </div>
            })}
            <p>"Each coach and organization gets a statement whose amounts stay. What is refunded later counts to the next month."</p>
            <p class="muted">"A closed month is not opened again."</p>
        </DialogForm>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crm_types::{Currency, Money};

    #[test]
    fn open_months_that_are_over_can_be_closed() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let month = |text: &str, closed: bool| {
            let none = Money::new(0, Currency::USD);
            RevenueMonth {
                month: day(text),
                paid: none,
                shared: none,
                coaches: none,
                organizations: none,
                platform: none,
                closed,
            }
        };
        let months = [month("2026-11-01", false), month("2026-10-01", false), month("2026-09-01", true)];
        assert_eq!(closable(&months, day("2026-11-21")), [day("2026-10-01")]);
        assert_eq!(closable(&months, day("2026-10-31")), []);
        assert_eq!(closable(&months[..1], day("2026-11-30")), []);
        assert_eq!(closable(&months, day("2026-12-01")), [day("2026-10-01"), day("2026-11-01")]);
        assert_eq!(closable(&months[2..], day("2026-12-01")), []);
    }
}
