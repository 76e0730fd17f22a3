//! The API key pair.

use std::fmt;
use std::fmt::Write as _;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::expected::Expected;

/// The API key pair, as bytes: PHP strings need not be UTF-8.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Keys {
    pub public: Vec<u8>,
    pub private: Vec<u8>,
}

/// What an account's id begins with when it is made of an e-mail address.
const OF_EMAIL: &str = "email:";

/// How many bytes of the hash such an id has. Two addresses of a shop never have the same.
const HASH_LENGTH: usize = 16;

impl Keys {
    /// The id by which messages and the outbox know an account: its `external_id`, else a hash of its e-mail
    /// address, keyed so that a list of addresses does not reveal it. Empty when it has neither. An
    /// `external_id` of 0 is every guest's in some shops, and identifies nobody.
    #[must_use]
    pub fn account_id(&self, external_id: &[u8], email: &[u8]) -> Vec<u8> {
        if !matches!(external_id, b"" | b"0") {
            return external_id.to_vec();
        }
        let address = email.trim_ascii().to_ascii_lowercase();
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.private) else {
            return Vec::new();
        };
        if address.is_empty() || self.private.is_empty() {
            return Vec::new();
        }
        mac.update(&address);
        let mut id = OF_EMAIL.to_owned();
        for byte in mac.finalize().into_bytes().iter().take(HASH_LENGTH) {
            let _ = write!(id, "{byte:02x}");
        }
        id.into_bytes()
    }
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
    fn an_account_is_known_by_its_id_or_a_keyed_hash_of_its_address() {
        let keys = |private: &[u8]| Keys {
            public: b"shop".to_vec(),
            private: private.to_vec(),
        };
        let jefe = keys(b"Jefe");
        // RFC 4231, test case 2.
        let known = b"email:5bdcc146bf60754e6a042426089575c7";
        assert_eq!(jefe.account_id(b"", b"what do ya want for nothing?"), known);
        assert_eq!(
            jefe.account_id(b"0", b" What do ya want for nothing? "),
            known
        );
        assert_ne!(
            keys(b"other").account_id(b"", b"what do ya want for nothing?"),
            known
        );
        assert_eq!(
            jefe.account_id(b"12345xxx6789", b"john@doe.com"),
            b"12345xxx6789"
        );
        assert_eq!(jefe.account_id(b"", b""), b"");
        assert_eq!(jefe.account_id(b"0", b" "), b"");
        assert_eq!(keys(b"").account_id(b"", b"john@doe.com"), b"");
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
