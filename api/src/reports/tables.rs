//! The report as titled tables: what the workbook, the page and the CSV file are written from.

use entity::{EventKind, EventLevel, FindingSeverity, IndicatorDirection, IndicatorUnit};

use crate::registry::monitoring::{
    amount::Amount,
    report::{CommunityEngagement, Percent, Report},
};

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    /// Words.
    Text(String),
    /// A number.
    Number(Amount),
    /// A share in percent.
    Percent(Amount),
    /// Nobody told it.
    Unknown,
}

/// How a table is drawn: columns of it beside its first one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Chart {
    /// Upright bars of these columns.
    Columns(Vec<usize>),
    /// Lying bars of these columns.
    Bars(Vec<usize>),
    /// Shares of the whole, of this column.
    Pie(usize),
}

/// A table of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Table {
    /// The name of its sheet: 31 characters at most.
    pub(super) sheet: &'static str,
    /// Its title.
    pub(super) title: String,
    /// What its columns are called; the first names the line.
    pub(super) columns: Vec<String>,
    /// Its lines.
    pub(super) rows: Vec<Vec<Cell>>,
    /// The sum, where there is one.
    pub(super) total: Option<Vec<Cell>>,
    /// How it is drawn.
    pub(super) chart: Option<Chart>,
}

/// Whether the report is signed, and by whom.
pub(super) fn state(report: &Report) -> String {
    let Some(signing) = &report.signing else {
        return format!("Проект: год открыт, данные на {}", report.as_of.format("%d.%m.%Y"));
    };
    let position = signing.position.as_ref().map(|position| format!(", {position}")).unwrap_or_default();
    let mut text = format!(
        "Принят {}. Подпись: {}{position}. Редакция {}",
        signing.signed_on.format("%d.%m.%Y"),
        signing.signer,
        signing.revision
    );
    if let Some(reason) = &signing.reason {
        text += &format!(". Причина исправления: {reason}");
    }
    text
}

/// The report's title.
pub(super) fn title(report: &Report) -> String {
    format!("Мониторинг профессиональных сообществ педагогов за {} учебный год", report.year)
}

/// All tables that have a line.
pub(super) fn all(report: &Report) -> Vec<Table> {
    let year = report.year.to_string();
    let before = report.year.previous().to_string();
    let tables = [
        main_figures(report),
        growth(report),
        engagement(report, &year, &before),
        levels(report, &year, &before),
        kinds(report, &year),
        regional(report, &year),
        by_level(report, &year),
        registry(report),
        practices(report, &year),
        indicators(report),
        findings(report),
    ];
    tables.into_iter().filter(|table| !table.rows.is_empty()).collect()
}

fn text(words: impl Into<String>) -> Cell {
    Cell::Text(words.into())
}

fn count(number: i64) -> Cell {
    Cell::Number(Amount::whole(number))
}

fn known(number: Option<i64>) -> Cell {
    number.map_or(Cell::Unknown, count)
}

fn share(percent: Option<Percent>) -> Cell {
    percent.map_or(Cell::Unknown, |share| Cell::Percent(share.value))
}

