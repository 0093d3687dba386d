//! The sheet of keyboard shortcuts.

use super::navigation::GROUPS;
use crate::browser;
use crate::components::Dialog;
use leptos::prelude::*;

/// The sheet.
#[component]
pub fn Shortcuts(open: RwSignal<bool>) -> impl IntoView {
    let go = || GROUPS.iter().flat_map(|(_, entries)| *entries).map(|e| line(&["g", e.key], e.name)).collect_view();
    view! {
        <Dialog id="shortcuts" title="Keyboard shortcuts" open=open>
            <div class="dialog__body">
                <dl class="keys">
                    {line(&[if browser::is_mac() { "⌘" } else { "Ctrl" }, "K"], "Search people, go to a page, do something")}
                    {go()}
                    {line(&["j"], "Next row")}
                    {line(&["k"], "Row before")}
                    {line(&["Enter"], "Open the row")}
                    {line(&["x"], "Select the row, where rows can be selected")}
                    {line(&["/"], "Search this list")}
                    {line(&["Esc"], "Close a preview, menu or dialog; clear the selection")}
                    {line(&["["], "Collapse or open the sidebar")}
                    {line(&["?"], "This sheet")}
                </dl>
            </div>
        </Dialog>
    }
}

fn line(keys: &[&'static str], does: &'static str) -> impl IntoView + use<> {
    let keys = keys.iter().map(|key| view! { <kbd>{*key}</kbd>" " }).collect_view();
    view! { <div><dt>{keys}</dt><dd>{does}</dd></div> }
}
