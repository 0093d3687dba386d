//! Light, dark, or as the system has it. `theme.js` applies the choice before the first paint.

use crate::browser::{store, stored};
use crate::components::Icon;
use crate::glance::live;
use leptos::prelude::*;

const NAME: &str = "theme";
const ORDER: [&str; 3] = ["system", "light", "dark"];

/// Turns the theme: system, light, dark.
#[component]
pub fn ThemeToggle() -> impl IntoView {
    let choice = RwSignal::new(read());
    let turn = move |_| {
        let next = next_of(choice.get_untracked());
        store(NAME, (next != "system").then_some(next));
        apply(next);
        choice.set(next);
    };
    let label = live(move || format!("Theme: {}", choice.get()));
    view! {
        <button class="btn btn--ghost btn--icon" type="button" aria-label=label title=label on:click=turn>
            <Icon name="theme"/>
        </button>
    }
}

fn read() -> &'static str {
    let stored = stored(NAME);
    ORDER.into_iter().find(|name| stored.as_deref() == Some(name)).unwrap_or("system")
}

fn next_of(choice: &str) -> &'static str {
    match choice {
        "system" => "light",
        "light" => "dark",
        _ => "system",
    }
}

fn apply(choice: &str) {
    let Some(root) = document().document_element() else { return };
    // Neither can fail: the name is valid.
    let _ = match choice {
        "system" => root.remove_attribute("data-theme"),
        choice => root.set_attribute("data-theme", choice),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_presses_come_back() {
        for start in ORDER {
            assert_eq!(next_of(next_of(next_of(start))), start);
        }
    }
}
