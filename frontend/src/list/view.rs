//! A list on the screen: head with count and sums, filters, rows, pager, preview.

use super::bulk::BulkBar;
use super::filters::{FilterBar, FilterNames, clear};
use super::keys::use_list_keys;

use super::pager::Pager;
use super::preview::{Preview, open_preview, peek};
use super::state::Shown;
use super::table::{HeadSort, RowTable};
use super::views::ViewBar;
use super::{BulkActions, List, Selection};
use crate::api::ApiError;
use crate::components::{EmptyState, ErrorBox, ErrorNote, PrintHead, SkeletonRows, use_title};
use crate::format::money;
use crate::glance::{Glance, live};
use crate::labels::counted;
use crate::session::use_session;
use crm_types::{FieldError, Money};
use leptos::prelude::*;

/// A whole list page.
#[component]
pub fn ListView(
    /// The list.
    list: List,
    /// What the drawer shows; without it, all that the row says.
    #[prop(optional)]
    preview: Option<Preview>,
    /// Buttons beside the page's name.
    #[prop(optional)]
    action: Option<fn(List) -> AnyView>,
    /// What can be done with many rows at once; without it rows cannot be selected.
    #[prop(optional)]
    bulk: Option<BulkActions>,
) -> impl IntoView {
    let spec = list.spec;
    use_title(move || spec.title.to_owned());
    view! {
        <header class="page-head">
            <div class="page-head__row">
                <div class="page-head__lead"><h1>{spec.title}</h1><ListTotal list=list/></div>
                {action.map(|action| action(list))}
            </div>
        </header>
        <ListBody list=list preview=preview bulk=bulk/>
    }
}

/// How many rows and how much, and the pill for what came in.
#[component]
pub fn ListTotal(
    /// The list.
    list: List,
) -> impl IntoView {
    let pill = list.pill();
    view! {
        <div class="list-total">
            <p id="list-total" role="status">{live(move || summary(list))}</p>
            {move || pill.get().map(|words| view! {
                <button class="pill-new" type="button" on:click=move |_| list.show_new()>{words}</button>
            })}
        </div>
    }
}

/// Filters, rows, pager and preview, without the page's head.
#[component]
pub fn ListBody(
    /// The list.
    list: List,
    /// What the drawer shows.
    #[prop(optional_no_strip)]
    preview: Option<Preview>,
    /// What can be done with many rows at once.
    #[prop(optional_no_strip)]
    bulk: Option<BulkActions>,
) -> impl IntoView {
    let selection = bulk.map(|_| Selection::new(list));
    use_list_keys(list, selection);
    let names = FilterNames::of(list);
    let peeked = Memo::new(move |_| list.params.glance(|p| p.get("peek").map(str::to_owned)));
    let denied = move || use_session().denied(list.spec.permission).is_some();
    let split = live(move || if peeked.get().is_some() { "split split--peek" } else { "split" });
    view! {
        <ViewBar list=list/>
        <FilterBar list=list names=names/>
        <PrintHead shows=live(move || filters_in_words(list, names))/>
        {selection.zip(bulk).map(|(selection, actions)| view! { <BulkBar list=list selection=selection actions=actions/> })}
        <div class=split aria-busy=live(move || list.busy.get().to_string())>
            <div class="split__list">
                <div class="tbl-wrap" tabindex="0" role="region" aria-label=format!("{}, table", list.spec.title)
                    on:click=move |ev| open_preview(list, &ev)>
                    {move || content(list, peeked.into(), selection, denied())}
                </div>
                <Pager list=list/>
            </div>
            {move || peeked.get().map(|id| peek(list, id, preview))}
        </div>
    }
}

/// `Search is ada · Tier is Basic · 24 customers`: a page on paper has no chips.
fn filters_in_words(list: List, names: FilterNames) -> String {
    let search = list.params.glance(|p| p.get("q").map(|q| format!("Search is {q}")));
    let filters = names.active(list).into_iter().map(|(_, (before, value))| format!("{before}{value}"));
    search.into_iter().chain(filters).collect::<Vec<_>>().join(" · ")
}

