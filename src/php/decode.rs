//! JSON → zval, straight, no tree between: equal to `json_decode($body, true)`.
//!
//! serde_json reads the grammar; three things PHP does differently are done here. Nesting is bounded
//! as PHP bounds it. Keys go through PHP's own rule for integer-like strings. And two kinds of number
//! that serde_json cannot tell or refuses, `-0` (an int in PHP, `-0.0` is a float) and numbers past
//! the range of a double (INF), are found by a second reading, which only such documents pay for:
//! the odd numbers are listed, a copy of the document has 0 in their places, and the n-th number
//! read takes its value from the list.

use std::fmt;

use ext_php_rs::boxed::ZBox;
use ext_php_rs::types::{ZendEmptyArray, ZendHashTable, Zval};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::zend::{self, ArrayKey, ZendString};
use crate::error::Undecodable;

/// The deepest array: `json_decode()`'s default depth of 512 counts the scalars in it as a level.
const DEPTH_LIMIT: usize = 511;

/// The value of a 2xx answer: JSON decoded, nothing as null, plain text as it is.
///
/// # Errors
/// When the body is HTML or broken JSON.
pub(super) fn answer(body: ZendString) -> Result<Zval, Undecodable> {
    if body.as_bytes().is_empty() {
        return Ok(Zval::null());
    }
    match json(body.as_bytes()) {
        Ok(value) => Ok(value),
        Err(Malformed::TooDeep) => Err(Undecodable::TooDeep),
        Err(Malformed::TooBig) => Err(Undecodable::TooBig),
        Err(Malformed::Syntax) => {
            let document = body.as_bytes().trim_ascii_start();
            let document = document.strip_prefix(b"\xef\xbb\xbf").unwrap_or(document);
            match document.trim_ascii_start().first() {
                Some(b'<') => Err(Undecodable::Html),
                Some(b'{' | b'[') => Err(Undecodable::BrokenJson),
                _ => Ok(body.into_zval()),
            }
        }
    }
}

/// The value of a refusal's body: JSON decoded, nothing as null, anything else as the text it is.
pub(super) fn refusal(body: ZendString) -> Zval {
    if body.as_bytes().is_empty() {
        return Zval::null();
    }
    json(body.as_bytes()).unwrap_or_else(|_| body.into_zval())
}

/// Why a document is not JSON that PHP takes.
enum Malformed {
    Syntax,
    TooDeep,
    TooBig,
}

fn json(document: &[u8]) -> Result<Zval, Malformed> {
    let mut reading = Reading::new(&[]);
    match reading.read(document) {
        Ok(value) if !reading.saw_minus_zero => return Ok(value),
        Err(Malformed::Syntax) | Ok(_) => {}
        Err(malformed) => return Err(malformed),
    }
    // A minus zero, a number out of range, or simply no JSON.
    let (plain, odd) = without_odd_numbers(document);
    if odd.is_empty() && !reading.saw_minus_zero {
        return Err(Malformed::Syntax);
    }
    Reading::new(&odd).read(&plain)
}

/// A number that serde_json cannot give as PHP has it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Odd {
    IntegerZero,
    Float(f64),
}

/// The document with 0 in place of its odd numbers, and those with their places among all numbers.
/// What is not a number by JSON's grammar stays, so that a broken document stays broken.
fn without_odd_numbers(document: &[u8]) -> (Vec<u8>, Vec<(usize, Odd)>) {
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
    let minus_zero = number == 0.0 && number.is_sign_negative();
    (number.is_infinite() || minus_zero).then_some(Odd::Float(number))
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

/// One reading of a document.
struct Reading<'n> {
    depth: usize,
    numbers: usize,
    /// The odd numbers still to come, by their place among all numbers.
    odd: &'n [(usize, Odd)],
    saw_minus_zero: bool,
    /// Why this reading ended early, if not for the document's syntax.
    ended: Option<Malformed>,
    values: usize,
}

impl<'n> Reading<'n> {
    fn new(odd: &'n [(usize, Odd)]) -> Self {
        Self {
            depth: 0,
            numbers: 0,
            odd,
            saw_minus_zero: false,
            ended: None,
            values: 0,
        }
    }

    fn read(&mut self, document: &[u8]) -> Result<Zval, Malformed> {
        let mut json = serde_json::Deserializer::from_slice(document);
        json.disable_recursion_limit();
        Element(self)
            .deserialize(&mut json)
            .and_then(|value| json.end().map(|()| value))
            .map_err(|_| self.ended.take().unwrap_or(Malformed::Syntax))
    }

