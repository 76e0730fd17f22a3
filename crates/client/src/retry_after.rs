//! `Retry-After`, RFC 9110 section 10.2.3: seconds, or a date.

use std::time::SystemTime;

/// Seconds to wait from `now`; a date in the past is 0, anything unreadable is nothing.
#[must_use]
pub(crate) fn seconds(value: &[u8], now: SystemTime) -> Option<f64> {
    let text = str::from_utf8(value).ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // Beyond a century it is no promise but a number too large to be one.
        return text.parse().ok().filter(|seconds| *seconds < 3.2e9);
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(
        date.duration_since(now)
            .map_or(0.0, |wait| wait.as_secs_f64()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn seconds_and_dates_are_read() {
        // Sun, 06 Nov 1994 08:49:37 GMT
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let read = |value: &str| seconds(value.as_bytes(), now);
        assert_eq!(read("120"), Some(120.0));
        assert_eq!(read(" 0 "), Some(0.0));
        assert_eq!(read("Sun, 06 Nov 1994 08:50:07 GMT"), Some(30.0));
        assert_eq!(read("Sun, 06 Nov 1994 08:00:00 GMT"), Some(0.0));
        for value in ["", "soon", "-1", "1.5", "1e3", "+1", &"9".repeat(400)] {
            assert_eq!(read(value), None, "{value}");
        }
    }
}
