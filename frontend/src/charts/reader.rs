//! Reading a chart by pointer, touch and keyboard: its box, and the layer over it that is one link, to the rows of what is read.

use super::area::NARROW;
use super::cursor::{Cursor, moved};
use super::tip::{Tip, TipBox, TipData};
use leptos::ev::{KeyboardEvent, MouseEvent, PointerEvent};
use leptos::html::Figure;
use leptos::prelude::*;

/// What the layer asks of its chart.
#[derive(Clone, Copy)]
pub struct Reads {
    /// The chart's box.
    pub figure: NodeRef<Figure>,
    /// Where the reader is, as the pointer and the keys say: new data may have fewer days.
    pub raw: RwSignal<Option<Cursor>>,
    /// Day and series at a pixel of the box.
    pub hit: Callback<(f64, f64), Option<Cursor>>,
    /// How many days and series there are.
    pub size: Signal<(usize, usize)>,
    /// What a screen reader hears at a point.
    pub reading: Callback<Cursor, String>,
    /// The rows behind a point; empty for none.
    pub href: Callback<Cursor, String>,
    /// The chart's name.
    pub title: Signal<String>,
}

impl Reads {
    /// Where the reader is.
    pub fn cursor(self) -> Memo<Option<Cursor>> {
        Memo::new(move |_| {
            let last = self.size.get().0.saturating_sub(1);
            self.raw.get().map(|at| Cursor { day: at.day.min(last), ..at })
        })
    }
}

/// Before a chart is measured.
pub const WIDTH: f64 = 640.0;

/// What a chart draws into its box.
#[derive(Clone, Copy)]
pub struct Drawing {
    /// Width and height.
    pub size: Signal<(f64, f64)>,
    /// The pixel of a day.
    pub x_of: Callback<usize, Option<f64>>,
    /// What stays while it is read.
    pub still: Callback<(), AnyView>,
    /// The marks of a point that is read.
    pub marks: Callback<Cursor, AnyView>,
    /// What the tooltip says there.
    pub tip: Callback<Cursor, TipData>,
    /// The whole chart in words.
    pub summary: Signal<String>,
}

/// A chart over time: the drawing, what is read of it, and the tooltip.
#[component]
pub fn ChartFrame(
    /// What it draws.
    drawing: Drawing,
    /// What is read.
    reads: Reads,
) -> impl IntoView {
    let Drawing { size, x_of, still, marks, tip, summary } = drawing;
    let cursor = reads.cursor();
    let narrow = Memo::new(move |_| size.get().0 < NARROW);
    // On a phone the reading stands under the chart and is always there, so that nothing moves when it is touched.
    let tip = Memo::new(move |_| {
        let days = || (0..reads.size.get().0).rev().map(|day| Cursor { day, series: None });
        match cursor.get() {
            Some(at) => Some(tip.run(at)),
            // The newest day of which there is something to say.
            None if narrow.get() => days().map(|at| tip.run(at)).find(|tip| !tip.rows.is_empty()),
            None => None,
        }
    });
    let view_box = move || {
        let (width, height) = size.get();
        format!("0 0 {width} {height}")
    };
    view! {
        <figure class="chart-box" node_ref=reads.figure>
            <svg class="chart" role="img" viewBox=view_box aria-label=summary>
                {move || still.run(())}
                {move || cursor.get().map(|at| marks.run(at))}
                {move || (!narrow.get()).then(|| {
                    let x = cursor.get().and_then(|at| x_of.run(at.day));
                    view! { <TipBox tip=tip.into() x=x.unwrap_or(0.0) width=size.get().0/> }
                })}
            </svg>
            <Reader of=reads cursor=cursor/>
            {move || narrow.get().then(|| view! { <Tip tip=tip.into() links=true/> })}
        </figure>
    }
}

/// The layer.
#[component]
fn Reader(
    /// Of which chart.
    of: Reads,
    /// Where the reader is.
    cursor: Memo<Option<Cursor>>,
) -> impl IntoView {
    let Reads { figure, raw, hit, size, reading, href, title } = of;
    let spoken = RwSignal::new(String::new());
    let hit = move |x: i32, y: i32| {
        let bounds = figure.get_untracked()?.get_bounding_client_rect();
        hit.run((f64::from(x) - bounds.left(), f64::from(y) - bounds.top()))
    };
    let on_move = move |ev: PointerEvent| raw.set(hit(ev.client_x(), ev.client_y()));
    // A finger has no hover: the first tap reads, a second one on the same mark follows its link.
    let tapped = StoredValue::new(None::<bool>);
    let on_down = move |ev: PointerEvent| {
        let at = hit(ev.client_x(), ev.client_y());
        tapped.set_value((ev.pointer_type() == "touch").then(|| at.is_some() && at == raw.get_untracked()));
        raw.set(at);
    };
    let on_click = move |ev: MouseEvent| {
        if tapped.get_value() == Some(false) {
            ev.prevent_default();
        }
        tapped.set_value(None);
    };
    let on_leave = move |ev: PointerEvent| {
        if ev.pointer_type() != "touch" {
            raw.set(None);
        }
    };
    let on_key = move |ev: KeyboardEvent| {
        let (days, series) = size.get_untracked();
        if ev.key() == "Escape" {
            raw.set(None);
        } else if let Some(next) = moved(raw.get_untracked(), &ev.key(), days, series) {
            ev.prevent_default();
            raw.set(Some(next));
            spoken.set(reading.run(next));
        }
    };
    let rows = Memo::new(move |_| {
        let newest = || (0..size.get().0).rev().map(|day| Cursor { day, series: None });
        match cursor.get() {
            Some(at) => Some(href.run(at)).filter(|rows| !rows.is_empty()),
            None => newest().map(|at| href.run(at)).find(|rows| !rows.is_empty()),
        }
    });
    let label = move || match (cursor.get(), rows.get().is_some()) {
        (Some(at), true) => format!("{}. Enter opens the rows.", reading.run(at)),
        (Some(at), false) => reading.run(at),
        (None, true) => format!("{}: read the points with the arrow keys. Enter opens the newest rows.", title.get()),
        (None, false) => format!("{}: read the points with the arrow keys.", title.get()),
    };
    view! {
        // Without rows it is no link, but it is read all the same.
        <a class="chart-read" href=rows tabindex="0" role=move || rows.get().is_none().then_some("img") aria-label=label
            on:pointermove=on_move on:pointerdown=on_down on:pointerleave=on_leave
            on:click=on_click on:keydown=on_key on:blur=move |_| raw.set(None)></a>
        <p class="vh" aria-live="polite">{spoken}</p>
    }
}
