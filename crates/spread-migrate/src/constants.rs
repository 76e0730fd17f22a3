//! The constants of the whole shop.

use std::collections::{HashMap, HashSet};

use crate::endpoint::is_endpoint;
use crate::value::{Known, Value};

#[derive(Default, PartialEq)]
pub(crate) struct Constants {
    /// By name, as `constant_name` writes names; `None` for one that is unknown, or that has several values.
    values: HashMap<String, Option<Known>>,
    /// Those with a URL of the API as one of their values.
    endpoints: HashSet<String>,
}

impl Constants {
    /// Adds a definition. A second one with another value makes the constant unknown.
    pub(crate) fn add(&mut self, name: String, known: Option<Known>) {
        let value = |known: &Option<Known>| known.as_ref().map(|known| known.value.clone());
        if let Some(Value::Text(text)) = value(&known)
            && is_endpoint(&text)
        {
            self.endpoints.insert(name.clone());
        }
        let first = self.values.entry(name).or_insert_with(|| known.clone());
        if value(first) != value(&known) {
            *first = None;
        }
    }

    pub(crate) fn value(&self, name: &str) -> Option<Known> {
        self.values.get(name).cloned().flatten()
    }

    /// Whether the constant is a URL of the API, or may be one.
    pub(crate) fn is_endpoint(&self, name: &str) -> bool {
        self.endpoints.contains(name)
    }

    pub(crate) fn endpoints(&self) -> impl Iterator<Item = &String> {
        self.endpoints.iter()
    }
}
