//! What a 2xx answer is when it is not JSON, and whether it is JSON at all.

use serde::de::IgnoredAny;

use crate::json_numbers::without_odd_numbers;

/// How deep JSON may be nested: the default depth of `json_decode()`.
pub const JSON_DEPTH: usize = 512;

/// Why a 2xx answer cannot be decoded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Undecodable {
    Html,
    BrokenJson,
    TooDeep,
    /// More than PHP's `memory_limit` allows.
    TooBig,
    /// A `Transfer-Encoding` other than chunked.
    TransferCoding,
}

/// A body that is not JSON: text is as good an answer as any, HTML and a broken document are not.
#[must_use]
pub fn not_json(body: &[u8]) -> Option<Undecodable> {
    let document = body.trim_ascii_start();
    let document = document.strip_prefix(b"\xef\xbb\xbf").unwrap_or(document);
    match document.trim_ascii_start().first() {
        Some(b'<') => Some(Undecodable::Html),
        Some(b'{' | b'[') => Some(Undecodable::BrokenJson),
        _ => None,
    }
}

/// Why the body of a 2xx answer is none of SPREAD's; nothing when it may be.
#[must_use]
pub fn undecodable(body: &[u8]) -> Option<Undecodable> {
    let why = not_json(body)?;
    let is_json = |document: &[u8]| {
        let mut json = serde_json::Deserializer::from_slice(document);
        json.disable_recursion_limit();
        serde::Deserialize::deserialize(&mut json)
            .and_then(|IgnoredAny| json.end())
            .is_ok()
    };
    if is_json(body) || is_json(&without_odd_numbers(body).0) {
        return None;
    }
    Some(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_text_and_nothing_are_answers() {
        for body in ["", "OK", "{\"a\":1e400}", " [1, -0]", "\"<\"", "12"] {
            assert!(undecodable(body.as_bytes()).is_none(), "{body}");
        }
        assert_eq!(undecodable(b"<html>"), Some(Undecodable::Html));
        assert_eq!(undecodable(b" {\"a\""), Some(Undecodable::BrokenJson));
    }
}
