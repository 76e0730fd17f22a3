//! How to report a failed call.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

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

/// Where log lines go.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LogDestination {
    /// PHP's `error_log`.
    Php,
    Syslog,
    File(PathBuf),
}

impl LogDestination {
    /// A relative path would depend on the working directory, which Apache changes before it calls
    /// shutdown functions.
    ///
    /// # Errors
    /// When it is a relative path.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, Expected> {
        match text {
            b"" => Ok(Self::Php),
            b"syslog" => Ok(Self::Syslog),
            [b'/', ..] => Ok(Self::File(OsStr::from_bytes(text).into())),
            _ => Err("empty, syslog or an absolute path"),
        }
    }

    pub(crate) fn path(&self) -> Option<PathBuf> {
        match self {
            Self::File(path) => Some(path.clone()),
            Self::Php | Self::Syslog => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_destination_is_empty_syslog_or_an_absolute_path() {
        let parse = LogDestination::parse;
        assert_eq!(parse(b""), Ok(LogDestination::Php));
        assert_eq!(parse(b"syslog"), Ok(LogDestination::Syslog));
        let file = LogDestination::File("/var/log/spread.log".into());
        assert_eq!(parse(b"/var/log/spread.log"), Ok(file));
        for text in ["Syslog", "spread.log", "./spread.log", "php://stderr"] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
    }
}
