//! The account: its name, currency and time zone, and the policies that decide what MRR counts.

use super::SettingsFrame;
use super::policy_preview::PolicyEffect;
use crate::api::settings;
use crate::components::{
    ActionButton, CURRENCIES, Check, ErrorBox, ErrorNote, Field, FormErrors, Select, SkeletonCard, use_toasts,
};
use crate::glance::drawn;
use crate::query::{Query, changed, use_query};
use crate::session::use_session;
use crm_types::Currency;
use crm_types::accounts::Permission;
use crm_types::settings::{AccountSettings, AccountSettingsPatch, CancellationPolicy, PolicyChange};
use leptos::prelude::*;
use leptos::reactive::graph::untrack;
use leptos::task::spawn_local;

/// The page.
#[component]
pub fn PoliciesPage() -> impl IntoView {
    let query = use_query::<AccountSettings>(|| Some(settings::SETTINGS.into()));
    // The form keeps what is typed: it is only made anew when another version was saved.
    let version = Memo::new(move |_| query.map(|s| s.version));
    view! {
        <SettingsFrame tab="Policies">
            {drawn(move || match (version.get(), query.error().get()) {
                (Some(_), _) => untrack(move || query.get())
                    .map(|s| view! { <PolicyForm saved=s query=query/> }).into_any(),
                (None, Some(error)) => {
                    let retry = Callback::new(move |()| query.refresh());
                    view! { <ErrorBox what="Settings" error=error on_retry=retry/> }.into_any()
                }
                (None, None) => view! { <SkeletonCard label="Loading settings" lines=8/> }.into_any(),
            })}
        </SettingsFrame>
    }
}

#[component]
fn PolicyForm(saved: AccountSettings, query: Query<AccountSettings>) -> impl IntoView {
    let session = use_session();
    let toasts = use_toasts();
    let name = RwSignal::new(saved.account_name.clone());
    let zone = RwSignal::new(saved.time_zone.clone());
    let currency = RwSignal::new(saved.reporting_currency.to_string());
    let forever = RwSignal::new(saved.discounts_forever);
    let limited = RwSignal::new(saved.discounts_limited);
    let cancellation = RwSignal::new(saved.cancellation.to_string());
    let errors = FormErrors::new();
    let busy = RwSignal::new(false);
    let denied = session.denied(Permission::SettingsWrite);
    let locked = denied.is_some();
    let saved = StoredValue::new(saved);
    let patch = move || {
        saved.with_value(|saved| {
            difference(
                saved,
                AccountSettings {
                    account_name: name.get().trim().to_owned(),
                    reporting_currency: Currency::parse(&currency.get()).unwrap_or(saved.reporting_currency),
                    time_zone: zone.get().trim().to_owned(),
                    discounts_forever: forever.get(),
                    discounts_limited: limited.get(),
                    cancellation: cancellation.get().parse().unwrap_or(saved.cancellation),
                    version: saved.version,
                },
            )
        })
    };
    let change = Memo::new(move |_| patch().as_ref().and_then(policies));
    let why_not = {
        let denied = denied.clone();
        Signal::derive(move || denied.clone().or_else(|| patch().is_none().then(|| "Nothing has changed.".to_owned())))
    };
    let save = Callback::new(move |()| {
        let Some(patch) = patch() else { return };
        busy.set(true);
        spawn_local(async move {
            match settings::change(session, &patch).await {
                Ok(_) => {
                    toasts.done(if recomputes(&patch) {
                        "Settings saved. All movements are being recomputed."
                    } else {
                        "Settings saved"
                    });
                    changed(settings::SETTINGS);
                }
                Err(error) => {
                    if error.status() == 409 {
                        toasts.failed_with(
                            "Not saved: somebody changed the settings meanwhile.",
                            "Show theirs",
                            Callback::new(move |()| query.refresh()),
                        );
                    }
                    drop(errors.0.try_set(Some(error)));
                }
            }
            busy.try_set(false);
        });
    });
    view! {
        <form class="grid" novalidate on:submit=move |ev| {
            ev.prevent_default();
            if why_not.with_untracked(Option::is_none) { save.run(()) }
        }>
            <div class="c12"><ErrorNote error=errors.general()/></div>
            <section class="card c6" aria-labelledby="account">
                <header class="card__head card__head--line"><h2 id="account">"Account"</h2></header>
                <div class="card__body stack">
                    <Field id="account_name" label="Name" value=name error=errors.of("account_name") disabled=locked
                        hint="Shown in place of the product’s name."/>
                    <Select id="reporting_currency" label="Reporting currency" value=currency choices=CURRENCIES.to_vec()
                        on_change=Callback::new(move |v| currency.set(v)) error=errors.of("reporting_currency") disabled=locked
                        hint="Dashboards open with it. Amounts in others are shown apart, or converted by the rates in Currencies."/>
                    <Field id="time_zone" label="Time zone" value=zone error=errors.of("time_zone") disabled=locked
                        hint="An IANA name such as Europe/Berlin. Days begin and end in it, in every figure."/>
                </div>
            </section>
            <section class="card c6" aria-labelledby="mrr-policies">
                <header class="card__head card__head--line">
                    <h2 id="mrr-policies">"What MRR counts"</h2>
                    <span class="card__sub">"a change recomputes every movement"</span>
                </header>
                <div class="card__body stack">
                    <div>
                        <Check label="Lasting discounts reduce MRR" checked=forever disabled=locked
                            on_change=Callback::new(move |on| forever.set(on))/>
                        <p class="field__hint">"Coupons that run forever. On: a $100 plan with a lasting 20% coupon counts $80."</p>
                    </div>
                    <div>
                        <Check label="Limited discounts reduce MRR while they run" checked=limited disabled=locked
                            on_change=Callback::new(move |on| limited.set(on))/>
                        <p class="field__hint">"Coupons for once or for some months. Off: a first month for free does not look like growth when it ends."</p>
                    </div>
                    <Select id="cancellation" label="A cancellation counts" value=cancellation
                        choices=vec![
                            (CancellationPolicy::PeriodEnd.as_str(), "At the end of the paid period"),
                            (CancellationPolicy::Request.as_str(), "When it is asked for"),
                        ]
                        on_change=Callback::new(move |v| cancellation.set(v)) error=errors.of("cancellation") disabled=locked
                        hint="Until the period ends, the dashboard shows it as MRR that is set to end."/>
                    <PolicyEffect change=change/>
                </div>
            </section>
            <div class="c12 row row--wrap">
                <ActionButton label="Save settings".to_owned() class="btn--primary" on_press=save busy=busy denied=why_not/>
                {denied.map(|why| view! { <p class="small muted">{why}</p> })}
            </div>
        </form>
    }
}

