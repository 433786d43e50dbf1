//! Tests of XLSX as it is read.

use std::io::{Cursor, Write};

use ::zip::{ZipWriter, write::SimpleFileOptions};

use super::{
    super::xlsx::Sheet, COLUMNS, Format, Limits, assert_fault, assert_rows, file, open, open_with, read,
    refused, rows,
};

/// Parts of a workbook with one sheet, without the sheet.
pub(super) const PARTS: [(&str, &str); 5] = [
    ("[Content_Types].xml", "<Types/>"),
    (
        "_rels/.rels",
        r#"<Relationships><Relationship Id="r" Type="x/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    ),
    (
        "xl/workbook.xml",
        r#"<?xml version="1.0" encoding="UTF-8"?><workbook><sheets><sheet name="A" r:id="a"/></sheets></workbook>"#,
    ),
    (
        "xl/_rels/workbook.xml.rels",
        r#"<Relationships><Relationship Id="a" Type="x/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
    ),
    (
        "xl/styles.xml",
        r#"<styleSheet><numFmts><numFmt numFmtId="170" formatCode="dd\.mm\.yyyy"/></numFmts>
        <cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="2"/><xf numFmtId="46"/></cellXfs></styleSheet>"#,
    ),
];

/// An archive of parts, of which later ones stand for earlier ones of the same name.
pub(super) fn archive(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (at, (name, text)) in parts.iter().enumerate() {
        if parts[at + 1..].iter().all(|(later, _)| later != name) {
            archive.start_file(*name, SimpleFileOptions::default()).unwrap();
            archive.write_all(text.as_bytes()).unwrap();
        }
    }
    archive.finish().unwrap().into_inner()
}

/// A workbook with a sheet of these rows, and parts in place of the usual ones.
pub(super) fn workbook(rows: &str, parts: &[(&str, &str)]) -> Vec<u8> {
    let sheet = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
    archive(&[&PARTS, &[("xl/worksheets/sheet1.xml", sheet.as_str())][..], parts].concat())
}

pub(super) const HEADER: &str = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>ФИО</t></is></c><c r="B1" t="inlineStr"><is><t>email</t></is></c><c r="C1" t="inlineStr"><is><t>Дата вступления</t></is></c></row>"#;

/// Rows of one cell each in the third column.
fn cells(cells: &[&str]) -> Vec<u8> {
    let mut body = HEADER.to_owned();
    for (at, cell) in cells.iter().enumerate() {
        body += &format!(
            "<row r=\"{0}\">{1}</row>",
            at + 2,
            cell.replacen("<c", &format!("<c r=\"C{}\"", at + 2), 1)
        );
    }
    workbook(&body, &[])
}

#[test]
fn cells_are_read_as_a_person_sees_them() {
    let read = read(
        &cells(&[
            "<c><v>5</v></c>",
            "<c><v>79001234567.0</v></c>",
            "<c><v>0.30000000000000004</v></c>",
            "<c><v>1E+21</v></c>",
            "<c s=\"3\"><v>5.5</v></c>",
            "<c s=\"1\"><v>45536</v></c>",
            "<c s=\"2\"><v>45536.5729166667</v></c>",
            "<c s=\"2\"><v>0.25</v></c>",
            "<c t=\"d\"><v>2024-09-01T00:00:00</v></c>",
            "<c t=\"b\"><v>1</v></c>",
            "<c t=\"str\"><f>A1&amp;B1</f><v>a &lt; b</v></c>",
            "<c t=\"inlineStr\"><is><r><t xml:space=\"preserve\">Ёл</t></r><r><t>кин</t></r></is></c>",
            "<c s=\"4\"><v>1.5</v></c>",
            "<c><v>-0</v></c>",
        ]),
        Format::Xlsx,
    );
    let texts: Vec<_> =
        read.iter().map(|(_, cells)| cells.as_ref().unwrap()[2].as_deref().unwrap()).collect();
    assert_eq!(
        texts,
        [
            "5",
            "79001234567",
            "0.3",
            "1000000000000000000000",
            "5.5",
            "2024-09-01",
            "2024-09-01T13:45:00",
            "06:00:00",
            "2024-09-01",
            "true",
            "a < b",
            "Ёлкин",
            "1.5",
            "0",
        ]
    );
}

#[test]
fn cells_that_show_no_value_are_faults_of_their_rows() {
    let read = read(
        &cells(&[
            "<c t=\"e\"><v>#REF!</v></c>",
            "<c s=\"1\"><v>-5</v></c>",
            "<c s=\"1\"><v>99999999</v></c>",
            "<c s=\"1\"><v>60</v></c>",
            "<c><v>1</v></c><c r=\"F6\"><v>1</v></c>",
            "<c><v>1</v></c>",
        ]),
        Format::Xlsx,
    );
    assert_fault(&read, 2, Some("joined_on"), "an error instead of a value");
    for row in [3, 4, 5] {
        assert_fault(&read, row, Some("joined_on"), "no day");
    }
    assert_fault(&read, 6, Some("column 6"), "no title");
    assert!(read[5].1.is_ok());
}

#[test]
fn empty_rows_are_skipped_and_rows_keep_the_sheets_numbers() {
    let body = format!(
        "<row r=\"2\"><c r=\"A2\" s=\"1\"/></row>{}<row r=\"5\"><c r=\"B5\" t=\"s\"><v>0</v></c></row>\
         <row r=\"7\"><c r=\"A7\" t=\"s\"><v>1</v></c><c r=\"C7\"/></row>\
         <row r=\"9\"><c r=\"A9\"><v>1</v></c><c r=\"E9\"><v>2</v></c></row>",
        HEADER.replace("1\"", "3\"")
    );
    let texts = "<sst uniqueCount=\"2\"><si><t>a@b</t></si><si><t> </t></si></sst>";
    let found = read(&workbook(&body, &[("xl/sharedStrings.xml", texts)]), Format::Xlsx);
    assert_eq!(found.len(), 2);
    assert_rows(&found[..1].to_vec(), &[(5, [None, Some("a@b"), None])]);
    assert_fault(&found, 9, Some("column 5"), "no title");

    // Who leaves the references out counts from the left and from above.
    let body = HEADER
        .replace(" r=\"1\"", "")
        .replace(" r=\"A1\"", "")
        .replace(" r=\"B1\"", "")
        .replace(" r=\"C1\"", "");
    let body = format!("{body}<row><c/><c><v>7</v></c></row>");
    assert_rows(&read(&workbook(&body, &[]), Format::Xlsx), &[(2, [None, Some("7"), None])]);
}

#[test]
fn the_first_visible_sheet_is_read() {
    let book = r#"<workbook><sheets><sheet name="H" state="hidden" r:id="b"/><sheet name="A &amp; B" r:id="a"/></sheets></workbook>"#;
    let rels = r#"<Relationships><Relationship Id="a" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="b" Type="x/worksheet" Target="worksheets/sheet2.xml"/></Relationships>"#;
    let bytes = workbook(HEADER, &[("xl/workbook.xml", book), ("xl/_rels/workbook.xml.rels", rels)]);
    assert_rows(&read(&bytes, Format::Xlsx), &[]);
}

#[test]
fn days_may_be_counted_from_1904() {
    let book =
        r#"<workbook><workbookPr date1904="1"/><sheets><sheet name="A" r:id="a"/></sheets></workbook>"#;
    let body = format!("{HEADER}<row r=\"2\"><c r=\"C2\" s=\"1\"><v>44074</v></c></row>");
    let bytes = workbook(&body, &[("xl/workbook.xml", book)]);
    assert_rows(&read(&bytes, Format::Xlsx), &[(2, [None, None, Some("2024-09-01")])]);
}

#[test]
fn a_sheet_without_a_proper_header_is_unreadable() {
    assert!(refused(&workbook("", &[]), Format::Xlsx).message.contains("no header"));
    assert!(
        refused(&workbook("<row r=\"1\"><c r=\"A1\"/></row>", &[]), Format::Xlsx)
            .message
            .contains("no header")
    );
    let fault = refused(&workbook(&HEADER.replace("email", "mail"), &[]), Format::Xlsx);
    assert_eq!((fault.row, fault.column.as_deref()), (Some(1), Some("«mail»")));
    let fault = refused(&workbook(&HEADER.replace("email", "ФИО"), &[]), Format::Xlsx);
    assert!(fault.message.contains("twice"));
}

#[test]
fn a_sheet_that_breaks_off_or_contradicts_itself_is_unreadable() {
    for body in [
        "<row r=\"2\"><c r=\"A2\" t=\"s\"><v>5</v></c></row>",
        "<row r=\"2\"><c r=\"A2\" t=\"n\"><v>secret</v></c></row>",
        "<row r=\"2\"><c r=\"A2\" t=\"secret\"><v>1</v></c></row>",
        "<row r=\"5\"><c r=\"A5\"><v>1</v></c></row><row r=\"4\"><c r=\"A4\"><v>1</v></c></row>",
        "<row r=\"2\"><c r=\"A2\"><v>1</v>",
        "<row r=\"2\"><c r=\"AAAAAAAAAA99999999999\"><v>1</v></c></row>",
        "<row r=\"0\"><c r=\"A0\"><v>1</v></c></row>",
        "<row r=\"2\"><c r=\"A2\"><w/></c></row>",
    ] {
        let fault = refused(&workbook(&format!("{HEADER}{body}"), &[]), Format::Xlsx);
        assert!(!fault.message.contains("secret"), "{fault:?}");
    }
    let sheet = "<worksheet><dimension ref=\"C9:A1\"/><sheetData/></worksheet>";
    assert!(
        refused(&workbook("", &[("xl/worksheets/sheet1.xml", sheet)]), Format::Xlsx)
            .message
            .contains("unsound")
    );
}

#[test]
fn a_cell_beyond_the_limit_is_a_fault() {
    let body = format!("{HEADER}<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>абв</t></is></c></row>");
    let limits = Limits { cell: 5, ..Limits::default() };
    let bytes = workbook(&body.replace("Дата вступления", "joined_on"), &[]);
    let found = rows(&mut open_with(&bytes, Format::Xlsx, None, limits).unwrap());
    assert_fault(&found, 2, Some("fullName"), "longer than 5 bytes");
}

#[test]
fn tens_of_thousands_of_rows_are_streamed() {
    let mut sheet = Sheet::new(&["ФИО", "email"]).unwrap();
    for row in 0..30_000 {
        sheet.row(&[Some("Участник"), Some(&format!("user{row}@example.org"))]).unwrap();
    }
    let mut written = tempfile::tempfile().unwrap();
    sheet.finish(&mut written).unwrap();
    let mut table = open(written, Format::Xlsx, None, COLUMNS, Limits::default()).unwrap();
    assert_eq!(table.count(), 30_000);
    let (row, last) = table.rows().unwrap().last().unwrap();
    assert_eq!((row, last.unwrap().cells[1].as_deref()), (30_001, Some("user29999@example.org")));
}

#[test]
fn damaged_workbooks_do_not_make_it_panic() {
    let texts = "<sst uniqueCount=\"1\"><si><t>a@b</t></si></sst>";
    let body = format!(
        "<dimension ref=\"A1:C2\"/>{HEADER}<row r=\"2\"><c r=\"B2\" t=\"s\"><v>0</v></c><c r=\"C2\" s=\"2\"><v>45536</v></c></row>"
    );
    let parts = [("xl/sharedStrings.xml", texts)];
    let sound = workbook(&body, &parts);
    assert_eq!(read(&sound, Format::Xlsx).len(), 1);
    let try_read = |bytes: &[u8]| {
        if let Ok(mut table) = open(file(bytes), Format::Xlsx, None, COLUMNS, Limits::default()) {
            rows(&mut table);
        }
    };
    for end in (0..sound.len()).step_by(17) {
        try_read(&sound[..end]);
    }
    let mut seed = 7_u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    for _ in 0..300 {
        let mut bytes = sound.clone();
        for _ in 0..=random(3) {
            let at = random(bytes.len());
            bytes[at] ^= 1 << random(8);
        }
        try_read(&bytes);
    }
    // Flips in what was packed are mostly seen by the archive's sums; so the parts themselves, too.
    let sheet = format!("<worksheet><sheetData>{body}</sheetData></worksheet>");
    let own = [&PARTS[..], &[("xl/worksheets/sheet1.xml", sheet.as_str()), parts[0]]].concat();
    for _ in 0..600 {
        let part = random(own.len());
        let mut text = own[part].1.as_bytes().to_vec();
        for _ in 0..=random(2) {
            let at = random(text.len());
            match random(3) {
                0 => text[at] = b"<>\"'=/ 09ZA&;:!?-]"[random(18)],
                1 => drop(text.remove(at)),
                _ => text.insert(at, text[at]),
            }
        }
        if let Ok(text) = String::from_utf8(text) {
            try_read(&archive(&[&own[..], &[(own[part].0, text.as_str())]].concat()));
        }
    }
}
