//! Formats of texts: dates, numbers, e-mail addresses.

/// A date or a date and time, for comparison.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Moment {
    year: u16,
    month: u16,
    day: u16,
    seconds: u32,
}

impl Moment {
    /// `Y-m-d`, as PHP's `date()` writes it, and a day that `checkdate()` accepts.
    pub(super) fn date(text: &[u8]) -> Option<Self> {
        let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else {
            return None;
        };
        let year = digits(&[y1, y2, y3, y4])?;
        let month = digits(&[m1, m2])?;
        let day = digits(&[d1, d2])?;
        let real = year >= 1 && day >= 1 && day <= days_of(year, month)?;
        real.then_some(Self {
            year,
            month,
            day,
            seconds: 0,
        })
    }

    /// `Y-m-d H:i:s`. PHP's clock has no leap seconds.
    pub(super) fn date_and_time(text: &[u8]) -> Option<Self> {
        let (date, time) = text.split_at_checked("Y-m-d+++++".len())?;
        let date = Self::date(date)?;
        let &[b' ', h1, h2, b':', i1, i2, b':', s1, s2] = time else {
            return None;
        };
        let hour = digits(&[h1, h2])?;
        let minute = digits(&[i1, i2])?;
        let second = digits(&[s1, s2])?;
        let real = hour < 24 && minute < 60 && second < 60;
        real.then_some(Self {
            seconds: (u32::from(hour) * 60 + u32::from(minute)) * 60 + u32::from(second),
            ..date
        })
    }
}

