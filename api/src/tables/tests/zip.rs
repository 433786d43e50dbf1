//! Tests of archives that are no workbooks, or would be too much.

use super::{
    super::markup::{LONGEST_PIECE, Markup},
    Format, Limits, Unreadable, open_with, refused,
    xlsx::{HEADER, PARTS, archive, workbook},
};

fn limited(bytes: &[u8], limits: Limits) -> Unreadable {
    open_with(bytes, Format::Xlsx, None, limits).err().unwrap()
}

#[test]
fn what_is_no_workbook_is_told() {
    for bytes in [
        &b""[..],
        b"PK",
        b"fullName;email\n",
        b"PK\x03\x04",
        b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
    ] {
        assert!(refused(bytes, Format::Xlsx).message.contains("not an XLSX file"));
    }
    let old = [b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".as_slice(), &[0; 600]].concat();
    assert!(refused(&old, Format::Xlsx).message.contains(".xls workbook"));
    for (at, (missing, _)) in PARTS.iter().enumerate().take(4) {
        let mut parts = PARTS.to_vec();
        parts.remove(at);
        let sheet = format!("<worksheet><sheetData>{HEADER}</sheetData></worksheet>");
        parts.push(("xl/worksheets/sheet1.xml", &sheet));
        let fault = refused(&archive(&parts), Format::Xlsx);
        assert!(fault.message.contains("not an XLSX file"), "{missing}: {fault:?}");
    }
    assert!(refused(&archive(&[("a.txt", "a")]), Format::Xlsx).message.contains("not an XLSX file"));
}

#[test]
fn a_part_protected_by_a_password_is_told() {
    let mut bytes = workbook(HEADER, &[]);
    // The flag in every local header and in the directory.
    for at in 0..bytes.len() - 10 {
        if bytes[at..].starts_with(b"PK\x03\x04") {
            bytes[at + 6] |= 1;
        }
        if bytes[at..].starts_with(b"PK\x01\x02") {
            bytes[at + 8] |= 1;
        }
    }
    assert!(refused(&bytes, Format::Xlsx).message.contains("password"));
}

#[test]
fn what_unpacks_to_too_much_is_refused() {
    let blanks = "<!-- -->".repeat(1 << 18);
    let bytes = workbook(HEADER, &[("xl/media.xml", &blanks)]);
    let fault = limited(&bytes, Limits { expanded: 1 << 20, ratio: 100_000, ..Limits::default() });
    assert!(fault.message.contains("more than 1048576 bytes"), "{fault:?}");
    let fault = limited(&bytes, Limits { ratio: 2, ..Limits::default() });
    assert!(fault.message.contains("unpacks to more"), "{fault:?}");
    assert!(open_with(&bytes, Format::Xlsx, None, Limits { ratio: 100_000, ..Limits::default() }).is_ok());
}

#[test]
fn sizes_that_lie_are_of_no_use() {
    let blanks = "<!-- -->".repeat(1 << 18);
    let mut bytes = workbook(HEADER, &[("xl/media.xml", &blanks)]);
    let size = u32::try_from(blanks.len()).unwrap().to_le_bytes();
    for at in 0..bytes.len() - 4 {
        if bytes[at..at + 4] == size {
            bytes[at..at + 4].copy_from_slice(&7_u32.to_le_bytes());
        }
    }
    limited(&bytes, Limits { ratio: 2, ..Limits::default() });
}

#[test]
fn texts_and_parts_that_are_no_sheets_have_their_own_limit() {
    let texts = format!("<sst>{}</sst>", "<si><t>a</t></si>".repeat(5_000));
    let bytes = workbook(HEADER, &[("xl/sharedStrings.xml", &texts)]);
    let limits = Limits { texts: 50_000, ..Limits::default() };
    assert!(limited(&bytes, limits).message.contains("50000 bytes"));
    assert!(open_with(&bytes, Format::Xlsx, None, Limits { texts: 90_000, ..limits }).is_ok());
    let picture = "\u{1}a".repeat(50_000);
    assert!(limited(&workbook(HEADER, &[("xl/media/a.png", &picture)]), limits).message.contains("no sheet"));
}

#[test]
fn what_other_programs_attach_does_not_matter() {
    let attached = [
        ("customXml/item1.xml", "<?xml version=\"1.0\" encoding=\"UTF-16\"?><a>"),
        ("xl/media/a.png", "\u{1}<<"),
    ];
    assert!(open_with(&workbook(HEADER, &attached), Format::Xlsx, None, Limits::default()).is_ok());
}

#[test]
fn too_many_parts_are_refused() {
    let names: Vec<_> = (0..1_001).map(|at| format!("a{at}")).collect();
    let parts: Vec<_> = names.iter().map(|name| (name.as_str(), "")).collect();
    assert!(refused(&workbook(HEADER, &parts), Format::Xlsx).message.contains("1000 parts"));
}

#[test]
fn room_is_not_made_for_texts_that_are_only_promised() {
    for count in ["99999999999", "18446744073709551615", "4000001", "x"] {
        for sst in [
            format!("<sst uniqueCount=\"{count}\"/>"),
            format!("<a:sst a=\"1\"uniqueCount = '{count}'></a:sst>"),
        ] {
            let fault = refused(&workbook(HEADER, &[("xl/SharedStrings.xml", &sst)]), Format::Xlsx);
            assert!(fault.message.contains("unsound"), "{fault:?}");
        }
    }
}

fn watch(text: &[u8]) -> Result<(), &'static str> {
    let whole = Markup::new().feed(text);
    let mut pieces = Markup::new();
    let watched = text.chunks(3).try_for_each(|piece| pieces.feed(piece));
    assert_eq!(whole.is_ok(), watched.is_ok(), "however the bytes come: {whole:?}");
    watched
}

