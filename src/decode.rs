//! JSON → zval, straight, no tree between: equal to `json_decode($body, true)`.
//!
//! serde_json reads the grammar; three things PHP does differently are done here. Nesting is bounded
//! as PHP bounds it. Keys go through PHP's own rule for integer-like strings. And documents with
//! numbers that serde_json cannot give as PHP has them are read a second time (`json_numbers.rs`).

use std::fmt;

use ext_php_rs::boxed::ZBox;
use ext_php_rs::types::{ZendEmptyArray, ZendHashTable, Zval};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::zend::{self, ArrayKey, ZendString};
use codec::answer::{Undecodable, not_json};
use codec::json_numbers::{Number, Numbers, Odd, without_odd_numbers};

/// The deepest array: `json_decode()`'s default depth of 512 counts the scalars in it as a level.
const DEPTH_LIMIT: usize = 511;

/// The value of a 2xx answer: JSON decoded, nothing as null, plain text as it is.
///
/// # Errors
/// When the body is HTML or broken JSON.
pub(crate) fn answer(body: ZendString) -> Result<Zval, Undecodable> {
    if body.as_bytes().is_empty() {
        return Ok(Zval::null());
    }
    match json(body.as_bytes()) {
        Ok(value) => Ok(value),
        Err(Malformed::TooDeep) => Err(Undecodable::TooDeep),
        Err(Malformed::TooBig) => Err(Undecodable::TooBig),
        Err(Malformed::Syntax) => match not_json(body.as_bytes()) {
            Some(why) => Err(why),
            None => Ok(body.into_zval()),
        },
    }
}

/// The value of a refusal's body: JSON decoded, nothing as null, anything else as the text it is.
pub(crate) fn refusal(body: ZendString) -> Zval {
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
        Ok(value) if !reading.numbers.saw_minus_zero() => return Ok(value),
        Err(Malformed::Syntax) | Ok(_) => {}
        Err(malformed) => return Err(malformed),
    }
    // A minus zero, a number out of range, or simply no JSON.
    let (plain, odd) = without_odd_numbers(document);
    if odd.is_empty() && !reading.numbers.saw_minus_zero() {
        return Err(Malformed::Syntax);
    }
    Reading::new(&odd).read(&plain)
}

/// One reading of a document.
struct Reading<'n> {
    depth: usize,
    numbers: Numbers<'n>,
    /// Why this reading ended early, if not for the document's syntax.
    ended: Option<Malformed>,
    values: usize,
}

impl<'n> Reading<'n> {
    fn new(odd: &'n [(usize, Odd)]) -> Self {
        Self {
            depth: 0,
            numbers: Numbers::new(odd),
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

    fn visit_i64<E>(self, value: i64) -> Result<Zval, E> {
        Ok(number(self.0.numbers.signed(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Zval, E> {
        Ok(number(self.0.numbers.unsigned(value)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Zval, E> {
        Ok(number(self.0.numbers.float(value)))
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

fn number(number: Number) -> Zval {
    let mut value = Zval::new();
    match number {
        Number::Integer(number) => value.set_long(number),
        Number::Float(number) => value.set_double(number),
    }
    value
}

/// An array as a value; nothing is the empty one.
pub(crate) fn array(table: Option<ZBox<ZendHashTable>>) -> Zval {
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
