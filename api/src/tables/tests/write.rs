//! Tests of what is written, and that it is read as it was.

use std::io::{Read, Seek};

use super::{
    super::{Writer, xlsx::Sheet},
    Format, Row, assert_rows, read,
};

const HEADER: [&str; 3] = ["fullName", "email", "joined_on"];
const ROWS: [(u64, Row<'static>); 7] = [
    (2, [Some("Ёлкин; «И»"), Some("a@example.org"), Some("2024-09-01")]),
    (3, [Some("a \"b\"\r\nc\td"), None, Some("0012")]),
    (4, [Some("=1+1"), Some("+7 900"), Some("-")]),
    (5, [Some("@a"), Some("'=b"), Some("''-c")]),
    (6, [Some("'a"), Some("'"), Some("\\,")]),
    (7, [Some(" a "), Some("<b>&amp;_x0041_"), Some("null")]),
    (8, [None, Some("🙂"), None]),
];

fn csv() -> Vec<u8> {
    let mut writer = Writer::csv(Vec::new(), &HEADER).unwrap();
    for (_, row) in ROWS {
        writer.row(&row).unwrap();
    }
    writer.finish().unwrap()
}

#[test]
fn csv_is_written_for_spreadsheets_and_read_as_it_was() {
    let text = String::from_utf8(csv()).unwrap();
    assert!(
        text.starts_with("\u{feff}fullName;email;joined_on\r\n\"Ёлкин; «И»\";a@example.org;2024-09-01\r\n")
    );
    assert!(text.contains("\r\n'=1+1;'+7 900;'-\r\n'@a;''=b;'''-c\r\n'a;';"), "{text}");
    assert_rows(&read(text.as_bytes(), Format::Csv), &ROWS);
}

#[test]
fn ndjson_is_read_as_it_was() {
    let mut writer = Writer::ndjson(Vec::new(), &HEADER).unwrap();
    for (_, row) in ROWS {
        writer.row(&row).unwrap();
    }
    let text = String::from_utf8(writer.finish().unwrap()).unwrap();
    assert!(text.ends_with("{\"fullName\":null,\"email\":\"🙂\",\"joined_on\":null}\n"), "{text}");
    let rows = ROWS.map(|(row, cells)| (row - 1, cells));
    assert_rows(&read(text.as_bytes(), Format::Ndjson), &rows);
}

#[test]
fn xlsx_is_read_as_it_was() {
    let mut sheet = Sheet::new(&HEADER).unwrap();
    for (_, row) in ROWS {
        sheet.row(&row).unwrap();
    }
    let mut file = tempfile::tempfile().unwrap();
    sheet.finish(&mut file).unwrap();
    file.rewind().unwrap();
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).unwrap();
    // A carriage return within a text is a line's end to XML.
    let mut rows = ROWS;
    rows[1].1[0] = Some("a \"b\"\r\nc\td");
    assert_rows(&read(&bytes, Format::Xlsx), &rows);

    let mut archive = ::zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut part = String::new();
    archive.by_name("xl/worksheets/sheet1.xml").unwrap().read_to_string(&mut part).unwrap();
    for held in ["<pane ySplit=\"1\"", "state=\"frozen\"", "<autoFilter ref=\"A1:C8\"", "<cols>"] {
        assert!(part.contains(held), "{held} in {part}");
    }
}

#[test]
fn a_header_alone_is_a_table_without_rows() {
    let csv = Writer::csv(Vec::new(), &HEADER).unwrap().finish().unwrap();
    assert_rows(&read(&csv, Format::Csv), &[]);
    let ndjson = Writer::ndjson(Vec::new(), &HEADER).unwrap().finish().unwrap();
    assert_rows(&read(&ndjson, Format::Ndjson), &[]);
    let mut file = tempfile::tempfile().unwrap();
    Sheet::new(&HEADER).unwrap().finish(&mut file).unwrap();
    file.rewind().unwrap();
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).unwrap();
    assert_rows(&read(&bytes, Format::Xlsx), &[]);
}

#[test]
fn rows_that_do_not_fit_are_refused() {
    let mut writer = Writer::csv(Vec::new(), &HEADER).unwrap();
    assert_eq!(writer.row(&[None]).unwrap_err().kind(), std::io::ErrorKind::InvalidInput);
    let mut sheet = Sheet::new(&HEADER).unwrap();
    assert!(sheet.row(&[None; 4]).is_err());
    let long = "x".repeat(32_768);
    let fault = sheet.row(&[Some(&long), None, None]).unwrap_err();
    assert!(fault.to_string().contains("32767"), "{fault}");
}

#[test]
fn a_sheet_takes_as_many_rows_as_sheets_have() {
    let mut sheet = Sheet::new(&HEADER).unwrap();
    sheet.skip_to(1_048_574);
    sheet.row(&[Some("a"), None, None]).unwrap();
    let fault = sheet.row(&[Some("a"), None, None]).unwrap_err();
    assert!(fault.to_string().contains("1048575 rows"), "{fault}");
}
