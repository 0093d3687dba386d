//! The oldest month with statements to approve, and the oldest with statements to pay: all of them at once.

use crate::api::revenue::{self, STATEMENTS};
use crate::components::{ActionButton, Dialog, DialogForm, ErrorNote, Field, FormErrors, Sending, use_toasts};
use crate::format;
use crate::labels::counted;
use crate::query::{changed, use_query};
use crate::realtime::use_realtime;
use crate::session::use_session;
use chrono::NaiveDate;
use crm_types::Page;
use crm_types::accounts::Permission;
use crm_types::revenue::{MonthSettling, PayoutStatement, StatementPayment};
use leptos::prelude::*;

/// The buttons, each while there is something for it.
#[component]
pub fn SettleMonth() -> impl IntoView {
    view! { <div class="end row"><Next pays=false/><Next pays=true/></div> }
}

#[component]
fn Next(
    /// Approved statements are marked as paid; else closed ones are approved.
    pays: bool,
) -> impl IntoView {
    let status = if pays { "approved" } else { "closed" };
    let url = move || Some(format!("{STATEMENTS}?status={status}&payable=true&sort=month&limit=1"));
    let query = use_query::<Page<PayoutStatement>>(url).refresh_on(use_realtime().billing());
    let month = Memo::new(move |_| query.map(|page| page.items.first().map(|s| s.month)).flatten());
    let open = RwSignal::new(false);
    let denied = Signal::stored(use_session().denied(Permission::RevenueWrite));
    let label = move || month.get().map(|month| title(pays, month)).unwrap_or_default();
    let id = if pays { "pay-month" } else { "approve-month" };
    view! {
        <Show when=move || month.get().is_some()>
            <ActionButton label=Signal::derive(label) class="btn--primary" denied=denied on_press=Callback::new(move |()| open.set(true))/>
        </Show>
        <Dialog id=id title=Signal::derive(label) open=open>
            {move || month.get().map(|month| view! { <Confirm month=month pays=pays open=open/> })}
        </Dialog>
    }
}

fn title(pays: bool, month: NaiveDate) -> String {
    let month = format::month_year(month);
    if pays { format!("Mark {month} as paid") } else { format!("Approve {month}") }
}

#[component]
fn Confirm(month: NaiveDate, pays: bool, open: RwSignal<bool>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let reference = RwSignal::new(String::new());
    let errors = FormErrors::new();
    let send = move |()| -> Sending {
        let payment_reference = Some(reference.get_untracked()).filter(|text| !text.trim().is_empty());
        Box::pin(async move {
            let payment = pays.then_some(StatementPayment { payment_reference });
            let settled = revenue::settle(session, month, payment.as_ref()).await?;
            toasts.done(said(pays, &settled));
            changed(STATEMENTS);
            Ok(())
        })
    };
    let (what, submit) = match pays {
        true => {
            ("No money is moved: pay the approved statements as you always do, and write down how.", "Mark all as paid")
        }
        false => (
            "Every statement of the month with something to pay is approved. Approvals can be taken back one by one.",
            "Approve all",
        ),
    };
    view! {
        <DialogForm open=open errors=errors submit=submit send=Callback::new(send)>
            <ErrorNote error=errors.general()/>
            <p class="muted">{what}</p>
            {pays.then(|| view! {
                <Field id="month-reference" label="Reference" value=reference error=errors.of("payment_reference")
                    hint="Optional: as your bank has it, for all of them."/>
            })}
        </DialogForm>
    }
}

/// What was done, for the message.
fn said(pays: bool, settled: &MonthSettling) -> String {
    let amounts: Vec<String> = settled.amounts.iter().copied().map(format::money).collect();
    let statements = counted(settled.statements, "statement", "statements");
    match (amounts.is_empty(), pays) {
        (true, _) => "There was nothing left to do".to_owned(),
        (false, true) => format!("Marked as paid: {statements}, {}", amounts.join(", ")),
        (false, false) => format!("Approved: {statements}, {}", amounts.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crm_types::{Currency, Money};

    #[test]
    fn what_was_settled_is_said_with_its_amounts() {
        let month: NaiveDate = "2026-10-01".parse().unwrap();
        let amounts = vec![Money::new(1_250, Currency::EUR), Money::new(132_810, Currency::USD)];
        let settled = MonthSettling { month, statements: 2, amounts };
        assert_eq!(said(false, &settled), "Approved: 2 statements, €12.50, $1,328.10");
        assert_eq!(said(true, &settled), "Marked as paid: 2 statements, €12.50, $1,328.10");
        assert_eq!(
            said(true, &MonthSettling { month, statements: 0, amounts: vec![] }),
            "There was nothing left to do"
        );
        assert_eq!(title(true, month), "Mark Oct ’26 as paid");
    }
}
