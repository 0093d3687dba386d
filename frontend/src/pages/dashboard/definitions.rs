//! "How are these figures computed?": formula, policy and a worked example of each.

use crate::api::settings::SETTINGS;
use crate::components::Dialog;
use crate::query::use_query;
use crate::routes::SETTINGS_POLICIES;
use crm_types::settings::{AccountSettings, CancellationPolicy};
use leptos::prelude::*;

/// Figure, formula, example.
const FIGURES: [(&str, &str, &str); 7] = [
    (
        "MRR",
        "The sum of the monthly value of subscriptions that are active or past due: a yearly price / 12, n months / n, a week × 52 / 12, a day × 365 / 12, rounded once for each subscription. Trials, free plans, tax, metered prices and prorations are out; unpaid, cancelled, incomplete and paused subscriptions count 0.",
        "100 × $100 a month + 50 × $600 a year = $12,500.",
    ),
    ("ARR", "12 × MRR.", "12 × $12,500 = $150,000."),
    ("Paying customers", "Customers whose MRR is above 0 at the end of the period.", "100 + 50 = 150."),
    (
        "Trials running",
        "Trials that run at the end of the period, in every currency. A trial has no MRR.",
        "A trial of 10 days that began on Oct 25 counts on Oct 31.",
    ),
    (
        "Customer churn",
        "Customers who paid at the start and whose MRR reached 0 in the period / customers who paid at the start.",
        "5 of 100 left: 5.00%. Nobody paid at the start: no value, shown as –.",
    ),
    (
        "Net new MRR",
        "MRR at the end − MRR at the start = new + reactivation + expansion − contraction − churn + exchange rates.",
        "$166.67 new + $60.00 expansion − $60.00 contraction = +$166.67.",
    ),
    ("ARPU", "MRR / paying customers.", "$12,500 / 150 = $83.33."),
];

/// The dialog.
#[component]
pub fn Definitions(open: RwSignal<bool>) -> impl IntoView {
    // Asked once the reader wants to know, not with every page.
    let settings = use_query::<AccountSettings>(move || open.get().then(|| SETTINGS.to_owned()));
    let policies = move || settings.map(policies);
    view! {
        <Dialog id="definitions" title=Signal::derive(|| "How these figures are computed".to_owned()) open=open>
            <div class="dialog__body definitions" tabindex="0" role="region" aria-label="Definitions">
                <dl>
                    {FIGURES.map(|(name, formula, example)| view! {
                        <dt>{name}</dt>
                        <dd>{formula}<span class="sub">{example}</span></dd>
                    }).collect_view()}
                    {move || policies().map(|lines| view! {
                        <dt>"Your policies"</dt>
                        <dd>
                            {lines.map(|line| view! { <span class="line">{line}</span> }).collect_view()}
                            <a href=SETTINGS_POLICIES>"Change policies"</a>
                        </dd>
                    })}
                </dl>
                <p class="muted">"A tile leads to the rows whose sum is its figure. Changes are against the compared period; a change of a rate is in percentage points."</p>
            </div>
        </Dialog>
    }
}

/// What the account decided.
fn policies(settings: &AccountSettings) -> [String; 3] {
    let counts = |yes: bool| if yes { "reduce MRR" } else { "do not reduce MRR" };
    [
        format!("Coupons that run for ever {}.", counts(settings.discounts_forever)),
        format!("Coupons for once or a limited time {}.", counts(settings.discounts_limited)),
        match settings.cancellation {
            CancellationPolicy::PeriodEnd => "A cancellation counts at the end of the paid period.".into(),
            CancellationPolicy::Request => "A cancellation counts when it is asked for.".into(),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crm_types::Currency;

    #[test]
    fn policies_are_said_in_words() {
        let settings = AccountSettings {
            account_name: "Demo".into(),
            reporting_currency: Currency::USD,
            time_zone: "UTC".into(),
            discounts_forever: true,
            discounts_limited: false,
            cancellation: CancellationPolicy::Request,
            version: 1,
        };
        assert_eq!(
            policies(&settings),
            [
                "Coupons that run for ever reduce MRR.",
                "Coupons for once or a limited time do not reduce MRR.",
                "A cancellation counts when it is asked for.",
            ]
        );
    }

    #[test]
    fn every_tile_is_explained() {
        let names = FIGURES.map(|(name, ..)| name);
        assert_eq!(names, super::super::figures::LABELS);
    }
}
