//! Watching XML on its way by: what would make a parser behind hold too much, or count wrongly, is refused first.
//!
//! The parser of workbooks holds an event at a time, the names of all open elements, one cell's text, and lists of
//! styles, sheets and names. Each of these is bounded here; so is the number of texts that it makes room for before
//! it has seen them, and the references that it reads without asking whether they fit into a number.

/// A piece of markup or text, and a cell with all that it holds: at most so many bytes.
pub(super) const LONGEST_PIECE: usize = 1 << 20;
/// A tag: at most so many bytes.
const LONGEST_TAG: usize = 64 << 10;
/// Elements within elements.
const DEEPEST: usize = 64;
/// Elements of a part that are neither cells nor their texts.
const MOST_ELEMENTS: u32 = 400_000;
/// Texts for which room may be made in advance.
const MOST_TEXTS: u64 = 4_000_000;
/// Cells and texts (and, the last six, what pivot tables keep of them): as many as a part has room for.
const CELLS: [&[u8]; 26] = [
    b"row",
    b"c",
    b"v",
    b"f",
    b"is",
    b"t",
    b"si",
    b"r",
    b"rPr",
    b"sz",
    b"color",
    b"rFont",
    b"family",
    b"charset",
    b"scheme",
    b"b",
    b"i",
    b"u",
    b"strike",
    b"vertAlign",
    b"x",
    b"n",
    b"s",
    b"d",
    b"m",
    b"e",
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Text,
    /// Within `<…>`, perhaps within quotes there.
    Tag(Option<u8>),
    /// Behind `<!`.
    Bang,
    Comment,
    CData,
    /// Within `<?…?>`.
    Instruction,
}

/// One part of a workbook while its bytes go by.
pub(super) struct Markup {
    state: State,
    /// What of the present tag (or `<!…`, `<?…`) went by, without `<`.
    tag: Vec<u8>,
    /// Bytes of the present piece.
    piece: usize,
    /// Ends of the names of the open elements within `names`.
    open: Vec<usize>,
    names: Vec<u8>,
    elements: u32,
    /// How deep and how many bytes ago the present cell began.
    cell: Option<(usize, usize)>,
    is_begun: bool,
    /// Whether the part holds the texts that cells share.
    pub(super) has_texts: bool,
}

type Checked = Result<(), &'static str>;

impl Markup {
    pub(super) fn new() -> Self {
        Self {
            state: State::Text,
            tag: Vec::new(),
            piece: 0,
            open: Vec::new(),
            names: Vec::new(),
            elements: 0,
            cell: None,
            is_begun: false,
            has_texts: false,
        }
    }

