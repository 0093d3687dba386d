//! Reading a chart by pointer, touch and keyboard: the layer over it that is one link, to the rows of what is read.

use super::cursor::{Cursor, moved};
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
    /// The rows behind a point.
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

/// The layer.
#[component]
pub fn Reader(
    /// Of which chart.
    of: Reads,
    /// Where the reader is.
    cursor: Memo<Option<Cursor>>,
) -> impl IntoView {
    let Reads { figure, raw, hit, size, reading, href, title } = of;
    let spoken = RwSignal::new(String::new());
    let target = move || cursor.get().unwrap_or(Cursor { day: size.get().0.saturating_sub(1), series: None });
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
    let label = move || match cursor.get() {
        Some(at) => format!("{}. Enter opens the rows.", reading.run(at)),
        None => format!("{}: read the points with the arrow keys. Enter opens the newest rows.", title.get()),
    };
    view! {
        <a class="chart-read" href=move || href.run(target()) aria-label=label
            on:pointermove=on_move on:pointerdown=on_down on:pointerleave=on_leave
            on:click=on_click on:keydown=on_key on:blur=move |_| raw.set(None)></a>
        <p class="vh" aria-live="polite">{spoken}</p>
    }
}
