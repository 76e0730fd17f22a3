//! JSON → zval, straight, no tree between: equal to `json_decode($body, true)`.
//!
//! `codec::json` reads the document. The builder makes its values, bounded by PHP's memory limit; keys go
//! through PHP's own rule for integer-like strings.

use ext_php_rs::boxed::ZBox;
use ext_php_rs::types::{ZendEmptyArray, ZendHashTable, Zval};

use crate::zend::{self, ArrayKey, ZendString};
use codec::answer::{Undecodable, not_json};
use codec::json::{self, Builder, Full};

/// The value of a 2xx answer: JSON decoded, nothing as null, plain text as it is.
///
/// # Errors
/// When the body is HTML, broken JSON, or JSON beyond PHP's limits.
pub(crate) fn answer(body: ZendString) -> Result<Zval, Undecodable> {
    if body.as_bytes().is_empty() {
        return Ok(Zval::null());
    }
    match json(body.as_bytes()) {
        Ok(value) => Ok(value),
        Err(reason) => match not_json(body.as_bytes(), reason) {
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

fn json(document: &[u8]) -> Result<Zval, json::Error> {
    json::read(document, Zvals { values: 0 })
}

/// Builds zvals as long as PHP has memory for them.
#[derive(Clone)]
struct Zvals {
    values: usize,
}

impl Zvals {
    fn open(&self) -> Result<Array, Full> {
        room()?;
        Ok(None)
    }

    /// Looks at the memory now and then: a long list is no deeper for its length.
    fn count(&mut self) -> Result<(), Full> {
        self.values += 1;
        if self.values.is_multiple_of(1024) {
            room()?;
        }
        Ok(())
    }
}

fn room() -> Result<(), Full> {
    if zend::over_memory_limit() {
        return Err(Full);
    }
    Ok(())
}

/// Nothing while it is empty.
type Array = Option<ZBox<ZendHashTable>>;

impl Builder for Zvals {
    type Value = Zval;
    type Key = ArrayKey;
    type List = Array;
    type Map = Array;

    fn null(&mut self) -> Zval {
        Zval::null()
    }

    fn boolean(&mut self, value: bool) -> Zval {
        let mut zval = Zval::new();
        zval.set_bool(value);
        zval
    }

    fn integer(&mut self, number: i64) -> Zval {
        let mut zval = Zval::new();
        zval.set_long(number);
        zval
    }

    fn float(&mut self, number: f64) -> Zval {
        let mut zval = Zval::new();
        zval.set_double(number);
        zval
    }

    fn text(&mut self, text: &str) -> Zval {
        ZendString::new(text.as_bytes()).into_zval()
    }

    fn open_list(&mut self) -> Result<Array, Full> {
        self.open()
    }

    fn push(&mut self, list: &mut Array, value: Zval) -> Result<(), Full> {
        self.count()?;
        zend::push(list.get_or_insert_with(ZendHashTable::new), value);
        Ok(())
    }

    fn close_list(&mut self, list: Array) -> Zval {
        array(list)
    }

    fn key(&mut self, name: &str) -> ArrayKey {
        ArrayKey::new(name)
    }

    fn open_map(&mut self) -> Result<Array, Full> {
        self.open()
    }

    fn insert(&mut self, map: &mut Array, key: ArrayKey, value: Zval) -> Result<(), Full> {
        self.count()?;
        zend::set(map.get_or_insert_with(ZendHashTable::new), &key, value);
        Ok(())
    }

    fn close_map(&mut self, map: Array) -> Zval {
        array(map)
    }
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
