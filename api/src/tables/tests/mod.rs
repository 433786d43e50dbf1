//! Tests of tables: what all of them need, and what holds for every format.

mod csv;
mod ndjson;
mod write;
mod xlsx;
mod zip;

use std::{
    fs::File,
    io::{Seek, Write},
};

use super::{Column, Format, Limits, RowFault, Table, Unreadable, open};

const COLUMNS: &[Column] = &[
    Column {
        name: "fullName", titles: &["Фамилия, имя, отчество", "ФИО", "Full name"], required: true
    },
    Column { name: "email", titles: &["Электронная почта"], required: true },
    Column {
        name: "joined_on", titles: &["Дата вступления", "Зачислён"], required: false
    },
];

/// A row as tests compare it.
type Row<'a> = [Option<&'a str>; 3];

fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    file
}

fn open_with(
    bytes: &[u8],
    format: Format,
    encoding: Option<&str>,
    limits: Limits,
) -> Result<Table, Unreadable> {
    open(file(bytes), format, encoding, COLUMNS, limits)
}

type ReadRows = Vec<(u64, Result<Vec<Option<String>>, RowFault>)>;

/// All rows, read twice.
fn rows(table: &mut Table) -> ReadRows {
    let mut read = || -> ReadRows {
        let rows = table.rows().unwrap();
        rows.map(|(row, read)| {
            let cells = read.map(|record| {
                assert_eq!(record.row, row);
                record.cells
            });
            (row, cells)
        })
        .collect()
    };
    let first = read();
    assert_eq!(first, read(), "a table is read from the first row again");
    assert_eq!(first.len() as u64, table.count());
    first
}

fn read(bytes: &[u8], format: Format) -> ReadRows {
    rows(&mut open_with(bytes, format, None, Limits::default()).unwrap())
}

fn refused(bytes: &[u8], format: Format) -> Unreadable {
    open_with(bytes, format, None, Limits::default()).err().unwrap()
}

#[track_caller]
fn assert_rows(read: &ReadRows, expected: &[(u64, Row)]) {
    let expected: ReadRows = expected
        .iter()
        .map(|(row, cells)| (*row, Ok(cells.iter().map(|cell| cell.map(str::to_owned)).collect())))
        .collect();
    assert_eq!(*read, expected);
}

#[track_caller]
fn assert_fault(read: &ReadRows, row: u64, column: Option<&str>, words: &str) {
    let (_, found) = read.iter().find(|(number, _)| *number == row).unwrap();
    let fault = found.as_ref().unwrap_err();
    assert_eq!(fault.column.as_deref(), column, "{fault:?}");
    assert!(fault.message.contains(words), "{fault:?}");
}

#[test]
fn formats_are_told_by_names_and_media_types() {
    assert_eq!(Format::of_extension("CSV"), Some(Format::Csv));
    assert_eq!(Format::of_extension("jsonl"), Some(Format::Ndjson));
    assert_eq!(Format::of_extension("xls"), None);
    for format in [Format::Csv, Format::Ndjson, Format::Xlsx] {
        assert_eq!(Format::of_extension(format.extension()), Some(format));
        assert_eq!(Format::of_media_type(format.media_type()).unwrap().0, format);
    }
    assert_eq!(
        Format::of_media_type("Text/CSV; header=present; Charset=\"windows-1251\""),
        Some((Format::Csv, Some("windows-1251".into())))
    );
    assert_eq!(Format::of_media_type("text/csv"), Some((Format::Csv, None)));
    assert_eq!(Format::of_media_type("text/html"), None);
    assert_eq!(Format::of_media_type(""), None);
}

#[test]
fn more_rows_than_allowed_make_a_file_unreadable() {
    let limits = Limits { rows: 2, ..Limits::default() };
    let csv = "fullName;email\na;b\n\nc;d\n";
    assert!(open_with(csv.as_bytes(), Format::Csv, None, limits).is_ok());
    let fault = open_with(format!("{csv}e;f\n").as_bytes(), Format::Csv, None, limits).err().unwrap();
    assert_eq!((fault.row, fault.message.as_str()), (Some(5), "The file has more than 2 rows."));
    let json = "{}\n{\n{}\n";
    assert!(open_with(json.as_bytes(), Format::Ndjson, None, limits).is_err());
}

#[test]
fn a_file_that_breaks_off_later_says_so_in_its_last_row() {
    let mut handle = file(b"fullName;email\na;b\nc;d\n");
    let mut table = open(handle.try_clone().unwrap(), Format::Csv, None, COLUMNS, Limits::default()).unwrap();
    assert_eq!(rows(&mut table).len(), 2);
    handle.rewind().unwrap();
    handle.write_all(b"fullName;email\na;b\n\"c;d").unwrap();
    let read: Vec<_> = table.rows().unwrap().collect();
    assert_eq!(read.len(), 2);
    assert_eq!(read[1].0, 3);
    assert!(read[1].1.as_ref().unwrap_err().message.contains("never closed"));
}

#[test]
fn a_table_can_be_sent_to_another_thread() {
    fn is_sent<T: Send>() {}
    is_sent::<Table>();
    is_sent::<super::Writer<File>>();
    is_sent::<super::xlsx::Sheet>();
}

#[test]
fn after_the_last_row_nothing_comes_however_often_it_is_asked() {
    let mut sheet = super::xlsx::Sheet::new(&["fullName", "email"]).unwrap();
    sheet.row(&[Some("a"), Some("b")]).unwrap();
    let mut workbook = tempfile::tempfile().unwrap();
    sheet.finish(&mut workbook).unwrap();
    let texts = [(Format::Csv, "fullName;email\na;b\n"), (Format::Ndjson, "{\"fullName\":\"a\"}\n")];
    let mut files: Vec<_> = texts.map(|(format, text)| (format, file(text.as_bytes()))).into();
    files.push((Format::Xlsx, workbook));
    for (format, file) in files {
        let mut table = open(file, format, None, COLUMNS, Limits::default()).unwrap();
        let mut rows = table.rows().unwrap();
        assert_eq!(rows.by_ref().take(1_000).count(), 1, "{format:?}");
        assert_eq!((rows.next(), rows.next()), (None, None), "{format:?}");
    }
}
