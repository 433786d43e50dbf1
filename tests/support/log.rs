//! What the server says in its log during a test: lines in which certain words occur are kept for the test to see.

use std::sync::{Mutex, PoisonError};

/// The words that are listened for, in lower case, and the lines in which one of them was heard.
static HEARD: Mutex<(Vec<&'static str>, Vec<String>)> = Mutex::new((Vec::new(), Vec::new()));

/// From now on lines with one of these words are kept.
pub fn listen_for(words: &[&'static str]) {
    super::statements::listen();
    let mut heard = HEARD.lock().unwrap_or_else(PoisonError::into_inner);
    for word in words {
        if !heard.0.contains(word) {
            heard.0.push(word);
        }
    }
}

/// Whether anybody listens.
pub fn is_listening() -> bool {
    !HEARD.lock().unwrap_or_else(PoisonError::into_inner).0.is_empty()
}

/// Takes a line.
pub fn hear(line: &str) {
    let mut heard = HEARD.lock().unwrap_or_else(PoisonError::into_inner);
    let folded = line.to_lowercase();
    if heard.0.iter().any(|word| folded.contains(word)) {
        heard.1.push(line.to_owned());
    }
}

/// The lines that were kept, of all tests of the process.
pub fn heard() -> Vec<String> {
    HEARD.lock().unwrap_or_else(PoisonError::into_inner).1.clone()
}