#[test]
fn markup_that_a_parser_would_have_to_hold_is_refused() {
    let long = "a".repeat(LONGEST_PIECE);
    let pieces = "<t>aaaaaaaaaaaa</t>".repeat(LONGEST_PIECE / 10);
    for (text, words) in [
        (format!("<t>{long}</t>"), "text is too long"),
        (format!("<t><![CDATA[<>{long}]]></t>"), "text is too long"),
        (format!("<t><!--<>{long}--></t>"), "text is too long"),
        (format!("<t a='<>{long}'/>"), "tag is too long"),
        (format!("<c><is>{pieces}</is></c>"), "cell is too long"),
        ("<a>".repeat(65), "nested too deeply"),
        ("<a/>".repeat(400_001), "too many elements"),
        ("<a><b></a></b>".into(), "not nested properly"),
        ("<a></a></a>".into(), "not opened"),
        ("<!DOCTYPE a [<!ENTITY b \"c\">]><a/>".into(), "document type"),
        ("<?xml version=\"1.0\" encoding=\"UTF-16\"?><a/>".into(), "UTF-8"),
        ("<a:b:c/>".into(), "proper name"),
        ("<c r=\"A1\" s=\"1\" r=\"A0\"/>".into(), "unsound"),
        ("<c r=A1/>".into(), "no quotes"),
        ("<dimension ref=\"A1:A2:A3\"/>".into(), "unsound"),
    ] {
        let refused = watch(text.as_bytes()).unwrap_err();
        assert!(refused.contains(words), "{refused}: {words}");
    }
    assert!(watch(b"\xFF\xFE<\0a\0").is_err());
    assert!(watch(b"<\0a\0").is_err());
}

#[test]
fn markup_as_workbooks_hold_it_passes() {
    for text in [
        "",
        "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\r\n<a:b c='>' d=\"'\"><e/></a:b >",
        "<t>it's <![CDATA[ <x> ]] ]]]]></t><!-- <a> -- ---><t/>",
        "<row r=\"1\" xr:r=\"x\" spans=\"1:3\"><c r=\"XFD1048576\"/><c/></row><dimension ref=\"A1:C9\"/>",
        "<sst count=\"9\" uniqueCount=\"4000000\"/>",
    ] {
        assert_eq!(watch(text.as_bytes()), Ok(()), "{text}");
    }
    let cells = "<row><c><v>1</v></c></row>".repeat(150_000);
    assert_eq!(watch(cells.as_bytes()), Ok(()));
}
