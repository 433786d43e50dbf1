//! Days as they are written in tables.

use chrono::NaiveDate;

/// A day: `2024-09-01`, `01.09.2024`, or the midnight with which it begins (`2024-09-01T00:00:00`, with or without
/// fraction and zone). Nothing else, since a guess between day and month, or between zones, would be wrong unnoticed.
#[must_use]
pub fn parse_date(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    if let Some((day, time)) = text.split_once('T') {
        return is_midnight(time).then(|| iso(day)).flatten();
    }
    iso(text).or_else(|| {
        let [day, month, year] = parts(text, '.')?;
        date(number(year, 4)?, number(month, 2)?, number(day, 2)?)
    })
}

fn iso(text: &str) -> Option<NaiveDate> {
    let [year, month, day] = parts(text, '-')?;
    date(number(year, 4)?, number(month, 2)?, number(day, 2)?)
}

fn date(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(year).ok().filter(|year| *year > 0)?, month, day)
}

fn parts(text: &str, between: char) -> Option<[&str; 3]> {
    let mut parts = text.split(between);
    let found = [parts.next()?, parts.next()?, parts.next()?];
    parts.next().is_none().then_some(found)
}

/// Exactly so many digits: `parse` alone would take a sign.
fn number(text: &str, digits: usize) -> Option<u32> {
    (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

fn is_midnight(time: &str) -> bool {
    let Some(rest) = time.strip_prefix("00:00:00") else { return false };
    let rest = match rest.strip_prefix('.') {
        None => rest,
        Some(fraction) => {
            let zone = fraction.trim_start_matches('0');
            if zone.len() == fraction.len() {
                return false;
            }
            zone
        }
    };
    match rest.strip_prefix(['+', '-']) {
        None => matches!(rest, "" | "Z"),
        Some(zone) => zone
            .split_once(':')
            .is_some_and(|(hours, minutes)| number(hours, 2).is_some() && number(minutes, 2).is_some()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_in_three_ways_and_no_other() {
        let day = NaiveDate::from_ymd_opt(2024, 9, 1);
        for text in [
            "2024-09-01",
            " 01.09.2024 ",
            "2024-09-01T00:00:00",
            "2024-09-01T00:00:00.000Z",
            "2024-09-01T00:00:00+03:00",
        ] {
            assert_eq!(parse_date(text), day, "{text}");
        }
        for text in [
            "",
            "1.9.2024",
            "01.09.24",
            "09/01/2024",
            "2024-9-1",
            "2024-13-01",
            "2023-02-29",
            "0000-01-01",
            "+024-09-01",
            "2024-09-01 00:00:00",
            "2024-09-01T13:00:00",
            "2024-09-01T00:00:00.5",
            "2024-09-01T00:00:00.",
            "2024-09-01T00:00:00+0300",
            "2024-09-01-01",
            "45536",
            "١٢.٠٩.٢٠٢٤",
        ] {
            assert_eq!(parse_date(text), None, "{text}");
        }
    }
}
