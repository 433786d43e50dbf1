//! The report as a workbook: a sheet a table, real numbers, and charts that a spreadsheet draws itself.

use rust_xlsxwriter::{
    Chart as XlsxChart, ChartDataLabel, ChartFont, ChartLegendPosition, ChartType, DocProperties,
    ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use super::tables::{self, Cell, Chart, Table};
use crate::registry::monitoring::report::Report;

/// Lines above a table's header: its title, and an empty one.
const HEAD: u32 = 2;

/// The height of a line of text, in points.
const LINE: f64 = 15.0;
/// The widest column, in characters.
const WIDEST: u32 = 60;

/// How high a text stands in a column of this width: not every spreadsheet finds that out by itself.
fn height(text: &str, width: f64) -> f64 {
    let characters = f64::from(u32::try_from(text.chars().count()).unwrap_or(u32::MAX));
    LINE * (characters * 1.05 / width).ceil().max(1.0)
}

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
    const WIDTH: f64 = 80.0;
    sheet.set_name("Отчёт")?.set_column_width(0, WIDTH)?;
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    sheet.write_string_with_format(0, 0, tables::title(report), &styles.title.clone().set_text_wrap())?;
    sheet.set_row_height(0, 2.0 * LINE + 10.0)?;
    let lines =
        [report.region_name.clone(), report.institute.clone().unwrap_or_default(), tables::state(report)];
    for (row, line) in (1..).zip(lines.iter().chain(&report.notes)) {
        sheet.write_string_with_format(row, 0, line, &wrapped)?;
        sheet.set_row_height(row, height(line, WIDTH))?;
    }
    page(sheet, false, false);
    Ok(())
}

/// A4, as wide as the page; what is not long is one page.
fn page(sheet: &mut Worksheet, is_wide: bool, is_long: bool) {
    if is_wide {
        sheet.set_landscape();
    }
    sheet.set_paper_size(9).set_print_fit_to_pages(1, u16::from(!is_long)).set_footer("&L&A&R&P / &N");
}

fn sheet(sheet: &mut Worksheet, table: &Table, styles: &Styles) -> Result<(), XlsxError> {
    sheet.set_name(table.sheet)?;
    sheet.write_string_with_format(0, 0, &table.title, &styles.title)?;
    for (column, name) in (0..).zip(&table.columns) {
        sheet.write_string_with_format(HEAD, column, name, &styles.header)?;
        sheet.set_column_width(column, width(table, usize::from(column)))?;
    }
    let heights = |cells: &[Cell]| {
        let cells = cells.iter().enumerate().filter_map(|(column, cell)| match cell {
            Cell::Text(text) => Some(height(text, width(table, column))),
            _ => None,
        });
        cells.fold(LINE, f64::max)
    };
    let first = HEAD + 1;
    for (row, cells) in (first..).zip(table.rows.iter().chain(&table.total)) {
        let is_total = row >= first + length(table);
        sheet.set_row_height(row, heights(cells))?;
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
    page(sheet, table.columns.len() > 5, table.rows.len() > 40);
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
        .chain(table.columns.get(column).map(|name| name.chars().count()))
        .max()
        .unwrap_or(0);
    f64::from(u32::try_from(longest).unwrap_or(WIDEST).clamp(14, WIDEST)) + 2.0
}

fn draw(sheet: &mut Worksheet, table: &Table, of: &Chart) -> Result<(), XlsxError> {
    let (kind, columns) = match of {
        Chart::Columns(columns) => (ChartType::Column, columns.clone()),
        Chart::Bars(columns) => (ChartType::Bar, columns.clone()),
        Chart::Pie(column) => (ChartType::Pie, vec![*column]),
    };
    let (first, last) = (HEAD + 1, HEAD + length(table));
    let count = columns.len();
    let mut chart = XlsxChart::new(kind);
    for column in columns {
        let at = u16::try_from(column).unwrap_or(u16::MAX);
        let series = chart.add_series();
        series
            .set_categories((table.sheet, first, 0, last, 0))
            .set_values((table.sheet, first, at, last, at))
            .set_name((table.sheet, HEAD, at));
        if kind != ChartType::Bar || table.rows.len() < 10 {
            series.set_data_label(ChartDataLabel::new().show_value());
            // Words are drawn as zero: what is not known gets no label that says so.
            let is_known = |row: &Vec<Cell>| !matches!(row.get(column), Some(Cell::Unknown));
            let label = |row| match is_known(row) {
                true => ChartDataLabel::default(),
                false => ChartDataLabel::new().set_hidden().clone(),
            };
            series.set_custom_data_labels(&table.rows.iter().map(label).collect::<Vec<_>>());
        }
    }
    chart.title().set_name(&table.title).set_font(ChartFont::new().set_size(11));
    if kind == ChartType::Bar {
        // As the table reads: the first line on top.
        chart.y_axis().set_reverse();
    }
    if kind == ChartType::Pie || count > 1 {
        chart.legend().set_position(ChartLegendPosition::Bottom);
    } else {
        chart.legend().set_hidden();
    }
    let high = if kind == ChartType::Bar { 160 + 24 * length(table).max(4) } else { 340 };
    chart.set_width(640).set_height(high);
    let below = last + 2 + u32::from(table.total.is_some());
    sheet.insert_chart(below, 0, &chart)?;
    Ok(())
}
