//! Challenges in, `Authorization` out. No I/O.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::config::Keys;

/// What a request carries in its `Authorization` header.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Credentials {
    None,
    Basic,
}

/// `Basic`, RFC 7617 section 2. The keys are taken as the bytes they are.
#[must_use]
pub fn basic(keys: &Keys) -> String {
    let pair = [&keys.public[..], b":", &keys.private[..]].concat();
    format!("Basic {}", STANDARD.encode(pair))
}

/// Whether one of the `WWW-Authenticate` values offers Basic (RFC 9110 section 11.6.1: several
/// challenges in one header or several headers, scheme names in any letter case).
pub fn offers_basic<'h>(values: impl IntoIterator<Item = &'h [u8]>) -> bool {
    values.into_iter().any(|value| {
        // The parser takes ASCII only, and here no realm is looked into.
        let value: String = value
            .iter()
            .map(|&byte| {
                if byte.is_ascii() {
                    char::from(byte)
                } else {
                    '?'
                }
            })
            .collect();
        // An item that does not parse ends its header; the challenges before it count.
        http_auth::parser::ChallengeParser::new(&value)
            .map_while(Result::ok)
            .any(|challenge| challenge.scheme.eq_ignore_ascii_case("basic"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_is_the_base64_of_the_pair() {
        // The example of RFC 7617 section 2.
        let keys = Keys {
            public: b"Aladdin".to_vec(),
            private: b"open sesame".to_vec(),
        };
        assert_eq!(basic(&keys), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    }

    #[test]
    fn basic_is_found_wherever_it_is_offered() {
        let cases: &[(&[&str], bool)] = &[
            (&["Basic realm=\"SPREAD\""], true),
            (&["bAsIc realm=x"], true),
            (&["Basic realm=\"été\""], true),
            (
                &["Digest realm=\"a, Basic b\", nonce=\"n\", Basic realm=\"x\""],
                true,
            ),
            (&["Negotiate", "Basic realm=\"x\""], true),
            (&["Digest realm=\"Basic\", nonce=\"n\""], false),
            (&["Bearer"], false),
            (&[""], false),
            (&[], false),
        ];
        for (headers, expected) in cases {
            let values = headers.iter().map(|header| header.as_bytes());
            assert_eq!(offers_basic(values), *expected, "{headers:?}");
        }
    }
}
