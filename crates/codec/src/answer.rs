//! Whether a 2xx answer is JSON, text, or unusable.

use crate::json;

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

/// Why a body that is not JSON, for this reason, is none of SPREAD's; nothing when it is plain text,
/// which is as good an answer as any.
#[must_use]
pub fn not_json(body: &[u8], reason: json::Error) -> Option<Undecodable> {
    match reason {
        json::Error::TooDeep => return Some(Undecodable::TooDeep),
        json::Error::TooBig => return Some(Undecodable::TooBig),
        json::Error::Syntax => {}
    }
    let document = body.trim_ascii_start();
    let document = document.strip_prefix(b"\xef\xbb\xbf").unwrap_or(document);
    match document.trim_ascii_start().first() {
        Some(b'<') => Some(Undecodable::Html),
        Some(b'{' | b'[') => Some(Undecodable::BrokenJson),
        _ => None,
    }
}

/// Why the body of a 2xx answer is none of SPREAD's; nothing when it may be.
///
/// ```
/// use codec::answer::{Undecodable, undecodable};
///
/// assert_eq!(undecodable(br#"{"status": "success"}"#), None);
/// assert_eq!(undecodable(b"order saved"), None);
/// assert_eq!(undecodable(b"<html>Please log in"), Some(Undecodable::Html));
/// assert_eq!(undecodable(br#"{"status": "succ"#), Some(Undecodable::BrokenJson));
/// ```
#[must_use]
pub fn undecodable(body: &[u8]) -> Option<Undecodable> {
    not_json(body, json::check(body).err()?)
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

    #[test]
    fn deep_json_is_no_answer_though_it_is_whole() {
        let deep = format!("{}{}", "[".repeat(512), "]".repeat(512));
        assert_eq!(undecodable(deep.as_bytes()), Some(Undecodable::TooDeep));
    }
}
