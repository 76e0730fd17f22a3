//! Orders as forms and answers as values: bytes in, bytes out.
//!
//! ```text
//!   arrays ──► form ──► body          answer ──► JSON, text or nothing
//! ```

#![forbid(unsafe_code)]

pub mod answer;
pub mod form;
pub mod json;
mod json_numbers;
