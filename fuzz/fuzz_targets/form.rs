//! Compares the form writer with a naive one, which joins names with brackets and escapes with url's encoder.
//!
//! An input is lines: `name{` opens a key, `}` closes the last one, `name=text` and `name#123` write.
//! A name that is an integer is an index. `~` stands for a newline in a name or text.

#![no_main]

use codec::form::{FormWriter, Key};
use libfuzzer_sys::fuzz_target;
use url::form_urlencoded::byte_serialize;

/// The documented limit of `readable_path()`, plus one for the dots.
const LONGEST_PATH: usize = 120;

fuzz_target!(|input: &[u8]| {
    let mut form = FormWriter::new(Vec::new(), Vec::new());
    let mut open = Vec::new();
    let mut path: Vec<Vec<u8>> = Vec::new();
    let mut expected: Vec<String> = Vec::new();
    for line in input.split(|byte| *byte == b'\n') {
        let (line, text) = match line.iter().position(|byte| b"=#".contains(byte)) {
            Some(at) => (&line[..at], Some((line[at], &line[at + 1..]))),
            None => (line, None),
        };
        let (name, text) = (words(line), text.map(|(sign, text)| (sign, words(text))));
        match (&name[..], text) {
            (name, Some((b'#', digits))) => {
                let number = integer(&digits).unwrap_or(digits.len() as i64 - 2);
                form.integer(key(name), number);
                expected.push(format!("{}={number}", full_name(&path, name)));
            }
            (name, Some((_, text))) => {
                form.text(key(name), &text);
                expected.push(format!("{}={}", full_name(&path, name), escaped(&text)));
            }
            ([name @ .., b'{'], None) => {
                open.push(form.open(key(name)));
                path.push(name.to_vec());
            }
            ([b'}'], None) => {
                if let Some(opened) = open.pop() {
                    form.close(opened);
                    path.pop();
                }
            }
            _ => {}
        }
    }
    check_path(&form.readable_path(), &path);
    let body = String::from_utf8(form.finish()).expect("ASCII");
    assert_eq!(body, expected.join("&"));
});

fn words(bytes: &[u8]) -> Vec<u8> {
    let newline = |byte: &u8| if *byte == b'~' { b'\n' } else { *byte };
    bytes.iter().map(newline).collect()
}

fn integer(text: &[u8]) -> Option<i64> {
    let number: i64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    (number.to_string().as_bytes() == text).then_some(number)
}

fn key(name: &[u8]) -> Key<'_> {
    integer(name).map_or(Key::Name(name), Key::Index)
}

fn joined(path: &[Vec<u8>]) -> Vec<u8> {
    let mut joined = Vec::new();
    for (level, name) in path.iter().enumerate() {
        match level {
            0 => joined.extend_from_slice(name),
            _ => joined.extend([b"[", &name[..], b"]"].concat()),
        }
    }
    joined
}

fn full_name(path: &[Vec<u8>], name: &[u8]) -> String {
    let path = [path, &[name.to_vec()]].concat();
    escaped(&joined(&path))
}

/// The URL Standard's form encoding does not escape the asterisk, PHP does.
fn escaped(text: &[u8]) -> String {
    byte_serialize(text).collect::<String>().replace('*', "%2A")
}

fn check_path(shown: &str, path: &[Vec<u8>]) {
    let whole: Vec<char> = String::from_utf8_lossy(&joined(path))
        .chars()
        .filter(|character| !character.is_control())
        .collect();
    if whole.len() <= LONGEST_PATH {
        assert_eq!(shown, whole.into_iter().collect::<String>());
    } else {
        assert_eq!(shown.chars().count(), LONGEST_PATH + 1);
    }
}
