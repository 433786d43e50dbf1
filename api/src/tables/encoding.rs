//! In which encoding a text is written, and reading it as UTF-8.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
};

use encoding_rs::{Decoder, UTF_8, WINDOWS_1251};

use super::Unreadable;

const CHUNK: usize = 64 << 10;
const BOM: &[u8] = b"\xEF\xBB\xBF";

/// How a file's text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8 { with_bom: bool },
    Windows1251,
}

impl Encoding {
    /// Reads the whole file: only at its end is it known whether all of it is UTF-8. A mark at the beginning counts
    /// for more than the label.
    ///
    /// # Errors
    /// An encoding that is not read here, or a file that is not in the encoding that it should be in.
    pub(super) fn recognise(file: &mut File, label: Option<&str>) -> Result<Self, Unreadable> {
        let said = match label.map(|label| encoding_rs::Encoding::for_label(label.as_bytes())) {
            None => None,
            Some(Some(encoding)) if encoding == UTF_8 || encoding == WINDOWS_1251 => Some(encoding),
            Some(_) => {
                return Err(Unreadable::new(
                    "This encoding is not read. Save the file as UTF-8 or Windows-1251.",
                ));
            }
        };
        let survey = Survey::of(file)?;
        if survey.has_nul || survey.is_utf16 {
            return Err(Unreadable::new(
                "The file is not a text in UTF-8 or Windows-1251: it is UTF-16 or no text at all. Save it as CSV UTF-8.",
            ));
        }
        if survey.has_bom || said == Some(UTF_8) {
            return match survey.invalid {
                None => Ok(Self::Utf8 { with_bom: survey.has_bom }),
                Some(line) => Err(not_utf8(line)),
            };
        }
        match survey.invalid {
            _ if said == Some(WINDOWS_1251) => Ok(Self::Windows1251),
            None => Ok(Self::Utf8 { with_bom: false }),
            // Two bytes of UTF-8 are almost never two letters that follow each other in Russian: a damaged UTF-8
            // text must not become a sound one of nonsense.
            Some(line) if survey.letters > survey.faults => Err(not_utf8(line)),
            Some(_) => Ok(Self::Windows1251),
        }
    }

    /// The text from its beginning, as UTF-8, without the mark.
    pub(super) fn reader(self, file: &mut File) -> io::Result<Box<dyn Read + '_>> {
        Ok(match self {
            Self::Utf8 { with_bom } => {
                file.seek(SeekFrom::Start(if with_bom { BOM.len() as u64 } else { 0 }))?;
                Box::new(file)
            }
            Self::Windows1251 => {
                file.rewind()?;
                Box::new(Decoded::new(file, WINDOWS_1251.new_decoder_without_bom_handling()))
            }
        })
    }
}

fn not_utf8(line: u64) -> Unreadable {
    Unreadable::new(format!("The file is not sound UTF-8: line {line} holds a byte that is no character."))
}

/// What the bytes of a file tell of its encoding.
#[derive(Default)]
struct Survey {
    has_bom: bool,
    is_utf16: bool,
    has_nul: bool,
    /// The line of the first byte that is not UTF-8.
    invalid: Option<u64>,
    /// Places that are not UTF-8.
    faults: u64,
    /// Bytes of letters beyond ASCII that are sound UTF-8, halved: Russian letters have two.
    letters: u64,
}

impl Survey {
    fn of(file: &mut File) -> Result<Self, Unreadable> {
        file.rewind()?;
        let mut survey = Self::default();
        let mut line = 1;
        let mut first = true;
        let mut rest = Vec::with_capacity(CHUNK + 4);
        loop {
            let read = file.by_ref().take(CHUNK as u64).read_to_end(&mut rest)?;
            if std::mem::take(&mut first) {
                survey.has_bom = rest.starts_with(BOM);
                survey.is_utf16 = rest.starts_with(b"\xFF\xFE") || rest.starts_with(b"\xFE\xFF");
            }
            survey.has_nul |= rest.contains(&0);
            let begun = survey.count(&rest, read == 0, &mut line);
            if read == 0 {
                return Ok(survey);
            }
            let sound = rest.len() - begun;
            rest.drain(..sound);
        }
    }

    /// Counts a chunk; the answer is how many bytes at its end begin a character that the next chunk ends.
    fn count(&mut self, chunk: &[u8], is_last: bool, line: &mut u64) -> usize {
        let mut parts = chunk.utf8_chunks().peekable();
        while let Some(part) = parts.next() {
            let valid = part.valid().as_bytes();
            *line += lines(valid);
            self.letters += valid.iter().filter(|byte| !byte.is_ascii()).count() as u64 / 2;
            let invalid = part.invalid();
            if invalid.is_empty() {
                continue;
            }
            let may_go_on = std::str::from_utf8(invalid).is_err_and(|error| error.error_len().is_none());
            if parts.peek().is_none() && may_go_on && !is_last {
                return invalid.len();
            }
            self.faults += 1;
            self.invalid.get_or_insert(*line);
        }
        0
    }
}

fn lines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}

/// A reader that gives UTF-8 of what it reads in another encoding.
struct Decoded<R> {
    inner: R,
    decoder: Decoder,
    raw: Box<[u8]>,
    /// What of `raw` is not decoded yet.
    from: usize,
    to: usize,
    is_ended: bool,
    /// A decoder wants room for a whole character; this holds what a smaller buffer does not take.
    ready: Vec<u8>,
    given: usize,
}

impl<R: Read> Decoded<R> {
    fn new(inner: R, decoder: Decoder) -> Self {
        let raw = vec![0; CHUNK].into_boxed_slice();
        let ready = Vec::with_capacity(CHUNK);
        Self { inner, decoder, raw, from: 0, to: 0, is_ended: false, ready, given: 0 }
    }

    fn fill(&mut self) -> io::Result<()> {
        if self.from == self.to && !self.is_ended {
            self.to = self.inner.read(&mut self.raw)?;
            self.from = 0;
            self.is_ended = self.to == 0;
        }
        self.given = 0;
        self.ready.resize(CHUNK, 0);
        let waiting = self.raw.get(self.from..self.to).unwrap_or_default();
        let (_, read, written, _) = self.decoder.decode_to_utf8(waiting, &mut self.ready, false);
        self.from += read;
        self.ready.truncate(written);
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.ready.len() && !(self.is_ended && self.from == self.to) {
            self.fill()?;
        }
        let mut ready = self.ready.get(self.given..).unwrap_or_default();
        let read = ready.read(buffer)?;
        self.given += read;
        Ok(read)
    }
}
