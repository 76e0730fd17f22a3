//! Failures, in the caller's words.
//!
//! An [`Error`] is one [`Kind`] with the facts of the failure, and [`Error::sentence`] is the only
//! place that turns them into words: what happened, to which order, what to do. No kind carries a
//! key or a field of the order, so no message can print one; the order is named by its id alone, and an
//! account by its id or by a keyed hash of its e-mail address.

mod class;
mod kind;
mod names;
mod sentence;
mod subject_name;

pub use class::Class;
pub use kind::{Error, Kind, Part, RedirectFailure, Refusal, TlsFailure};
pub use names::Names;
pub use subject_name::{SubjectName, one_line, printable};
