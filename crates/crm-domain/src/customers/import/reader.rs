//! Reads a file while it arrives, on a thread that may wait.

use super::dialect::{decode, open};
use super::receive::Chunk;
use crate::customers::cells::push_record;
use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;
use tokio::sync::mpsc;

/// Rows that go to the database together.
const TOGETHER: usize = 2_000;
/// And not more bytes than that.
const TOGETHER_BYTES: usize = 1024 * 1024;
/// A row that is longer has a quote that never ends.
const LONGEST_ROW: usize = 1024 * 1024;
/// A row that stands after the last one. When it does not come, a quote of the last one has swallowed it.
const END: &str = "\u{3}";
/// More columns have no place on a page.
const MOST_COLUMNS: usize = 500;

/// A row of a file.
#[derive(Debug, PartialEq)]
pub(super) struct Row {
    /// From 1, without the header and empty rows.
    pub number: i64,
    /// Where it begins.
    pub line: i64,
    /// As CSV in UTF-8.
    pub record: Vec<u8>,
}

/// What was found out by the time the file ended.
#[derive(Debug, PartialEq)]
pub(super) struct Whole {
    pub encoding: &'static str,
    pub delimiter: char,
    pub columns: Vec<String>,
    pub rows: i64,
}

/// Why a file was not read to its end.
#[derive(Debug)]
pub(super) enum Stopped {
    /// The sender, or whoever takes the rows, went away.
    Gone,
    /// A sentence for people.
    Unreadable(String),
}

/// Reads to the end, and hands over rows.
pub(super) fn read(file: impl Read, rows: &mpsc::Sender<Vec<Row>>) -> Result<Whole, Stopped> {
    let since = Rc::new(Cell::new(0));
    let opened = open(file).map_err(|_| Stopped::Gone)?;
    // A line end more is an empty line; with it, every row ends with one.
    let end = format!("\n{END}\n");
    let guarded = Guarded { inner: opened.text.chain(end.as_bytes()), since: since.clone() };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(opened.delimiter)
        // The usual terminator leaves the second half of CR LF to the next row, and counts it there.
        .terminator(csv::Terminator::Any(b'\n'))
        .has_headers(false)
        .flexible(true)
        .from_reader(guarded);
    let mut utf8 = true;
    let mut cells = |record: &csv::ByteRecord| -> Vec<String> {
        let text = record.iter().map(|cell| {
            let (text, is_utf8) = decode(cell);
            utf8 &= is_utf8;
            text.into_owned()
        });
        let mut cells: Vec<String> = text.collect();
        if let Some(last) = cells.last_mut()
            && last.ends_with('\r')
        {
            last.pop();
        }
        cells
    };
    let mut record = csv::ByteRecord::new();
    let columns = match next(&mut reader, &mut record, &since)? {
        true if is_end(&record) => return Err(Stopped::Unreadable("The file is empty.".into())),
        true => cells(&record).into_iter().map(|name| name.trim().replace('\0', "\u{fffd}")).collect::<Vec<_>>(),
        false => return Err(Stopped::Unreadable("The file is empty.".into())),
    };
    if columns.len() > MOST_COLUMNS || columns.iter().any(|name| name.chars().count() > 1_000) {
        let message = format!("The first line does not name columns: use at most {MOST_COLUMNS}, with short names.");
        return Err(Stopped::Unreadable(message));
    }
    let (mut number, mut waiting, mut bytes) = (0, Vec::new(), 0);
    let (mut begun, mut ended) = (0, false);
    while next(&mut reader, &mut record, &since)? {
        ended = is_end(&record);
        if ended {
            continue;
        }
        let cells = cells(&record);
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        number += 1;
        // Where it ended, less what is in it: empty lines before it count as its own otherwise.
        let within = record.as_slice().iter().filter(|byte| **byte == b'\n').count() as u64;
        let line = reader.position().line().saturating_sub(within + 1);
        begun = line;
        let mut text = Vec::with_capacity(record.as_slice().len() + cells.len() + 2);
        push_record(&mut text, &cells);
        bytes += text.len();
        waiting.push(Row { number, line: i64::try_from(line).unwrap_or(i64::MAX), record: text });
        if waiting.len() >= TOGETHER || bytes >= TOGETHER_BYTES {
            bytes = 0;
            rows.blocking_send(std::mem::take(&mut waiting)).map_err(|_| Stopped::Gone)?;
        }
    }
    if !ended {
        // Without an end, one line less was counted; a header that has none is on the first.
        return Err(endless(begun + 1));
    }
    if !waiting.is_empty() {
        rows.blocking_send(waiting).map_err(|_| Stopped::Gone)?;
    }
    let encoding = opened.marked.unwrap_or(if utf8 { "utf-8" } else { "windows-1252" });
    Ok(Whole { encoding, delimiter: char::from(opened.delimiter), columns, rows: number })
}

fn next<R: Read>(
    reader: &mut csv::Reader<R>,
    record: &mut csv::ByteRecord,
    since: &Cell<usize>,
) -> Result<bool, Stopped> {
    since.set(0);
    let line = reader.position().line();
    reader.read_byte_record(record).map_err(|error| match error.into_kind() {
        csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::InvalidData => endless(line),
        _ => Stopped::Gone,
    })
}

fn is_end(record: &csv::ByteRecord) -> bool {
    record.len() == 1 && record.get(0) == Some(END.as_bytes())
}

fn endless(line: u64) -> Stopped {
    Stopped::Unreadable(format!("The row that begins on line {line} does not end: a quote may be missing there."))
}

/// Stops a row that would fill the memory.
struct Guarded<R> {
    inner: R,
    since: Rc<Cell<usize>>,
}

impl<R: Read> Read for Guarded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.since.get() > LONGEST_ROW {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let n = self.inner.read(buffer)?;
        self.since.set(self.since.get() + n);
        Ok(n)
    }
}

/// Bytes as they arrive.
pub(super) struct Arriving {
    chunks: mpsc::Receiver<Chunk>,
    chunk: io::Cursor<Vec<u8>>,
    /// Asked again at its end, a file ends again.
    ended: bool,
}

impl Arriving {
    pub(super) fn new(chunks: mpsc::Receiver<Chunk>) -> Self {
        Self { chunks, chunk: io::Cursor::default(), ended: false }
    }
}

impl Read for Arriving {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.chunk.read(buffer)? {
                0 if self.ended => return Ok(0),
                0 => match self.chunks.blocking_recv() {
                    Some(Chunk::Bytes(bytes)) => self.chunk = io::Cursor::new(bytes),
                    Some(Chunk::End) => self.ended = true,
                    // Without an end there may be a half row: none of it counts.
                    None => return Err(io::ErrorKind::UnexpectedEof.into()),
                },
                n => return Ok(n),
            }
        }
    }
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
