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
    /// What is typed in it.
    pub text: RwSignal<String>,
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
    // The dialog itself is hit only beside what is in it.
    let outside = move |event: web_sys::MouseEvent| {
        if is_dialog(&event) {
            open.shown.set(false);
        }
    };
    // And typed into only before the field is there.
    let early = move |event: web_sys::KeyboardEvent| {
        let modified = event.ctrl_key() || event.meta_key() || event.alt_key();
        let key = event.key();
        if is_dialog(&event) && !modified && key.chars().count() == 1 {
            event.prevent_default();
            open.text.update(|text| text.push_str(&key));
        }
    };
    let closed = move |_| {
        open.shown.set(false);
        open.text.set(String::new());
    };
    view! {
        <dialog class="palette" aria-label="Command palette" node_ref=node on:close=closed on:click=outside on:keydown=early>
            <Show when=move || open.shown.get()>{move || Page::Palette.view()}</Show>
        </dialog>
    }
}

fn is_dialog(event: &web_sys::Event) -> bool {
    event.target().is_some_and(|target| target.has_type::<web_sys::HtmlDialogElement>())
}
