//! Tiles, each with its formula beside its name.

use crate::charts::Sparkline;
use crate::components::{Explain, StatTile};
use crate::format::{Delta, MISSING};
use crate::glance::Glance;
use leptos::prelude::*;

/// What a tile shows, whatever its value.
pub struct Metric {
    /// Its name.
    pub label: &'static str,
    /// Unique on the page.
    pub id: &'static str,
    /// How it is computed.
    pub formula: &'static str,
    /// A worked example.
    pub example: &'static str,
}

/// Its value, ready to show.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shown {
    /// The value.
    pub value: String,
    /// Against the compared period.
    pub delta: Option<Delta>,
    /// In place of it.
    pub note: Option<String>,
    /// Over the period.
    pub spark: Vec<Option<f64>>,
    /// The rows behind it; empty for none.
    pub href: String,
}

impl Shown {
    /// Before the figure is there: not known yet is not the same as no value, and neither is what could not be read.
    pub fn without(failed: bool) -> Self {
        match failed {
            true => Self { value: MISSING.into(), note: Some("Could not be loaded".into()), ..Self::default() },
            false => Self { value: "…".into(), ..Self::default() },
        }
    }
}

/// The tiles of some metrics, in their order.
pub fn metric_tiles(metrics: &'static [Metric], shown: Memo<Vec<Shown>>) -> impl IntoView {
    // One memo for each part, so that only what changed is drawn again.
    fn part<T: Default + PartialEq + Send + Sync + 'static>(
        shown: Memo<Vec<Shown>>,
        index: usize,
        part: fn(&Shown) -> T,
    ) -> Signal<T> {
        Memo::new(move |_| shown.with(|all| all.get(index).map(part).unwrap_or_default())).into()
    }
    let tile = move |(index, metric): (usize, &'static Metric)| {
        let help = move || {
            view! { <Explain id=metric.id of=metric.label><p>{metric.formula}</p><p class="muted">{metric.example}</p></Explain> }
        };
        let spark = part(shown, index, |shown| shown.spark.clone());
        view! {
            <StatTile
                label=metric.label
                href=part(shown, index, |shown| shown.href.clone())
                value=part(shown, index, |shown| shown.value.clone())
                delta=part(shown, index, |shown| shown.delta.clone())
                note=part(shown, index, |shown| shown.note.clone())
                help=help
            >
                {move || spark.glance(|points| points.len() > 1).then(|| view! { <Sparkline values=spark/> })}
            </StatTile>
        }
    };
    metrics.iter().enumerate().map(tile).collect_view()
}

/// The names are known before the figures.
pub fn tiles_skeleton(metrics: &'static [Metric]) -> impl IntoView {
    let tile = |metric: &'static Metric| {
        view! {
            <article class="stat" aria-busy="true">
                <h2 class="stat__label">{metric.label}</h2>
                <p class="stat__value stat__wait"><span class="skel skel--h skel--w3"></span></p>
                <div class="stat__foot"><span class="skel skel--w2"></span></div>
            </article>
        }
    };
    metrics.iter().map(tile).collect_view()
}
