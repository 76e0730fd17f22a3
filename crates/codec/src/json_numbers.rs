//! The numbers of a JSON document as PHP has them.
//!
//! serde_json gives `-0` (an int in PHP) as it gives `-0.0` (a float), and refuses numbers past the range
//! of a double (INF in PHP). Only documents with such numbers are read a second time:
//! [`without_odd_numbers`] lists them and puts 0 in their places, and the n-th number read takes its value
//! from the list.
//!
//! ```text
//!   document ──► serde_json ──► values, no minus zero among them ──► done
//!                    │ refused, or saw_minus_zero()
//!   document ──► without_odd_numbers ──► serde_json with Numbers::new(&odd) ──► values
//! ```

/// A number that serde_json cannot give as PHP has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Odd {
    IntegerZero,
    Float(f64),
}

/// A number as PHP has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    Integer(i64),
    Float(f64),
}

/// The numbers of one reading, each to be handed over once, in the document's sequence.
#[derive(Debug)]
pub(crate) struct Numbers<'n> {
    read: usize,
    /// The odd numbers still to come, by their place among all numbers.
    odd: &'n [(usize, Odd)],
    saw_minus_zero: bool,
}

impl<'n> Numbers<'n> {
    /// `odd` are the numbers that [`without_odd_numbers`] took out; empty for a first reading.
    pub(crate) fn new(odd: &'n [(usize, Odd)]) -> Self {
        Self {
            read: 0,
            odd,
            saw_minus_zero: false,
        }
    }

    /// The next number, which serde_json gave as an `i64`.
    pub(crate) fn signed(&mut self, number: i64) -> Number {
        match self.next_odd() {
            Some(Odd::Float(number)) => Number::Float(number),
            Some(Odd::IntegerZero) => Number::Integer(0),
            None => Number::Integer(number),
        }
    }

    /// The next number, which serde_json gave as a `u64`.
    pub(crate) fn unsigned(&mut self, number: u64) -> Number {
        match i64::try_from(number) {
            Ok(number) => self.signed(number),
            // PHP's integers are signed: beyond them it takes a float.
            Err(_) => self.float(number as f64),
        }
    }

    /// The next number, which serde_json gave as an `f64`.
    pub(crate) fn float(&mut self, number: f64) -> Number {
        self.next_odd();
        self.saw_minus_zero |= is_minus_zero(number);
        Number::Float(number)
    }

    /// Whether a minus zero was read, which may have been `-0` or `-0.0`: this reading does not count.
    pub(crate) fn saw_minus_zero(&self) -> bool {
        self.saw_minus_zero
    }

    /// Counts a number; says what it is if it is one of the odd ones.
    fn next_odd(&mut self) -> Option<Odd> {
        let place = self.read;
        self.read += 1;
        let (&(next, value), rest) = self.odd.split_first()?;
        if next != place {
            return None;
        }
        self.odd = rest;
        Some(value)
    }
}

/// The document with 0 in place of its odd numbers, and those with their places among all numbers.
/// Everything else stays, so that a broken document stays broken.
pub(crate) fn without_odd_numbers(document: &[u8]) -> (Vec<u8>, Vec<(usize, Odd)>) {
    let mut plain = Vec::with_capacity(document.len());
    let mut odd = Vec::new();
    let mut numbers = 0;
    let mut rest = document;
    while let Some((&first, after)) = rest.split_first() {
        let length = match first {
            b'"' => string_length(rest),
            b'-' | b'0'..=b'9' => rest
                .iter()
                .position(|byte| !matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'))
                .unwrap_or(rest.len()),
            _ => {
                plain.push(first);
                rest = after;
                continue;
            }
        };
        let (token, after) = rest.split_at(length);
        rest = after;
        if first == b'"' {
            plain.extend_from_slice(token);
            continue;
        }
        match odd_number(token) {
            Some(value) => {
                odd.push((numbers, value));
                plain.push(b'0');
            }
            None => plain.extend_from_slice(token),
        }
        numbers += 1;
    }
    (plain, odd)
}

/// The length of a string with its quotes; of all that is left when it does not end.
fn string_length(text: &[u8]) -> usize {
    let mut escaped = false;
    text.iter()
        .skip(1)
        .position(|&byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        })
        .map_or(text.len(), |position| position + 2)
}

fn odd_number(token: &[u8]) -> Option<Odd> {
    if !is_json_number(token) {
        return None;
    }
    if token == b"-0" {
        return Some(Odd::IntegerZero);
    }
    let number: f64 = str::from_utf8(token).ok()?.parse().ok()?;
    (number.is_infinite() || is_minus_zero(number)).then_some(Odd::Float(number))
}