    /// Watches the next bytes.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Checked {
        if !self.is_begun && !bytes.is_empty() {
            self.is_begun = true;
            // A parser would read these as UTF-16, this one as bytes.
            if bytes.starts_with(b"\xFF\xFE")
                || bytes.starts_with(b"\xFE\xFF")
                || bytes.iter().take(4).any(|b| *b == 0)
            {
                return Err("it is not written in UTF-8");
            }
        }
        let mut rest = bytes;
        while let Some((byte, behind)) = rest.split_first() {
            let (plain, marked) = rest.split_at(self.plain(rest));
            if plain.is_empty() {
                self.pass(1)?;
                self.step(*byte)?;
                rest = behind;
            } else {
                self.pass(plain.len())?;
                if self.state != State::Text {
                    self.keep(plain)?;
                }
                rest = marked;
            }
        }
        Ok(())
    }

    /// How many of the next bytes end nothing, and are passed at once.
    fn plain(&self, rest: &[u8]) -> usize {
        let end = match self.state {
            State::Text => rest.iter().position(|byte| *byte == b'<'),
            State::Tag(Some(quote)) => rest.iter().position(|byte| *byte == quote),
            State::Tag(None) if !self.tag.is_empty() => {
                rest.iter().position(|byte| matches!(byte, b'>' | b'"' | b'\''))
            }
            _ => Some(0),
        };
        end.unwrap_or(rest.len())
    }

    /// Counts bytes that go by.
    fn pass(&mut self, bytes: usize) -> Checked {
        self.piece += bytes;
        if let Some((_, length)) = &mut self.cell {
            *length += bytes;
            if *length > LONGEST_PIECE {
                return Err("a cell is too long");
            }
        }
        if self.piece > LONGEST_PIECE { Err("a text is too long") } else { Ok(()) }
    }

    fn step(&mut self, byte: u8) -> Checked {
        match self.state {
            State::Text => {
                if byte == b'<' {
                    self.enter(State::Tag(None));
                    self.tag.clear();
                }
                Ok(())
            }
            State::Tag(quote) => self.in_tag(byte, quote),
            State::Bang => {
                self.keep(&[byte])?;
                match self.tag.as_slice() {
                    b"!--" => self.enter(State::Comment),
                    b"![CDATA[" => self.enter(State::CData),
                    begun if b"!--".starts_with(begun) || b"![CDATA[".starts_with(begun) => {}
                    _ => return Err("it declares a document type"),
                }
                Ok(())
            }
            State::Comment => {
                self.until(byte, b"-->");
                Ok(())
            }
            State::CData => {
                self.until(byte, b"]]>");
                Ok(())
            }
            State::Instruction => {
                self.keep(&[byte])?;
                if self.tag.ends_with(b"?>") && self.tag.len() > 2 {
                    let declaration = self.tag.to_ascii_lowercase();
                    if contains(&declaration, b"encoding") && !contains(&declaration, b"utf-8") {
                        return Err("it is not written in UTF-8");
                    }
                    self.enter(State::Text);
                }
                Ok(())
            }
        }
    }

    fn enter(&mut self, state: State) {
        self.state = state;
        self.piece = 0;
        if matches!(state, State::Comment | State::CData) {
            self.tag.clear();
        }
    }

    fn keep(&mut self, bytes: &[u8]) -> Checked {
        if self.tag.len() + bytes.len() > LONGEST_TAG {
            return Err("a tag is too long");
        }
        self.tag.extend_from_slice(bytes);
        Ok(())
    }

    /// Goes on to text behind `end`; only as much is kept as it takes to see it.
    fn until(&mut self, byte: u8, end: &[u8]) {
        if self.tag.len() == end.len() {
            self.tag.remove(0);
        }
        self.tag.push(byte);
        if self.tag == end {
            self.enter(State::Text);
        }
    }

    fn in_tag(&mut self, byte: u8, quote: Option<u8>) -> Checked {
        if self.tag.is_empty() && matches!(byte, b'!' | b'?') {
            self.state = if byte == b'!' { State::Bang } else { State::Instruction };
            return self.keep(&[byte]);
        }
        match (quote, byte) {
            (None, b'>') => {
                let tag = std::mem::take(&mut self.tag);
                let checked = self.tag(&tag);
                self.tag = tag;
                self.enter(State::Text);
                checked
            }
            // An end's tag has no attributes, and no parser looks for quotes there.
            (None, b'"' | b'\'') if self.tag.first() != Some(&b'/') => {
                self.state = State::Tag(Some(byte));
                self.keep(&[byte])
            }
            (Some(quote), byte) => {
                if quote == byte {
                    self.state = State::Tag(None);
                }
                self.keep(&[byte])
            }
            (None, _) => self.keep(&[byte]),
        }
    }

    fn tag(&mut self, tag: &[u8]) -> Checked {
        if let Some(name) = tag.strip_prefix(b"/") {
            return self.close(name.trim_ascii_end());
        }
        let (tag, is_empty) = match tag.strip_suffix(b"/") {
            Some(tag) => (tag, true),
            None => (tag, false),
        };
        let name = tag.split(u8::is_ascii_whitespace).next().unwrap_or_default();
        let mut parts = name.splitn(2, |byte| *byte == b':');
        let local = match (parts.next(), parts.next()) {
            (_, Some(local)) if !local.contains(&b':') => local,
            (Some(local), None) if !local.is_empty() => local,
            _ => return Err("an element has no proper name"),
        };
        if !CELLS.contains(&local) {
            self.elements += 1;
            if self.elements > MOST_ELEMENTS {
                return Err("it has too many elements");
            }
        }
        match local {
            b"c" | b"row" => values(tag, b"r", |value| reference(value).is_some())?,
            b"dimension" => values(tag, b"ref", is_range)?,
            b"sst" => {
                self.has_texts = true;
                values(tag, b"uniqueCount", |value| {
                    value.len() < 20 && value.iter().all(u8::is_ascii_digit) && number(value) <= MOST_TEXTS
                })?;
            }
            b"si" => self.has_texts = true,
            _ => {}
        }
        if !is_empty {
            if self.open.len() == DEEPEST {
                return Err("its elements are nested too deeply");
            }
            if local == b"c" && self.cell.is_none() {
                self.cell = Some((self.open.len(), 0));
            }
            self.names.extend_from_slice(name);
            self.open.push(self.names.len());
        }
        Ok(())
    }

    fn close(&mut self, name: &[u8]) -> Checked {
        let Some(end) = self.open.pop() else { return Err("an element is closed that was not opened") };
        let start = self.open.last().copied().unwrap_or(0);
        if self.names.get(start..end) != Some(name) {
            return Err("its elements are not nested properly");
        }
        self.names.truncate(start);
        if self.cell.is_some_and(|(depth, _)| depth == self.open.len()) {
            self.cell = None;
        }
        Ok(())
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// Checks all that may be the value of an attribute: whoever writes one thing where this looks and another where
/// the parser looks has both checked.
fn values(tag: &[u8], attribute: &[u8], is_sound: impl Fn(&[u8]) -> bool) -> Checked {
    let mut rest = tag;
    while let Some(at) = rest.windows(attribute.len()).position(|window| window == attribute) {
        let (before, behind) = rest.split_at(at);
        let behind = behind.get(attribute.len()..).unwrap_or_default();
        rest = behind;
        let is_word = before.last().is_none_or(|byte| byte.is_ascii_alphanumeric() || b":_-.".contains(byte));
        let Some(value) = behind.trim_ascii_start().strip_prefix(b"=") else { continue };
        if is_word {
            continue;
        }
        let value = value.trim_ascii_start();
        let Some((quote @ (b'"' | b'\''), value)) = value.split_first() else {
            return Err("an attribute has no quotes");
        };
        let value = value.split(|byte| byte == quote).next().unwrap_or_default();
        if !is_sound(value) {
            return Err("a reference or a count in it is unsound");
        }
    }
    Ok(())
}

fn number(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
}

/// `B12`, or a row's `12`: column (0 if there is none) and row, as far as sheets reach.
fn reference(text: &[u8]) -> Option<(u64, u64)> {
    let letters = text.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let (letters, digits) = text.split_at_checked(letters)?;
    if letters.len() > 3 || !(1..=7).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let column = letters
        .iter()
        .fold(0, |column, letter| column * 26 + u64::from(letter.to_ascii_uppercase() - b'A') + 1);
    let row = number(digits);
    (column <= 16_384 && (1..=1_048_576).contains(&row)).then_some((column, row))
}

fn is_range(text: &[u8]) -> bool {
    let mut ends = text.split(|byte| *byte == b':').map(reference);
    match (ends.next().flatten(), ends.next(), ends.next()) {
        (Some((column, _)), None, _) => column > 0,
        (Some(first), Some(Some(last)), None) => first.0 > 0 && first.0 <= last.0 && first.1 <= last.1,
        _ => false,
    }
}
