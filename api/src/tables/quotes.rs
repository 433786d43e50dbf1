//! Strict quotes: watches the bytes of a CSV text on their way to the parser, which would forgive what should be
//! told, and hold what is too long.

use std::{
    collections::VecDeque,
    io::{self, Read},
};

/// The longest record in bytes, whatever the limits say: more than any sheet's row, less than hurts.
pub(super) const LONGEST_RECORD: usize = 1 << 20;

/// What is wrong with a text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) row: u64,
    /// The column, counted from 0.
    pub(super) column: usize,
    pub(super) message: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before a cell.
    Start,
    /// In a cell that no quote opened: quotes are characters like others.
    Plain,
    /// In a cell that a quote opened.
    Quoted,
    /// Behind a quote in such a cell: it closes the cell, unless another follows.
    Closed,
}

/// Passes bytes through and watches them.
pub(super) struct Quotes<R> {
    inner: R,
    separator: u8,
    state: State,
    after_return: bool,
    row: u64,
    column: usize,
    /// Bytes of the record so far.
    length: usize,
    opened: (u64, usize),
    /// The numbers of the records that were passed on and not yet asked for: as many as fit into the parser's buffer.
    passed: VecDeque<u64>,
    fault: Option<Fault>,
}

impl<R: Read> Quotes<R> {
    pub(super) fn new(inner: R, separator: u8) -> Self {
        Self {
            inner,
            separator,
            state: State::Start,
            after_return: false,
            row: 1,
            column: 0,
            length: 0,
            opened: (0, 0),
            passed: VecDeque::new(),
            fault: None,
        }
    }

    /// The number of the next record that is not empty, the empty ones counted.
    pub(super) fn next_row(&mut self) -> Option<u64> {
        self.passed.pop_front()
    }

    /// Why reading failed, if it failed here.
    pub(super) fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        self.passed.len()
    }

    fn fail(&mut self, (row, column): (u64, usize), message: impl Into<String>) -> io::Error {
        self.fault = Some(Fault { row, column, message: message.into() });
        io::Error::from(io::ErrorKind::InvalidData)
    }

    fn unclosed(&mut self) -> io::Error {
        self.fail(self.opened, "A quote opens this cell and is never closed.")
    }

    fn step(&mut self, byte: u8) -> io::Result<()> {
        let after_return = std::mem::replace(&mut self.after_return, byte == b'\r');
        if self.state != State::Quoted && matches!(byte, b'\n' | b'\r') {
            // The second half of a line's end.
            if !(byte == b'\n' && after_return && self.length == 0) {
                self.end_record();
            }
            return Ok(());
        }
        self.length += 1;
        if self.length > LONGEST_RECORD {
            return Err(match self.state {
                State::Quoted => self.unclosed(),
                _ => self
                    .fail((self.row, self.column), format!("The row is longer than {LONGEST_RECORD} bytes.")),
            });
        }
        self.state = match (self.state, byte) {
            (State::Quoted, b'"') => State::Closed,
            (State::Quoted, _) | (State::Closed, b'"') => State::Quoted,
            (State::Start, b'"') => {
                self.opened = (self.row, self.column);
                State::Quoted
            }
            (_, byte) if byte == self.separator => {
                self.column += 1;
                State::Start
            }
            (State::Closed, _) => {
                return Err(self.fail(
                    (self.row, self.column),
                    "Text follows the quote that closes this cell. A quote within a quoted cell is doubled.",
                ));
            }
            (State::Start | State::Plain, _) => State::Plain,
        };
        Ok(())
    }

    fn end_record(&mut self) {
        if self.length > 0 {
            self.passed.push_back(self.row);
        }
        self.row += 1;
        self.column = 0;
        self.length = 0;
        self.state = State::Start;
    }
}

impl<R: Read> Read for Quotes<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.fault.is_some() {
            return Err(io::Error::from(io::ErrorKind::InvalidData));
        }
        let read = self.inner.read(buffer)?;
        if read == 0 && !buffer.is_empty() {
            if self.state == State::Quoted {
                return Err(self.unclosed());
            }
            if self.length > 0 {
                self.end_record();
            }
        }
        for (at, byte) in buffer.get(..read).unwrap_or_default().iter().enumerate() {
            if let Err(error) = self.step(*byte) {
                // What comes before is sound: the parser gets it, and the fault when it asks for more.
                return if at > 0 { Ok(at) } else { Err(error) };
            }
        }
        Ok(read)
    }
}
