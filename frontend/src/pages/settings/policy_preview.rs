//! What the policies on the form would do to MRR, before they are saved.

use crate::api::{ApiError, settings};
use crate::format::{count, money};
use crate::labels::counted;
use crate::pages::mrr_movements::stream_and_tier;
use crate::session::use_session;
use crm_types::settings::{PolicyChange, PolicyPreview};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Asked for whenever another policy is chosen; nothing while all are as they are saved.
#[component]
pub fn PolicyEffect(
    /// The policies that differ from the saved ones.
    change: Memo<Option<PolicyChange>>,
) -> impl IntoView {
    let session = use_session();
    let answer: RwSignal<Option<Result<PolicyPreview, ApiError>>> = RwSignal::new(None);
    Effect::new(move |_| {
        let wanted = change.get();
        answer.set(None);
        let Some(chosen) = wanted else { return };
        spawn_local(async move {
            let reply = settings::preview(session, &chosen).await;
            // Another one may have been chosen meanwhile, or the page left.
            if change.try_get_untracked().is_some_and(|now| now == wanted) {
                answer.try_set(Some(reply));
            }
        });
    });
    view! {
        <div class="stack" aria-live="polite">
            {move || match (change.get(), answer.get()) {
                (None, _) => ().into_any(),
                (Some(_), None) => view! { <p class="small muted">"Computing what this would change…"</p> }.into_any(),
                (Some(_), Some(Err(error))) => {
                    view! { <p class="small muted">{format!("No preview: {}", error.detail())}</p> }.into_any()
                }
                (Some(_), Some(Ok(preview))) => {
                    let rows = preview.changes.iter().map(|change| {
                        let what = stream_and_tier(Some(change.stream), change.tier);
                        view! { <li>{what}": "<b>{money(change.before)}</b>" becomes "<b>{money(change.after)}</b>" MRR"</li> }
                    });
                    view! {
                        <p class="small">{told(&preview)}</p>
                        <ul class="small">{rows.collect_view()}</ul>
                    }
                    .into_any()
                }
            }}
        </div>
    }
}

/// Whom it touches, in a sentence.
fn told(preview: &PolicyPreview) -> String {
    if preview.customers == 0 {
        return "No customer has a discount or a cancellation that would count differently.".to_owned();
    }
    let whom = counted(preview.customers, "customer is affected.", "customers are affected.");
    let of_some = if preview.computed < preview.customers {
        format!(" Only the first {} are computed here.", count(preview.computed))
    } else {
        String::new()
    };
    let movements = match preview.rewritten {
        0 => " No movement changes.".to_owned(),
        n => format!(" The movements of {} are corrected.", counted(n, "customer", "customers")),
    };
    let mrr = if preview.changes.is_empty() { " MRR stays what it is." } else { "" };
    format!("{whom}{of_some}{movements}{mrr}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_says_whom_it_touches() {
        let preview =
            |customers, computed, rewritten| PolicyPreview { customers, computed, rewritten, changes: vec![] };
        assert_eq!(
            told(&preview(0, 0, 0)),
            "No customer has a discount or a cancellation that would count differently."
        );
        assert_eq!(told(&preview(1, 1, 0)), "1 customer is affected. No movement changes. MRR stays what it is.");
        assert_eq!(
            told(&preview(9_000, 5_000, 12)),
            "9,000 customers are affected. Only the first 5,000 are computed here. The movements of 12 customers are corrected. MRR stays what it is."
        );
    }
}
