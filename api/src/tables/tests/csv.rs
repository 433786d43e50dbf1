//! Tests of CSV as it is read.

use std::io::Read;

use encoding_rs::WINDOWS_1251;

use super::{
    super::{
        csv::{BUFFER, Lines},
        quotes::LONGEST_RECORD,
    },
    COLUMNS, Format, Limits, assert_fault, assert_rows, open, open_with, read, refused, rows,
};

fn csv(text: &str) -> super::ReadRows {
    read(text.as_bytes(), Format::Csv)
}

fn unread(text: &str) -> super::Unreadable {
    refused(text.as_bytes(), Format::Csv)
}

#[test]
fn every_encoding_goes_with_every_separator_and_line_end() {
    for separator in [";", ",", "\t"] {
        for end in ["\n", "\r\n"] {
            let lines = [
                ["Электронная почта", "ФИО", "Зачислен"].join(separator),
                ["a@example.org", "Ёлкин Иван", "2024-09-01"].join(separator),
                ["b@example.org", "\"Мышкина; Анна, \"\"А\"\"\"", ""].join(separator),
            ];
            let text = lines.join(end) + end;
            let (windows, _, _) = WINDOWS_1251.encode(&text);
            let writings: [(Vec<u8>, &[Option<&str>]); 3] = [
                (text.clone().into_bytes(), &[None, Some("utf-8")]),
                (format!("\u{feff}{text}").into_bytes(), &[None, Some("utf-8"), Some("windows-1251")]),
                (windows.into_owned(), &[None, Some("cp1251"), Some("Windows-1251")]),
            ];
            for (bytes, labels) in writings {
                for label in labels {
                    let mut table = open_with(&bytes, Format::Csv, *label, Limits::default()).unwrap();
                    assert_rows(
                        &rows(&mut table),
                        &[
                            (2, [Some("Ёлкин Иван"), Some("a@example.org"), Some("2024-09-01")]),
                            (3, [Some("Мышкина; Анна, \"А\""), Some("b@example.org"), None]),
                        ],
                    );
                }
            }
        }
    }
}

#[test]
fn letters_on_the_edge_of_a_chunk_are_whole() {
    // Longer than what is read at once, at every distance from the edge.
    for shift in 0..3 {
        let body: String = (0..4_000).map(|row| format!("Ёжиков № {row};почта\n")).collect();
        let text = format!("fullName;email\n{}\n{body}", "y".repeat(shift) + ";x");
        let utf8 = csv(&text);
        assert_eq!(utf8.len(), 4_001);
        let (bytes, _, _) = WINDOWS_1251.encode(&text);
        assert_eq!(read(&bytes, Format::Csv), utf8);
    }
}

