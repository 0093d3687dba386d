//! Revenue shared among coaches, organizations and the platform: by month, row by row, and the rules behind it.

mod checks;
mod close;
mod fees;
mod minimums;
mod months;
mod own_rule;
mod proposal;
mod publish;
mod publish_simulation;
mod rule;
mod rules;
mod settle;
mod shares;
mod simulated;
mod simulator;
mod statement;
mod statement_file;
mod statements;
mod terms;

pub use checks::ChecksPage;
pub use months::MonthsPage;
pub use own_rule::OwnRule;
pub use rules::RulesPage;
pub use shares::SharesPage;
pub use simulator::SimulatorPage;
pub use statement::StatementPage;
pub use statements::{StatementsPage, own_statements};
pub use terms::TermsPage;

use crate::components::{RouteTabs, use_title};
use crate::routes;
use crm_types::FieldError;
use leptos::prelude::*;

/// The head that the tabs have in common; the tab's own name is the document's title.
#[component]
fn RevenueHead(
    /// The tab.
    tab: &'static str,
    /// Beside the page's name.
    #[prop(optional)]
    action: Option<AnyView>,
    /// Below the tabs.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    use_title(move || format!("{tab} · Revenue shares"));
    let tabs = vec![
        (routes::REVENUE_MONTHS, "Months"),
        (routes::REVENUE_STATEMENTS, "Statements"),
        (routes::REVENUE_SHARES, "Shares"),
        (routes::REVENUE_RULES, "Rules"),
        (routes::REVENUE_TERMS, "Fees and minimums"),
        (routes::REVENUE_SIMULATOR, "Simulator"),
        (routes::REVENUE_CHECKS, "Checks"),
    ];
    view! {
        <header class="page-head">
            <div class="page-head__row page-head__row--tight"><h1>"Revenue shares"</h1>{action}</div>
            <RouteTabs label="Revenue shares" tabs=tabs/>
            {children.map(|children| children())}
        </header>
    }
}

/// Basis points as people write them: `3050` is `30.5%`.
pub fn percent(basis_points: i32) -> String {
    let (whole, part) = (basis_points / 100, basis_points % 100);
    let part = format!("{part:02}");
    match part.trim_end_matches('0') {
        "" => format!("{whole}%"),
        part => format!("{whole}.{part}%"),
    }
}

/// What was typed in basis points: `30.5` and `30,5` are `3050`. Nothing when it is no such part.
fn basis_points(text: &str) -> Option<i32> {
    let text = text.trim().trim_end_matches('%').trim_end().replace(',', ".");
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    if part.len() > 2 || !part.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let whole: u16 = whole.parse().ok()?;
    let part: i32 = format!("{part:0<2}").parse().ok()?;
    Some(i32::from(whole) * 100 + part)
}

/// What coach and organization get in basis points, or what is wrong with it.
fn parts(coach: &str, organization: &str) -> Result<(i32, i32), Vec<FieldError>> {
    match (basis_points(coach), basis_points(organization)) {
        (Some(coach), Some(organization)) => Ok((coach, organization)),
        (coach, organization) => {
            let wrong = |field: &str, part: Option<i32>| {
                part.is_none().then(|| FieldError::new(field, "invalid", "Write a part of 100, such as 30 or 12.5."))
            };
            Err([wrong("coach_bp", coach), wrong("organization_bp", organization)].into_iter().flatten().collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read_as_they_are_written() {
        for (text, points) in
            [("30", 3_000), (" 30.5 % ", 3_050), ("12,25", 1_225), ("0", 0), ("100", 10_000), ("30.", 3_000)]
        {
            assert_eq!(basis_points(text), Some(points), "{text}");
        }
        for bad in ["", "x", "-1", "1.234", "1e2", ".", "70000"] {
            assert_eq!(basis_points(bad), None, "{bad}");
        }
        for (points, text) in [(3_000, "30%"), (3_050, "30.5%"), (1_225, "12.25%"), (5, "0.05%"), (0, "0%")] {
            assert_eq!(percent(points), text);
        }
    }
}
