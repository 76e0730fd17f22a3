//! Statements as text, for several in one round trip. Values are numbers and hexadecimal digits: nothing in
//! them can be read as SQL, whatever the session's character set and `sql_mode` are.

use std::fmt::Write as _;

use super::super::database::{Statement, Value};

/// The statements one after the other, each with a `;` behind it.
pub(super) fn batch(statements: &[Statement<'_>]) -> String {
    let mut text = String::new();
    for (sql, values) in statements {
        let mut values = values.iter();
        for part in sql.split_inclusive('?') {
            match part.strip_suffix('?') {
                Some(before) => {
                    text.push_str(before);
                    literal(&mut text, values.next().unwrap_or(&Value::Null));
                }
                None => text.push_str(part),
            }
        }
        text.push_str("; ");
    }
    text
}

fn literal(text: &mut String, value: &Value<'_>) {
    let bytes = match value {
        Value::Null => return text.push_str("NULL"),
        Value::Int(number) => {
            let _ = write!(text, "{number}");
            return;
        }
        Value::Bytes(bytes) => bytes,
        Value::Text(words) => words.as_bytes(),
    };
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |number: u8| {
        DIGITS
            .get(usize::from(number))
            .map_or('0', |digit| char::from(*digit))
    };
    text.reserve(2 * bytes.len() + 3);
    text.push_str("X'");
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text.push('\'');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_stands_for_its_question_mark() {
        let first = [Value::Int(-7), Value::Null, Value::Bytes(b"a?';\0\xff")];
        let text = batch(&[
            ("INSERT INTO t VALUES (?, ?, ?)", &first),
            ("DELETE FROM t WHERE a = ?", &[Value::Text("")]),
        ]);
        assert_eq!(
            text,
            "INSERT INTO t VALUES (-7, NULL, X'613F273B00FF'); DELETE FROM t WHERE a = X''; "
        );
    }
}
