//! What the files say, read back.

use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use chrono::DateTime;
use entity::{
    AcademicYear, EventKind, EventLevel, FindingSeverity, IndicatorDirection, IndicatorUnit,
    ids::{CommunityId, TypedId},
};
use uuid::Uuid;

use super::*;
use crate::registry::monitoring::{
    amount::Amount,
    report::{
        CommunityEngagement, CommunityName, Finding, Growth, Indicator, KindEvents, LevelEvents, Percent,
        RegistryYear, Report,
    },
};

fn community(number: u128, name: &str) -> CommunityName {
    let id = CommunityId::from_uuid(Uuid::from_u128(number));
    CommunityName { id, slug: format!("kda-{number}"), name: name.into() }
}

fn stated(percent: i64) -> Option<Percent> {
    Some(Percent { value: Amount::whole(percent), is_stated: true })
}

/// A small report that holds something of everything, and names that a file must not take for markup or a formula.
fn report() -> Report {
    let (one, two) = (community(1, "<script>alert(1)</script>"), community(2, "=1+1"));
    let year = AcademicYear(2024);
    let engaged = |community: &CommunityName, percent, events| CommunityEngagement {
        community: community.clone(),
        previous: stated(percent - 7),
        percent: stated(percent),
        members: None,
        teachers: None,
        events,
        participants: events.map(|events| events * 100),
    };
    Report {
        region_code: "RU-KDA".into(),
        region_name: "Краснодарский край".into(),
        institute: Some("Институт развития образования".into()),
        year,
        as_of: DateTime::from_timestamp(1_756_600_000, 0).unwrap(),
        signing: None,
        communities: 24,
        members: 53_595,
        teachers: None,
        engagement: stated(85),
        growth: vec![
            Growth { year: AcademicYear(2023), communities: 24, members: 40_136, share: stated(62) },
            Growth { year, communities: 24, members: 53_595, share: stated(85) },
        ],
        engagement_by_community: vec![engaged(&one, 100, Some(17)), engaged(&two, 58, None)],
        events: Some(746),
        participants: Some(74_573),
        events_by_level: vec![
            LevelEvents {
                level: EventLevel::Regional,
                events: 624,
                participants: Some(70_022),
                previous_events: Some(405),
            },
            LevelEvents {
                level: EventLevel::International,
                events: 3,
                participants: None,
                previous_events: None,
            },
        ],
        events_by_kind: vec![
            KindEvents { kind: EventKind::Institute, events: 348 },
            KindEvents { kind: EventKind::Experience, events: 95 },
        ],
        events_by_community: Vec::new(),
        registry: vec![RegistryYear { year, communities: 24, practices: 203 }],
        practices_by_community: Vec::new(),
        indicators: vec![Indicator {
            code: "own".into(),
            version: 1,
            name: "Доля организаций".into(),
            unit: IndicatorUnit::Percent,
            formula: None,
            value: Some(Amount(54_800_000)),
            is_stated: true,
            plan: Some(Amount::whole(40)),
            direction: IndicatorDirection::AtLeast,
            met: Some(true),
            numerator: None,
            denominator: None,
            previous: Some(Amount::whole(10)),
            change: Some(Amount(-44_800_000)),
            reason: None,
        }],
        findings: vec![Finding {
            code: "JUMP".into(),
            severity: FindingSeverity::Warning,
            message: "Мероприятия: 66 и 67.".into(),
            community: Some(one),
            found: None,
            expected: None,
        }],
        notes: vec!["Доля указана, а не вычислена.".into()],
    }
}

fn written(format: Format) -> Vec<u8> {
    write(&report(), format).unwrap()
}

fn text(format: Format) -> String {
    String::from_utf8(written(format)).unwrap()
}

#[test]
fn a_workbook_holds_numbers_and_charts() {
    let bytes = written(Format::Xlsx);
    let mut book = Xlsx::new(Cursor::new(&bytes)).unwrap();
    assert_eq!(book.sheet_names().first().map(String::as_str), Some("Отчёт"));
    let cells = |book: &mut Xlsx<_>, sheet: &str| -> Vec<Vec<Data>> {
        book.worksheet_range(sheet).unwrap().rows().map(<[Data]>::to_vec).collect()
    };
    let growth = cells(&mut book, "Рост");
    assert_eq!(
        growth[4],
        [Data::String("2024-2025".into()), Data::Float(24.0), Data::Float(53_595.0), Data::Float(85.0)]
    );
    let levels = cells(&mut book, "Мероприятия по уровням");
    assert_eq!(levels.last().unwrap()[2..], [Data::Float(746.0), Data::Float(74_573.0)]);
    assert_eq!(levels[4][3], Data::String("нет данных".into()), "what is not known is no zero");
    let regional = cells(&mut book, "Региональные мероприятия");
    assert_eq!(
        regional.last().unwrap()[..],
        [Data::String("Итого".into()), Data::Float(17.0), Data::Float(1700.0)]
    );
    let engagement = cells(&mut book, "Вовлечённость");
    assert_eq!(engagement[4][0], Data::String("=1+1".into()), "a name is no formula");
    let parts = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
    let is_chart = |name: &str| name.starts_with("xl/charts/chart");
    let charts = parts.file_names().filter(|name| name.as_ref().is_ok_and(|name| is_chart(name))).count();
    assert_eq!(charts, 6);
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    for format in Format::ALL {
        assert_eq!(written(format), written(format), "{format:?}");
    }
}

#[test]
fn a_page_shows_everything_and_takes_no_name_for_markup() {
    let page = text(Format::Html);
    for told in [
        "Мониторинг профессиональных сообществ педагогов за 2024-2025 учебный год",
        "53\u{202f}595",
        "85\u{a0}%",
        "54,8\u{a0}%",
        "74\u{202f}573",
        "нет данных",
        "Проект: год открыт",
        "Доля указана, а не вычислена.",
        "Таблица 1.",
        "Таблица 2.",
    ] {
        assert!(page.contains(told), "{told}");
    }
    assert!(!page.contains("<script") && page.contains("&lt;script&gt;"));
    assert!(!page.contains("http://") && !page.contains("https://"), "nothing from outside");
    assert_eq!(page.matches("<svg").count(), page.matches("</svg>").count());
}

#[test]
fn a_line_of_csv_is_a_number() {
    let table = text(Format::Csv);
    let lines: Vec<_> = table.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines[0], "section;row;column;value");
    assert!(lines.contains(&"Рост;2024-2025;Участники;53595"));
    assert!(lines.contains(&"Показатели;Доля организаций;Факт;54,8"));
    assert!(
        lines.contains(&"Показатели;Доля организаций;Изменение;-44,8"),
        "a negative number is no formula"
    );
    assert!(lines.contains(&"Мероприятия по уровням;Международный;Участники;"));
    assert!(lines.iter().any(|line| line.contains(";'=1+1;")), "a spreadsheet takes no name for a formula");
}

#[test]
fn json_has_the_names_of_the_schema() {
    let value: serde_json::Value = serde_json::from_slice(&written(Format::Json)).unwrap();
    assert_eq!(value["engagementPercent"], 85.0);
    assert_eq!(value["teachers"], serde_json::Value::Null);
    assert_eq!(value["eventsByLevel"][0]["level"], "REGIONAL");
    assert_eq!(value["indicators"][0]["value"], 54.8);
    assert_eq!(value["engagement"][0]["community"]["slug"], "kda-1");
}

#[test]
fn a_format_is_known_by_its_ending() {
    for format in Format::ALL {
        assert_eq!(Format::of_extension(format.extension()), Some(format));
    }
    assert_eq!(Format::of_extension("exe"), None);
}
