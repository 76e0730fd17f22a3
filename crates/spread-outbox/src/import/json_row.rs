//! A line of JSON → the value that `json_decode($line, true)` gives.

use std::collections::HashMap;

use codec::json::{Builder, Error, Full, read};
use rules::{Key, Value};

/// How many values a line may have: more than any order, less than memory.
const LIMIT: usize = 1_000_000;

pub(crate) fn parse(line: &[u8]) -> Result<Value, Error> {
    read(line, Tree { left: LIMIT })
}

#[derive(Clone)]
struct Tree {
    left: usize,
}

impl Tree {
    fn spend(&mut self) -> Result<(), Full> {
        self.left = self.left.checked_sub(1).ok_or(Full)?;
        Ok(())
    }
}

/// An object that is still open. A name that comes again replaces the value in its first place, as in PHP.
#[derive(Default)]
struct Members {
    entries: Vec<(Key, Value)>,
    places: HashMap<Key, usize>,
}

impl Builder for Tree {
    type Value = Value;
    type Key = Key;
    type List = Vec<(Key, Value)>;
    type Map = Members;

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
        Value::Text(text.as_bytes().to_vec())
    }

    fn open_list(&mut self) -> Result<Self::List, Full> {
        Ok(Vec::new())
    }

    fn push(&mut self, list: &mut Self::List, value: Value) -> Result<(), Full> {
        self.spend()?;
        let index = i64::try_from(list.len()).map_err(|_| Full)?;
        list.push((Key::Index(index), value));
        Ok(())
    }

    fn close_list(&mut self, list: Self::List) -> Value {
        Value::Array(list)
    }

    fn key(&mut self, name: &str) -> Key {
        Key::of(name.as_bytes())
    }

    fn open_map(&mut self) -> Result<Members, Full> {
        Ok(Members::default())
    }

    fn insert(&mut self, map: &mut Members, key: Key, value: Value) -> Result<(), Full> {
        self.spend()?;
        let next = map.entries.len();
        let place = *map.places.entry(key.clone()).or_insert(next);
        match map.entries.get_mut(place) {
            Some((_, old)) => *old = value,
            None => map.entries.push((key, value)),
        }
        Ok(())
    }

    fn close_map(&mut self, map: Members) -> Value {
        Value::Array(map.entries)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_name_keeps_its_first_place_and_gets_its_last_value() {
        let value = parse(br#"{"a": 1, "1": "x", "a": [true, null]}"#).unwrap();
        let list = Value::Array(vec![
            (Key::Index(0), Value::Bool(true)),
            (Key::Index(1), Value::Null),
        ]);
        let expected = vec![
            (Key::Name(b"a".to_vec()), list),
            (Key::Index(1), Value::Text(b"x".to_vec())),
        ];
        assert_eq!(value, Value::Array(expected));
    }
}
