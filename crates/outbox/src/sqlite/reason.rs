//! SQLite's errors in words. No value of a statement is in them.

use std::io;
use std::path::Path;

use client::error::printable;
use rusqlite::{Error, ErrorCode};

pub(super) fn is_busy(error: &Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

/// Why the file at `path` cannot be created.
pub(super) fn of_file(path: &Path, error: &io::Error) -> String {
    let advice = match error.kind() {
        io::ErrorKind::PermissionDenied => ": check the permissions of its directory",
        io::ErrorKind::NotFound => ": its directory must exist",
        _ => "",
    };
    format!("{}: {}{advice}", printable(path), error.kind())
}

/// Why a statement on the file at `path` failed.
pub(super) fn of(path: &Path, error: &Error) -> String {
    let reason = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "timed out waiting for another transaction's lock"
        }
        Some(ErrorCode::DiskFull) => "the disk is full",
        Some(ErrorCode::ReadOnly) => "the file is read-only for this user",
        Some(ErrorCode::CannotOpen) => {
            "the file cannot be opened: check its permissions and those of its directory"
        }
        Some(ErrorCode::PermissionDenied | ErrorCode::AuthorizationForStatementDenied) => {
            "this user may not use the file"
        }
        Some(ErrorCode::NotADatabase) => "the file is not an SQLite database",
        Some(ErrorCode::DatabaseCorrupt) => "the file is damaged: see sqlite3's .recover",
        Some(ErrorCode::SystemIoFailure) => "the disk fails, or is full",
        Some(ErrorCode::OutOfMemory) => "out of memory",
        _ => "SQLite rejects a statement: check that the file is a spread outbox",
    };
    format!("{}: {reason}", printable(path))
}
