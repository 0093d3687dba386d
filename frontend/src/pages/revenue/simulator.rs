//! The simulator: months replayed under proposed rules, before anybody publishes them. The address names the simulation that is
//! shown; its months and rules are the form's.

use super::RevenueHead;
use super::proposal::{Draft, DraftFields, NOTHING};
use super::simulated::Simulated;
use crate::api::ApiError;
use crate::api::revenue::{self, RULES};
use crate::components::{ActionButton, ErrorNote, Explain, Field, FormErrors};
use crate::glance::Glance;
use crate::params::Params;
use crate::query::use_query;
use crate::routes;
use crate::session::{Session, use_session};
use chrono::{Datelike, Local, Months, NaiveDate};
use crm_types::revenue::{ShareRule, ShareScope};
use crm_types::revenue_simulation::{MOST_MONTHS, MOST_RULES, NewSimulation, SimulatedRule, Simulation};
use crm_types::{FieldError, Page};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

/// The page.
#[component]
pub fn SimulatorPage() -> impl IntoView {
    let search = use_location().search;
    let params = Memo::new(move |_| Params::parse(&search.get()));
    let id = Memo::new(move |_| params.glance(|p| p.get("id").map(str::to_owned)));
    view! {
        <RevenueHead tab="Simulator"/>
        <div class="stack">
            <Form id=id/>
            <Show when=move || id.glance(Option::is_some)><Simulated id=id params=params/></Show>
        </div>
    }
}

/// What is proposed so far.
#[derive(Clone, Copy)]
struct Proposal {
    from: RwSignal<String>,
    to: RwSignal<String>,
    drafts: RwSignal<Vec<Draft>>,
    keys: StoredValue<u32>,
    errors: FormErrors,
}

impl Proposal {
    /// The month that is over last, and no rule.
    fn new() -> Self {
        let last = Local::now().date_naive().checked_sub_months(Months::new(1)).unwrap_or_default();
        let month = || RwSignal::new(month_text(last));
        let (drafts, keys) = (RwSignal::new(Vec::new()), StoredValue::new(0));
        Self { from: month(), to: month(), drafts, keys, errors: FormErrors::new() }
    }

    fn add(self, rule: &SimulatedRule) {
        let key = self.keys.get_value();
        self.keys.set_value(key + 1);
        self.drafts.update(|drafts| drafts.push(Draft::new(key, rule)));
    }

    /// What a simulation tried out.
    fn take(self, simulation: &Simulation) {
        self.from.set(month_text(simulation.from));
        self.to.set(month_text(simulation.to));
        self.drafts.set(Vec::new());
        simulation.rules.iter().for_each(|rule| self.add(rule));
    }

    async fn read(self, session: Session) -> Result<NewSimulation, ApiError> {
        let (from, to) = (month_of(&self.from.get_untracked()), month_of(&self.to.get_untracked()));
        let wrong = |field: &str, month: Option<NaiveDate>| {
            month.is_none().then(|| FieldError::new(field, "invalid", "Choose a month, such as 2026-10."))
        };
        let mut errors: Vec<FieldError> = wrong("from", from).into_iter().chain(wrong("to", to)).collect();
        let mut rules = Vec::new();
        for (i, draft) in self.drafts.get_untracked().into_iter().enumerate() {
            match draft.read(session).await {
                Ok(rule) => rules.push(rule),
                Err(error) if error.0.errors.is_empty() => return Err(error),
                Err(error) => errors.extend(
                    error
                        .0
                        .errors
                        .into_iter()
                        .map(|e| FieldError::new(format!("rules.{i}.{}", e.field), &e.code, e.message)),
                ),
            }
        }
        match (from, to) {
            (Some(from), Some(to)) if errors.is_empty() => Ok(NewSimulation { from, to, rules }),
            _ => Err(ApiError::of_fields(errors)),
        }
    }
}