fn columns(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// The sum; unknown where one of its parts is: a part of the whole is no total.
fn sum(numbers: impl Iterator<Item = Option<i64>>) -> Cell {
    known(numbers.sum())
}

fn main_figures(report: &Report) -> Table {
    let rows = [
        ("Профессиональные сообщества", count(report.communities)),
        ("Участники сообществ", count(report.members)),
        ("Педагогические работники региона", known(report.teachers)),
        ("Доля педагогов региона в сообществах", share(report.engagement)),
        ("Мероприятия, всего", known(report.events)),
        ("Участники мероприятий, всего", known(report.participants)),
    ];
    Table {
        sheet: "Итоги",
        title: "Итоги года".into(),
        columns: columns(&["Показатель", "Значение"]),
        rows: rows.into_iter().map(|(name, value)| vec![text(name), value]).collect(),
        total: None,
        chart: None,
    }
}

fn growth(report: &Report) -> Table {
    let row = |row: &crate::registry::monitoring::report::Growth| {
        vec![text(row.year.to_string()), count(row.communities), count(row.members), share(row.share)]
    };
    Table {
        sheet: "Рост",
        title: "Динамика роста численности профессиональных сообществ".into(),
        columns: columns(&["Учебный год", "Сообщества", "Участники", "Доля педагогов региона"]),
        rows: report.growth.iter().map(row).collect(),
        total: None,
        chart: Some(Chart::Columns(vec![2])),
    }
}

fn engagement(report: &Report, year: &str, before: &str) -> Table {
    let told = |row: &&CommunityEngagement| row.percent.is_some() || row.previous.is_some();
    let row =
        |row: &CommunityEngagement| vec![text(&row.community.name), share(row.previous), share(row.percent)];
    Table {
        sheet: "Вовлечённость",
        title: "Таблица 1. Вовлечённость педагогов в профессиональные сообщества".into(),
        columns: columns(&["Сообщество", before, year]),
        rows: report.engagement_by_community.iter().filter(told).map(row).collect(),
        total: None,
        chart: Some(Chart::Bars(vec![1, 2])),
    }
}

fn level_name(level: EventLevel) -> &'static str {
    match level {
        EventLevel::Municipal => "Муниципальный",
        EventLevel::Intermunicipal => "Межмуниципальный",
        EventLevel::Regional => "Региональный",
        EventLevel::Interregional => "Межрегиональный",
        EventLevel::AllRussian => "Всероссийский",
        EventLevel::International => "Международный",
    }
}

fn kind_name(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Institute => "Мероприятия, проводимые институтом",
        EventKind::Initiative => "Инициативные мероприятия педагогов сообщества",
        EventKind::Experience => "Обобщение опыта (публикации)",
    }
}

fn levels(report: &Report, year: &str, before: &str) -> Table {
    let rows: Vec<_> = (report.events_by_level.iter())
        .map(|row| {
            let name = text(level_name(row.level));
            vec![name, known(row.previous_events), count(row.events), known(row.participants)]
        })
        .collect();
    let total = vec![text("Всего"), Cell::Unknown, known(report.events), known(report.participants)];
    Table {
        sheet: "Мероприятия по уровням",
        title: "Количество мероприятий по уровням".into(),
        columns: columns(&[
            "Уровень",
            &format!("Мероприятия, {before}"),
            &format!("Мероприятия, {year}"),
            "Участники",
        ]),
        total: (!rows.is_empty()).then_some(total),
        rows,
        chart: Some(Chart::Bars(vec![1, 2])),
    }
}

fn kinds(report: &Report, year: &str) -> Table {
    let rows: Vec<_> = (report.events_by_kind.iter())
        .map(|row| vec![text(kind_name(row.kind)), count(row.events)])
        .collect();
    let total = vec![text("Всего"), sum(report.events_by_kind.iter().map(|row| Some(row.events)))];
    Table {
        sheet: "Мероприятия по видам",
        title: format!("Количество мероприятий по видам, {year}"),
        columns: columns(&["Вид", "Мероприятия"]),
        total: (!rows.is_empty()).then_some(total),
        rows,
        chart: Some(Chart::Pie(1)),
    }
}

fn regional(report: &Report, year: &str) -> Table {
    let rows = &report.engagement_by_community;
    let told: Vec<_> = rows.iter().filter(|row| row.events.is_some() || row.participants.is_some()).collect();
    let total = vec![
        text("Итого"),
        sum(told.iter().map(|row| row.events)),
        sum(told.iter().map(|row| row.participants)),
    ];
    let row = |row: &&CommunityEngagement| {
        vec![text(&row.community.name), known(row.events), known(row.participants)]
    };
    Table {
        sheet: "Региональные мероприятия",
        title: format!("Таблица 2. Региональные мероприятия и их участники по сообществам, {year}"),
        columns: columns(&["Сообщество", "Мероприятия", "Участники"]),
        rows: told.iter().map(row).collect(),
        total: (!told.is_empty()).then_some(total),
        chart: Some(Chart::Bars(vec![1])),
    }
}