#[test]
fn what_is_neither_encoding_is_refused() {
    let text = "fullName;email\nИванов;a\n";
    for bytes in [
        text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>(),
        [b"\xFF\xFE".to_vec(), text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat(),
        [b"\xFE\xFF".to_vec(), text.encode_utf16().flat_map(u16::to_be_bytes).collect()].concat(),
        b"PK\x03\x04\x00\x00".to_vec(),
    ] {
        assert!(refused(&bytes, Format::Csv).message.contains("UTF-16"));
    }
    for label in ["utf-16", "koi8-r", "no-such"] {
        let fault = open_with(text.as_bytes(), Format::Csv, Some(label), Limits::default()).err().unwrap();
        assert!(fault.message.contains("encoding"), "{fault:?}");
    }
    // Damaged UTF-8 does not become a sound text of nonsense.
    let mut damaged = text.as_bytes().to_vec();
    damaged.extend(b"a;\xD0\n");
    assert!(refused(&damaged, Format::Csv).message.contains("line 3"));
    let windows = b"fullName;email\n\xC8\xE2\xE0\xED\xEE\xE2;a\n";
    let fault = open_with(windows, Format::Csv, Some("utf-8"), Limits::default()).err().unwrap();
    assert!(fault.message.contains("line 2"), "{fault:?}");
}

#[test]
fn a_header_is_read_by_name_or_title_in_any_order() {
    for header in
        ["FULLNAME; e_mail ;joined on", "фио;ЭЛЕКТРОННАЯ_ПОЧТА; зачислен", "\"Фамилия, имя, отчество\";Email"]
    {
        let known = !header.contains("e_mail");
        let read = open_with(format!("{header}\n").as_bytes(), Format::Csv, None, Limits::default());
        assert_eq!(read.is_ok(), known, "{header}");
    }
    let fault = unread("ФИО;Почтовый\u{7} ящик\nа;б\n");
    assert_eq!((fault.row, fault.column.as_deref()), (Some(1), Some("«Почтовый ящик»")));
    assert!(fault.message.contains("email (Электронная почта)"), "{fault:?}");
    let fault = unread("\n\nfullName;ФИО;email\n");
    assert_eq!(fault.row, Some(3));
    assert!(fault.message.contains("fullName stands twice"), "{fault:?}");
    let fault = unread("fullName;joined_on\n");
    assert_eq!(fault.column.as_deref(), Some("email"));
    assert!(fault.message.contains("missing"), "{fault:?}");
    for empty in ["", "\u{feff}", "\n\r\n\n"] {
        assert!(unread(empty).message.contains("no header"), "{empty:?}");
    }
    assert_rows(&csv("fullName;email"), &[]);
}

#[test]
fn columns_without_a_title_hold_nothing() {
    let read = csv("fullName;;email;\na;;b;\na;x;b;\n");
    assert_rows(&read[..1].to_vec(), &[(2, [Some("a"), Some("b"), None])]);
    assert_fault(&read, 3, Some("column 2"), "no title");
}

#[test]
fn empty_lines_are_skipped_and_counted() {
    assert_rows(
        &csv("fullName;email\r\n\r\na;b\r\n;\r\n\r\n\"c\r\nc\";d\r\ne; \r\n\r\n"),
        &[
            (3, [Some("a"), Some("b"), None]),
            (6, [Some("c\r\nc"), Some("d"), None]),
            (7, [Some("e"), None, None]),
        ],
    );
    assert_rows(&csv("fullName;email\r\ra;b"), &[(3, [Some("a"), Some("b"), None])]);
}

#[test]
fn a_quote_within_a_bare_cell_is_a_character() {
    assert_rows(
        &csv("fullName;email\nМБОУ \"Школа № 1\";b\"\n \"a\" ;b\n"),
        &[(2, [Some("МБОУ \"Школа № 1\""), Some("b\""), None]), (3, [Some(" \"a\" "), Some("b"), None])],
    );
}

#[test]
fn a_quote_that_is_never_closed_is_told_where_it_opens() {
    for (text, row, column) in [
        ("fullName;email\na;b\nc;\"d\ne;f\n", 3, "email"),
        ("fullName;email\n\"a\";b\n\"c;d", 3, "fullName"),
        ("fullName;email\na;\"", 2, "email"),
        ("fullName;\"email\na;b", 1, "column 2"),
    ] {
        let fault = unread(text);
        assert_eq!((fault.row, fault.column.as_deref()), (Some(row), Some(column)), "{text}: {fault:?}");
        assert!(fault.message.contains("never closed"), "{fault:?}");
    }
    let long = format!("fullName;email\na;b\nc;\"{}", "d;e\n".repeat(LONGEST_RECORD / 2));
    let fault = unread(&long);
    assert_eq!((fault.row, fault.column.as_deref()), (Some(3), Some("email")));
}

#[test]
fn text_behind_a_closing_quote_is_told() {
    for text in ["fullName;email\na;\"b\" c\n", "fullName;email\na;\"b\"c\"\n"] {
        let fault = unread(text);
        assert_eq!((fault.row, fault.column.as_deref()), (Some(2), Some("email")));
        assert!(fault.message.contains("follows the quote"), "{fault:?}");
    }
    assert_rows(&csv("fullName;email\n\"a\";\"b\"\n"), &[(2, [Some("a"), Some("b"), None])]);
}

#[test]
fn rows_that_do_not_fit_the_header_are_faults_of_their_own() {
    let read = csv("fullName;email\na\na;b\na;b;c\n");
    assert_fault(&read, 2, None, "has 1 cells, the header has 2");
    assert!(read[1].1.is_ok());
    assert_fault(&read, 4, None, "has 3 cells, the header has 2");
}

#[test]
fn a_cell_beyond_the_limit_is_a_fault_and_a_record_beyond_all_bounds_ends_the_reading() {
    let limits = Limits { cell: 5, ..Limits::default() };
    let mut table =
        open_with("fullName;email\nа;ббб\nабв;б\na;b\n".as_bytes(), Format::Csv, None, limits).unwrap();
    let read = rows(&mut table);
    assert_fault(&read, 2, Some("email"), "longer than 5 bytes");
    assert_fault(&read, 3, Some("fullName"), "longer than 5 bytes");
    assert!(read[2].1.is_ok());
    let fault = unread(&format!("fullName;email\na;b\nc;{}\n", "d".repeat(LONGEST_RECORD)));
    assert_eq!((fault.row, fault.column.as_deref()), (Some(3), Some("email")));
}

#[test]
fn cells_protected_from_spreadsheets_are_read_bare() {
    assert_rows(
        &csv("fullName;email\n'+7 900;''=a\n'a;'\n"),
        &[(2, [Some("+7 900"), Some("'=a"), None]), (3, [Some("'a"), Some("'"), None])],
    );
}

/// Rows made while they are read.
struct Generated {
    left: u64,
    line: Vec<u8>,
}

impl Read for Generated {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.line.is_empty() && self.left > 0 {
            self.left -= 1;
            self.line =
                format!("\"Участник № {}\";user{}@example.org\r\n", self.left, self.left).into_bytes();
        }
        let read = self.line.as_slice().read(buffer)?;
        self.line.drain(..read);
        Ok(read)
    }
}

#[test]
fn memory_does_not_grow_with_the_rows() {
    let mut lines = Lines::new(Box::new(Generated { left: 100_000, line: Vec::new() }), b';');
    let mut rows = 0;
    while let Some(row) = lines.next() {
        rows += 1;
        assert_eq!(row.unwrap(), rows);
        assert!(lines.line.as_slice().len() < 100);
        assert!(lines.parser.get_ref().waiting() <= BUFFER);
    }
    assert_eq!(rows, 100_000);
    assert_eq!(lines.parser.get_ref().waiting(), 0);
}

#[test]
fn no_bytes_make_it_panic() {
    let pieces: [&[u8]; 12] = [
        b"fullName;email",
        b"\n",
        b"\r",
        b"\"",
        b";",
        b",",
        b"\t",
        b"a",
        b"\xD0",
        b"\xFF",
        b"\0",
        b"\xEF\xBB\xBF",
    ];
    let mut seed = 1_u64;
    for _ in 0..1_000 {
        let mut bytes = Vec::new();
        for at in 0..16 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let piece = if at == 0 && seed >> 63 == 0 { 0 } else { (seed >> 33) as usize % pieces.len() };
            bytes.extend_from_slice(pieces[piece]);
        }
        if let Ok(mut table) = open(super::file(&bytes), Format::Csv, None, COLUMNS, Limits::default()) {
            rows(&mut table);
        }
    }
}