#[component]
fn Form(id: Memo<Option<String>>) -> impl IntoView {
    let (session, navigate) = (use_session(), use_navigate());
    let proposal = Proposal::new();
    // What is shown fills the form; else the rule for all that holds now does.
    let shown = use_query::<Simulation>(move || id.get().map(|id| revenue::simulation(&id)));
    let holds = use_query::<Page<ShareRule>>(move || Some(format!("{RULES}?scope={}", ShareScope::Default)));
    let filled = StoredValue::new(None::<String>);
    Effect::new(move |_| {
        let (id, simulation) = (id.get(), shown.get());
        if let Some(simulation) = simulation.filter(|s| id.as_deref() == Some(&s.id.to_string()))
            && filled.with_value(|filled| *filled != id)
        {
            filled.set_value(id);
            proposal.take(&simulation);
        }
    });
    Effect::new(move |_| {
        let Some(rules) = holds.map(|page| page.items.clone()) else { return };
        if id.get_untracked().is_none() && proposal.drafts.with_untracked(Vec::is_empty) {
            let now = chrono::Utc::now();
            let rule = rules.iter().find(|rule| rule.starts_at <= now && rule.ends_at.is_none_or(|end| end > now));
            proposal.add(&rule.map_or(NOTHING, |rule| SimulatedRule {
                base: rule.base,
                coach_bp: rule.coach_bp,
                organization_bp: rule.organization_bp,
                ..NOTHING
            }));
        }
    });
    let busy = RwSignal::new(false);
    let go = move |started: Simulation| {
        filled.set_value(Some(started.id.to_string()));
        let address = routes::list(routes::REVENUE_SIMULATOR, &[("id", &started.id.to_string())]);
        navigate(&address, NavigateOptions { scroll: false, ..NavigateOptions::default() });
    };
    let errors = proposal.errors;
    let submit = move |ev: web_sys::SubmitEvent| {
        ev.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let go = go.clone();
        spawn_local(async move {
            let started = match proposal.read(session).await {
                Ok(new) => revenue::simulate(session, &new).await,
                Err(error) => Err(error),
            };
            match started {
                Ok(started) => {
                    errors.0.try_set(None);
                    go(started);
                }
                Err(error) => drop(errors.0.try_set(Some(error))),
            }
            busy.try_set(false);
        });
    };
    let many = Signal::derive(move || proposal.drafts.glance(Vec::len) > 1);
    let fields = move |draft: Draft| {
        let at = Signal::derive(move || {
            proposal.drafts.glance(|drafts| drafts.iter().position(|other| other.key == draft.key)).unwrap_or_default()
        });
        let away = Callback::new(move |()| proposal.drafts.update(|drafts| drafts.retain(|d| d.key != draft.key)));
        let remove = Signal::derive(move || many.get().then_some(away));
        view! { <DraftFields draft=draft at=at errors=errors remove=remove/> }
    };
    let wrong_rules = errors.of("rules");
    view! {
        <form class="card" novalidate on:submit=submit aria-labelledby="proposal">
            <header class="card__head card__head--line">
                <h2 id="proposal">"What if"</h2>
                <Explain id="simulator-how" of="A simulation">
                    <p>"Payments, refunds and disputes of these months are shared twice, by the derivation that the ledger follows: by the rules that hold, and by these. Each proposed rule stands for whatever rules the same had in these months; all others stay."</p>
                    <p>"Nothing is changed: it reads in a transaction in which the database refuses to write. It goes through the clients a thousand at a time, so that it holds no more than their payments. "{format!("At most {MOST_MONTHS} months and {MOST_RULES} rules.")}</p>
                    <p>"Months are those in which the money moved. Statements may differ: what became known after a month was closed counts to the next one there."</p>
                </Explain>
            </header>
            <div class="card__body stack">
                <ErrorNote error=errors.general()/>
                <div class="fields-2">
                    <Field id="simulate-from" label="First month" kind="month" value=proposal.from error=errors.of("from")/>
                    <Field id="simulate-to" label="Last month" kind="month" value=proposal.to error=errors.of("to")/>
                </div>
                {move || wrong_rules.get().map(|why| view! { <p class="field__error" role="alert">{why}</p> })}
                <For each=move || proposal.drafts.get() key=|draft| draft.key children=fields/>
                <div class="row row--wrap">
                    <Show when=move || proposal.drafts.glance(Vec::len) < MOST_RULES>
                        <ActionButton label="Add rule".to_owned() icon="plus" on_press=Callback::new(move |()| proposal.add(&NOTHING))/>
                    </Show>
                    <button class="btn btn--primary" type="submit" aria-busy=move || busy.get().then_some("true")>"Simulate"</button>
                </div>
            </div>
        </form>
    }
}

/// As a field of the kind `month` has it.
fn month_text(day: NaiveDate) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

/// Its first day.
fn month_of(text: &str) -> Option<NaiveDate> {
    format!("{}-01", text.trim()).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_written_as_it_is_read() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 17).unwrap();
        assert_eq!((month_text(day).as_str(), month_of("2026-03")), ("2026-03", day.with_day(1)));
        for bad in ["", "2026", "2026-13", "March"] {
            assert_eq!(month_of(bad), None, "{bad}");
        }
    }
}