/// What of the list is there: nothing yet, an error, nothing at all, nothing that matches, or rows.
#[derive(Clone, Copy, PartialEq)]
enum Content {
    Loading,
    Failed,
    Empty,
    NoMatch,
    Rows,
}

fn content(list: List, peeked: Signal<Option<String>>, selection: Option<Selection>, denied: bool) -> impl IntoView {
    let spec = list.spec;
    let kind = Memo::new(move |_| {
        // These filters have no rows: those of the filters before would be taken for theirs.
        let refused = list.error.get().is_some_and(|error| error.status() == 422)
            && list.shown.glance(|shown| {
                let url = list.params.glance(|p| spec.api_url(p));
                shown.as_ref().is_some_and(|shown| *shown.url != *url)
            });
        if refused {
            return Content::Failed;
        }
        list.shown.glance(|shown| match shown {
            Some(shown) if !shown.rows.is_empty() => Content::Rows,
            _ if list.error.glance(Option::is_some) => Content::Failed,
            None => Content::Loading,
            Some(_) if list.params.glance(|p| spec.active(p).is_empty() && p.get("q").is_none()) => Content::Empty,
            Some(_) => Content::NoMatch,
        })
    });
    let rows = Signal::derive(move || list.shown.glance(|s| s.as_ref().map(|s| s.rows.clone()).unwrap_or_default()));
    move || {
        match kind.get() {
        Content::Loading if denied => ().into_any(),
        Content::Loading => view! { <SkeletonRows label=format!("Loading {}", spec.many)/> }.into_any(),
        Content::Failed => {
            let retry = Callback::new(move |()| list.retry());
            match list.error.get() {
                Some(error) if error.status() == 422 => view! {
                    <div role="alert">
                        <EmptyState icon="filter" title=format!("No {} can be shown with these filters", spec.many) text=refusal(spec, &error)>
                            <button class="btn" type="button" on:click=move |_| clear(list)>"Clear all filters"</button>
                        </EmptyState>
                    </div>
                }
                .into_any(),
                error => error.map(|error| view! { <ErrorBox what=spec.title error=error on_retry=retry/> }).into_any(),
            }
        }
        Content::Empty => {
            view! { <EmptyState icon="rows" title=format!("No {} yet", spec.many) text=spec.empty/> }.into_any()
        }
        Content::NoMatch => no_match(list).into_any(),
        Content::Rows => view! {
            <ErrorNote error=list.error/>
            {move || {
                let shape = list.shape.get();
                view! { <RowTable caption=spec.title columns=spec.columns sorts=sorts(list) rows=rows peeked=peeked shape=shape selection=selection/> }
            }}
        }
        .into_any(),
    }
    }
}

/// What is wrong with the filters, by the names that they have on the screen.
fn refusal(spec: &super::ListSpec, error: &ApiError) -> String {
    let sentence = |wrong: &FieldError| {
        let label = spec.filters.iter().find(|filter| filter.key == wrong.field).map(|filter| filter.label);
        match (label, wrong.code.as_str()) {
            (Some(label), "unknown_value") => format!("{label} has no such choice."),
            (Some(label), "invalid") => format!("{label}: {}", wrong.message),
            _ => wrong.message.clone(),
        }
    };
    error.0.errors.iter().map(sentence).collect::<Vec<_>>().join(" ")
}

fn no_match(list: List) -> impl IntoView {
    let spec = list.spec;
    let (filters, searched) = list.params.glance(|p| (spec.active(p).len(), p.get("q").is_some()));
    let (icon, title, text, clears) = match filters + usize::from(searched) {
        1 if searched => {
            ("search", format!("No {} is found by these words", spec.one), searches(spec), "Clear the search")
        }
        n => {
            let filters = if n == 1 { "this filter".to_owned() } else { format!("{n} filters") };
            let title = format!("No {} matches {filters}", spec.one);
            ("filter", title, "Remove a filter to see more.".to_owned(), "Clear all filters")
        }
    };
    view! {
        <EmptyState icon=icon title=title text=text>
            <button class="btn" type="button" on:click=move |_| clear(list)>{clears}</button>
        </EmptyState>
    }
}

