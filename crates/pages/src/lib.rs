//! The web pages of the programs: one look, two languages, and what keeps other sites out.
//!
//! ```text
//!   request ──► guard: Host, origin, key, token ──► the program's handler ──► layout ──► response
//!                                                        │                                  │
//!                                   parameters, language ┘      Content-Security-Policy ────┘
//! ```
//!
//! A page is HTML made on the server. `assets/page.js` replaces its part `#live` whenever [`live`] says that
//! something changed; without JavaScript a page shows what was true when it was loaded.
//!
//! Values on a page come from anywhere. Templates escape by construction, and [`text::visible`] shows what a
//! browser would hide or obey: control characters, invalid UTF-8, changes of the direction of writing.

#![forbid(unsafe_code)]

mod guard;
mod language;
mod layout;
pub mod live;
mod moment;
mod parameters;
mod site;
pub mod text;

pub use guard::{check_host, protect};
pub use language::Language;
pub use layout::Page;
pub use moment::moment;
pub use parameters::Parameters;
pub use site::{Site, TOKEN};
