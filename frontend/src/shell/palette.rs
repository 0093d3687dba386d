//! The dialog of the command palette. What is in it is loaded when it is opened first.

use crate::chunks::Page;
use crate::components::use_modal;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// What opens the palette, and the sheet of shortcuts from within it.
#[derive(Clone, Copy)]
pub struct PaletteOpen {
    /// Whether the palette is open.
    pub shown: RwSignal<bool>,
    /// Whether the sheet is.
    pub shortcuts: RwSignal<bool>,
}

/// The palette of the app.
///
/// # Panics
/// Outside of the frame.
#[allow(clippy::expect_used, reason = "the context is provided by the frame")]
pub fn use_palette() -> PaletteOpen {
    use_context::<PaletteOpen>().expect("a palette")
}

/// The dialog.
#[component]
pub fn PaletteDialog(open: PaletteOpen) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    use_modal(node, open.shown);
    let outside = move |event: web_sys::MouseEvent| {
        // The dialog itself is hit only beside what is in it.
        let on = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlDialogElement>().ok());
        if on.is_some() {
            open.shown.set(false);
        }
    };
    view! {
        <dialog class="palette" aria-label="Command palette" node_ref=node on:close=move |_| open.shown.set(false) on:click=outside>
            <Show when=move || open.shown.get()>{move || Page::Palette.view()}</Show>
        </dialog>
    }
}
