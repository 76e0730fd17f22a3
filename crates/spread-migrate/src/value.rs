//! Values that the text of the shop tells.

use std::path::PathBuf;

#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Value {
    Text(Vec<u8>),
    Number(f64),
    Bool(bool),
    Null,
    /// What `getenv()` returns for the name.
    Environment(String),
}

/// A literal, by its file and its first byte.
pub(crate) type Origin = (PathBuf, usize);

#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Known {
    pub(crate) value: Value,
    /// The texts it is made of.
    pub(crate) origins: Vec<Origin>,
}

/// The known beginning of a text, before the first part that is not known.
pub(crate) struct Unknown {
    pub(crate) beginning: Vec<u8>,
    /// The source of that part.
    pub(crate) part: String,
}

impl Value {
    pub(crate) fn text(&self) -> Option<Vec<u8>> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Number(number) => Some(number.to_string().into_bytes()),
            Self::Bool(true) => Some(b"1".to_vec()),
            Self::Bool(false) | Self::Null => Some(Vec::new()),
            Self::Environment(_) => None,
        }
    }

    pub(crate) fn number(&self) -> Option<f64> {
        match self {
            Self::Text(text) => std::str::from_utf8(text).ok()?.trim().parse().ok(),
            Self::Number(number) => Some(*number),
            Self::Bool(true) => Some(1.0),
            Self::Bool(false) | Self::Null => Some(0.0),
            Self::Environment(_) => None,
        }
    }
}