fn is_minus_zero(number: f64) -> bool {
    number == 0.0 && number.is_sign_negative()
}

/// RFC 8259 section 6.
fn is_json_number(token: &[u8]) -> bool {
    fn digits(text: &[u8]) -> (usize, &[u8]) {
        let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        (count, text.split_at(count).1)
    }
    let unsigned = token.strip_prefix(b"-").unwrap_or(token);
    let (whole, mut rest) = digits(unsigned);
    if whole == 0 || (whole > 1 && unsigned.first() == Some(&b'0')) {
        return false;
    }
    if let Some(fraction) = rest.strip_prefix(b".") {
        let (count, after) = digits(fraction);
        if count == 0 {
            return false;
        }
        rest = after;
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent = match exponent {
            [b'+' | b'-', exponent @ ..] => exponent,
            exponent => exponent,
        };
        let (count, after) = digits(exponent);
        if count == 0 {
            return false;
        }
        rest = after;
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(document: &str) -> (String, Vec<(usize, Odd)>) {
        let (plain, odd) = without_odd_numbers(document.as_bytes());
        (String::from_utf8_lossy(&plain).into_owned(), odd)
    }

    #[test]
    fn odd_numbers_are_listed_and_replaced() {
        let (plain, odd) = split(r#"{"a":[-0,1,-0.0,1e400],"-0":-1e999,"b":[-0e5,1e-999]}"#);
        assert_eq!(plain, r#"{"a":[0,1,0,0],"-0":0,"b":[0,1e-999]}"#);
        let expected = [
            (0, Odd::IntegerZero),
            (2, Odd::Float(-0.0)),
            (3, Odd::Float(f64::INFINITY)),
            (4, Odd::Float(f64::NEG_INFINITY)),
            (5, Odd::Float(-0.0)),
        ];
        assert_eq!(odd, expected);
        for (place, value) in odd {
            if let Odd::Float(0.0) = value {
                assert!(
                    matches!(value, Odd::Float(zero) if is_minus_zero(zero)),
                    "{place}"
                );
            }
        }
    }

    #[test]
    fn strings_and_broken_documents_stay() {
        for document in [
            "",
            r#"["-0","1e400 \" -0",0,12]"#,
            r#"["-0"#,
            r#"["\"#,
            "[-]",
            "[-00]",
            "[-0-0]",
            "[1e400.5]",
            "[1.e400]",
            "[1e+]",
            "[01e400]",
            "[-0e]",
            "[+0]",
            "[.0]",
        ] {
            assert_eq!(
                split(document),
                (document.to_owned(), Vec::new()),
                "{document}"
            );
        }
    }

    #[test]
    fn grammar_of_numbers() {
        for token in [
            "0", "-0", "10", "-1", "0.0", "-0.05", "1e5", "1E+5", "10.5e-05", "0e0",
        ] {
            assert!(is_json_number(token.as_bytes()), "{token}");
        }
        for token in [
            "", "-", "+1", "00", "-01", "1.", ".1", "1e", "1e+", "1e1.5", "1-", "--1", "1.2.3",
            "e5",
        ] {
            assert!(!is_json_number(token.as_bytes()), "{token}");
        }
    }

    #[test]
    fn the_nth_number_read_takes_its_value_from_the_list() {
        let odd = [(1, Odd::IntegerZero), (3, Odd::Float(f64::INFINITY))];
        let mut numbers = Numbers::new(&odd);
        assert_eq!(numbers.unsigned(7), Number::Integer(7));
        assert_eq!(numbers.unsigned(0), Number::Integer(0));
        assert_eq!(numbers.float(1.5), Number::Float(1.5));
        assert_eq!(numbers.unsigned(0), Number::Float(f64::INFINITY));
        assert_eq!(numbers.signed(-7), Number::Integer(-7));
        assert!(!numbers.saw_minus_zero());
    }

    #[test]
    fn integers_beyond_php_s_are_floats() {
        let mut numbers = Numbers::new(&[]);
        let largest = i64::MAX.unsigned_abs();
        assert_eq!(numbers.unsigned(largest), Number::Integer(i64::MAX));
        assert_eq!(
            numbers.unsigned(largest + 1),
            Number::Float(9_223_372_036_854_775_808.0)
        );
        assert_eq!(numbers.float(-0.0), Number::Float(-0.0));
        assert!(numbers.saw_minus_zero());
    }
}
