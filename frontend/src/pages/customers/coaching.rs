//! Who coaches a customer, and who did.

use crate::api::coaching::{self, COACHING_RELATIONSHIPS};
use crate::api::customers;
use crate::components::{
    ActionButton, Badge, Dialog, DialogForm, ErrorBox, ErrorNote, Field, FormErrors, Icon, Moment, Sending,
    SkeletonCard, use_toasts,
};
use crate::glance::drawn;
use crate::labels;
use crate::pages::revenue::OwnRule;
use crate::query::{changed, use_query};
use crate::realtime::use_realtime;
use crate::routes;
use crate::session::use_session;
use crm_types::Page;
use crm_types::accounts::Permission;
use crm_types::coaching::{CoachingEnd, CoachingRelationship, CoachingStatus};
use crm_types::ids::{CoachingRelationshipId, CustomerId};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The card: newest first, with what can be done about the one that runs.
#[component]
pub fn Coaching(id: Memo<String>) -> impl IntoView {
    let url = move || Some(format!("{COACHING_RELATIONSHIPS}?client={}", id.get()));
    let query = use_query::<Page<CoachingRelationship>>(url).refresh_on(use_realtime().billing());
    let retry = Callback::new(move |()| query.refresh());
    view! {
        <section class="card" aria-labelledby="coaching">
            <header class="card__head card__head--line"><h2 id="coaching">"Coaching"</h2></header>
            {drawn(move || match (query.get(), query.error().get()) {
                (Some(page), _) if page.items.is_empty() => {
                    view! { <p class="card__body muted">"No coach so far."</p> }.into_any()
                }
                (Some(page), _) => view! {
                    <div class="card__body">
                        <ol class="tl">{page.items.into_iter().map(|one| view! { <Relationship one=one/> }).collect_view()}</ol>
                    </div>
                }
                .into_any(),
                (None, Some(error)) => view! { <ErrorBox what="Coaching" error=error on_retry=retry/> }.into_any(),
                (None, None) => view! { <SkeletonCard label="Loading the coaching"/> }.into_any(),
            })}
        </section>
    }
}

#[component]
fn Relationship(one: CoachingRelationship) -> impl IntoView {
    let runs = one.status != CoachingStatus::Ended;
    let icon = match one.status {
        CoachingStatus::Active => "tl__ic tl__ic--pos",
        CoachingStatus::Paused => "tl__ic tl__ic--info",
        CoachingStatus::Ended => "tl__ic",
    };
    let at = one.organization.as_ref().map(|organization| {
        view! { " at "<a href=routes::organization(organization.id)>{organization.name.clone()}</a> }
    });
    let until = one.ended_at.map(|at| view! { " until "<Moment at=Some(at)/> });
    let why = one.end_reason.as_deref().map(|why| format!(" · {}", labels::phrase(why)));
    view! {
        <li class="tl__item">
            <span class=icon><Icon name="user"/></span>
            <div class="tl__text">
                <p class="row row--wrap">
                    <a href=routes::customer(one.coach.id)>{one.coach.name.clone()}</a>
                    <Badge text=labels::coaching_status(one.status) tone=labels::coaching_tone(one.status) dot=true/>
                </p>
                <p class="small muted">"Since "<Moment at=Some(one.started_at)/>{until}{at}{why}</p>
                {runs.then(|| view! { <OwnRule relationship=one.id coach=one.coach.name.clone()/> })}
                {runs.then(|| view! { <Actions id=one.id client=one.client.id paused=one.status == CoachingStatus::Paused/> })}
            </div>
        </li>
    }
}

#[component]
fn Actions(id: CoachingRelationshipId, client: CustomerId, paused: bool) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let denied = Signal::stored(session.denied(Permission::CustomersWrite));
    let (busy, open) = (RwSignal::new(false), RwSignal::new(false));
    let rest = Callback::new(move |()| {
        busy.set(true);
        spawn_local(async move {
            match coaching::rest(session, id, !paused).await {
                Ok(_) => toasts.done(if paused { "Coaching resumed" } else { "Coaching paused" }),
                Err(error) => toasts.failed(format!("Not changed: {}", error.detail())),
            }
            changed(COACHING_RELATIONSHIPS);
            busy.try_set(false);
        });
    });
    view! {
        <div class="row mt-3">
            <ActionButton label=if paused { "Resume" } else { "Pause" }.to_owned() class="btn--sm" busy=busy denied=denied on_press=rest/>
            <ActionButton label="End coaching".to_owned() class="btn--sm" denied=denied
                on_press=Callback::new(move |()| open.set(true))/>
        </div>
        <Dialog id="end-coaching" title=Signal::stored("End coaching".to_owned()) open=open>
            <End id=id client=client open=open/>
        </Dialog>
    }
}

#[component]
fn End(id: CoachingRelationshipId, client: CustomerId, open: RwSignal<bool>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let reason = RwSignal::new(String::new());
    let errors = FormErrors::new();
    let send = move |()| -> Sending {
        let why = Some(reason.get_untracked().trim().to_owned()).filter(|why| !why.is_empty());
        Box::pin(async move {
            coaching::end(session, id, &CoachingEnd { reason: why }).await?;
            toasts.done("Coaching ended");
            changed(COACHING_RELATIONSHIPS);
            changed(&customers::customer(client));
            changed(customers::CUSTOMERS);
            Ok(())
        })
    };
    view! {
        <DialogForm open=open errors=errors submit="End coaching" send=Callback::new(send)>
            <p>"It ends now, and stays in the history."</p>
            <ErrorNote error=errors.general()/>
            <Field id="end-reason" label="Reason" value=reason error=errors.of("reason") hint="Optional, such as: moved away."/>
        </DialogForm>
    }
}
