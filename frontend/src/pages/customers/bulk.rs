//! One change to many customers.

use super::export::Export;
use crate::api::customers;
use crate::components::{
    ActionButton, Dialog, Field, Reference, ReferenceField, Select, Target, UserSelect, use_toasts,
};
use crate::jobs::Follower;
use crate::labels::{self, counted};
use crate::list::{List, Selection};
use crate::realtime::use_realtime;
use crate::session::use_session;
use crm_types::accounts::Permission;
use crm_types::customers::Priority;
use crm_types::customers_bulk::{BulkAction, BulkRequest};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Map, Value};

/// What is asked before it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asks {
    AddTags,
    RemoveTags,
    Owner,
    Organization,
    Coach,
    Priority,
}

impl Asks {
    const fn title(self) -> &'static str {
        match self {
            Self::AddTags => "Add tags",
            Self::RemoveTags => "Remove tags",
            Self::Owner => "Set owner",
            Self::Organization => "Set organization",
            Self::Coach => "Set coach",
            Self::Priority => "Set priority",
        }
    }

    /// What is missing when nothing was filled in.
    const fn missing(self) -> &'static str {
        match self {
            Self::Organization => "Choose an organization from the list.",
            Self::Coach => "Choose a coach from the list.",
            _ => "Enter at least one tag.",
        }
    }

    /// What was filled in; `None` when that is nothing.
    fn action(self, value: &str) -> Option<BulkAction> {
        let tags = || {
            let tags: Vec<String> =
                value.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect();
            (!tags.is_empty()).then_some(tags)
        };
        match self {
            Self::AddTags => tags().map(BulkAction::AddTags),
            Self::RemoveTags => tags().map(BulkAction::RemoveTags),
            Self::Owner => Some(BulkAction::SetOwner(value.parse().ok())),
            Self::Organization => {
                Reference::of_text(value).id.parse().ok().map(|id| BulkAction::SetOrganization(Some(id)))
            }
            Self::Coach => Reference::of_text(value).id.parse().ok().map(|id| BulkAction::SetCoach(Some(id))),
            Self::Priority => value.parse::<Priority>().ok().map(BulkAction::SetPriority),
        }
    }
}

/// The buttons of the bar.
pub fn actions(list: List, selection: Selection) -> AnyView {
    let (session, toasts, realtime) = (use_session(), use_toasts(), use_realtime());
    let follower = Follower { session, toasts, realtime };
    let denied = Signal::stored(session.denied(Permission::CustomersWrite));
    let busy = RwSignal::new(false);
    let open = RwSignal::new(false);
    let asks = RwSignal::new(Asks::AddTags);
    let run = Callback::new(move |action: BulkAction| {
        let request = untrack(|| request(list, selection, action));
        busy.set(true);
        spawn_local(async move {
            match customers::bulk(session, &request).await {
                Ok(job) => {
                    follower.follow(job);
                    selection.clear();
                    open.try_set(false);
                }
                // What was typed stays.
                Err(error) => toasts.failed(format!("Nothing was changed: {}", error.detail())),
            }
            busy.try_set(false);
        });
    });
    let ask = move |what: Asks| {
        let press = Callback::new(move |()| {
            asks.set(what);
            open.set(true);
        });
        view! { <ActionButton label=what.title().to_owned() class="btn--sm" denied=denied on_press=press/> }
    };
    let archive = Callback::new(move |()| run.run(BulkAction::Archive {}));
    let title = Signal::derive(move || asks.get().title().to_owned());
    view! {
        {[Asks::AddTags, Asks::RemoveTags, Asks::Owner, Asks::Organization, Asks::Coach, Asks::Priority].map(ask).into_iter().collect_view()}
        <Export list=list selection=selection/>
        <ActionButton label="Archive".to_owned() class="btn--sm" denied=denied busy=busy on_press=archive/>
        <Dialog id="bulk-change" title=title open=open>
            <Form asks=asks.get_untracked() selection=selection run=run busy=busy open=open/>
        </Dialog>
    }
    .into_any()
}

fn request(list: List, selection: Selection, action: BulkAction) -> BulkRequest {
    let ids = selection.ids().map(|ids| ids.iter().filter_map(|id| id.parse().ok()).collect());
    let all_matching = selection.is_all().then(|| {
        let pairs = list.params.with(|params| list.spec.matching(params));
        pairs.iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect::<Map<_, _>>()
    });
    BulkRequest { action, ids, all_matching }
}

