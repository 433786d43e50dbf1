//! The report as one page that is ready for print: no script, nothing from outside, charts as SVG.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::tables::{self, Cell, Chart, Table};
use crate::registry::monitoring::{amount::Amount, report::Report};

const STYLE: &str = include_str!("report.css");
/// The colours of series, told apart in grey, too.
const COLOURS: [&str; 3] = ["#9db8d9", "#1f4e8c", "#c8772e"];

pub(super) fn write(report: &Report) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="ru" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { (tables::title(report)) " — " (report.region_name) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    p.region { (report.region_name) }
                    @if let Some(institute) = &report.institute { p { (institute) } }
                    h1 { (tables::title(report)) }
                    p.state { (tables::state(report)) }
                }
                @for table in tables::all(report) {
                    section {
                        h2 { (table.title) }
                        @if let Some(chart) = &table.chart { (draw(&table, chart)) }
                        (cells(&table))
                    }
                }
                @if !report.notes.is_empty() {
                    section {
                        h2 { "Примечания" }
                        ul { @for note in &report.notes { li { (note) } } }
                    }
                }
            }
        }
    };
    page.into_string()
}

fn cells(table: &Table) -> Markup {
    let row = |row: &[Cell]| {
        html! {
            @for (at, cell) in row.iter().enumerate() {
                @if at == 0 { th scope="row" { (value(cell)) } } @else { (data(cell)) }
            }
        }
    };
    html! {
        table {
            caption { (table.title) }
            thead { tr { @for column in &table.columns { th scope="col" { (column) } } } }
            tbody { @for one in &table.rows { tr { (row(one)) } } }
            @if let Some(total) = &table.total { tfoot { tr { (row(total)) } } }
        }
    }
}

fn data(cell: &Cell) -> Markup {
    match cell {
        Cell::Text(_) => html! { td { (value(cell)) } },
        Cell::Unknown => html! { td.unknown { (value(cell)) } },
        Cell::Number(_) | Cell::Percent(_) => html! { td.number { (value(cell)) } },
    }
}

fn value(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Number(number) => number.to_string(),
        Cell::Percent(number) => format!("{number}\u{a0}%"),
        Cell::Unknown => "нет данных".into(),
    }
}

fn number(cell: Option<&Cell>) -> Option<Amount> {
    match cell {
        Some(Cell::Number(number) | Cell::Percent(number)) => Some(*number),
        _ => None,
    }
}

/// Lying bars, whatever the table asks for: they hold long Russian names, and print well.
fn draw(table: &Table, of: &Chart) -> Markup {
    const LABEL: i64 = 300;
    const LENGTH: i64 = 380;
    const BAR: i64 = 14;
    const GAP: i64 = 8;
    let columns = match of {
        Chart::Columns(columns) | Chart::Bars(columns) => columns.clone(),
        Chart::Pie(column) => vec![*column],
    };
    let most = columns.iter().flat_map(|column| table.rows.iter().map(|row| number(row.get(*column))));
    let most = most.flatten().max().filter(|most| most.0 > 0).unwrap_or(Amount::whole(1));
    let series = i64::try_from(columns.len()).unwrap_or(1);
    let line = series * BAR + GAP;
    let legend = if series > 1 { 24 } else { 0 };
    let lines = i64::try_from(table.rows.len()).unwrap_or(0);
    let (width, height) = (LABEL + LENGTH + 120, legend + lines * line + GAP);
    html! {
        svg viewBox=(format!("0 0 {width} {height}")) role="img" {
            title { (table.title) }
            @if series > 1 {
                @for (at, column) in (0_i64..).zip(&columns) {
                    rect x=(LABEL + at * 150) y="4" width="12" height="12" fill=(colour(at)) {}
                    text x=(LABEL + at * 150 + 18) y="15" { (table.columns.get(*column).map_or("", String::as_str)) }
                }
            }
            @for (place, row) in (0_i64..).zip(&table.rows) {
                @let top = legend + place * line + GAP / 2;
                text x=(LABEL - 8) y=(top + series * BAR / 2 + 4) text-anchor="end" {
                    (short(&row.first().map(value).unwrap_or_default()))
                }
                @for (at, column) in (0_i64..).zip(&columns) {
                    @let y = top + at * BAR;
                    @if let Some(amount) = number(row.get(*column)) {
                        @let long = length(amount, most, LENGTH);
                        rect x=(LABEL) y=(y) width=(long) height=(BAR - 2) fill=(colour(at)) {}
                        text x=(LABEL + long + 5) y=(y + BAR - 4) { (row.get(*column).map(value).unwrap_or_default()) }
                    } @else {
                        text.none x=(LABEL + 5) y=(y + BAR - 4) { "нет данных" }
                    }
                }
            }
        }
    }
}

fn colour(series: i64) -> &'static str {
    // A single series is drawn in the strong one.
    COLOURS.get(usize::try_from(series).unwrap_or(0)).copied().unwrap_or("#1f4e8c")
}

fn length(amount: Amount, most: Amount, whole: i64) -> i64 {
    let share = i128::from(amount.0.max(0)) * i128::from(whole) / i128::from(most.0.max(1));
    i64::try_from(share).unwrap_or(whole)
}

/// A name that fits beside its bar.
fn short(name: &str) -> String {
    const ROOM: usize = 44;
    if name.chars().count() <= ROOM {
        return name.to_owned();
    }
    name.chars().take(ROOM - 1).chain(['…']).collect()
}
