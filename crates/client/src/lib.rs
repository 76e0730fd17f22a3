//! One order to its endpoint, and the answer back.
//!
//! ```text
//!   body ──► runtime ──► client ◄──► exchange (decides) ◄──► auth, redirect
//!                          │
//!                          ▼
//!                    Answer or Error
//! ```

#![forbid(unsafe_code)]

pub mod auth;
pub mod client;
pub mod config;
mod connects;
pub mod error;
pub mod exchange;
pub mod keys;
pub mod proxy;
pub mod redirect;
mod retry_after;
pub mod retryability;
pub mod runtime;
mod tls;