/// What can be searched for, to whom nothing was found.
fn searches(spec: &super::ListSpec) -> String {
    match spec.one {
        "customer" | "coach" => "A name may be misspelt by a letter or two. Or search by e-mail or phone.".to_owned(),
        _ => format!("What is searched: {}.", spec.search),
    }
}

fn sorts(list: List) -> Signal<Vec<HeadSort>> {
    Signal::derive(move || {
        list.params.glance(|p| {
            let sort = list.spec.sort_of(p);
            let head = |c: &super::Column| HeadSort {
                direction: c.direction(sort),
                href: c
                    .next_sort(sort, c.class.contains("num"))
                    .map(|next| p.clone().without(&["cursor", "page"]).with("sort", next).with_path(list.spec.path)),
            };
            list.spec.columns.iter().map(head).collect()
        })
    })
}

/// `24 subscriptions · MRR $1,234.00 + €300.00`: what the rows add up to, never across currencies.
fn summary(list: List) -> String {
    list.shown.glance(|shown| shown.as_ref().map(|s| summary_of(list.spec, s)).unwrap_or_default())
}

fn summary_of(spec: &super::ListSpec, shown: &Shown) -> String {
    let more = if shown.capped { "More than " } else { "" };
    let count = format!("{more}{}", counted(shown.total, spec.one, spec.many));
    if spec.sum.is_empty() || shown.sums.is_empty() {
        return count;
    }
    // Of several currencies, those with nothing in them say nothing.
    let told = |m: &&Money| m.minor != 0 || shown.sums.len() == 1;
    let sums: Vec<String> = shown.sums.iter().filter(told).map(|m| money(*m)).collect();
    if sums.is_empty() {
        return count;
    }
    format!("{count} · {} {}", spec.sum, sums.join(" · "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::subscriptions::SPEC;
    use crm_types::Currency;

    #[test]
    fn a_refusal_speaks_of_what_is_on_the_screen() {
        let spec = &crate::pages::customers::SPEC;
        for (field, code, said) in [
            ("lifecycle", "unknown_value", "Lifecycle has no such choice."),
            ("from", "invalid", "Known since: Why."),
            ("mrr_min", "out_of_range", "Why."),
            ("elsewhere", "invalid", "Why."),
        ] {
            let error = ApiError::of_fields(vec![FieldError::new(field, code, "Why.")]);
            assert_eq!(refusal(spec, &error), said, "{field}");
        }
    }

    #[test]
    fn the_head_says_how_many_and_how_much() {
        let mut shown =
            Shown { url: "".into(), rows: Vec::new(), total: 24, capped: false, sums: Vec::new(), next: None };
        assert_eq!(summary_of(&SPEC, &shown), "24 subscriptions");
        shown.sums = vec![Money::new(123_400, Currency::USD), Money::new(5000, Currency::JPY)];
        assert_eq!(summary_of(&SPEC, &shown), "24 subscriptions · MRR $1,234.00 · ¥5,000");
        shown.sums = vec![Money::new(0, Currency::USD), Money::new(0, Currency::JPY)];
        assert_eq!(summary_of(&SPEC, &shown), "24 subscriptions", "trials in two currencies");
        shown.sums.pop();
        assert_eq!(summary_of(&SPEC, &shown), "24 subscriptions · MRR $0.00");
        shown.capped = true;
        shown.total = 10_000;
        assert_eq!(
            summary_of(&crate::pages::transactions::SPEC, &shown).split(" · ").next(),
            Some("More than 10,000 transactions")
        );
    }
}
