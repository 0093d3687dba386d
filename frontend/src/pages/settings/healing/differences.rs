use super::{Ask, Asking};
use crate::api::healing;
use crate::components::{Badge, ErrorBox, Moment, SkeletonCard};
use crate::format::{MISSING, count, date_time};
use crate::glance::drawn;
use crate::labels::{Tone, counted, phrase};
use crate::query::use_query;
use crate::realtime::use_realtime;
use crate::session::Session;
use chrono::{DateTime, Local, Utc};
use crm_types::Page;
use crm_types::healing::{Difference, RepairReply, RepairRequest, RepairState};
use crm_types::ids::DifferenceId;
use leptos::prelude::*;

/// Where we and Stripe differ. Of more than a page, the ones that were found last.
#[component]
pub(super) fn Differences() -> impl IntoView {
    let realtime = use_realtime();
    let url = || Some(format!("{}?limit=200", healing::DIFFERENCES));
    let query = use_query::<Page<Difference>>(url).refresh_on(realtime.healing()).refresh_on(realtime.jobs());
    let retry = Callback::new(move |()| query.refresh());
    view! {
        <section class="card mt-3" aria-labelledby="differences">
            {drawn(move || match (query.get(), query.error().get()) {
                (Some(page), _) => view! { <Found page=page/> }.into_any(),
                (None, Some(error)) => view! { <ErrorBox what="Differences" error=error on_retry=retry/> }.into_any(),
                (None, None) => view! { <SkeletonCard label="Loading differences" lines=4/> }.into_any(),
            })}
        </section>
    }
}

#[component]
fn Found(page: Page<Difference>) -> impl IntoView {
    let (total, shown) = (page.total, page.items.len() as i64);
    let more = (total > shown)
        .then(|| format!("{} of {} are shown; repair them, and the others follow.", count(shown), count(total)));
    let mut last = String::new();
    let rows: Vec<(Difference, bool)> = page
        .items
        .into_iter()
        .map(|one| {
            let first = one.object_id != last;
            last.clone_from(&one.object_id);
            (one, first)
        })
        .collect();
    let table = (total > 0).then(|| view! {
        <div class="tbl-wrap" tabindex="0" role="region" aria-label="Fields in which we and Stripe differ">
            <table role="table" class="tbl tbl--cards">
                <caption class="vh">"Fields in which we and Stripe differ"</caption>
                <thead role="rowgroup"><tr role="row">
                    <th role="columnheader" scope="col">"Object"</th><th role="columnheader" scope="col">"Field"</th>
                    <th role="columnheader" scope="col">"Here"</th><th role="columnheader" scope="col">"At Stripe"</th>
                    <th role="columnheader" scope="col">"Found"</th><th role="columnheader" scope="col">"Repair"</th>
                </tr></thead>
                <tbody role="rowgroup">{rows.into_iter().map(|(one, first)| view! { <One one=one first=first/> }).collect_view()}</tbody>
            </table>
        </div>
    });
    view! {
        <header class="card__head card__head--line">
            <h2 id="differences">"Differences"</h2>
            {(total > 0).then(|| view! {
                <div class="end row row--wrap small">
                    <span>{counted(total, "field", "fields")}</span>
                    <Ask label="Repair all" class="btn--sm btn--primary" ask=repair/>
                </div>
            })}
        </header>
        {match total {
            0 => view! { <p class="card__body muted">"No difference is known."</p> }.into_any(),
            _ => table.into_any(),
        }}
        {more.map(|more| view! { <p class="card__foot">{more}</p> })}
    }
}

#[component]
fn One(
    one: Difference,
    /// Of its object: it has the button.
    first: bool,
) -> impl IntoView {
    let state = match one.repair {
        Some(RepairState::Asked) => Some((Tone::Info, "Asking Stripe")),
        Some(RepairState::Stored) => Some((Tone::Warning, "Differs after a repair")),
        None => None,
    };
    let (ids, object) = (vec![one.id], one.object_id.clone());
    let running = one.repair == Some(RepairState::Asked);
    let field = if one.field == "object" { "Not here at all".to_owned() } else { phrase(&one.field) };
    view! {
        <tr role="row">
            <td role="cell" class="lead">
                <span>{phrase(one.kind.as_str())}<span class="sub mono">{one.object_id}</span></span>
            </td>
            <td role="cell" data-label="Field">{field}</td>
            <td role="cell" class="wrap" data-label="Here">{told(&one.field, one.ours)}</td>
            <td role="cell" class="wrap" data-label="At Stripe">{told(&one.field, one.stripes)}</td>
            <td role="cell" data-label="Found"><Moment at=Some(one.found_at) exact=true/></td>
            <td role="cell" class="wrap" data-label="Repair">
                <div class="row row--wrap">
                    {state.map(|(tone, text)| view! { <Badge text=text tone=tone dot=true/> })}
                    {first.then(|| view! { <Ask label="Repair" of=object class="btn--sm" running=Signal::stored(running) ids=ids ask=repair/> })}
                </div>
                {one.repair_problem.map(|problem| view! { <p class="small muted">{problem}</p> })}
            </td>
        </tr>
    }
}

/// What a field holds: times as everywhere in the app, words of Stripe's as phrases, and all else as it is.
fn told(field: &str, value: Option<String>) -> String {
    let Some(value) = value else { return MISSING.to_owned() };
    if let Ok(at) = value.parse::<DateTime<Utc>>() {
        return date_time(at, &Local);
    }
    match field {
        // A sentence that says why an object cannot be read is no word.
        "object" | "status" | "reason" if !value.contains(' ') => phrase(&value),
        _ => value,
    }
}

/// Of these, or of all.
fn repair(session: Session, ids: Vec<DifferenceId>) -> Asking {
    Box::pin(async move {
        let all = ids.is_empty();
        let RepairReply { objects } = healing::repair(session, &RepairRequest { ids, all }).await?;
        Ok(format!("Stripe is asked for {}", counted(objects, "object", "objects")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_in_words() {
        let of = |field, value: &str| told(field, Some(value.to_owned()));
        assert_eq!(of("status", "incomplete_expired"), "Incomplete expired");
        assert_eq!(of("object", "cannot be read: `paid_at` is missing"), "cannot be read: `paid_at` is missing");
        assert_eq!((of("cancel_at_period_end", "no"), of("charge", "ch_1a")), ("no".into(), "ch_1a".into()));
        let at = "2026-09-23T11:46:01Z";
        assert_eq!(of("next_payment_attempt", at), date_time(at.parse().unwrap(), &Local));
        assert_eq!(told("paid_at", None), MISSING);
    }
}
