//! The API key pair.

use std::fmt;

use crate::expected::Expected;

/// The API key pair, as bytes: PHP strings need not be UTF-8.
#[derive(Clone, PartialEq, Eq)]
pub struct Keys {
    pub public: Vec<u8>,
    pub private: Vec<u8>,
}

impl fmt::Debug for Keys {
    // Not derived: a key in a dump is a key in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(********)")
    }
}

/// One key, without the line ends after it: a file or a secret that an environment variable was made of
/// often ends with one.
///
/// # Errors
/// When it holds a control character, which Basic cannot carry (RFC 7617 section 2).
pub fn key(text: &[u8]) -> Result<Vec<u8>, Expected> {
    let end = text.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n'));
    let key = text
        .get(..end.map_or(0, |last| last + 1))
        .unwrap_or_default();
    if key.iter().any(u8::is_ascii_control) {
        return Err("an API key without line breaks, tabs or other control characters");
    }
    Ok(key.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_after_a_key_are_not_of_it_and_control_characters_are_refused() {
        for (text, expected) in [
            (&b"k"[..], &b"k"[..]),
            (b"k\n", b"k"),
            (b"k\r\n\n", b"k"),
            (b" s p ", b" s p "),
            (b"caf\xe9", b"caf\xe9"),
            (b"", b""),
            (b"\n", b""),
        ] {
            assert_eq!(key(text), Ok(expected.to_vec()));
        }
        for text in [
            &b"a\nb"[..],
            b"\nk",
            b"k\t",
            b"k\0",
            b"k\x7f",
            b"\x1bk",
            b"k\r \n",
        ] {
            assert!(key(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn keys_do_not_print() {
        let keys = Keys {
            public: b"pub".to_vec(),
            private: b"secret".to_vec(),
        };
        assert!(!format!("{keys:?}").contains("secret"));
    }
}
