//! The documented rules of an order.
//!
//! ```text
//!   data, request ──► for each field of the table: is it there, is it of its kind ──► findings
//!                     then the fields that the table does not know ─────────────────►
//! ```
//!
//! What the API documents is one table (`fields.rs`): it is checked here, and the reference
//! page is written from it. An order is judged as it arrives: `"10"` and `10` are the same to a form,
//! and what a form cannot carry (null, an empty array) is not there.
//!
//! Messages name fields and never repeat what is in them: an order is personal data, and a message
//! ends in a log. Two warnings suggest a country's code or a language, and no error does.

#![forbid(unsafe_code)]

mod check;
mod fields;
mod formats;
mod kinds;
mod nearest;
mod places;
mod rule;
mod state;
mod value;

#[cfg(test)]
mod field_tests;
#[cfg(test)]
mod tests;

pub use check::check;
pub use fields::{Document, FIELDS, Field};
pub use kinds::Kind;
pub use rule::{Finding, RULES, Rule, Severity};
pub use state::{STATES, State};
pub use value::{Key, Value};
