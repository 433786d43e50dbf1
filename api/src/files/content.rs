//! Whether a file is what it is said to be.

use std::{
    fs::File,
    io::{BufReader, ErrorKind, Read, Seek},
};

use zip::ZipArchive;

use super::kinds::{Kind, Signature};

/// What is looked at of a file that its beginning tells.
const BEGINNING: u64 = 8 << 10;
const CHUNK: usize = 64 << 10;
/// The most parts of an archive; documents have some hundreds.
const MOST_PARTS: usize = 10_000;

/// Whether the content is of this kind.
///
/// # Errors
/// The file cannot be read.
pub fn is(file: &mut File, kind: &Kind) -> std::io::Result<bool> {
    file.rewind()?;
    let found = match kind.signature {
        Signature::Bytes => {
            let beginning = beginning(file)?;
            infer::get(&beginning).is_some_and(|found| found.mime_type() == kind.media_type)
        }
        Signature::Archive(folder) => is_document(file, folder)?,
        Signature::Text => is_text(file)?,
    };
    file.rewind()?;
    Ok(found)
}

fn beginning(file: &mut File) -> std::io::Result<Vec<u8>> {
    let mut beginning = Vec::new();
    file.take(BEGINNING).read_to_end(&mut beginning)?;
    Ok(beginning)
}

/// An archive by its first bytes and its list of parts, with the folder of this kind, and nothing that runs.
fn is_document(file: &mut File, folder: &str) -> std::io::Result<bool> {
    if !beginning(file)?.starts_with(b"PK\x03\x04") {
        return Ok(false);
    }
    let Ok(archive) = ZipArchive::new(BufReader::new(file)) else { return Ok(false) };
    if archive.len() > MOST_PARTS {
        return Ok(false);
    }
    let (mut described, mut fits) = (false, false);
    for name in (0..archive.len()).filter_map(|at| archive.name_for_index(at)) {
        let Ok(name) = name else { return Ok(false) };
        described |= name == "[Content_Types].xml";
        fits |= name.starts_with(folder);
        if name.to_ascii_lowercase().ends_with("vbaproject.bin") {
            return Ok(false);
        }
    }
    Ok(described && fits)
}

/// UTF-8 without control characters, and no markup or script that a program might run.
fn is_text(file: &mut File) -> std::io::Result<bool> {
    let head = beginning(file)?;
    if infer::get(&head).is_some_and(|found| found.matcher_type() == infer::MatcherType::Text) {
        return Ok(false);
    }
    file.rewind()?;
    let (mut chunk, mut held) = (vec![0; CHUNK], 0);
    loop {
        let Some(room) = chunk.get_mut(held..) else { return Ok(false) };
        let read = match file.read(room) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            read => read?,
        };
        let bytes = chunk.get(..held + read).unwrap_or_default();
        // A character may lie across two chunks; its beginning is kept.
        let whole = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) if error.error_len().is_none() && read > 0 => bytes
                .get(..error.valid_up_to())
                .and_then(|valid| std::str::from_utf8(valid).ok())
                .unwrap_or_default(),
            Err(_) => return Ok(false),
        };
        if whole.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}')) {
            return Ok(false);
        }
        let rest = whole.len()..held + read;
        if read == 0 {
            return Ok(true);
        }
        held = rest.len();
        chunk.copy_within(rest, 0);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::files::kinds::of_ending;

    fn agrees(ending: &str, content: &[u8]) -> bool {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(content).unwrap();
        let agrees = is(&mut file, of_ending(ending).unwrap()).unwrap();
        assert_eq!(file.stream_position().unwrap(), 0, "it is read from the beginning afterwards");
        agrees
    }

    fn archive(parts: &[&str]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for part in parts {
            writer.start_file(*part, zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(b"<a/>").unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn what_its_first_bytes_say_must_be_the_kind() {
        let pdf = b"%PDF-1.7\n%\xE2\xE3\n";
        assert!(agrees("pdf", pdf));
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
        assert!(agrees("png", png));
        assert!(agrees("jpg", b"\xFF\xD8\xFF\xE0\0\x10JFIF\0"));
        assert!(agrees("webp", b"RIFF\x10\0\0\0WEBPVP8 "));
        assert!(agrees("mp4", b"\0\0\0\x18ftypisom\0\0\x02\0isommp41"));
        assert!(
            !agrees("pdf", png)
                && !agrees("png", pdf)
                && !agrees("pdf", b"MZ\x90\0")
                && !agrees("pdf", b"%PD")
        );
    }

    #[test]
    fn an_office_document_is_an_archive_with_its_folder_and_without_macros() {
        // In an order in which no office program writes them.
        let docx = archive(&["docProps/app.xml", "a", "b", "c", "word/document.xml", "[Content_Types].xml"]);
        assert!(agrees("docx", &docx) && !agrees("xlsx", &docx) && !agrees("pptx", &docx));
        assert!(!agrees("docx", &archive(&["word/document.xml"])), "any archive");
        let macros = archive(&["[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"]);
        assert!(!agrees("docx", &macros));
        assert!(!agrees("docx", docx.split_at(docx.len() - 30).0), "a broken archive");
        assert!(!agrees("docx", &[b"MZ".as_slice(), &docx].concat()), "an archive behind a program");
    }

    #[test]
    fn an_open_document_says_what_it_is_in_its_first_part() {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let stored =
            zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        writer.start_file("mimetype", stored).unwrap();
        writer.write_all(b"application/vnd.oasis.opendocument.text").unwrap();
        let odt = writer.finish().unwrap().into_inner();
        assert!(agrees("odt", &odt) && !agrees("ods", &odt) && !agrees("docx", &odt));
    }

    #[test]
    fn a_text_is_utf_8_throughout() {
        assert!(agrees("txt", "Ход урока:\r\n\t1. Приветствие".as_bytes()));
        // Two bytes a letter, so that one of them lies across the border of chunks.
        let long = format!("a{}", "я".repeat(CHUNK));
        assert!(agrees("txt", long.as_bytes()));
        let cut = long.as_bytes().split_at(long.len() - 1).0;
        assert!(!agrees("txt", cut), "ends within a letter");
        for lie in [
            &b"\xCF\xF0\xE8\xE2\xE5\xF2"[..],
            b"a\0b",
            b"\x1b[31m",
            b"<!DOCTYPE html><script>",
            b"#!/bin/sh\n",
        ] {
            assert!(!agrees("txt", lie), "{lie:?}");
        }
    }
}
