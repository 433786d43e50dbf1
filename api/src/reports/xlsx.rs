//! The report as a workbook: a sheet a table, real numbers, and charts that a spreadsheet draws itself.

use rust_xlsxwriter::{
    Chart as XlsxChart, ChartType, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook,
    Worksheet, XlsxError,
};

use super::tables::{self, Cell, Chart, Table};
use crate::registry::monitoring::report::Report;

/// Lines above a table's header: its title, and an empty one.
const HEAD: u32 = 2;

struct Styles {
    title: Format,
    header: Format,
    text: Format,
    number: Format,
    percent: Format,
    total: Format,
    unknown: Format,
}

impl Styles {
    fn new() -> Self {
        let cell = Format::new().set_border(FormatBorder::Thin).set_align(FormatAlign::Top);
        let number = cell.clone().set_align(FormatAlign::Right);
        Self {
            title: Format::new().set_bold().set_font_size(14),
            header: cell.clone().set_bold().set_background_color("#DCE6F1").set_text_wrap(),
            text: cell.clone().set_text_wrap(),
            number: number.clone().set_num_format("#,##0.######"),
            percent: number.clone().set_num_format("0.######\" %\""),
            total: number.clone().set_bold().set_num_format("#,##0.######"),
            unknown: cell.set_align(FormatAlign::Center).set_font_color("#7F7F7F"),
        }
    }
}

pub(super) fn write(report: &Report) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let properties = DocProperties::new().set_title(tables::title(report));
    // The same report gives the same bytes.
    let properties = match ExcelDateTime::from_timestamp(report.as_of.timestamp()) {
        Ok(at) => properties.set_creation_datetime(&at),
        Err(_) => properties,
    };
    book.set_properties(&properties);
    let styles = Styles::new();
    cover(book.add_worksheet(), report, &styles)?;
    for table in tables::all(report) {
        sheet(book.add_worksheet(), &table, &styles)?;
    }
    book.save_to_buffer()
}

/// Who reports, on what, and what a reader must know.
fn cover(sheet: &mut Worksheet, report: &Report, styles: &Styles) -> Result<(), XlsxError> {
    sheet.set_name("Отчёт")?.set_column_width(0, 110)?;
    let wrapped = Format::new().set_text_wrap();
    sheet.write_string_with_format(0, 0, tables::title(report), &styles.title)?;
    let lines =
        [report.region_name.clone(), report.institute.clone().unwrap_or_default(), tables::state(report)];
    for (row, line) in (1..).zip(lines.iter().chain(&report.notes)) {
        sheet.write_string_with_format(row, 0, line, &wrapped)?;
    }
    page(sheet, false);
    Ok(())
}

fn page(sheet: &mut Worksheet, is_wide: bool) {
    if is_wide {
        sheet.set_landscape();
    }
    sheet.set_paper_size(9).set_print_fit_to_pages(1, 0).set_footer("&L&A&R&P / &N");
}

fn sheet(sheet: &mut Worksheet, table: &Table, styles: &Styles) -> Result<(), XlsxError> {
    sheet.set_name(table.sheet)?;
    sheet.write_string_with_format(0, 0, &table.title, &styles.title)?;
    for (column, name) in (0..).zip(&table.columns) {
        sheet.write_string_with_format(HEAD, column, name, &styles.header)?;
        sheet.set_column_width(column, width(table, usize::from(column)))?;
    }
    let first = HEAD + 1;
    for (row, cells) in (first..).zip(table.rows.iter().chain(&table.total)) {
        let is_total = row >= first + length(table);
        for (column, cell) in (0..).zip(cells) {
            let number = |style| if is_total { &styles.total } else { style };
            match cell {
                Cell::Text(text) if is_total => {
                    sheet.write_string_with_format(row, column, text, &styles.header)?
                }
                Cell::Text(text) => sheet.write_string_with_format(row, column, text, &styles.text)?,
                Cell::Number(value) => {
                    sheet.write_number_with_format(row, column, value.to_f64(), number(&styles.number))?
                }
                Cell::Percent(value) => {
                    sheet.write_number_with_format(row, column, value.to_f64(), number(&styles.percent))?
                }
                Cell::Unknown => {
                    sheet.write_string_with_format(row, column, "нет данных", &styles.unknown)?
                }
            };
        }
    }
    sheet.set_freeze_panes(first, 0)?;
    page(sheet, table.columns.len() > 5);
    if let Some(chart) = &table.chart {
        draw(sheet, table, chart)?;
    }
    Ok(())
}

fn length(table: &Table) -> u32 {
    u32::try_from(table.rows.len()).unwrap_or(u32::MAX)
}

/// As wide as its longest word or number needs, within reason.
fn width(table: &Table, column: usize) -> f64 {
    let longest = (table.rows.iter().chain(&table.total))
        .filter_map(|row| row.get(column))
        .map(|cell| match cell {
            Cell::Text(text) => text.chars().count(),
            Cell::Number(number) | Cell::Percent(number) => number.to_string().chars().count() + 2,
            Cell::Unknown => 10,
        })
        .max()
        .unwrap_or(0);
    f64::from(u32::try_from(longest.clamp(14, 60)).unwrap_or(60)) + 2.0
}

fn draw(sheet: &mut Worksheet, table: &Table, of: &Chart) -> Result<(), XlsxError> {
    let (kind, columns) = match of {
        Chart::Columns(columns) => (ChartType::Column, columns.clone()),
        Chart::Bars(columns) => (ChartType::Bar, columns.clone()),
        Chart::Pie(column) => (ChartType::Pie, vec![*column]),
    };
    let (first, last) = (HEAD + 1, HEAD + length(table));
    let mut chart = XlsxChart::new(kind);
    for column in columns {
        let at = u16::try_from(column).unwrap_or(u16::MAX);
        let series = chart.add_series();
        series
            .set_categories((table.sheet, first, 0, last, 0))
            .set_values((table.sheet, first, at, last, at))
            .set_name((table.sheet, HEAD, at));
        if kind != ChartType::Bar || table.rows.len() < 10 {
            series.set_data_label(rust_xlsxwriter::ChartDataLabel::new().show_value());
        }
    }
    chart.title().set_name(&table.title).set_font(rust_xlsxwriter::ChartFont::new().set_size(11));
    match kind {
        // As the table reads: the first line on top.
        ChartType::Bar => {
            chart.y_axis().set_reverse();
        }
        ChartType::Pie => {}
        _ => {
            chart.legend().set_hidden();
        }
    }
    if matches!(of, Chart::Columns(columns) | Chart::Bars(columns) if columns.len() > 1) {
        chart.legend().set_hidden();
        chart.legend().set_position(rust_xlsxwriter::ChartLegendPosition::Bottom);
    }
    let height = if kind == ChartType::Bar { 160 + 24 * length(table).max(4) } else { 340 };
    chart.set_width(640).set_height(height);
    let beside = u16::try_from(table.columns.len() + 1).unwrap_or(u16::MAX);
    sheet.insert_chart(HEAD, beside, &chart)?;
    Ok(())
}
