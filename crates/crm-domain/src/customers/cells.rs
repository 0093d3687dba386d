//! Cells of CSV files (RFC 4180), and what keeps a spreadsheet from running one.

use std::borrow::Cow;

/// A cell that begins so is a formula to a spreadsheet.
const STARTS_FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The text as a cell that no spreadsheet runs: an apostrophe stands before it, as people type it there. Also before one
/// that has an apostrophe already, so that [`plain`] gives back exactly what it was.
pub(crate) fn harmless(text: &str) -> Cow<'_, str> {
    if text.trim_start_matches('\'').starts_with(STARTS_FORMULA) { format!("'{text}").into() } else { text.into() }
}

/// The text of a cell that [`harmless`] wrote.
pub(super) fn plain(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if text.trim_start_matches('\'').starts_with(STARTS_FORMULA) => text,
        _ => cell,
    }
}

/// Adds a record and its line end.
pub(crate) fn push_record<T: AsRef<str>>(out: &mut Vec<u8>, cells: impl IntoIterator<Item = T>) {
    for (i, cell) in cells.into_iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        push_cell(out, cell.as_ref());
    }
    out.extend_from_slice(b"\r\n");
}

fn push_cell(out: &mut Vec<u8>, text: &str) {
    let quoted = text.contains([',', '"', '\r', '\n']) || text.starts_with(' ') || text.ends_with(' ');
    if !quoted {
        return out.extend_from_slice(text.as_bytes());
    }
    out.push(b'"');
    for (i, part) in text.split('"').enumerate() {
        if i > 0 {
            out.extend_from_slice(b"\"\"");
        }
        out.extend_from_slice(part.as_bytes());
    }
    out.push(b'"');
}

/// The cells of one record that [`push_record`] wrote.
pub(crate) fn read_record(record: &[u8]) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(record);
    let mut cells = csv::ByteRecord::new();
    // Our own writing cannot be wrong; were it, the row would be empty and refused as such.
    if reader.read_byte_record(&mut cells).unwrap_or(false) {
        return cells.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn formulas_are_made_harmless_and_phones_stay_readable() {
        for (text, cell) in [
            ("=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")"),
            ("+41 44 668 18 00", "'+41 44 668 18 00"),
            ("-1", "'-1"),
            ("@x", "'@x"),
            ("\tx", "'\tx"),
            ("\rx", "'\rx"),
            ("'=x", "''=x"),
            ("'quoted'", "'quoted'"),
            ("a=b", "a=b"),
            ("", ""),
        ] {
            assert_eq!((&*harmless(text), plain(cell)), (cell, text));
        }
    }

    proptest! {
        #[test]
        fn any_text_comes_back(cells in prop::collection::vec("(['=+@,\";\t\r\n -]|\\PC|\0){0,8}", 2..5)) {
            let mut record = Vec::new();
            push_record(&mut record, cells.iter().map(|cell| harmless(cell)));
            let read: Vec<String> = read_record(&record).iter().map(|cell| plain(cell).to_owned()).collect();
            prop_assert_eq!(read, cells);
        }
    }
}
