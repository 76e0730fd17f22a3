//! Floats as PHP writes them into a form.

/// The default of PHP's ini `precision`.
const PRECISION: usize = 14;

/// A float as `http_build_query()` writes it with PHP's default `precision` of 14 digits: C's `%.14G`, but
/// with a digit after the point of a mantissa and no zeros before an exponent (`main/snprintf.c`, `php_gcvt`).
///
/// ```
/// use codec::float::float;
///
/// assert_eq!(float(158.31), "158.31");
/// assert_eq!(float(0.1 + 0.2), "0.3");
/// assert_eq!(float(1e15), "1.0E+15");
/// ```
#[must_use]
pub fn float(number: f64) -> String {
    if number.is_nan() {
        return "NAN".into();
    }
    let sign = if number.is_sign_negative() { "-" } else { "" };
    if number.is_infinite() {
        return format!("{sign}INF");
    }
    // `d.ddde-x`, correctly rounded.
    let scientific = format!("{:.*e}", PRECISION - 1, number.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
    // Of an integer of one digit more, `zend_dtoa()` keeps the zeros when it rounds a tie down to an even digit.
    let digits = if exponent == 14 && number.abs() % 20.0 == 5.0 {
        digits.as_str()
    } else {
        match digits.trim_end_matches('0') {
            "" => "0",
            digits => digits,
        }
    };
    let (first, rest) = digits.split_at(1);
    match usize::try_from(exponent) {
        Ok(before) if before < PRECISION => match digits.split_at_checked(before + 1) {
            Some((whole, "")) => format!("{sign}{whole}"),
            Some((whole, fraction)) => format!("{sign}{whole}.{fraction}"),
            None => format!("{sign}{digits:0<width$}", width = before + 1),
        },
        Err(_) if exponent >= -4 => {
            let zeros = "0".repeat(exponent.unsigned_abs() as usize - 1);
            format!("{sign}0.{zeros}{digits}")
        }
        _ => {
            let rest = if rest.is_empty() { "0" } else { rest };
            format!("{sign}{first}.{rest}E{exponent:+}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::float;

    /// As PHP 8.2 prints them; `php-tests/outbox/import.phpt` compares many more.
    #[test]
    fn floats_are_written_as_php_writes_them() {
        for (number, expected) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (-1.5, "-1.5"),
            (100.0, "100"),
            (0.0001, "0.0001"),
            (0.00001, "1.0E-5"),
            (0.000_012_5, "1.25E-5"),
            (99_999_999_999_999.0, "99999999999999"),
            (123_456_789_012_345.0, "1.2345678901234E+14"),
            (527_988_468_294_805.0, "5.2798846829480E+14"),
            (-120_000_000_000_005.0, "-1.2000000000000E+14"),
            (527_988_468_294_801.0, "5.279884682948E+14"),
            (527_988_468_294_795.0, "5.279884682948E+14"),
            (527_988_468_294_825.0, "5.2798846829482E+14"),
            (1e100, "1.0E+100"),
            (1.0 / 3.0, "0.33333333333333"),
            (f64::INFINITY, "INF"),
            (f64::NEG_INFINITY, "-INF"),
            (f64::NAN, "NAN"),
        ] {
            assert_eq!(float(number), expected);
        }
    }
}
