//! Durations in and out, and numbers, as people write and read them.

use std::net::SocketAddr;
use std::time::Duration;

use client::error::one_line;
use outbox::clock::Millis;

/// Reads `30s`, `15m`, `12h`, `7d`, or a number of seconds.
pub(crate) fn duration(text: &str) -> Result<Duration, &'static str> {
    let unit = |text: &str| match text {
        "" | "s" => Some(1.0),
        "m" => Some(60.0),
        "h" => Some(3_600.0),
        "d" => Some(86_400.0),
        _ => None,
    };
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    text.split_at_checked(end)
        .and_then(|(number, rest)| Some(number.parse::<f64>().ok()? * unit(rest)?))
        .filter(|seconds| *seconds <= 10.0 * 365.0 * 86_400.0)
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or("expected a number followed by s, m, h or d, such as 90s or 7d")
}

/// Reads an address that other machines cannot reach.
pub(crate) fn loopback(text: &str) -> Result<SocketAddr, &'static str> {
    let address = text.parse().ok();
    address
        .filter(|address: &SocketAddr| address.ip().is_loopback())
        .ok_or("expected a loopback address and a port, such as 127.0.0.1:8444")
}

/// A span of time, in the largest unit that is precise enough.
pub(crate) fn span(millis: Millis) -> String {
    let seconds = millis.max(0) / 1_000;
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7_199 => format!("{} min", seconds / 60),
        7_200..=172_799 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// A number with separated thousands.
pub(crate) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Bytes on one line, without control characters.
pub(crate) fn printable(bytes: &[u8]) -> String {
    one_line(bytes, usize::MAX)
}

/// A date as HTTP has it, in UTC.
pub(crate) fn date(millis: Millis) -> String {
    let since = Duration::from_millis(u64::try_from(millis).unwrap_or(0));
    httpdate::fmt_http_date(std::time::UNIX_EPOCH + since)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        for (text, seconds) in [
            ("30s", 30.0),
            ("0.25s", 0.25),
            ("15m", 900.0),
            ("7d", 604_800.0),
            ("5", 5.0),
        ] {
            assert_eq!(duration(text).unwrap().as_secs_f64(), seconds, "{text}");
        }
        for text in ["", "s", "5 parsecs", "-1s", "1e3s", "9999999d", "é"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn other_machines_reach_no_loopback_address() {
        for text in ["127.0.0.1:80", "127.1.2.3:0", "[::1]:80"] {
            assert!(loopback(text).is_ok(), "{text}");
        }
        for text in [
            "0.0.0.0:80",
            "[::]:80",
            "192.168.0.1:80",
            "localhost:80",
            "127.0.0.1",
            "",
        ] {
            assert!(loopback(text).is_err(), "{text}");
        }
    }

    #[test]
    fn spans_and_numbers_are_short() {
        assert_eq!(span(90_000), "90 s");
        assert_eq!(span(3_600_000), "60 min");
        assert_eq!(span(200_000_000), "2 d");
        assert_eq!(number(1_234_567), "1,234,567");
        assert_eq!(number(12), "12");
        assert_eq!(printable(b"a\x1b[2J\xff"), "a\u{fffd}[2J\u{fffd}");
    }
}
