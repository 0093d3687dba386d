//! Whom a coach coached, and until when.

use crate::api::coaching::COACHING_RELATIONSHIPS;
use crate::components::{Badge, ErrorBox, Icon, Moment, SkeletonCard};
use crate::glance::drawn;
use crate::labels;
use crate::query::use_query;
use crate::realtime::use_realtime;
use crate::routes;
use crm_types::Page;
use crm_types::coaching::{CoachingRelationship, CoachingStatus};
use crm_types::page::MAX_LIMIT;
use leptos::prelude::*;

/// Entries at first, and with each press more.
const STEP: u32 = 10;

/// The card, newest first.
#[component]
pub fn Assignments(id: Memo<String>) -> impl IntoView {
    let limit = RwSignal::new(STEP);
    let url = move || Some(format!("{COACHING_RELATIONSHIPS}?coach={}&limit={}", id.get(), limit.get()));
    let query = use_query::<Page<CoachingRelationship>>(url).refresh_on(use_realtime().billing());
    let retry = Callback::new(move |()| query.refresh());
    let more = move |_| limit.update(|limit| *limit = (*limit + STEP).min(MAX_LIMIT));
    view! {
        <section class="card" aria-labelledby="assignments">
            <header class="card__head card__head--line"><h2 id="assignments">"Assignments"</h2></header>
            {drawn(move || match (query.get(), query.error().get()) {
                (Some(page), _) if page.items.is_empty() => {
                    view! { <p class="card__body muted">"They have coached nobody so far."</p> }.into_any()
                }
                (Some(page), _) => {
                    let rest = page.next_cursor.is_some();
                    let most = limit.get() >= MAX_LIMIT;
                    view! {
                        <div class="card__body">
                            <ol class="tl">{page.items.into_iter().map(|one| view! { <Assignment one=one/> }).collect_view()}</ol>
                            {(rest && !most).then(|| view! {
                                <button class="btn btn--sm mt-3" type="button" on:click=more>"Show more"</button>
                            })}
                            {(rest && most).then(|| view! { <p class="small muted mt-3">{format!("The newest {MAX_LIMIT} are shown.")}</p> })}
                        </div>
                    }
                    .into_any()
                }
                (None, Some(error)) => view! { <ErrorBox what="Assignments" error=error on_retry=retry/> }.into_any(),
                (None, None) => view! { <SkeletonCard label="Loading the assignments"/> }.into_any(),
            })}
        </section>
    }
}

#[component]
fn Assignment(one: CoachingRelationship) -> impl IntoView {
    let icon = match one.status {
        CoachingStatus::Active => "tl__ic tl__ic--pos",
        CoachingStatus::Paused => "tl__ic tl__ic--info",
        CoachingStatus::Ended => "tl__ic",
    };
    let until = one.ended_at.map(|at| view! { " until "<Moment at=Some(at)/> });
    let why = one.end_reason.as_deref().map(|why| format!(" · {}", labels::phrase(why)));
    view! {
        <li class="tl__item">
            <span class=icon><Icon name="user"/></span>
            <div class="tl__text">
                <p class="row row--wrap">
                    <a href=routes::customer(one.client.id)>{one.client.name.clone()}</a>
                    <Badge text=labels::coaching_status(one.status) tone=labels::coaching_tone(one.status) dot=true/>
                </p>
                <p class="small muted">"Since "<Moment at=Some(one.started_at)/>{until}{why}</p>
            </div>
        </li>
    }
}
