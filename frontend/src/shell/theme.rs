//! Light, dark, or as the system has it. `theme.js` applies the choice before the first paint.

use crate::browser::{store, stored};
use crate::components::Icon;
use crate::glance::live;
use leptos::prelude::*;

const NAME: &str = "theme";
const ORDER: [&str; 3] = ["system", "light", "dark"];

/// The choice, for all that shows or changes it.
#[derive(Clone, Copy)]
pub struct Theme(RwSignal<&'static str>);

/// The app's theme.
///
/// # Panics
/// Outside of the app's component tree.
#[allow(clippy::expect_used, reason = "the context is provided by the root component")]
pub fn use_theme() -> Theme {
    use_context::<Theme>().expect("a theme")
}

impl Theme {
    /// Reads the choice and gives it to everything below.
    pub fn provide() {
        provide_context(Self(RwSignal::new(read())));
    }

    /// `system`, `light` or `dark`.
    pub fn name(self) -> &'static str {
        self.0.get()
    }

    /// Turns it: system, light, dark.
    pub fn turn(self) {
        let next = next_of(self.0.get_untracked());
        store(NAME, (next != "system").then_some(next));
        apply(next);
        self.0.set(next);
    }
}

/// Turns the theme: system, light, dark.
#[component]
pub fn ThemeToggle() -> impl IntoView {
    let theme = use_theme();
    let label = live(move || format!("Theme: {}", theme.name()));
    view! {
        <button class="btn btn--ghost btn--icon" type="button" aria-label=label title=label on:click=move |_| theme.turn()>
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
