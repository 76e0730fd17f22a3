//! Why a text is no value.

/// What a value must be, as it follows "must be": all that a message says of it.
pub type Expected = &'static str;
