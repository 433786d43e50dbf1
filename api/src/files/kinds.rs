//! The kinds of files that can be taken: by media type, by the endings of names, and how their content is known.

/// A kind of file.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its media type, as it is declared and served.
    pub media_type: &'static str,
    /// How names of such files end, in lower case.
    pub endings: &'static [&'static str],
    /// How its content is known.
    pub signature: Signature,
}

/// How the content of a kind is known.
#[derive(Debug, PartialEq, Eq)]
pub enum Signature {
    /// By its first bytes.
    Bytes,
    /// It is an archive with a folder of this name (Office Open XML).
    Archive(&'static str),
    /// All of it is text in UTF-8.
    Text,
}

const fn kind(media_type: &'static str, endings: &'static [&'static str], signature: Signature) -> Kind {
    Kind { media_type, endings, signature }
}

/// All kinds. None of them is run by the program that opens it.
#[rustfmt::skip]
pub const KINDS: &[Kind] = &[
    kind("application/pdf", &["pdf"], Signature::Bytes),
    kind("application/vnd.openxmlformats-officedocument.wordprocessingml.document", &["docx"], Signature::Archive("word/")),
    kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", &["xlsx"], Signature::Archive("xl/")),
    kind("application/vnd.openxmlformats-officedocument.presentationml.presentation", &["pptx"], Signature::Archive("ppt/")),
    kind("application/vnd.oasis.opendocument.text", &["odt"], Signature::Bytes),
    kind("application/vnd.oasis.opendocument.spreadsheet", &["ods"], Signature::Bytes),
    kind("application/vnd.oasis.opendocument.presentation", &["odp"], Signature::Bytes),
    kind("image/jpeg", &["jpg", "jpeg"], Signature::Bytes),
    kind("image/png", &["png"], Signature::Bytes),
    kind("image/webp", &["webp"], Signature::Bytes),
    kind("video/mp4", &["mp4"], Signature::Bytes),
    kind("text/plain", &["txt"], Signature::Text),
];

/// The kind with this ending, which is how people call it.
#[must_use]
pub fn of_ending(ending: &str) -> Option<&'static Kind> {
    let ending = ending.to_ascii_lowercase();
    KINDS.iter().find(|kind| kind.endings.contains(&ending.as_str()))
}

/// The kind of a file with this name and declared media type; where the sender knows no media type, the name tells.
/// Only kinds that are `allowed`, by their media types.
///
/// # Errors
/// What is wrong, for the sender.
pub fn of(name: &str, declared: Option<&str>, allowed: &[String]) -> Result<&'static Kind, Refused> {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let declared = declared.filter(|declared| *declared != "application/octet-stream");
    let known = match declared {
        Some(declared) => KINDS.iter().find(|kind| kind.media_type.eq_ignore_ascii_case(declared)),
        None => of_ending(ending),
    };
    let Some(kind) = known.filter(|kind| allowed.iter().any(|it| it == kind.media_type)) else {
        return Err(Refused::Kind(format!(
            "Files of this kind are not taken; those that are end in {}.",
            endings(allowed).join(", ")
        )));
    };
    if of_ending(ending) != Some(kind) {
        return Err(Refused::Name(format!(
            "The name of a file of type {} ends in .{}.",
            kind.media_type,
            kind.endings.join(" or .")
        )));
    }
    Ok(kind)
}

/// Why a file is of no kind that is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Its kind is not taken.
    Kind(String),
    /// Its name does not fit its kind.
    Name(String),
}

fn endings(allowed: &[String]) -> Vec<String> {
    let kinds = KINDS.iter().filter(|kind| allowed.iter().any(|it| it == kind.media_type));
    kinds.flat_map(|kind| kind.endings).map(|ending| format!(".{ending}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<String> {
        KINDS.iter().map(|kind| kind.media_type.to_owned()).collect()
    }

    #[test]
    fn name_and_declared_type_must_agree() {
        let media = |name: &str, declared| of(name, declared, &all()).map(|kind| kind.media_type);
        assert_eq!(media("План.PDF", Some("application/pdf")), Ok("application/pdf"));
        assert_eq!(media("a.jpeg", Some("Image/JPEG")), Ok("image/jpeg"));
        for unknown in [None, Some("application/octet-stream")] {
            assert_eq!(media("a.b.odt", unknown), Ok("application/vnd.oasis.opendocument.text"));
        }
        for (name, declared) in
            [("a.exe", "application/pdf"), ("pdf", "application/pdf"), ("a.txt", "image/png")]
        {
            assert!(matches!(media(name, Some(declared)), Err(Refused::Name(_))), "{name}");
        }
        for (name, declared) in [("a.html", Some("text/html")), ("a.pdf", Some("text/html")), ("a.exe", None)]
        {
            assert!(matches!(media(name, declared), Err(Refused::Kind(_))), "{name}");
        }
    }

    #[test]
    fn what_is_not_allowed_is_not_taken() {
        let allowed = ["text/plain".to_owned()];
        assert!(of("a.txt", Some("text/plain"), &allowed).is_ok());
        let refused = of("a.pdf", Some("application/pdf"), &allowed);
        assert_eq!(
            refused,
            Err(Refused::Kind("Files of this kind are not taken; those that are end in .txt.".into()))
        );
    }
}