fn by_level(report: &Report, year: &str) -> Table {
    let others = report.events_by_community.iter().filter(|row| row.level != EventLevel::Regional);
    let row = |row: &crate::registry::monitoring::report::CommunityEvents| {
        let level = text(level_name(row.level));
        let name = text(format!("{} ({})", row.community.name, level_name(row.level).to_lowercase()));
        vec![name, level, known(row.events), known(row.participants)]
    };
    Table {
        sheet: "Прочие уровни",
        title: format!("Мероприятия прочих уровней по сообществам, {year}"),
        columns: columns(&["Сообщество", "Уровень", "Мероприятия", "Участники"]),
        rows: others.map(row).collect(),
        total: None,
        chart: None,
    }
}

fn registry(report: &Report) -> Table {
    let row = |row: &crate::registry::monitoring::report::RegistryYear| {
        vec![text(row.year.to_string()), count(row.communities), count(row.practices)]
    };
    Table {
        sheet: "Федеральный реестр",
        title: "Сообщества и практики в федеральном реестре".into(),
        columns: columns(&["Учебный год", "Сообщества", "Практики"]),
        rows: report.registry.iter().map(row).collect(),
        total: None,
        chart: Some(Chart::Columns(vec![1, 2])),
    }
}

fn practices(report: &Report, year: &str) -> Table {
    let row = |row: &crate::registry::monitoring::report::CommunityPractices| {
        vec![text(&row.community.name), count(row.practices)]
    };
    Table {
        sheet: "Практики сообществ",
        title: format!("Практики сообществ в федеральном реестре, {year}"),
        columns: columns(&["Сообщество", "Практики"]),
        rows: report.practices_by_community.iter().map(row).collect(),
        total: None,
        chart: Some(Chart::Bars(vec![1])),
    }
}

fn indicators(report: &Report) -> Table {
    let rows = report.indicators.iter().map(|one| {
        let value = |amount: Option<Amount>| match (amount, one.unit) {
            (None, _) => Cell::Unknown,
            (Some(amount), IndicatorUnit::Percent) => Cell::Percent(amount),
            (Some(amount), _) => Cell::Number(amount),
        };
        let number = |amount: Option<Amount>| amount.map_or(Cell::Unknown, Cell::Number);
        let direction = match one.direction {
            IndicatorDirection::AtLeast => "не менее",
            IndicatorDirection::AtMost => "не более",
        };
        let met = match one.met {
            Some(true) => text("выполнен"),
            Some(false) => text("не выполнен"),
            None => Cell::Unknown,
        };
        vec![
            text(&one.name),
            text(direction),
            value(one.plan),
            value(one.value),
            number(one.numerator),
            number(one.denominator),
            met,
            value(one.previous),
            one.change.map_or(Cell::Unknown, Cell::Number),
            text(one.reason.clone().unwrap_or_default()),
        ]
    });
    Table {
        sheet: "Показатели",
        title: "Показатели: план и факт".into(),
        columns: columns(&[
            "Показатель",
            "Сравнение",
            "План",
            "Факт",
            "Числитель",
            "Знаменатель",
            "Итог",
            "Прошлый год",
            "Изменение",
            "Пояснение",
        ]),
        rows: rows.collect(),
        total: None,
        chart: None,
    }
}

fn findings(report: &Report) -> Table {
    let rows = (1_u32..).zip(&report.findings).map(|(number, one)| {
        let severity = match one.severity {
            FindingSeverity::Error => "ошибка",
            FindingSeverity::Warning => "предупреждение",
        };
        let place = one.community.as_ref().map_or("Регион", |name| name.name.as_str());
        vec![text(number.to_string()), text(place), text(severity), text(&one.message)]
    });
    Table {
        sheet: "Замечания",
        title: "Что не сходится".into(),
        columns: columns(&["№", "Где", "Важность", "Замечание"]),
        rows: rows.collect(),
        total: None,
        chart: None,
    }
}
