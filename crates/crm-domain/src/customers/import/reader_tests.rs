use super::*;
use crate::customers::cells::read_record;

/// Number, line, cells.
type Found = (i64, i64, Vec<String>);

fn rows(file: &[u8]) -> (Result<Whole, Stopped>, Vec<Found>) {
    let (sender, mut receiver) = mpsc::channel(1_000);
    let whole = read(file, &sender);
    drop(sender);
    let mut rows = Vec::new();
    while let Ok(batch) = receiver.try_recv() {
        rows.extend(batch.into_iter().map(|row| (row.number, row.line, read_record(&row.record))));
    }
    (whole, rows)
}

fn cells(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

#[test]
fn quoted_newlines_ragged_rows_and_nuls_keep_their_place() {
    let file = "name , email\r\n\"Ada\r\nLovelace\",\"a\"\"b\"\r\n\r\n , \r\nshort\n=1+1,b,c\nnul\0,\u{202e}مرحبا 👩‍🚀\n";
    let (whole, rows) = rows(file.as_bytes());
    let whole = whole.unwrap();
    assert_eq!(
        (whole.columns, whole.rows, whole.encoding, whole.delimiter),
        (cells(&["name", "email"]), 4, "utf-8", ',')
    );
    let expected = [
        (1, 2, cells(&["Ada\r\nLovelace", "a\"b"])),
        (2, 6, cells(&["short"])),
        (3, 7, cells(&["=1+1", "b", "c"])),
        (4, 8, cells(&["nul\0", "\u{202e}مرحبا 👩‍🚀"])),
    ];
    assert_eq!(rows, expected);
}

#[test]
fn a_file_of_other_letters_is_read_cell_by_cell() {
    let (whole, rows) = rows(b"name;city\nM\xFCller;Z\xFCrich\nplain;\n");
    assert_eq!(whole.unwrap().encoding, "windows-1252");
    assert_eq!(rows[0].2, cells(&["Müller", "Zürich"]));
}

#[test]
fn what_is_no_table_is_refused_with_a_sentence() {
    assert!(matches!(rows(b"").0, Err(Stopped::Unreadable(why)) if why == "The file is empty."));
    let wide = vec![b','; MOST_COLUMNS];
    assert!(matches!(rows(&wide).0, Err(Stopped::Unreadable(_))));
    let mut endless = b"a,b\n1,2\n3,\"never closed".to_vec();
    endless.resize(4 * LONGEST_ROW, b'x');
    let Err(Stopped::Unreadable(why)) = rows(&endless).0 else { panic!("read") };
    assert!(why.contains("line 3"), "{why}");
    // What comes after the quote would all be one name.
    for (file, line) in [
        ("name,email\nAda,a@x.io\n\"Bob,b@x.io\nCy,c@x.io\n", "line 3"),
        ("name\n\"two\nlines\"\n\"open", "line 4"),
        ("\"name,email\nAda,a@x.io", "line 1"),
    ] {
        let Err(Stopped::Unreadable(why)) = rows(file.as_bytes()).0 else { panic!("read {file}") };
        assert!(why.contains(line), "{why}");
    }
    for (file, n) in [("name\n\"ends\n\"", 1), ("name\na \"quote\" within\n5\" tall", 2), ("name", 0)] {
        assert_eq!(rows(file.as_bytes()).0.unwrap().rows, n, "{file}");
    }
}

#[test]
fn a_file_that_breaks_off_does_not_count() {
    let (sender, receiver) = mpsc::channel(4);
    sender.try_send(Chunk::Bytes(b"a,b\n1,".to_vec())).unwrap();
    drop(sender);
    let (rows, _kept) = mpsc::channel(4);
    assert!(matches!(read(Arriving::new(receiver), &rows), Err(Stopped::Gone)));
}
