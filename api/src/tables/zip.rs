//! Looking at the archive that an XLSX file is, before anything is read from it in earnest: sizes that an archive
//! declares may lie, so everything is unpacked once and counted.

use std::{
    fs::File,
    io::{BufReader, ErrorKind, Read, Seek},
};

use ::zip::{ZipArchive, result::ZipError};

use super::{Limits, Unreadable, markup::Markup};

const CHUNK: usize = 64 << 10;
const MOST_PARTS: usize = 1_000;
/// Below this size nothing is a bomb, however well it was packed.
const HARMLESS: u64 = 1 << 20;

pub(super) fn not_a_workbook() -> Unreadable {
    Unreadable::new("The file is not an XLSX file, or it is damaged.")
}

/// # Errors
/// Not an archive, not a workbook, protected by a password, or larger than the limits when unpacked.
pub(super) fn inspect(file: &mut File, limits: &Limits) -> Result<(), Unreadable> {
    let mut signature = Vec::new();
    file.rewind()?;
    file.by_ref().take(8).read_to_end(&mut signature)?;
    if signature == b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" {
        return Err(Unreadable::new(
            "The file is an old .xls workbook or protected by a password. Save it as .xlsx without a password.",
        ));
    }
    if !signature.starts_with(b"PK\x03\x04") {
        return Err(not_a_workbook());
    }
    let packed = file.metadata()?.len();
    file.rewind()?;
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(refusal)?;
    if archive.len() > MOST_PARTS {
        return Err(bomb(format!("it has more than {MOST_PARTS} parts")));
    }
    for part in ["[Content_Types].xml", "_rels/.rels"] {
        if archive.index_for_name(part).is_none() {
            return Err(not_a_workbook());
        }
    }
    let mut total = 0;
    let most = limits.expanded.min(packed.saturating_mul(limits.ratio).max(HARMLESS));
    for at in 0..archive.len() {
        inspect_part(&mut archive, at, &mut total, most, limits)?;
    }
    Ok(())
}

fn inspect_part(
    archive: &mut ZipArchive<BufReader<&mut File>>,
    at: usize,
    total: &mut u64,
    most: u64,
    limits: &Limits,
) -> Result<(), Unreadable> {
    let mut part = archive.by_index(at).map_err(refusal)?;
    let name = part.name().map_err(refusal)?.to_ascii_lowercase();
    // What other programs attach may be written in any encoding; nothing reads it.
    let is_attached = name.starts_with("customxml/item");
    let is_markup = (name.ends_with(".xml") || name.ends_with(".rels")) && !is_attached;
    let mut markup = Markup::new();
    let mut size = 0;
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = match part.read(&mut chunk) {
            Ok(0) => return Ok(()),
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(_) => return Err(not_a_workbook()),
        };
        *total += read as u64;
        size += read as u64;
        if *total > most {
            return Err(bomb(format!("it unpacks to more than {most} bytes")));
        }
        if is_markup {
            let bytes = chunk.get(..read).unwrap_or_default();
            markup.feed(bytes).map_err(|what| {
                Unreadable::new(format!("A part of the XLSX file cannot be read: {what}."))
            })?;
        }
        // Only sheets are streamed; of all others a reader may hold the whole.
        if (markup.has_texts || !is_markup) && size > limits.texts {
            return Err(bomb(format!("a part of it that is no sheet is larger than {} bytes", limits.texts)));
        }
    }
}

fn bomb(what: String) -> Unreadable {
    Unreadable::new(format!("The XLSX file is too large: {what}. Save the table as CSV instead."))
}

fn refusal(error: ZipError) -> Unreadable {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => {
            Unreadable::new("The file is protected by a password. Save it without one.")
        }
        _ => not_a_workbook(),
    }
}
