//! A modal `<dialog>`: the browser keeps the focus inside and gives it back.

use super::Icon;
use crate::glance::live;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Opens and closes a `<dialog>` as the signal says.
pub fn use_modal(node: NodeRef<html::Dialog>, open: RwSignal<bool>) {
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        if open.get() && !dialog.open() {
            // Fails only when the element has left the page.
            let _ = dialog.show_modal();
        } else if !open.get() && dialog.open() {
            dialog.close();
        }
    });
}

/// Where a dialog's focus belongs, the first of these that there is: what is typed in first, or else what does nothing.
const FIRST: [&str; 2] = [
    ".dialog__body :is(input:not([type=hidden]), select, textarea):not(:disabled)",
    ".dialog__foot button:not(:disabled)",
];

/// The browser gives it to the first button, which closes: whoever begins to type would close it with the first space.
fn focus_first(dialog: &web_sys::HtmlDialogElement) {
    let first = FIRST.iter().find_map(|what| dialog.query_selector(what).ok().flatten());
    if let Some(element) = first.and_then(|first| first.dyn_into::<web_sys::HtmlElement>().ok()) {
        // Fails only when the element has left the page.
        let _ = element.focus();
    }
}

/// A dialog that is open while `open` is. Its parts bring `dialog__body` and `dialog__foot`.
#[component]
pub fn Dialog(
    /// Unique on the page.
    id: &'static str,
    /// What it is about.
    #[prop(into)]
    title: Signal<String>,
    /// Whether it is open.
    open: RwSignal<bool>,
    /// False when Escape must not close it.
    #[prop(default = true)]
    closable: bool,
    /// Its parts; made anew each time it opens.
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    use_modal(node, open);
    Effect::new(move |_| {
        let Some(dialog) = node.get().filter(|_| open.get()) else { return };
        // Its parts are drawn by then.
        request_animation_frame(move || focus_first(&dialog));
    });
    // Escape is soon pressed: what was typed is thrown away by a second one only.
    let typed = StoredValue::new(false);
    let warned = RwSignal::new(false);
    let cancelled = move |ev: leptos::ev::Event| {
        let loses = typed.get_value() && !warned.get_untracked();
        if !closable || loses {
            ev.prevent_default();
            warned.set(closable);
        }
    };
    let forget = move || {
        typed.set_value(false);
        warned.set(false);
    };
    let children = StoredValue::new(children);
    let title_id = format!("{id}-title");
    let labelled = title_id.clone();
    view! {
        <dialog
            class="dialog"
            id=id
            node_ref=node
            aria-labelledby=labelled
            on:input=move |_| {
                typed.set_value(true);
                warned.set(false);
            }
            on:cancel=cancelled
            on:close=move |_| {
                forget();
                open.set(false);
            }
        >
            <div class="dialog__head">
                <h2 id=title_id>{title}</h2>
                {closable.then(|| view! {
                    <button class="btn btn--ghost btn--icon btn--sm" type="button" aria-label="Close"
                        on:click=move |_| open.set(false)>
                        <Icon name="x"/>
                    </button>
                })}
            </div>
            <p class="dialog__warn" role="status" hidden=live(move || !warned.get())>
                {move || warned.get().then_some("Escape once more throws away what you typed.")}
            </p>
            <Show when=move || open.get()>{move || children.with_value(|c| c())}</Show>
        </dialog>
    }
}
