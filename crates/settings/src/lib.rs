//! The table of all settings, and the one way to load them.
//!
//! ```text
//!   INI entries ──────────┐
//!   options of a client ──┼─► Source ──► table: parser, fallbacks ──► Settings, Report, OutboxSetting
//!   command line ─────────┘
//! ```

#![forbid(unsafe_code)]

mod load;
mod parsers;
mod report;
mod setting;
pub mod table;

pub use load::{Invalid, OutboxSetting, PERMITTED, Settings, Source};
pub use parsers::MAX_SECONDS;
pub use report::{ErrorMode, LogDestination, Report};
pub use setting::{About, Fallback, OptionType, Row, Setting, Worker};
pub use table::TABLE;