    /// Counts a number; says what it is if it is one of the odd ones.
    fn next_number(&mut self) -> Option<Odd> {
        let place = self.numbers;
        self.numbers += 1;
        let (&(next, value), rest) = self.odd.split_first()?;
        if next != place {
            return None;
        }
        self.odd = rest;
        Some(value)
    }

    fn integer(&mut self, number: i64) -> Zval {
        let mut value = Zval::new();
        match self.next_number() {
            Some(Odd::Float(number)) => value.set_double(number),
            Some(Odd::IntegerZero) => value.set_long(0),
            None => value.set_long(number),
        }
        value
    }

    fn float(&mut self, number: f64) -> Zval {
        self.next_number();
        self.saw_minus_zero |= number == 0.0 && number.is_sign_negative();
        let mut value = Zval::new();
        value.set_double(number);
        value
    }

    fn enter<E: serde::de::Error>(&mut self) -> Result<(), E> {
        self.depth += 1;
        if self.depth > DEPTH_LIMIT {
            return Err(self.end(Malformed::TooDeep));
        }
        if zend::over_memory_limit() {
            return Err(self.end(Malformed::TooBig));
        }
        Ok(())
    }

    /// Looks at the memory now and then: a long list is no deeper for its length.
    fn add<E: serde::de::Error>(&mut self) -> Result<(), E> {
        self.values += 1;
        if self.values.is_multiple_of(1024) && zend::over_memory_limit() {
            return Err(self.end(Malformed::TooBig));
        }
        Ok(())
    }

    fn end<E: serde::de::Error>(&mut self, malformed: Malformed) -> E {
        self.ended = Some(malformed);
        E::custom("ended")
    }
}

/// A value to be read.
struct Element<'r, 'n>(&'r mut Reading<'n>);

impl<'de> DeserializeSeed<'de> for Element<'_, '_> {
    type Value = Zval;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Zval, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Element<'_, '_> {
    type Value = Zval;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Zval, E> {
        Ok(Zval::null())
    }

    fn visit_bool<E>(self, value: bool) -> Result<Zval, E> {
        let mut zval = Zval::new();
        zval.set_bool(value);
        Ok(zval)
    }

    fn visit_i64<E>(self, number: i64) -> Result<Zval, E> {
        Ok(self.0.integer(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Zval, E> {
        Ok(match i64::try_from(number) {
            Ok(number) => self.0.integer(number),
            // PHP's integers are signed: beyond them it takes a float.
            Err(_) => self.0.float(number as f64),
        })
    }

    fn visit_f64<E>(self, number: f64) -> Result<Zval, E> {
        Ok(self.0.float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Zval, E> {
        Ok(ZendString::new(text.as_bytes()).into_zval())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Zval, A::Error> {
        let reading = self.0;
        reading.enter()?;
        let mut list: Option<ZBox<ZendHashTable>> = None;
        while let Some(value) = items.next_element_seed(Element(reading))? {
            reading.add()?;
            zend::push(list.get_or_insert_with(ZendHashTable::new), value);
        }
        reading.depth -= 1;
        Ok(array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Zval, A::Error> {
        let reading = self.0;
        reading.enter()?;
        let mut map: Option<ZBox<ZendHashTable>> = None;
        while let Some(key) = members.next_key_seed(Name)? {
            let value = members.next_value_seed(Element(reading))?;
            reading.add()?;
            zend::set(map.get_or_insert_with(ZendHashTable::new), &key, value);
        }
        reading.depth -= 1;
        Ok(array(map))
    }
}

fn array(table: Option<ZBox<ZendHashTable>>) -> Zval {
    let mut value = Zval::new();
    match table {
        Some(table) => value.set_hashtable(table),
        None => {
            // The engine's shared empty array, as json_decode() gives it.
            if let Ok(empty) = ext_php_rs::convert::IntoZval::into_zval(ZendEmptyArray, false) {
                return empty;
            }
        }
    }
    value
}

/// A member's name to be read.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = ArrayKey;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<ArrayKey, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name {
    type Value = ArrayKey;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member name")
    }

    fn visit_str<E>(self, name: &str) -> Result<ArrayKey, E> {
        Ok(ArrayKey::new(name))
    }
}