/// What changed, as a patch; `None` when nothing did.
fn difference(saved: &AccountSettings, now: AccountSettings) -> Option<AccountSettingsPatch> {
    fn new<T: PartialEq>(before: &T, now: T) -> Option<T> {
        (*before != now).then_some(now)
    }
    let patch = AccountSettingsPatch {
        version: saved.version,
        account_name: new(&saved.account_name, now.account_name),
        reporting_currency: new(&saved.reporting_currency, now.reporting_currency),
        time_zone: new(&saved.time_zone, now.time_zone),
        discounts_forever: new(&saved.discounts_forever, now.discounts_forever),
        discounts_limited: new(&saved.discounts_limited, now.discounts_limited),
        cancellation: new(&saved.cancellation, now.cancellation),
    };
    let nothing = AccountSettingsPatch { version: saved.version, ..AccountSettingsPatch::default() };
    (patch != nothing).then_some(patch)
}

fn recomputes(patch: &AccountSettingsPatch) -> bool {
    patch.discounts_forever.is_some() || patch.discounts_limited.is_some() || patch.cancellation.is_some()
}

/// The policies of a patch, when it has any.
fn policies(patch: &AccountSettingsPatch) -> Option<PolicyChange> {
    recomputes(patch).then_some(PolicyChange {
        discounts_forever: patch.discounts_forever,
        discounts_limited: patch.discounts_limited,
        cancellation: patch.cancellation,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_says_only_what_changed() {
        let saved = AccountSettings {
            account_name: "Northwind".into(),
            reporting_currency: Currency::USD,
            time_zone: "UTC".into(),
            discounts_forever: true,
            discounts_limited: false,
            cancellation: CancellationPolicy::PeriodEnd,
            version: 3,
        };
        assert_eq!(difference(&saved, saved.clone()), None);
        let renamed = AccountSettings { account_name: "South".into(), ..saved.clone() };
        let patch = difference(&saved, renamed).unwrap();
        assert_eq!(serde_json::to_string(&patch).unwrap(), r#"{"version":3,"account_name":"South"}"#);
        assert!(!recomputes(&patch));
        let policy = AccountSettings { cancellation: CancellationPolicy::Request, ..saved.clone() };
        let patch = difference(&saved, policy).unwrap();
        assert_eq!(policies(&patch).and_then(|change| change.cancellation), Some(CancellationPolicy::Request));
        assert!(recomputes(&patch));
    }
}