#[component]
fn Form(
    asks: Asks,
    selection: Selection,
    run: Callback<BulkAction>,
    busy: RwSignal<bool>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let value = RwSignal::new(if asks == Asks::Priority { "high".to_owned() } else { String::new() });
    let error = RwSignal::new(None::<String>);
    let set = Callback::new(move |text: String| value.set(text));
    let field = match asks {
        Asks::AddTags | Asks::RemoveTags => view! {
            <Field id="bulk-tags" label="Tags" value=value hint="Separated by commas." error=error/>
        }
        .into_any(),
        Asks::Owner => view! {
            <UserSelect id="bulk-owner" label="Owner" value=value none="Nobody" on_change=set/>
        }
        .into_any(),
        Asks::Organization | Asks::Coach => {
            let chosen = Signal::derive(move || Reference::of_text(&value.get()));
            let choose = Callback::new(move |chosen: Reference| {
                error.set(None);
                value.set(chosen.to_text());
            });
            let (id, label, target) = match asks {
                Asks::Coach => ("bulk-coach", "Coach", Target::Customers),
                _ => ("bulk-organization", "Organization", Target::Organizations),
            };
            view! { <ReferenceField id=id label=label target=target value=chosen on_change=choose error=error/> }
                .into_any()
        }
        Asks::Priority => view! {
            <Select id="bulk-priority" label="Priority" value=value choices=labels::priorities() on_change=set/>
        }
        .into_any(),
    };
    let submit = move |ev: web_sys::SubmitEvent| {
        ev.prevent_default();
        match asks.action(&value.get_untracked()) {
            Some(action) if !busy.get_untracked() => run.run(action),
            Some(_) => {}
            None => error.set(Some(asks.missing().into())),
        }
    };
    let whom = move || counted(selection.count(), "customer", "customers");
    view! {
        <form novalidate on:submit=submit>
            <div class="dialog__body stack">{field}</div>
            <div class="dialog__foot">
                {(asks == Asks::Organization).then(|| view! {
                    <button class="btn btn--ghost dialog__aside" type="button" prop:disabled=busy
                        on:click=move |_| run.run(BulkAction::SetOrganization(None))>"Remove their organization"</button>
                })}
                {(asks == Asks::Coach).then(|| view! {
                    <button class="btn btn--ghost dialog__aside" type="button" prop:disabled=busy
                        on:click=move |_| run.run(BulkAction::SetCoach(None))>"End their coaching"</button>
                })}
                <button class="btn" type="button" on:click=move |_| open.set(false)>"Cancel"</button>
                <button class="btn btn--primary" type="submit" prop:disabled=busy>{move || format!("Change {}", whom())}</button>
            </div>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_what_is_done() {
        let wire = |asks: Asks, value: &str| asks.action(value).map(|action| serde_json::to_string(&action).unwrap());
        let id = "019a1b2c-0000-7000-8000-000000000001";
        for (asks, value, json) in [
            (Asks::AddTags, "a, b ,", Some(r#"{"add_tags":["a","b"]}"#.to_owned())),
            (Asks::AddTags, " , ", None),
            (Asks::RemoveTags, "a", Some(r#"{"remove_tags":["a"]}"#.to_owned())),
            (Asks::Owner, "", Some(r#"{"set_owner":null}"#.to_owned())),
            (Asks::Owner, id, Some(format!(r#"{{"set_owner":"{id}"}}"#))),
            (Asks::Organization, "", None),
            (Asks::Organization, &format!("{id} Iron Gym"), Some(format!(r#"{{"set_organization":"{id}"}}"#))),
            (Asks::Coach, " typed", None),
            (Asks::Coach, &format!("{id} Ada"), Some(format!(r#"{{"set_coach":"{id}"}}"#))),
            (Asks::Priority, "vip", Some(r#"{"set_priority":"vip"}"#.to_owned())),
            (Asks::Priority, "most", None),
        ] {
            assert_eq!(wire(asks, value), json, "{asks:?} {value}");
        }
        assert_eq!(serde_json::to_string(&BulkAction::Archive {}).unwrap(), r#"{"archive":{}}"#);
    }
}
