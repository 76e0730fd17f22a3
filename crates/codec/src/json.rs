//! JSON as PHP reads it: `json_decode($document, true)`, for values of any kind.
//!
//! A [`Builder`] makes the values and [`read`] calls it, member by member, with no tree between. The
//! grammar is serde_json's (RFC 8259). Two things PHP does differently are done here: nesting is bounded
//! as PHP bounds it, and a document with numbers that serde_json cannot give as PHP has them is read
//! twice (`json_numbers.rs`).
//!
//! ```
//! use codec::json::{self, Builder, Full};
//!
//! /// The sum of all integers.
//! #[derive(Clone)]
//! struct Sum;
//!
//! impl Builder for Sum {
//!     type Value = i64;
//!     type Key = ();
//!     type List = i64;
//!     type Map = i64;
//!
//!     fn integer(&mut self, number: i64) -> i64 {
//!         number
//!     }
//!     fn open_list(&mut self) -> Result<i64, Full> {
//!         Ok(0)
//!     }
//!     fn push(&mut self, sum: &mut i64, value: i64) -> Result<(), Full> {
//!         *sum = sum.checked_add(value).ok_or(Full)?;
//!         Ok(())
//!     }
//!     fn close_list(&mut self, sum: i64) -> i64 {
//!         sum
//!     }
//!     // ...
//! #   fn null(&mut self) -> i64 { 0 }
//! #   fn boolean(&mut self, _: bool) -> i64 { 0 }
//! #   fn float(&mut self, _: f64) -> i64 { 0 }
//! #   fn text(&mut self, _: &str) -> i64 { 0 }
//! #   fn key(&mut self, _: &str) {}
//! #   fn open_map(&mut self) -> Result<i64, Full> { Ok(0) }
//! #   fn insert(&mut self, sum: &mut i64, (): (), value: i64) -> Result<(), Full> {
//! #       self.push(sum, value)
//! #   }
//! #   fn close_map(&mut self, sum: i64) -> i64 { sum }
//! }
//!
//! assert_eq!(json::read(br#"{"total": 3, "lines": [4, 5]}"#, Sum), Ok(12));
//! assert_eq!(json::read(b"[9223372036854775807, 1]", Sum), Err(json::Error::TooBig));
//! ```

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::json_numbers::{Number, Numbers, Odd, without_odd_numbers};

/// How deep JSON may be nested: the default depth of `json_decode()`, which counts the scalars in the
/// deepest array as a level.
pub const DEPTH_LIMIT: usize = 512;

/// Makes the values of a document, in the document's sequence.
pub trait Builder {
    /// A finished value.
    type Value;
    /// A member's name.
    type Key;
    /// A list that is still open.
    type List;
    /// A map that is still open.
    type Map;

    fn null(&mut self) -> Self::Value;
    fn boolean(&mut self, value: bool) -> Self::Value;
    fn integer(&mut self, number: i64) -> Self::Value;
    /// Every number with a fraction or an exponent, and integers beyond an `i64`; infinite beyond the
    /// range of a double.
    fn float(&mut self, number: f64) -> Self::Value;
    fn text(&mut self, text: &str) -> Self::Value;

    /// # Errors
    /// Without room for one more list.
    fn open_list(&mut self) -> Result<Self::List, Full>;
    /// # Errors
    /// Without room for one more value.
    fn push(&mut self, list: &mut Self::List, value: Self::Value) -> Result<(), Full>;
    fn close_list(&mut self, list: Self::List) -> Self::Value;

    fn key(&mut self, name: &str) -> Self::Key;
    /// # Errors
    /// Without room for one more map.
    fn open_map(&mut self) -> Result<Self::Map, Full>;
    /// Takes a member. A name that the map has already comes again: the builder decides which one stays.
    ///
    /// # Errors
    /// Without room for one more value.
    fn insert(
        &mut self,
        map: &mut Self::Map,
        key: Self::Key,
        value: Self::Value,
    ) -> Result<(), Full>;
    fn close_map(&mut self, map: Self::Map) -> Self::Value;
}

/// A builder has no room for more: the reading ends with [`Error::TooBig`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Full;

/// Why a document was not read to its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Error {
    /// It is not JSON, or not UTF-8.
    Syntax,
    /// Arrays and objects nest deeper than PHP takes them.
    TooDeep,
    /// The builder was [`Full`].
    TooBig,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Syntax => "malformed JSON",
            Self::TooDeep => "JSON nested too deep",
            Self::TooBig => "JSON too big for its builder",
        })
    }
}

impl std::error::Error for Error {}

/// Reads one document and gives its value. A document that is read twice needs a builder each time: the
/// first one is a clone.
///
/// # Errors
/// When `json_decode()` would refuse the document, and when the builder is full.
pub fn read<B: Builder + Clone>(document: &[u8], builder: B) -> Result<B::Value, Error> {
    let first = Reading::of(document, &[], builder.clone());
    match first.value {
        Ok(_) if first.saw_minus_zero => {}
        Err(Error::Syntax) => {}
        value => return value,
    }
    // A minus zero, a number out of range, or simply no JSON.
    let (plain, odd) = without_odd_numbers(document);
    if odd.is_empty() && !first.saw_minus_zero {
        return Err(Error::Syntax);
    }
    Reading::of(&plain, &odd, builder).value
}

