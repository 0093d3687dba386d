//! A widget loads, fails and retries by itself; the rest of the page does not notice.

use crate::api::ApiError;
use crate::components::ErrorBox;
use crate::query::Query;
use leptos::prelude::*;

#[derive(Clone, PartialEq)]
enum State {
    Loading,
    Failed(ApiError),
    Ready,
}

/// Draws the skeleton, the error, or the content with the newest value. What was loaded once stays while it is read
/// again, and when that fails.
pub fn widget<T, S, C>(
    query: Query<T>,
    what: &'static str,
    skeleton: impl Fn() -> S + Send + 'static,
    content: impl Fn(Signal<T>) -> C + Send + 'static,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
    S: IntoView + 'static,
    C: IntoView + 'static,
{
    let state = Memo::new(move |_| match (query.map(|_| ()), query.error().get()) {
        (Some(()), _) => State::Ready,
        (None, Some(error)) => State::Failed(error),
        (None, None) => State::Loading,
    });
    move || match state.get() {
        State::Loading => skeleton().into_any(),
        State::Failed(error) => {
            view! { <ErrorBox what=what error=error on_retry=move |()| query.refresh()/> }.into_any()
        }
        State::Ready => match untrack(|| query.map(T::clone)) {
            Some(first) => {
                // Between two addresses there may be no value for a moment: the former one stays.
                let value = Memo::new(move |former: Option<&T>| {
                    query.map(T::clone).or_else(|| former.cloned()).unwrap_or_else(|| first.clone())
                });
                content(value.into()).into_any()
            }
            None => skeleton().into_any(),
        },
    }
}

/// Room for a chart that loads, as high as the chart with what stands around it.
pub fn chart_skeleton(class: &'static str, label: &'static str) -> impl IntoView {
    view! { <div class=class role="status" aria-label=label><span class="skel skel--chart"></span></div> }
}
