//! JSON as the extension reads it, serde_json and its numbers put right, against a naive reader that
//! has never heard of either: the same documents are refused, and the others give the same values in
//! the same order, floats to the bit.
//!
//! An input is a document.

#![no_main]

use std::fmt;

use libfuzzer_sys::fuzz_target;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use codec::json_numbers::{Number, Numbers, Odd, without_odd_numbers};

/// Below what either reader's stack would mind.
const DEPTH_LIMIT: usize = 511;

fuzz_target!(|document: &[u8]| {
    let (plain, odd) = without_odd_numbers(document);
    assert!(plain.len() <= document.len());
    assert!(!odd.is_empty() || plain == document);
    assert!(odd.is_sorted_by(|(a, _), (b, _)| a < b));

    let expected = naive::document(document);
    let actual = read(document);
    assert_eq!(actual, expected);
});

#[derive(Debug)]
enum Value {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    List(Vec<Value>),
    Object(Vec<(String, Value)>),
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Integer(a), Self::Integer(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits(),
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::List(a), Self::List(b)) => a == b,
            (Self::Object(a), Self::Object(b)) => a == b,
            _ => false,
        }
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        match number {
            Number::Integer(number) => Self::Integer(number),
            Number::Float(number) => Self::Float(number),
        }
    }
}

/// As `php/decode.rs` reads a document, with values of PHP in place of these.
fn read(document: &[u8]) -> Option<Value> {
    let (value, saw_minus_zero) = read_once(document, &[]);
    if value.is_some() && !saw_minus_zero {
        return value;
    }
    let (plain, odd) = without_odd_numbers(document);
    if odd.is_empty() && !saw_minus_zero {
        return None;
    }
    read_once(&plain, &odd).0
}

fn read_once(document: &[u8], odd: &[(usize, Odd)]) -> (Option<Value>, bool) {
    let mut reading = Reading {
        depth: 0,
        numbers: Numbers::new(odd),
    };
    let mut json = serde_json::Deserializer::from_slice(document);
    json.disable_recursion_limit();
    let value = Element(&mut reading)
        .deserialize(&mut json)
        .and_then(|value| json.end().map(|()| value));
    (value.ok(), reading.numbers.saw_minus_zero())
}

struct Reading<'n> {
    depth: usize,
    numbers: Numbers<'n>,
}

impl Reading<'_> {
    fn enter<E: Error>(&mut self) -> Result<(), E> {
        self.depth += 1;
        if self.depth > DEPTH_LIMIT {
            return Err(E::custom("too deep"));
        }
        Ok(())
    }
}

struct Element<'r, 'n>(&'r mut Reading<'n>);

impl<'de> DeserializeSeed<'de> for Element<'_, '_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Element<'_, '_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(self.0.numbers.signed(value).into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(self.0.numbers.unsigned(value).into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(self.0.numbers.float(value).into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let reading = self.0;
        reading.enter()?;
        let mut list = Vec::new();
        while let Some(value) = items.next_element_seed(Element(reading))? {
            list.push(value);
        }
        reading.depth -= 1;
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let reading = self.0;
        reading.enter()?;
        let mut object = Vec::new();
        while let Some(Name(name)) = members.next_key()? {
            object.push((name, members.next_value_seed(Element(reading))?));
        }
        reading.depth -= 1;
        Ok(Value::Object(object))
    }
}

struct Name(String);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Name)
    }
}

/// RFC 8259 letter by letter, with PHP's integers.
mod naive {
    use super::{DEPTH_LIMIT, Value};

    pub(super) fn document(document: &[u8]) -> Option<Value> {
        let text = std::str::from_utf8(document).ok()?;
        let mut rest = text;
        let value = value(&mut rest, 0)?;
        skip_space(&mut rest);
        rest.is_empty().then_some(value)
    }

    fn skip_space(rest: &mut &str) {
        *rest = rest.trim_start_matches([' ', '\t', '\r', '\n']);
    }

