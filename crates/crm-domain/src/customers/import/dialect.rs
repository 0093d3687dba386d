//! How a file is written: its letters, and what stands between two cells.

use encoding_rs::WINDOWS_1252;
use encoding_rs_io::{DecodeReaderBytes, DecodeReaderBytesBuilder};
use std::borrow::Cow;
use std::io::{Cursor, Read, Result};

/// Bytes that are looked at.
const HEAD: u64 = 64 * 1024;
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A file as UTF-8, or as bytes that are ASCII where it matters.
pub(crate) type Text<R> =
    std::io::Chain<Cursor<Vec<u8>>, DecodeReaderBytes<std::io::Chain<Cursor<Vec<u8>>, R>, Vec<u8>>>;

/// What was found out from the beginning of a file.
pub(crate) struct Opened<R: Read> {
    pub text: Text<R>,
    /// By the mark at the beginning; `None` is UTF-8, unless a cell says otherwise.
    pub marked: Option<&'static str>,
    pub delimiter: u8,
}

/// Looks at the beginning of a file.
pub(crate) fn open<R: Read>(mut file: R) -> Result<Opened<R>> {
    let mut mark = Vec::with_capacity(3);
    file.by_ref().take(3).read_to_end(&mut mark)?;
    let marked = match mark.as_slice() {
        [0xFF, 0xFE, ..] => Some("utf-16le"),
        [0xFE, 0xFF, ..] => Some("utf-16be"),
        _ => None,
    };
    // Passes on what has no mark, and drops the mark of UTF-8.
    let mut decoded =
        DecodeReaderBytesBuilder::new().utf8_passthru(true).strip_bom(true).build(Cursor::new(mark).chain(file));
    let mut head = Vec::new();
    decoded.by_ref().take(HEAD).read_to_end(&mut head)?;
    let delimiter = delimiter(&head);
    Ok(Opened { text: Cursor::new(head).chain(decoded), marked, delimiter })
}

/// What splits the first line into most cells.
fn delimiter(head: &[u8]) -> u8 {
    let cells = |delimiter: u8| {
        let mut reader =
            csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(head);
        let mut first = csv::ByteRecord::new();
        reader.read_byte_record(&mut first).map_or(0, |_| first.len())
    };
    // Of equals the first one: a comma.
    DELIMITERS.into_iter().rev().max_by_key(|delimiter| cells(*delimiter)).unwrap_or(b',')
}

/// A cell's text, and whether it was UTF-8. What is not is read as Windows-1252, which holds all of Latin-1's letters.
pub(crate) fn decode(cell: &[u8]) -> (Cow<'_, str>, bool) {
    match std::str::from_utf8(cell) {
        Ok(text) => (text.into(), true),
        Err(_) => (WINDOWS_1252.decode_without_bom_handling(cell).0, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(file: &[u8]) -> (Option<&'static str>, char, String) {
        let mut opened = open(file).unwrap();
        let mut text = Vec::new();
        opened.text.read_to_end(&mut text).unwrap();
        (opened.marked, char::from(opened.delimiter), decode(&text).0.into_owned())
    }

    #[test]
    fn letters_and_delimiters_are_found_out() {
        let utf16 = |text: &str| {
            [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect::<Vec<_>>()
        };
        assert_eq!(opened("a,b\nŽofia 👩‍🚀,x".as_bytes()), (None, ',', "a,b\nŽofia 👩‍🚀,x".into()));
        assert_eq!(opened("\u{feff}a;b".as_bytes()), (None, ';', "a;b".into()));
        assert_eq!(opened(b"a\tb\nM\xFCller\t1"), (None, '\t', "a\tb\nMüller\t1".into()));
        assert_eq!(opened(&utf16("a|b\nمرحبا|1")), (Some("utf-16le"), '|', "a|b\nمرحبا|1".into()));
        assert_eq!(opened(b""), (None, ',', String::new()));
        assert_eq!(opened(b"\"a;b\",c"), (None, ',', "\"a;b\",c".into()), "a quoted one splits nothing");
        assert_eq!(opened(b"x"), (None, ',', "x".into()));
    }
}
