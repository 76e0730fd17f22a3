//! How to report a failed call.

use client::Expected;

/// The values of `spread.error_mode` and `spread.log_failures`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Report {
    pub mode: ErrorMode,
    pub log: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErrorMode {
    Silent,
    Warning,
    Exception,
}

impl ErrorMode {
    /// # Errors
    /// When it is not one of the three words.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, Expected> {
        match text {
            b"silent" => Ok(Self::Silent),
            b"warning" => Ok(Self::Warning),
            b"exception" => Ok(Self::Exception),
            _ => Err("silent, warning or exception"),
        }
    }
}
