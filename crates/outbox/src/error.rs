//! The errors of a store.

use std::fmt;

/// A failed operation on a store.
#[derive(Clone, Debug)]
pub enum StoreError {
    /// The outbox cannot be opened, or no connection to it can be made.
    Open(String),
    /// A newer version of this code created the schema.
    Newer { found: i64, known: i64 },
    /// The connection is gone; a new one may work.
    Lost(String),
    /// A statement failed, or its result does not fit the schema.
    Failed(String),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(reason) => write!(f, "the outbox cannot be opened ({reason})"),
            Self::Newer { found, known } => write!(
                f,
                "the outbox has schema version {found}, but this version of spread knows only \
                 {known}: update spread on this machine"
            ),
            Self::Lost(reason) => write!(f, "the connection to the outbox is lost ({reason})"),
            Self::Failed(reason) => write!(f, "the outbox cannot be used ({reason})"),
        }
    }
}

impl std::error::Error for StoreError {}