    fn taken(rest: &mut &str, expected: &str) -> bool {
        match rest.strip_prefix(expected) {
            Some(after) => {
                *rest = after;
                true
            }
            None => false,
        }
    }

    fn value(rest: &mut &str, depth: usize) -> Option<Value> {
        skip_space(rest);
        match rest.chars().next()? {
            'n' => taken(rest, "null").then_some(Value::Null),
            't' => taken(rest, "true").then_some(Value::Bool(true)),
            'f' => taken(rest, "false").then_some(Value::Bool(false)),
            '"' => string(rest).map(Value::Text),
            '[' => list(rest, depth + 1).map(Value::List),
            '{' => object(rest, depth + 1).map(Value::Object),
            _ => number(rest),
        }
    }

    fn list(rest: &mut &str, depth: usize) -> Option<Vec<Value>> {
        taken(rest, "[");
        let mut list = Vec::new();
        skip_space(rest);
        if depth > DEPTH_LIMIT {
            return None;
        }
        if taken(rest, "]") {
            return Some(list);
        }
        loop {
            list.push(value(rest, depth)?);
            skip_space(rest);
            if taken(rest, "]") {
                return Some(list);
            }
            if !taken(rest, ",") {
                return None;
            }
        }
    }

    fn object(rest: &mut &str, depth: usize) -> Option<Vec<(String, Value)>> {
        taken(rest, "{");
        let mut object = Vec::new();
        skip_space(rest);
        if depth > DEPTH_LIMIT {
            return None;
        }
        if taken(rest, "}") {
            return Some(object);
        }
        loop {
            skip_space(rest);
            let name = string(rest)?;
            skip_space(rest);
            if !taken(rest, ":") {
                return None;
            }
            object.push((name, value(rest, depth)?));
            skip_space(rest);
            if taken(rest, "}") {
                return Some(object);
            }
            if !taken(rest, ",") {
                return None;
            }
        }
    }

    fn string(rest: &mut &str) -> Option<String> {
        if !taken(rest, "\"") {
            return None;
        }
        let mut units: Vec<u16> = Vec::new();
        loop {
            let next = rest.chars().next()?;
            *rest = &rest[next.len_utf8()..];
            match next {
                '"' => return String::from_utf16(&units).ok(),
                '\0'..='\x1f' => return None,
                '\\' => {
                    let escape = rest.chars().next()?;
                    *rest = &rest[escape.len_utf8()..];
                    units.push(match escape {
                        '"' | '\\' | '/' => escape as u16,
                        'b' => 8,
                        'f' => 12,
                        'n' => 10,
                        'r' => 13,
                        't' => 9,
                        'u' => {
                            let digits = rest.get(..4)?;
                            if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                                return None;
                            }
                            *rest = &rest[4..];
                            u16::from_str_radix(digits, 16).ok()?
                        }
                        _ => return None,
                    });
                }
                plain => units.extend(plain.encode_utf16(&mut [0; 2]).iter()),
            }
        }
    }

    fn number(rest: &mut &str) -> Option<Value> {
        let start = *rest;
        let is_negative = taken(rest, "-");
        let mut is_integer = true;
        if !taken(rest, "0") {
            digits(rest)?;
        }
        if taken(rest, ".") {
            is_integer = false;
            digits(rest)?;
        }
        if taken(rest, "e") || taken(rest, "E") {
            is_integer = false;
            let _ = taken(rest, "+") || taken(rest, "-");
            digits(rest)?;
        }
        let text = &start[..start.len() - rest.len()];
        if is_integer && is_negative && text == "-0" {
            return Some(Value::Integer(0));
        }
        if is_integer && let Ok(number) = text.parse() {
            return Some(Value::Integer(number));
        }
        text.parse().ok().map(Value::Float)
    }

    fn digits(rest: &mut &str) -> Option<()> {
        let after = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
        let found = after.len() < rest.len();
        *rest = after;
        found.then_some(())
    }
}
