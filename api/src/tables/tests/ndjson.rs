//! Tests of NDJSON as it is read.

use std::io::BufReader;

use super::{
    super::ndjson::Lines, Format, Limits, assert_fault, assert_rows, open_with, read, refused, rows,
};

fn ndjson(text: &str) -> super::ReadRows {
    read(text.as_bytes(), Format::Ndjson)
}

#[test]
fn a_line_is_an_object_of_plain_values() {
    let text = "\u{feff}{\"fullName\": \"Ёлкин \\\"И\\\"\", \"email\": null, \"joined_on\": 20240901}\r\n\
        \n  \r\n\
        {\"ФИО\": true, \"Электронная почта\": 1.50, \"Зачислён\": \"\"}\n\
        {\"joined on\": -5, \"email\": \" \"}\n{}";
    assert_rows(
        &ndjson(text),
        &[
            (1, [Some("Ёлкин \"И\""), None, Some("20240901")]),
            (4, [Some("true"), Some("1.5"), None]),
            (5, [None, None, Some("-5")]),
            (6, [None, None, None]),
        ],
    );
    for empty in ["", "\n\n", "\u{feff}", "\u{feff}\n"] {
        assert_rows(&ndjson(empty), &[]);
    }
}

#[test]
fn a_line_that_cannot_be_read_does_not_stop_the_others() {
    let lines: [&[u8]; 15] = [
        b"{\"fullName\": \"secret\"",
        b"{\"fullName\": \"secret\"} x",
        b"[1]",
        b"\"secret\"",
        b"{\"fullName\": {\"a\": 1}}",
        b"{\"email\": [1]}",
        b"{\"fullName\": \"a\", \"\xD0\xA4\xD0\x98\xD0\x9E\": \"b\"}",
        b"{\"phone\": 1}",
        b"{\"fullName\": \"\xFF\"}",
        b"{\"fullName\": 12345678901234567890123}",
        b"{\"fullName\": \"\\ud800\"}",
        b"{fullName: 1}",
        b"{\"fullName\": 1e999}",
        b"{\"fullName\": \"a\x00\"}",
        b"{\"fullName\": \"a\"}",
    ];
    let found = read(&lines.join(&b'\n'), Format::Ndjson);
    for (row, column, words) in [
        (1, None, "not a JSON object"),
        (2, None, "byte 24"),
        (3, None, "not a JSON object"),
        (4, None, "not a JSON object"),
        (5, Some("fullName"), "A value is"),
        (6, Some("email"), "A value is"),
        (7, Some("fullName"), "twice"),
        (8, Some("«phone»"), "Known are: fullName"),
        (9, None, "not UTF-8"),
        (10, Some("fullName"), "too many digits"),
        (11, None, "not a JSON object"),
        (12, None, "not a JSON object"),
        (13, None, "not a JSON object"),
        (14, None, "not a JSON object"),
    ] {
        assert_fault(&found, row, column, words);
    }
    assert!(found.iter().all(|(_, row)| !format!("{row:?}").contains("secret")));
    assert!(found[14].1.is_ok());
}

#[test]
fn depth_is_no_burden() {
    let deep = format!("{{\"fullName\": {}\n{{}}", "[".repeat(200_000));
    let read = ndjson(&deep);
    assert_fault(&read, 1, Some("fullName"), "A value is");
    assert!(read[1].1.is_ok());
}

#[test]
fn lines_and_cells_have_limits() {
    let limits = Limits { line: 40, cell: 10, ..Limits::default() };
    let text = format!(
        "{{\"fullName\": \"{}\"}}\n{{\"email\": \"{}\"}}\n{{\"email\": \"ok\"}}\n{}",
        "a".repeat(100_000),
        "b".repeat(11),
        "{".repeat(41),
    );
    let read = rows(&mut open_with(text.as_bytes(), Format::Ndjson, None, limits).unwrap());
    assert_fault(&read, 1, None, "longer than 40 bytes");
    assert_fault(&read, 2, Some("email"), "longer than 10 bytes");
    assert!(read[2].1.is_ok());
    assert_fault(&read, 4, None, "longer than 40 bytes");
}

#[test]
fn it_is_written_in_utf_8() {
    assert!(refused(b"\xFF\xFE{\0}\0", Format::Ndjson).message.contains("UTF-8"));
    assert!(open_with(b"{}", Format::Ndjson, Some("windows-1251"), Limits::default()).is_err());
    assert!(open_with(b"{}", Format::Ndjson, Some("UTF-8"), Limits::default()).is_ok());
}

#[test]
fn memory_does_not_grow_with_the_rows_nor_with_a_line() {
    let mut text: Vec<u8> = b"{\"email\": \"a\"}\n".repeat(100_000);
    text.extend(vec![b'x'; 5 << 20]);
    let mut lines = Lines { text: BufReader::new(text.as_slice()), line: Vec::new(), number: 0 };
    let mut whole = 0;
    while let Some(is_whole) = lines.next(1_000).unwrap() {
        whole += u64::from(is_whole);
        assert!(lines.line.capacity() <= 16 << 10);
    }
    assert_eq!(whole, 100_000);
}
