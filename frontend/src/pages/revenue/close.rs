//! Closing the oldest month that is open.

use crate::api::revenue::{self, STATEMENTS};
use crate::components::{ActionButton, Dialog, DialogForm, ErrorNote, FormErrors, Sending, use_toasts};
use crate::format;
use crate::labels::counted;
use crate::query::{Query, changed};
use crate::session::use_session;
use chrono::{Months, NaiveDate, Utc};
use crm_types::accounts::Permission;
use crm_types::revenue::RevenueMonth;
use leptos::prelude::*;

/// The month that can be closed, if one can: the oldest that is open, when it is over.
pub fn closable(months: &[RevenueMonth], today: NaiveDate) -> Option<NaiveDate> {
    let oldest = months.iter().filter(|month| !month.closed).map(|month| month.month).min()?;
    let next = oldest.checked_add_months(Months::new(1))?;
    (next <= today).then_some(oldest)
}

/// The button, and what it asks.
#[component]
pub fn CloseMonth(
    /// What was shared by month.
    query: Query<Vec<RevenueMonth>>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let denied = Signal::stored(use_session().denied(Permission::RevenueWrite));
    let month = Memo::new(move |_| query.map(|months| closable(months, Utc::now().date_naive())).flatten());
    let label = move || month.get().map(|month| format!("Close {}", format::month_year(month))).unwrap_or_default();
    view! {
        <Show when=move || month.get().is_some()>
            <ActionButton label=Signal::derive(label) class="btn--primary" icon="lock" denied=denied
                on_press=Callback::new(move |()| open.set(true))/>
        </Show>
        <Dialog id="close-month" title=Signal::derive(label) open=open>
            {move || month.get().map(|month| view! { <Confirm month=month open=open query=query/> })}
        </Dialog>
    }
}

#[component]
fn Confirm(month: NaiveDate, open: RwSignal<bool>, query: Query<Vec<RevenueMonth>>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let errors = FormErrors::new();
    let send = move |()| -> Sending {
        Box::pin(async move {
            let closing = revenue::close(session, month).await?;
            let statements = counted(closing.statements, "statement", "statements");
            toasts.done(format!("Month closed: {statements}, {} of them to pay", format::count(closing.payable)));
            query.refresh();
            changed(STATEMENTS);
            Ok(())
        })
    };
    let wrong = errors.of("month");
    view! {
        <DialogForm open=open errors=errors submit="Close month" send=Callback::new(send)>
            <ErrorNote error=errors.general()/>
            {move || wrong.get().map(|why| view! { <p class="field__error" role="alert">{why}</p> })}
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
    fn the_oldest_open_month_that_is_over_can_be_closed() {
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
        assert_eq!(closable(&months, day("2026-11-21")), Some(day("2026-10-01")));
        assert_eq!(closable(&months, day("2026-10-31")), None);
        assert_eq!(closable(&months[..1], day("2026-11-30")), None);
        assert_eq!(closable(&months[..1], day("2026-12-01")), Some(day("2026-11-01")));
        assert_eq!(closable(&months[2..], day("2026-12-01")), None);
    }
}
