//! The documented rules of an order and of an account.
//!
//! ```text
//!   data, request ──► for each field of the table: is it there, is it of its kind ──► findings
//!                     then the fields that the table does not know ─────────────────►
//! ```
//!
//! The table in `fields.rs` holds every documented field: orders and accounts are checked against it, and the
//! reference page is generated from it. An account has the fields that are not of an order. Both are checked as
//! the API receives them: a form does not distinguish `"10"` from `10`, and a value that a form cannot carry
//! (null, an empty array) is missing. [`form`] reads the body of a call into the values that are checked.
//!
//! Messages name fields and never repeat their values: an order is personal data, and messages are
//! logged. Two warnings suggest a country code or a language; errors suggest nothing.

#![forbid(unsafe_code)]

mod check;
mod fields;
pub mod form;
mod formats;
mod kinds;
mod nearest;
pub mod places;
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