/// Whether [`read`] would read the document, which costs no values.
///
/// ```
/// use codec::json::{self, Error};
///
/// assert_eq!(json::check(br#"{"status": "success"}"#), Ok(()));
/// assert_eq!(json::check(b"[1, 2"), Err(Error::Syntax));
/// assert_eq!(json::check(&[b'['; 512]), Err(Error::TooDeep));
/// ```
///
/// # Errors
/// As [`read`], but never [`Error::TooBig`].
pub fn check(document: &[u8]) -> Result<(), Error> {
    read(document, Nothing)
}

/// Builds nothing.
#[derive(Clone)]
struct Nothing;

impl Builder for Nothing {
    type Value = ();
    type Key = ();
    type List = ();
    type Map = ();

    fn null(&mut self) {}
    fn boolean(&mut self, _: bool) {}
    fn integer(&mut self, _: i64) {}
    fn float(&mut self, _: f64) {}
    fn text(&mut self, _: &str) {}

    fn open_list(&mut self) -> Result<(), Full> {
        Ok(())
    }
    fn push(&mut self, (): &mut (), (): ()) -> Result<(), Full> {
        Ok(())
    }
    fn close_list(&mut self, (): ()) {}

    fn key(&mut self, _: &str) {}
    fn open_map(&mut self) -> Result<(), Full> {
        Ok(())
    }
    fn insert(&mut self, (): &mut (), (): (), (): ()) -> Result<(), Full> {
        Ok(())
    }
    fn close_map(&mut self, (): ()) {}
}

/// The result of reading a document once.
struct Outcome<V> {
    value: Result<V, Error>,
    saw_minus_zero: bool,
}

/// One reading of a document.
struct Reading<'n, B> {
    builder: B,
    depth: usize,
    numbers: Numbers<'n>,
    /// Why the reading ended early, when it was not the document's syntax: serde_json has no place for it.
    ended: Option<Error>,
}

impl<'n, B: Builder> Reading<'n, B> {
    fn of(document: &[u8], odd: &'n [(usize, Odd)], builder: B) -> Outcome<B::Value> {
        let mut reading = Self {
            builder,
            depth: 0,
            numbers: Numbers::new(odd),
            ended: None,
        };
        let mut json = serde_json::Deserializer::from_slice(document);
        json.disable_recursion_limit();
        let value = Element(&mut reading)
            .deserialize(&mut json)
            .and_then(|value| json.end().map(|()| value))
            .map_err(|_| reading.ended.unwrap_or(Error::Syntax));
        Outcome {
            value,
            saw_minus_zero: reading.numbers.saw_minus_zero(),
        }
    }

    fn enter<E: serde::de::Error>(&mut self) -> Result<(), E> {
        self.depth += 1;
        if self.depth >= DEPTH_LIMIT {
            return Err(self.end(Error::TooDeep));
        }
        Ok(())
    }

    fn room<T, E: serde::de::Error>(&mut self, built: Result<T, Full>) -> Result<T, E> {
        built.map_err(|Full| self.end(Error::TooBig))
    }

    fn end<E: serde::de::Error>(&mut self, error: Error) -> E {
        self.ended = Some(error);
        E::custom(error)
    }

    fn number(&mut self, number: Number) -> B::Value {
        match number {
            Number::Integer(number) => self.builder.integer(number),
            Number::Float(number) => self.builder.float(number),
        }
    }
}

/// A value to be read.
struct Element<'r, 'n, B>(&'r mut Reading<'n, B>);

impl<'de, B: Builder> DeserializeSeed<'de> for Element<'_, '_, B> {
    type Value = B::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<B::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, B: Builder> Visitor<'de> for Element<'_, '_, B> {
    type Value = B::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<B::Value, E> {
        Ok(self.0.builder.null())
    }

    fn visit_bool<E>(self, value: bool) -> Result<B::Value, E> {
        Ok(self.0.builder.boolean(value))
    }

    fn visit_i64<E>(self, number: i64) -> Result<B::Value, E> {
        let number = self.0.numbers.signed(number);
        Ok(self.0.number(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<B::Value, E> {
        let number = self.0.numbers.unsigned(number);
        Ok(self.0.number(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<B::Value, E> {
        let number = self.0.numbers.float(number);
        Ok(self.0.number(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<B::Value, E> {
        Ok(self.0.builder.text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<B::Value, A::Error> {
        let reading = self.0;
        reading.enter()?;
        let opened = reading.builder.open_list();
        let mut list = reading.room(opened)?;
        while let Some(value) = items.next_element_seed(Element(reading))? {
            let pushed = reading.builder.push(&mut list, value);
            reading.room(pushed)?;
        }
        reading.depth -= 1;
        Ok(reading.builder.close_list(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<B::Value, A::Error> {
        let reading = self.0;
        reading.enter()?;
        let opened = reading.builder.open_map();
        let mut map = reading.room(opened)?;
        while let Some(key) = members.next_key_seed(Name(&mut reading.builder))? {
            let value = members.next_value_seed(Element(reading))?;
            let inserted = reading.builder.insert(&mut map, key, value);
            reading.room(inserted)?;
        }
        reading.depth -= 1;
        Ok(reading.builder.close_map(map))
    }
}

/// A member's name to be read.
struct Name<'b, B>(&'b mut B);

impl<'de, B: Builder> DeserializeSeed<'de> for Name<'_, B> {
    type Value = B::Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<B::Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<B: Builder> Visitor<'_> for Name<'_, B> {
    type Value = B::Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member name")
    }

    fn visit_str<E>(self, name: &str) -> Result<B::Key, E> {
        Ok(self.0.key(name))
    }
}

#[cfg(test)]
mod tests;
