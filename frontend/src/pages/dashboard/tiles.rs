//! The seven tiles.

use super::figures::{LABELS, Tile, tiles};
use super::widget::widget;
use crate::charts::Sparkline;
use crate::components::StatTile;
use crate::query::Query;
use crm_types::analytics::Overview;
use leptos::prelude::*;

/// Value, change and sparkline of each figure; a tile is a link to its rows.
#[component]
pub fn Tiles(overview: Query<Overview>) -> impl IntoView {
    let content = move |overview: Signal<Overview>| {
        let all = Memo::new(move |_| overview.with(tiles).to_vec());
        LABELS.iter().enumerate().map(move |(index, label)| tile(label, index, all)).collect_view()
    };
    view! {
        <section class="stats stats--7" aria-label="Key figures">
            {widget(overview, "Key figures", skeleton, content)}
        </section>
    }
}

fn tile(label: &'static str, index: usize, all: Memo<Vec<Tile>>) -> impl IntoView {
    // One memo for each part, so that only what changed is drawn again.
    fn part<T: Default + PartialEq + Send + Sync + 'static>(
        all: Memo<Vec<Tile>>,
        index: usize,
        part: fn(&Tile) -> T,
    ) -> Signal<T> {
        Memo::new(move |_| all.with(|tiles| tiles.get(index).map(part).unwrap_or_default())).into()
    }
    view! {
        <StatTile
            label=label
            href=part(all, index, |tile| tile.href.clone())
            value=part(all, index, |tile| tile.value.clone())
            delta=part(all, index, |tile| tile.delta.clone())
        >
            <Sparkline values=part(all, index, |tile| tile.spark.clone())/>
        </StatTile>
    }
}

/// The names are known before the figures.
fn skeleton() -> impl IntoView {
    let tile = |label: &&'static str| {
        view! {
            <article class="stat" aria-busy="true">
                <h2 class="stat__label">{*label}</h2>
                <p class="stat__value stat__wait"><span class="skel skel--h skel--w3"></span></p>
                <div class="stat__foot"><span class="skel skel--w2"></span></div>
            </article>
        }
    };
    LABELS.iter().map(tile).collect_view()
}
