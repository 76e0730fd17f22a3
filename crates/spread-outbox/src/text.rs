//! Durations in and out, and tables, as people write and read them.

use std::time::Duration;

use client::error::one_line;
use outbox::clock::Millis;

/// Reads `30s`, `15m`, `12h`, `7d`, or a number of seconds.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
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
        .ok_or_else(|| "must be a number with s, m, h or d behind it, such as 90s or 7d".into())
}

/// A time that passes, to the nearest unit that says enough.
pub(super) fn span(millis: Millis) -> String {
    let seconds = millis.max(0) / 1_000;
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7_199 => format!("{} min", seconds / 60),
        7_200..=172_799 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// A number with its thousands apart.
pub(super) fn number(number: u64) -> String {
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

/// Bytes for a person, whole.
pub(super) fn printable(bytes: &[u8]) -> String {
    one_line(bytes, usize::MAX)
}

/// Columns side by side, the last one as long as it is.
pub(super) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = head.iter().map(|name| name.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    let mut line = |cells: &mut dyn Iterator<Item = &str>| {
        let mut written = String::new();
        for (cell, width) in cells.zip(&widths) {
            written.push_str(&format!("{cell:<width$}  "));
        }
        text.push_str(written.trim_end());
        text.push('\n');
    };
    line(&mut head.iter().copied());
    for row in rows {
        line(&mut row.iter().map(String::as_str));
    }
    text
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
    fn spans_and_numbers_are_short() {
        assert_eq!(span(90_000), "90 s");
        assert_eq!(span(3_600_000), "60 min");
        assert_eq!(span(200_000_000), "2 d");
        assert_eq!(number(1_234_567), "1,234,567");
        assert_eq!(number(12), "12");
        assert_eq!(printable(b"a\x1b[2J\xff"), "a\u{fffd}[2J\u{fffd}");
    }
}
