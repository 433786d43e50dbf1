//! Reading NDJSON: an object a line, keys as the columns are called, values that are no objects themselves.

use std::{
    fmt,
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek},
};

use serde::{
    Deserializer as _,
    de::{self, DeserializeSeed, MapAccess, Visitor},
};

use super::{
    Column, Limits, Record, RowFault, Step, Steps, Unreadable,
    header::{Names, quoted},
};

/// From here on a number may have lost its last digits.
const EXACT: f64 = 9_007_199_254_740_992.0;
const INEXACT: &str = "The number has too many digits to be read exactly: write it as a string.";
const NESTED: &str = "A value is a string, a number, true, false or null.";

/// An NDJSON file.
pub(super) struct Source {
    file: File,
    names: Names,
    limits: Limits,
}

impl Source {
    pub(super) fn open(
        mut file: File,
        encoding: Option<&str>,
        columns: &'static [Column],
        limits: Limits,
    ) -> Result<Self, Unreadable> {
        let is_utf8 =
            |label: &str| encoding_rs::Encoding::for_label(label.as_bytes()) == Some(encoding_rs::UTF_8);
        let mut mark = Vec::new();
        file.rewind()?;
        file.by_ref().take(2).read_to_end(&mut mark)?;
        if encoding.is_some_and(|label| !is_utf8(label))
            || matches!(mark.as_slice(), b"\xFF\xFE" | b"\xFE\xFF")
        {
            return Err(Unreadable::new("NDJSON is read in UTF-8 only."));
        }
        Ok(Self { file, names: Names::new(columns), limits })
    }

    pub(super) fn steps(&mut self) -> Result<Steps<'_>, Unreadable> {
        self.file.rewind()?;
        Ok(Box::new(Rows {
            lines: Lines { text: BufReader::new(&mut self.file), line: Vec::new(), number: 0 },
            names: &self.names,
            limits: &self.limits,
        }))
    }
}

/// Lines of which no more is held than a limit.
pub(super) struct Lines<R> {
    pub(super) text: BufReader<R>,
    pub(super) line: Vec<u8>,
    pub(super) number: u64,
}

impl<R: Read> Lines<R> {
    /// Reads the next line without its end; the answer is whether all of it is held. Nothing at the text's end.
    pub(super) fn next(&mut self, limit: usize) -> io::Result<Option<bool>> {
        self.line.clear();
        self.number += 1;
        let mut is_whole = true;
        let mut is_begun = false;
        loop {
            let ready = self.text.fill_buf()?;
            if ready.is_empty() {
                return Ok(is_begun.then_some(is_whole));
            }
            is_begun = true;
            let end = ready.iter().position(|byte| *byte == b'\n');
            let (part, used) = match end {
                Some(end) => (ready.get(..end).unwrap_or_default(), end + 1),
                None => (ready, ready.len()),
            };
            is_whole &= self.line.len() + part.len() <= limit;
            if is_whole {
                self.line.extend_from_slice(part);
            }
            self.text.consume(used);
            if end.is_some() {
                return Ok(Some(is_whole));
            }
        }
    }
}

struct Rows<'a> {
    lines: Lines<&'a mut File>,
    names: &'a Names,
    limits: &'a Limits,
}

impl Rows<'_> {
    fn read(&self) -> Result<Record, RowFault> {
        let text =
            std::str::from_utf8(&self.lines.line).map_err(|_| RowFault::new("The line is not UTF-8."))?;
        if !text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
            return Err(RowFault::new("The line is not a JSON object."));
        }
        let record = self.names.empty(self.lines.number);
        let given = vec![false; record.cells.len()];
        let mut row = Row { names: self.names, limits: self.limits, record, given, fault: None };
        let mut json = serde_json::Deserializer::from_str(text.trim_start_matches('\u{feff}'));
        let read = json.deserialize_map(&mut row).and_then(|()| json.end());
        match (row.fault, read) {
            (Some(fault), _) => Err(fault),
            // The library's own words may repeat what stands in the line.
            (None, Err(error)) => Err(RowFault::new(format!(
                "The line is not a JSON object: something is wrong at its byte {}.",
                error.column()
            ))),
            (None, Ok(())) => Ok(row.record),
        }
    }
}

impl Iterator for Rows<'_> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        loop {
            let is_whole = match self.lines.next(self.limits.line) {
                Ok(read) => read?,
                Err(error) => return Some(Err(error.into())),
            };
            let row = self.lines.number;
            if !is_whole {
                let fault = RowFault::new(format!("The line is longer than {} bytes.", self.limits.line));
                return Some(Ok((row, Err(fault))));
            }
            let is_mark = |line: &[u8]| row == 1 && line.trim_ascii() == b"\xEF\xBB\xBF";
            if !self.lines.line.trim_ascii().is_empty() && !is_mark(&self.lines.line) {
                return Some(Ok((row, self.read())));
            }
        }
    }
}

/// A row while its object is read.
struct Row<'a> {
    names: &'a Names,
    limits: &'a Limits,
    record: Record,
    given: Vec<bool>,
    fault: Option<RowFault>,
}

impl Row<'_> {
    /// Ends the reading: what serde is told does not matter, since the fault is kept here.
    fn fail<T, E: de::Error>(&mut self, column: &str, message: impl Into<String>) -> Result<T, E> {
        self.fault = Some(RowFault::of(column, message));
        Err(E::custom("fault"))
    }
}

impl<'de> Visitor<'de> for &mut Row<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            let Some(place) = self.names.find(&key) else {
                let known = self.names.listed();
                return self.fail(
                    &quoted(&key),
                    format!("The key {} is not known. Known are: {known}.", quoted(&key)),
                );
            };
            let column = self.names.name(place);
            match self.given.get_mut(place) {
                Some(given) if !*given => *given = true,
                _ => return self.fail(column, "The key stands twice in the line."),
            }
            let mut refusal = None;
            let text = match (map.next_value_seed(Scalar { refusal: &mut refusal }), refusal) {
                (_, Some(refusal)) => return self.fail(column, refusal),
                (text, None) => text?,
            };
            if text.as_ref().is_some_and(|text| text.len() > self.limits.cell) {
                self.fault = Some(RowFault::too_long(column, self.limits.cell));
                return Err(de::Error::custom("fault"));
            }
            if let Some(cell) = self.record.cells.get_mut(place) {
                *cell = text.filter(|text| !text.trim().is_empty());
            }
        }
        Ok(())
    }
}

/// A value as a cell.
struct Scalar<'a> {
    /// Why the value cannot be one.
    refusal: &'a mut Option<&'static str>,
}

impl Scalar<'_> {
    /// Ends the line, without reading any further.
    fn refuse<E: de::Error>(self, refusal: &'static str) -> Result<Option<String>, E> {
        *self.refusal = Some(refusal);
        Err(E::custom("fault"))
    }
}

impl<'de> DeserializeSeed<'de> for Scalar<'_> {
    type Value = Option<String>;

    fn deserialize<D: de::Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Scalar<'_> {
    type Value = Option<String>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(text.to_owned()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Some(value.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Self::Value, E> {
        if number.abs() < EXACT { Ok(Some(number.to_string())) } else { self.refuse(INEXACT) }
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        self.refuse(NESTED)
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        self.refuse(NESTED)
    }
}
