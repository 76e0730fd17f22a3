//! The reader of JSON against a naive one that shares nothing with it but the values: the same documents
//! are refused, and the others give the same values in the same sequence, floats to the bit.
//!
//! An input is a document.

#![no_main]

use codec::json::{self, Builder, Full};
use libfuzzer_sys::fuzz_target;

/// As PHP's `json_decode()` has it.
const DEPTH_LIMIT: usize = 511;

fuzz_target!(|document: &[u8]| {
    let value = json::read(document, Values);
    let checked = value.as_ref().map(|_| ()).map_err(|error| *error);
    assert_eq!(json::check(document), checked);
    assert_eq!(value.ok(), naive::document(document));
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

#[derive(Clone)]
struct Values;

impl Builder for Values {
    type Value = Value;
    type Key = String;
    type List = Vec<Value>;
    type Map = Vec<(String, Value)>;

    fn null(&mut self) -> Value {
        Value::Null
    }

    fn boolean(&mut self, value: bool) -> Value {
        Value::Bool(value)
    }

    fn integer(&mut self, number: i64) -> Value {
        Value::Integer(number)
    }

    fn float(&mut self, number: f64) -> Value {
        Value::Float(number)
    }

    fn text(&mut self, text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    fn open_list(&mut self) -> Result<Self::List, Full> {
        Ok(Vec::new())
    }

    fn push(&mut self, list: &mut Self::List, value: Value) -> Result<(), Full> {
        list.push(value);
        Ok(())
    }

    fn close_list(&mut self, list: Self::List) -> Value {
        Value::List(list)
    }

    fn key(&mut self, name: &str) -> String {
        name.to_owned()
    }

    fn open_map(&mut self) -> Result<Self::Map, Full> {
        Ok(Vec::new())
    }

    fn insert(&mut self, map: &mut Self::Map, key: String, value: Value) -> Result<(), Full> {
        map.push((key, value));
        Ok(())
    }

    fn close_map(&mut self, map: Self::Map) -> Value {
        Value::Object(map)
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
