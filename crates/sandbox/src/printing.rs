//! Orders on a terminal.

use std::io::{self, Write};

/// Keys nested deeper than this are printed on one line, so that a hostile key stays cheap.
const PRINTED_DEPTH: usize = 16;

/// One field a line in the sequence of the body, indented below the keys it shares with the field
/// before it: `data[add_tag][0]=a&data[add_tag][1]=b` has the headings `data` and `add_tag` once.
pub(crate) fn readable(fields: &[(String, String)]) -> String {
    let mut text = String::new();
    let mut parents: Vec<&str> = Vec::new();
    for (key, value) in fields {
        let mut path = path(key);
        let leaf = path.pop().unwrap_or_default();
        let shared = parents
            .iter()
            .zip(&path)
            .take_while(|(a, b)| a == b)
            .count();
        for (depth, name) in path.iter().enumerate().skip(shared) {
            text += &format!("{:1$}{2}\n", "", 2 * (depth + 1), printable(name));
        }
        let indent = 2 * (path.len() + 1);
        let (leaf, value) = (printable(leaf), printable(value));
        text += &format!("{:1$}{leaf}: {value}\n", "", indent);
        parents = path;
    }
    text
}

/// `data[add_tag][0]` → `data`, `add_tag`, `0`; a key of another shape stays whole.
fn path(key: &str) -> Vec<&str> {
    let Some((root, rest)) = key.strip_suffix(']').and_then(|key| key.split_once('[')) else {
        return vec![key];
    };
    let mut path = vec![root];
    path.extend(rest.splitn(PRINTED_DEPTH, "]["));
    path
}

/// Escapes control characters: a client must not control the terminal.
pub(crate) fn printable(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character.is_control() {
            true => safe.extend(character.escape_default()),
            false => safe.push(character),
        }
    }
    safe
}

/// Unlike `println!`, does not panic when standard output is closed.
pub(crate) fn say(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

// ---------------------------------------------------------------------------- TLS
