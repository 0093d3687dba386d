//! Which columns a list shows and how high its rows are: `cols` and `density` in the address, else as this browser
//! keeps it for the list.

use super::{Column, ListSpec};
use crate::browser::{store, stored};
use crate::params::Params;

/// The columns after the first, separated by commas.
pub const COLUMNS: &str = "cols";
/// `compact`; anything else is comfortable.
pub const DENSITY: &str = "density";
/// No column but the first.
const NONE: &str = "none";
const COMPACT: &str = "compact";

/// How a list looks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shape {
    /// Places of the shown columns, the first one always among them; `None` for the usual ones.
    columns: Option<Vec<usize>>,
    /// Whether rows are low.
    pub compact: bool,
}

impl Shape {
    /// What the address says, else what this browser remembers.
    pub fn read(spec: &ListSpec, params: &Params) -> Self {
        // Who opens a view sees the view.
        let own = if params.get("view").is_some() { Params::default() } else { remembered(spec) };
        Self::parse(spec.columns, params, &own)
    }

    fn parse(columns: &[Column], params: &Params, own: &Params) -> Self {
        let get = |name| params.get(name).or_else(|| own.get(name));
        Self { columns: get(COLUMNS).and_then(|text| chosen(columns, text)), compact: get(DENSITY) == Some(COMPACT) }
    }

    /// The same with rows of the other height.
    pub fn with_rows(&self, compact: bool) -> Self {
        Self { compact, ..self.clone() }
    }

    /// The shown columns with their places, in the list's order.
    pub fn shown(&self, columns: &'static [Column]) -> Vec<(usize, &'static Column)> {
        columns.iter().enumerate().filter(|(at, column)| self.shows(*at, column)).collect()
    }

    /// Whether a column is shown.
    pub fn shows(&self, at: usize, column: &Column) -> bool {
        match &self.columns {
            Some(chosen) => at == 0 || chosen.contains(&at),
            None => !column.optional,
        }
    }

    /// Whether somebody chose the columns: then none gives way when the list gets narrow.
    pub fn is_chosen(&self) -> bool {
        self.columns.is_some()
    }

    /// The same with a column shown that was not, or the other way round.
    pub fn toggled(&self, columns: &[Column], at: usize) -> Self {
        let shows =
            |(i, column): (usize, &Column)| if i == at { !self.shows(i, column) } else { self.shows(i, column) };
        let chosen: Vec<usize> = (0..columns.len()).zip(columns).filter(|pair| shows(*pair)).map(|(i, _)| i).collect();
        let usual = columns.iter().enumerate().all(|(i, column)| (i == 0 || chosen.contains(&i)) != column.optional);
        Self { columns: (!usual).then_some(chosen), ..self.clone() }
    }

    /// As the address has it: empty for the usual columns.
    pub fn columns_text(&self, columns: &[Column]) -> String {
        let Some(chosen) = &self.columns else { return String::new() };
        let keys: Vec<String> =
            columns.iter().enumerate().skip(1).filter(|(i, _)| chosen.contains(i)).map(|(_, c)| c.key()).collect();
        if keys.is_empty() { NONE.to_owned() } else { keys.join(",") }
    }

    /// As the address has it: empty for the usual one.
    pub const fn density_text(&self) -> &'static str {
        if self.compact { COMPACT } else { "" }
    }

    /// Keeps it as this browser's own for the list.
    pub fn remember(&self, spec: &ListSpec) {
        let own = Params::default().with(COLUMNS, &self.columns_text(spec.columns)).with(DENSITY, self.density_text());
        store(&storage_name(spec), (!own.is_empty()).then(|| own.with_path("")).as_deref());
    }
}

/// The places of the named columns; `None` when there is none of them, as in a link of another time.
fn chosen(columns: &[Column], text: &str) -> Option<Vec<usize>> {
    let named = |column: &Column| text.split(',').any(|name| name == column.key());
    let chosen: Vec<usize> = columns.iter().enumerate().skip(1).filter(|(_, c)| named(c)).map(|(i, _)| i).collect();
    if chosen.is_empty() && text != NONE { None } else { Some([0].into_iter().chain(chosen).collect()) }
}

fn remembered(spec: &ListSpec) -> Params {
    stored(&storage_name(spec)).map(|text| Params::parse(&text)).unwrap_or_default()
}

fn storage_name(spec: &ListSpec) -> String {
    format!("list:{}", spec.path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS_OF_TEST: &[Column] = &[
        Column::new("Customer", "lead"),
        Column::new("Known since", "num p3"),
        Column::new("MRR", "num"),
        Column::new("Owner", "p4").optional(),
    ];

    fn parse(address: &str, own: &str) -> Shape {
        Shape::parse(COLUMNS_OF_TEST, &Params::parse(address), &Params::parse(own))
    }

    fn shown(shape: &Shape) -> Vec<usize> {
        shape.shown(COLUMNS_OF_TEST).into_iter().map(|(at, _)| at).collect()
    }

    #[test]
    fn the_address_comes_before_what_is_remembered() {
        for (address, own, places, compact) in [
            ("", "", vec![0, 1, 2], false),
            ("cols=owner,known_since", "", vec![0, 1, 3], false),
            ("cols=none", "", vec![0], false),
            ("cols=gone,unknown", "", vec![0, 1, 2], false),
            ("", "cols=mrr&density=compact", vec![0, 2], true),
            ("cols=owner&density=comfortable", "cols=mrr&density=compact", vec![0, 3], false),
            ("density=cosy", "", vec![0, 1, 2], false),
        ] {
            let shape = parse(address, own);
            assert_eq!((shown(&shape), shape.compact), (places, compact), "{address} over {own}");
        }
    }

    #[test]
    fn columns_are_switched_and_written_down() {
        let usual = Shape::default();
        assert_eq!(usual.columns_text(COLUMNS_OF_TEST), "");
        let more = usual.toggled(COLUMNS_OF_TEST, 3);
        assert_eq!(more.columns_text(COLUMNS_OF_TEST), "known_since,mrr,owner");
        assert_eq!(parse(&format!("cols={}", more.columns_text(COLUMNS_OF_TEST)), ""), more, "round trip");
        assert_eq!(more.toggled(COLUMNS_OF_TEST, 3), usual, "the usual ones are not written down");
        let none = usual.toggled(COLUMNS_OF_TEST, 1).toggled(COLUMNS_OF_TEST, 2);
        assert_eq!((none.columns_text(COLUMNS_OF_TEST).as_str(), shown(&none)), ("none", vec![0]));
        assert_eq!(parse("cols=none", ""), none);
    }
}
