//! Basic, RFC 7617.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::keys::Keys;

/// The value of `Authorization`, RFC 7617 section 2. The keys are taken as the bytes they are.
#[must_use]
pub fn basic(keys: &Keys) -> String {
    let pair = [&keys.public[..], b":", &keys.private[..]].concat();
    let mut value = String::with_capacity("Basic ".len() + pair.len().div_ceil(3) * 4);
    value.push_str("Basic ");
    STANDARD.encode_string(pair, &mut value);
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_is_the_base64_of_the_pair() {
        // The example of RFC 7617 section 2.
        let mut keys = Keys {
            public: b"Aladdin".to_vec(),
            private: b"open sesame".to_vec(),
        };
        assert_eq!(basic(&keys), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        keys.private = b"\xff\0".to_vec();
        assert_eq!(basic(&keys), "Basic QWxhZGRpbjr/AA==");
    }
}
