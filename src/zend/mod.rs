//! All of our unsafe code: the Zend API behind safe functions, the signal masks around a call, and the memory
//! that processes share.
//!
//! Memory: a value that may be alive while Zend is called either lives in Zend's own memory, all of which
//! the engine frees when a fatal error jumps over these frames, or stands in a `BailoutGuard`.

mod abi;
mod arguments;
mod arrays;
mod classes;
mod environment;
mod errors;
mod ini;
mod last_error;
mod process;
mod response;
mod sensitive;
mod shared_memory;
mod strings;
mod values;

pub(crate) use abi::*;
pub(crate) use arguments::*;
pub(crate) use arrays::*;
pub(crate) use classes::*;
pub(crate) use environment::*;
pub(crate) use errors::*;
pub(crate) use ini::*;
pub(crate) use last_error::*;
pub(crate) use process::*;
pub(crate) use response::*;
pub(crate) use sensitive::*;
pub(crate) use shared_memory::*;
pub(crate) use strings::*;
pub(crate) use values::*;