fn digits(text: &[u8]) -> Option<u16> {
    text.iter().try_fold(0_u16, |number, digit| {
        let digit = digit.is_ascii_digit().then(|| u16::from(digit - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

fn days_of(year: u16, month: u16) -> Option<u16> {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 if is_leap => Some(29),
        2 => Some(28),
        _ => None,
    }
}

/// PHP 8's `is_numeric()`: white space before and after (space, `\t`, `\n`, `\r`, `\v`, `\f`), a sign,
/// digits with one point among them or at either end, an exponent. No hexadecimal, no comma, no `INF`.
pub(super) fn is_numeric(text: &[u8]) -> bool {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c);
    let start = text.iter().position(|byte| !is_space(byte));
    let end = text.iter().rposition(|byte| !is_space(byte));
    let (Some(start), Some(end)) = (start, end) else {
        return false;
    };
    let number = without_sign(text.get(start..=end).unwrap_or_default());
    let exponent = number.iter().position(|byte| matches!(byte, b'e' | b'E'));
    let (mantissa, exponent) = match exponent {
        Some(at) => number.split_at(at),
        None => (number, &b"e0"[..]),
    };
    let exponent = without_sign(exponent.get(1..).unwrap_or_default());
    let points = mantissa.iter().filter(|byte| **byte == b'.').count();
    let mut digits = mantissa.iter().filter(|byte| **byte != b'.').peekable();
    points <= 1
        && digits.peek().is_some()
        && digits.all(u8::is_ascii_digit)
        && !exponent.is_empty()
        && exponent.iter().all(u8::is_ascii_digit)
}

fn without_sign(text: &[u8]) -> &[u8] {
    match text {
        [b'+' | b'-', rest @ ..] => rest,
        _ => text,
    }
}

/// Whether a text can be an e-mail address. Every address in use passes: quoted local parts (RFC 5321
/// section 4.1.2), the dots of old Japanese providers, letters of every script (RFC 6531), host names
/// without a dot and address literals. The common mistakes are refused: no `@` or two, nothing on one
/// side of it, blanks, control characters, a comma instead of a point.
pub(super) fn may_be_email(text: &[u8]) -> bool {
    /// RFC 5321 section 4.5.3.1.3, less the angle brackets.
    const LONGEST: usize = 254;
    // Invalid UTF-8 breaks another rule.
    let text = String::from_utf8_lossy(text);
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let is_quoted = local.len() >= 2 && local.starts_with('"') && local.ends_with('"');
    let local_fits = !local.is_empty()
        && !local.chars().any(char::is_control)
        && (is_quoted
            || !local.contains(|c: char| c.is_whitespace() || "@,;:<>()[]\\\"".contains(c)));
    let literal = domain
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let domain_fits = match literal {
        Some(address) => {
            !address.is_empty() && address.chars().all(|c| c.is_ascii_graphic() && c != '[')
        }
        None => domain.split('.').all(is_label),
    };
    text.len() <= LONGEST && local_fits && domain_fits
}

/// A label of a host name: letters and digits of any script, hyphens, and the underscores that some
/// hosts use.
fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.chars().all(|c| {
            c.is_ascii_alphanumeric()
                || matches!(c, '-' | '_')
                || !(c.is_ascii() || c.is_whitespace() || c.is_control())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_follow_the_calendar() {
        for real in [
            "1970-12-31",
            "2000-02-29",
            "2024-02-29",
            "0001-01-01",
            "9999-12-31",
            "2019-06-05",
        ] {
            assert!(Moment::date(real.as_bytes()).is_some(), "{real}");
        }
        for wrong in [
            "",
            "0000-00-00",
            "0000-01-01",
            "2023-02-29",
            "1900-02-29",
            "2024-04-31",
            "2024-13-01",
            "2024-00-10",
            "2024-01-00",
            "2024-1-1",
            "24-01-01",
            "2024/01/01",
            "01-01-2024",
            "2024-01-01 ",
            " 2024-01-01",
            "2024-01-01\n",
            "2024-01-01 00:00:00",
            "２０２４-01-01",
            "+024-01-01",
            "2024-01-1a",
            "12024-01-01",
        ] {
            assert!(Moment::date(wrong.as_bytes()).is_none(), "{wrong}");
        }
    }

    #[test]
    fn times_follow_the_clock() {
        for real in [
            "2014-06-21 14:31:08",
            "2024-02-29 00:00:00",
            "2024-12-31 23:59:59",
        ] {
            assert!(Moment::date_and_time(real.as_bytes()).is_some(), "{real}");
        }
        for wrong in [
            "",
            "2014-06-21",
            "2014-06-21 14:31",
            "2014-06-21T14:31:08",
            "2014-06-21 24:00:00",
            "2014-06-21 14:60:00",
            "2014-06-21 23:59:60",
            "0000-00-00 00:00:00",
            "2023-02-29 10:00:00",
            "2014-06-21 14:31:08Z",
            "2014-06-21 14:31:08.5",
            "2014-06-21  4:31:08",
            "21/06/2014 14:31:08",
            "2014-06-21 14:31:08\n",
            "2014-06-2\u{e9}",
        ] {
            assert!(Moment::date_and_time(wrong.as_bytes()).is_none(), "{wrong}");
        }
    }

    #[test]
    fn moments_compare_chronologically() {
        let moment = |text: &str| Moment::date_and_time(text.as_bytes());
        assert!(moment("2019-06-05 00:00:00") < moment("2019-06-05 00:00:01"));
        assert!(moment("2019-12-31 23:59:59") < moment("2020-01-01 00:00:00"));
        assert!(Moment::date(b"2019-06-30") < Moment::date(b"2019-07-01"));
    }

    #[test]
    fn numbers_are_those_that_is_numeric_accepts() {
        for number in [
            "0",
            "158.31",
            "-1",
            "+1",
            ".5",
            "5.",
            "1e5",
            "1E-5",
            "1.5e+3",
            " 1",
            "1 ",
            "\t\n\r\x0b\x0c1 \n",
            "00012",
            "1e1000",
            "-.5e-5",
            "+5.e1",
            "99999999999999999999",
        ] {
            assert!(is_numeric(number.as_bytes()), "{number:?}");
        }
        for wrong in [
            "", " ", ".", "-", "+", "e5", "1e", "1e+", "1e5.5", "1e5e5", "158,31", "1 000", "0x1A",
            "1_000", "INF", "NAN", "--1", "+-1", "- 1", "1.2.3", "12 EUR", "€12", "1\0", "\u{a0}1",
            "-e1", ".e1", "١",
        ] {
            assert!(!is_numeric(wrong.as_bytes()), "{wrong:?}");
        }
    }

    #[test]
    fn addresses_in_use_pass() {
        for address in [
            "john@doe.com",
            "j@d",
            "john.doe+shop@mail.doe.co.uk",
            "\"john@home\"@doe.com",
            "\"john doe\"@doe.com",
            "o'brien@doe.ie",
            "!#$%&'*+-/=?^_`{|}~@doe.com",
            "jean.néron@bücher.example",
            "用户@例え.jp",
            "a..b.@docomo.ne.jp",
            "john@[192.0.2.1]",
            "john@[IPv6:2001:db8::1]",
            "root@localhost",
            "a@xn--bcher-kva.example",
            "a@under_score.com",
            "0123456789012345678901234567890123456789012345678901234567890123@doe.com",
        ] {
            assert!(may_be_email(address.as_bytes()), "{address}");
        }
    }

    #[test]
    fn texts_that_cannot_be_an_address_do_not_pass() {
        for wrong in [
            "",
            "@",
            "john",
            "john@",
            "@doe.com",
            "john@@doe.com",
            "john@doe@com",
            "john @doe.com",
            " john@doe.com",
            "john@doe.com ",
            "john@doe.com\n",
            "john@doe com",
            "john@doe,com",
            "john@doe..com",
            "john@.com",
            "john@doe.",
            "john@\u{a0}doe.com",
            "a\0@doe.com",
            "John <john@doe.com>",
            "john@doe.com;jane@doe.com",
            "mailto:john@doe.com",
            "john@[]",
            "\"\"@doe.com\r\n",
            "john@doe.com>",
            "a@d\u{85}.com",
        ] {
            assert!(!may_be_email(wrong.as_bytes()), "{wrong:?}");
        }
        let long = format!("{}@doe.com", "a".repeat(300));
        assert!(!may_be_email(long.as_bytes()));
    }
}
