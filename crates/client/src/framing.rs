//! Where an answer begins and ends, beyond what the HTTP client looks at.

use codec::json;

/// The length of a head as it came, from those of its names and values.
pub(crate) fn head_length(lines: impl Iterator<Item = usize>) -> usize {
    lines.map(|length| length + ": \r\n".len()).sum()
}

/// Whether a `Transfer-Encoding` leaves the body as it is, but for chunks.
pub(crate) fn is_chunked(codings: &[u8]) -> bool {
    codings
        .split(|byte| *byte == b',')
        .map(<[u8]>::trim_ascii)
        .all(|coding| {
            coding.eq_ignore_ascii_case(b"chunked") || coding.eq_ignore_ascii_case(b"identity")
        })
}

/// Whether nothing of a body can be missing: JSON, but no number, of which digits may.
pub(crate) fn is_whole(body: &[u8]) -> bool {
    json::check(body).is_ok() && !body.last().is_some_and(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_chunks_are_decoded() {
        for codings in ["chunked", "Identity , CHUNKED"] {
            assert!(is_chunked(codings.as_bytes()), "{codings}");
        }
        for codings in ["gzip", "gzip, chunked", "chunked,", ""] {
            assert!(!is_chunked(codings.as_bytes()), "{codings}");
        }
    }

    #[test]
    fn json_that_could_go_on_may_be_cut() {
        for body in ["{}", "[1]", "\"a\"", "true", "12 ", "{\"a\":1}\n"] {
            assert!(is_whole(body.as_bytes()), "{body}");
        }
        for body in ["", "12", "-0", "1e5", "{\"a\":1", "saved", "[1,2"] {
            assert!(!is_whole(body.as_bytes()), "{body}");
        }
    }
}
