//! Customers out of a file: choose one, say what its columns hold, check, import.

mod columns;
mod file;
mod result;
mod upload;

pub use file::ImportFilePage;
pub use upload::ImportPage;

use crate::components::{ActionButton, Icon};
use crate::routes;
use crate::session::use_session;
use crm_types::accounts::Permission;
use leptos::prelude::*;

/// The link on the list of customers; who may not follow it is told why.
#[component]
pub fn ImportLink() -> impl IntoView {
    match use_session().denied(Permission::CustomersWrite) {
        None => view! { <a class="btn" href=routes::CUSTOMERS_IMPORT>"Import"</a> }.into_any(),
        denied => view! {
            <ActionButton label="Import".to_owned() denied=Signal::stored(denied) on_press=Callback::new(|()| {})/>
        }
        .into_any(),
    }
}

/// The way back, above the name of a page.
#[component]
fn Crumbs(
    /// Whether the page is one of a file.
    #[prop(optional)]
    file: bool,
) -> impl IntoView {
    view! {
        <nav class="crumbs" aria-label="Breadcrumb">
            <Icon name="left" small=true/><a href=routes::CUSTOMERS>"Customers"</a>
            {file.then(|| view! { <Icon name="right" small=true/><a href=routes::CUSTOMERS_IMPORT>"Import"</a> })}
        </nav>
    }
}

/// `2.4 MB`.
fn size(bytes: i64) -> String {
    #[allow(clippy::cast_precision_loss, reason = "one digit after the point")]
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.1} KB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn sizes() {
        assert_eq!([17, 1_500, 2_400_000].map(super::size), ["17 bytes", "1.5 KB", "2.4 MB"]);
    }
}
