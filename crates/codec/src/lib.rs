//! Orders as forms and answers as values: bytes in, bytes out.
//!
//! ```text
//!   arrays ──► form ──► body          answer ──► JSON, text or nothing
//! ```
//!
//! Both directions do as PHP does, byte by byte: [`form`] writes what `http_build_query()` writes,
//! [`json`] reads what `json_decode()` reads. Neither knows PHP's values. The caller walks its arrays
//! and calls a [`form::FormWriter`]; a [`json::Builder`] of the caller's makes the values of an answer.
//! No I/O, no clock, no PHP.
//!
//! # An order
//!
//! ```
//! use codec::form::{FormWriter, Key};
//!
//! let mut form = FormWriter::new(Vec::new(), Vec::new());
//! let data = form.open(Key::Name(b"data"));
//! form.integer(Key::Name(b"order_idorder"), 42);
//! form.text(Key::Name(b"order_status"), b"paid & sent");
//! form.close(data);
//! assert_eq!(
//!     form.finish(),
//!     b"data%5Border_idorder%5D=42&data%5Border_status%5D=paid+%26+sent",
//! );
//! ```
//!
//! # An answer
//!
//! ```
//! use codec::answer::{Undecodable, undecodable};
//!
//! // JSON, plain text and nothing are answers.
//! assert_eq!(undecodable(br#"{"status": "success"}"#), None);
//! assert_eq!(undecodable(b"OK"), None);
//! // A login page with status 200 is not.
//! assert_eq!(undecodable(b"<html>"), Some(Undecodable::Html));
//! ```

#![forbid(unsafe_code)]

pub mod answer;
pub mod float;
pub mod form;
pub mod json;
mod json_numbers;
