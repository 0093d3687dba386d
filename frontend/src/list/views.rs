//! The saved views above a list: all of it, one's own views, and those that others share.

use super::List;
use super::view_content::{Content, VIEW, address, is_short};
use super::view_edit::{Naming, ViewMenu, ViewName, change};
use crate::api::views::{self, Views};
use crate::components::{ActionButton, Icon, use_toasts};
use crate::glance::{Glance, live};
use crate::params::Params;
use crate::query::use_query;
use crate::session::{Session, use_session};
use crate::shell::{PageAction, use_page_actions};
use crm_types::accounts::Permission;
use crm_types::views::SavedView;
use leptos::prelude::*;

/// Tabs, and what can be done with the view that is open.
#[component]
pub fn ViewBar(list: List) -> impl IntoView {
    let spec = list.spec;
    let query = use_query::<Views>(move || Some(views::of_list(spec.path)));
    let open = Memo::new(move |_| {
        let id = list.params.glance(|p| p.get(VIEW).map(str::to_owned))?;
        query.map(|views| views.items.iter().find(|view| view.id.to_string() == id).cloned())?
    });
    // A link that somebody wrote by hand.
    Effect::new(move |_| {
        if let Some(view) = open.get()
            && list.params.glance(|p| is_short(spec, p))
        {
            list.show(address(spec, &view), true);
        }
    });
    let differs = Memo::new(move |_| {
        let shown = Content::shown(list);
        match open.get() {
            Some(view) => shown != Content::of_view(spec, &view),
            None => shown != Content::usual(spec),
        }
    });
    let naming = RwSignal::new(None::<Naming>);
    let tab = move |view: SavedView| view! { <Tab list=list view=view open=open differs=differs/> };
    let others = move || query.map(|views| views.items.clone()).unwrap_or_default();
    view! {
        <div class="toolbar toolbar--scroll toolbar--views">
            <nav class="views" aria-label="Saved views">
                <a class="view" href=spec.path data-noscroll=""
                    aria-current=live(move || open.with(Option::is_none).then_some("page"))>{format!("All {}", spec.many)}</a>
                <For each=others key=|view| (view.id, view.version) children=tab/>
            </nav>
            <Changes list=list open=open differs=differs naming=naming/>
        </div>
        <ViewName list=list naming=naming/>
    }
}

/// Why somebody may not change a view, if so.
pub fn denied(session: Session, view: &SavedView) -> Option<String> {
    let own = session.user().glance(|user| user.as_ref().is_some_and(|user| user.id == view.owner.id));
    (!own && !session.may(Permission::SettingsWrite))
        .then(|| format!("This view is {}’s. Only they, an owner or an admin can change it.", view.owner.name))
}

#[component]
fn Tab(list: List, view: SavedView, open: Memo<Option<SavedView>>, differs: Memo<bool>) -> impl IntoView {
    let id = view.id;
    let current = Memo::new(move |_| open.with(|open| open.as_ref().is_some_and(|open| open.id == id)));
    let title = view.shared.then(|| format!("Shared by {}", view.owner.name));
    let href = address(list.spec, &view).with_path(list.spec.path);
    view! {
        <a class="view" href=href title=title data-noscroll="" aria-current=live(move || current.get().then_some("page"))>
            {view.name}
            {view.shared.then(|| view! { <Icon name="share" small=true/> })}
            {move || (current.get() && differs.get()).then(|| view! {
                <span class="view__mod" role="img" aria-label="modified" title="Modified"></span>
            })}
        </a>
    }
}

/// Save, save as new, reset; rename, share, delete.
#[component]
fn Changes(
    list: List,
    open: Memo<Option<SavedView>>,
    differs: Memo<bool>,
    naming: RwSignal<Option<Naming>>,
) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let busy = RwSignal::new(false);
    let save_as = Callback::new(move |()| naming.set(Some(Naming::New(untrack(|| Content::shown(list))))));
    let save = Callback::new(move |()| {
        if let Some(view) = open.get_untracked() {
            let patch = untrack(|| Content::shown(list)).patch(view.version);
            change(list, (session, toasts), &view, patch, busy, "View saved");
        }
    });
    use_page_actions().offer(move || {
        let label = format!("Save view of {}", list.spec.many);
        let save = PageAction { icon: "rows", label, press: save_as, denied: None };
        if differs.get() { vec![save] } else { Vec::new() }
    });
    let reset = move |_| {
        let back = open.with_untracked(|view| view.as_ref().map(|view| address(list.spec, view)));
        list.show(back.unwrap_or_else(Params::default), false);
    };
    let why_not = Signal::derive(move || open.with(|view| view.as_ref().and_then(|view| denied(session, view))));
    view! {
        <div class="toolbar__end">
            {move || (differs.get() && open.with(Option::is_some)).then(|| view! {
                <button class="btn btn--ghost btn--sm" type="button" on:click=reset>"Reset"</button>
                <ActionButton label="Save as new".to_owned() class="btn--sm" on_press=save_as/>
                <ActionButton label="Save changes".to_owned() class="btn--sm" on_press=save busy=busy denied=why_not/>
            })}
            {move || (differs.get() && open.with(Option::is_none)).then(|| view! {
                <ActionButton label="Save view".to_owned() class="btn--sm" on_press=save_as/>
            })}
            {move || open.get().map(|view| view! { <ViewMenu list=list view=view naming=naming/> })}
        </div>
    }
}
