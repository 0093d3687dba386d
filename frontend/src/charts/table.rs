//! "Show as table": the same figures as text, every cell a link to the rows behind it.

use leptos::prelude::*;

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// What it says.
    pub text: String,
    /// Where it leads.
    pub href: Option<String>,
}

/// A chart's figures.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChartTable {
    /// What the rows are, and then the columns.
    pub head: Vec<String>,
    /// The row's name and its cells.
    pub rows: Vec<(String, Vec<Cell>)>,
}

/// The disclosure below a chart. Its rows are made when it is opened.
#[component]
pub fn AsTable(
    /// The name of the chart.
    #[prop(into)]
    title: Signal<String>,
    /// The figures.
    #[prop(into)]
    table: Signal<ChartTable>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let toggled = move |ev: leptos::ev::Event| {
        open.set(event_target::<web_sys::Element>(&ev).has_attribute("open"));
    };
    view! {
        <details class="as-table" on:toggle=toggled>
            <summary>
                <crate::components::Icon name="right" small=true/>
                "Show as table"
            </summary>
            {move || open.get().then(|| view! {
                <div class="tbl-wrap" tabindex="0" role="region" aria-label=move || format!("{}, table", title.get())>
                    {move || rows_of(table.get())}
                </div>
            })}
        </details>
    }
}

/// Figures that are a table and nothing else.
#[component]
pub fn FigureTable(
    /// What the rows are.
    #[prop(into)]
    title: Signal<String>,
    /// The figures.
    #[prop(into)]
    table: Signal<ChartTable>,
) -> impl IntoView {
    view! {
        <div class="tbl-wrap figures" tabindex="0" role="region" aria-label=move || format!("{}, table", title.get())>
            {move || rows_of(table.get())}
        </div>
    }
}

fn rows_of(table: ChartTable) -> impl IntoView {
    let head = table.head.into_iter().enumerate().map(|(i, text)| {
        let number = i > 0;
        view! { <th scope="col" class:num=number>{text}</th> }
    });
    let row = |(name, cells): (String, Vec<Cell>)| {
        let cells = cells.into_iter().map(|cell| match cell.href {
            Some(href) => view! { <td class="num"><a href=href>{cell.text}</a></td> }.into_any(),
            None => view! { <td class="num">{cell.text}</td> }.into_any(),
        });
        view! { <tr><th scope="row">{name}</th>{cells.collect_view()}</tr> }
    };
    view! {
        <table class="tbl tbl--compact tbl--plain">
            <thead><tr>{head.collect_view()}</tr></thead>
            <tbody>{table.rows.into_iter().map(row).collect_view()}</tbody>
        </table>
    }
}
