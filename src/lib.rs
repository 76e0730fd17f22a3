//! Reports a shop's orders to the SPREAD CRM: what replaces the documented curl snippet.
//!
//! An order's way through the house:
//!
//! ```text
//!   $data, $request ──► php/encode ──► form ──► body
//!                                                │
//!        ┌───────────────── runtime ─────────────▼──────────────┐
//!        │  client ◄──► exchange (decides) ◄──► auth, redirect  │
//!        └───────────────────────────────────────┬──────────────┘
//!                                     answer or error
//!                                                │
//!   mixed ◄── php/decode ◄───────────────────────┤
//!   Spread\Exception ◄── php/exceptions ◄────────┘
//! ```
//!
//! With an outbox the body is kept there first (`outbox/call`), and what is not delivered at once the
//! program `spread-outbox` (`worker/`) sends with the same client.
//!
//! Everything outside `php/` is plain Rust that knows nothing of PHP and builds without it.
//! Imports run downward only.

#[forbid(unsafe_code)]
pub mod answer;
#[forbid(unsafe_code)]
pub mod auth;
#[forbid(unsafe_code)]
pub mod client;
#[forbid(unsafe_code)]
pub mod config;
#[forbid(unsafe_code)]
pub mod connects;
#[forbid(unsafe_code)]
pub mod error;
#[forbid(unsafe_code)]
pub mod exchange;
#[forbid(unsafe_code)]
pub mod form;
#[forbid(unsafe_code)]
pub mod json_numbers;
#[forbid(unsafe_code)]
pub mod outbox;
#[forbid(unsafe_code)]
pub mod proxy;
#[forbid(unsafe_code)]
pub mod redirect;
#[forbid(unsafe_code)]
pub mod retry_after;
#[forbid(unsafe_code)]
pub mod rules;
#[forbid(unsafe_code)]
pub mod runtime;
#[forbid(unsafe_code)]
pub mod settings;
#[forbid(unsafe_code)]
pub mod tls;
#[forbid(unsafe_code)]
pub mod verdict;

#[cfg(feature = "worker")]
#[forbid(unsafe_code)]
pub mod worker;

#[cfg(feature = "php")]
mod php;

/// The version of the extension.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
