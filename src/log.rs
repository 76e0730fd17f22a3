//! Log lines, to where `spread.log` says.
//!
//! The file is opened for each line, so it may be moved or deleted at any time. A line is one write at the
//! end of the file: lines of concurrent processes do not mix. The mode of a new file keeps out other
//! sites that run in the same group. An administrator who wants another mode creates the file.

use std::cell::Cell;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use client::error::printable;
use ext_php_rs::zend::BailoutGuard;
use settings::{Invalid, LogDestination};

use crate::ini::Ini;
use crate::zend::{self, ZendString};

thread_local! {
    /// Whether this request has logged that `spread.log` cannot be used.
    static COMPLAINED: Cell<bool> = const { Cell::new(false) };
}

/// At RINIT.
pub(crate) fn begin_request() {
    COMPLAINED.set(false);
}

/// Writes one line. When `spread.log` cannot be used it goes to PHP's error log.
pub(crate) fn write(line: &ZendString) {
    match write_own(line) {
        Written::Own => {}
        Written::Not => zend::log(line),
        Written::Failed(complaint) => {
            if !COMPLAINED.replace(true) {
                zend::log(&complaint);
            }
            zend::log(line);
        }
    }
}

enum Written {
    Own,
    /// PHP's error log is the destination.
    Not,
    /// With a line about the reason.
    Failed(ZendString),
}

fn write_own(line: &ZendString) -> Written {
    let reason = match LogDestination::load(&Ini) {
        Ok(LogDestination::Php) => return Written::Not,
        Ok(LogDestination::Syslog) => {
            zend::syslog(line);
            return Written::Own;
        }
        Ok(LogDestination::File(path)) => {
            let path = BailoutGuard::new(path);
            let time = zend::log_time();
            match append(path.get(), &time, line) {
                Ok(()) => return Written::Own,
                Err(error) => format!(
                    "names {}, which cannot be written ({error})",
                    printable(path.get())
                ),
            }
        }
        Err(Invalid { expected, .. }) => format!("must be {expected}"),
    };
    let complaint = format!("spread: spread.log {reason}; its lines go to PHP's error log");
    Written::Failed(ZendString::new(complaint.as_bytes()))
}

fn append(path: &Path, time: &ZendString, line: &ZendString) -> io::Result<()> {
    let (time, line) = (time.as_bytes(), line.as_bytes());
    let entry = [b"[", time, b"] ", line, b"\n"].concat();
    zend::with_signals_blocked(|| {
        // A FIFO that nobody reads fails at once, and blocks no call.
        let mut file = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .custom_flags(libc::O_NONBLOCK)
            .open(path)?;
        if file.write(&entry)? < entry.len() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    })
}
