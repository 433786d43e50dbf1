//! What lists are sorted by. The database's own collations differ (SQLite folds only ASCII), so the key is
//! made here and compared as bytes.

/// The alphabetical sort key of a Russian or Latin name: lower case, `ё` as `е` (as
/// dictionaries do), without quotation marks, as bytes.
#[must_use]
pub fn sort_key(name: &str) -> Vec<u8> {
    let mut key = Vec::with_capacity(name.len() + 4);
    let mut buffer = [0_u8; 4];
    for c in name.chars().flat_map(char::to_lowercase) {
        // Quotation marks would put every quoted name first.
        match c {
            '«' | '»' | '"' | '„' | '“' => {}
            'ё' => key.extend_from_slice("е".as_bytes()),
            c => key.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes()),
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::sort_key;

    #[test]
    fn names_stand_in_alphabetical_order_whatever_their_case_and_quotes() {
        let mut names = vec!["ежи", "«Ель»", "Ёлка", "Жук", "анна", "Ежи"];
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(names, ["анна", "ежи", "Ежи", "Ёлка", "«Ель»", "Жук"]);
    }
}
