//! One order to its endpoint, and the answer back.
//!
//! ```text
//!   body ──► runtime ──► client ◄──► exchange (decides) ◄──► auth, redirect
//!                          │
//!                          ▼
//!                    Answer or Error
//! ```

#![forbid(unsafe_code)]

pub mod answer;
pub mod auth;
mod bounds;
pub mod config;
mod connections;
mod connector;
pub mod error;
pub mod exchange;
mod expected;
mod failure;
mod framing;
pub mod keys;
mod pool_key;
pub mod process_owned;
pub mod proxy;
mod race;
mod recent;
pub mod redirect;
mod resolver;
mod retry_after;
pub mod retryability;
pub mod runtime;
mod session;
pub mod threads;
mod tls;
mod transport;

pub use bounds::UNACKNOWLEDGED;
pub use expected::Expected;
pub use session::reload;
