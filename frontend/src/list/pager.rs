//! Which rows these are, and the way to the others.

use super::List;
use crate::format::count;
use crate::glance::Glance;
use crm_types::page::DEFAULT_LIMIT;
use leptos::prelude::*;

/// The foot of a list.
#[component]
pub fn Pager(list: List) -> impl IntoView {
    let range = move || {
        let page = list.page();
        list.shown.glance(|shown| shown.as_ref().map(|s| words(page, s.rows.len(), s.total, s.capped)))
    };
    let previous = move || match list.previous_href() {
        Some((href, false)) => view! { <a class="btn btn--sm" href=href rel="prev">"Previous"</a> }.into_any(),
        Some((href, true)) => view! { <a class="btn btn--sm" href=href>"First page"</a> }.into_any(),
        None => view! { <button class="btn btn--sm" type="button" disabled>"Previous"</button> }.into_any(),
    };
    let next = move || match list.next_href() {
        Some(href) => view! { <a class="btn btn--sm" href=href rel="next">"Next"</a> }.into_any(),
        None => view! { <button class="btn btn--sm" type="button" disabled>"Next"</button> }.into_any(),
    };
    view! {
        <nav class="pager" aria-label="Pages">
            <span>{range}</span>
            <div class="pager__end">{previous}{next}</div>
        </nav>
    }
}

/// `51–100 of 318`.
fn words(page: usize, rows: usize, total: i64, capped: bool) -> String {
    let before = (page - 1) * DEFAULT_LIMIT as usize;
    let as_count = |n: usize| count(i64::try_from(n).unwrap_or(i64::MAX));
    let of = if capped { format!("more than {}", count(total)) } else { count(total) };
    if rows == 0 {
        return format!("0 of {of}");
    }
    format!("{}–{} of {of}", as_count(before + 1), as_count(before + rows))
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn the_range_counts_from_the_page() {
        assert_eq!(words(1, 50, 318, false), "1–50 of 318");
        assert_eq!(words(7, 18, 318, false), "301–318 of 318");
        assert_eq!(words(1, 50, 10_000, true), "1–50 of more than 10,000");
        assert_eq!(words(1, 0, 0, false), "0 of 0");
    }
}
