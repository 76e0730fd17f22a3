//! The settings as a file for PHP.

use settings::TABLE;

use crate::agreement::Settings;
use crate::failure::Failure;

/// One line for each setting, in the sequence of the table.
pub(crate) fn ini(settings: &Settings) -> Result<Vec<u8>, Failure> {
    let mut text =
        b"; Settings of the extension spread, which take the place of the options of curl.\n"
            .to_vec();
    for name in TABLE.iter().map(|row| row.about().name()) {
        if let Some(value) = settings.get(name) {
            text.extend_from_slice(name.as_bytes());
            text.extend_from_slice(b" = ");
            text.extend(quoted(value).ok_or(Failure::Unquotable(name))?);
            text.push(b'\n');
        }
    }
    Ok(text)
}

/// Within single quotes nothing is special but the quote; between double ones a quote can be escaped, and
/// `${…}` is replaced.
fn quoted(value: &[u8]) -> Option<Vec<u8>> {
    let has = |bytes: &[u8]| value.iter().any(|byte| bytes.contains(byte));
    if has(b"\r\n\0") {
        return None;
    }
    if !has(b"'") {
        return Some([b"'", value, b"'"].concat());
    }
    if value.windows(2).any(|pair| pair == b"${") || has(b"\\") {
        return None;
    }
    let mut text = vec![b'"'];
    for byte in value {
        if *byte == b'"' {
            text.push(b'\\');
        }
        text.push(*byte);
    }
    text.push(b'"');
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted_or_refused() {
        for (value, expected) in [
            ("abc", Some("'abc'")),
            ("a\"b${c}\\;#=", Some("'a\"b${c}\\;#='")),
            ("it's \"x\"", Some("\"it's \\\"x\\\"\"")),
            ("it's ${x}", None),
            ("it's \\", None),
            ("a\nb", None),
        ] {
            assert_eq!(
                quoted(value.as_bytes()).as_deref(),
                expected.map(str::as_bytes),
                "{value}"
            );
        }
    }
}
