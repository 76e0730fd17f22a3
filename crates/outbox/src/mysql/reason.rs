//! The client's errors in words. The server's own words may repeat values, and are not used.

use std::io;

use mysql::{DriverError, Error};

use super::super::address::Server;
use super::codes;
use client::error::printable;

const NO_TLS: &str =
    "no TLS connection that can be verified: check ssl-mode, ssl-ca and the server's name";
const NOT_MYSQL: &str = "the server does not speak the MySQL protocol";
const TIMEOUT: &str = "no response in time";

/// Why `server` cannot be used.
pub(super) fn of(server: &Server, error: &Error) -> String {
    let reason = match error {
        Error::MySqlError(error) => match codes::meaning(error.code) {
            Some(meaning) => meaning.into(),
            None => format!("the server reports error {}", error.code),
        },
        Error::TlsError(_) => NO_TLS.into(),
        Error::DriverError(DriverError::TlsNotSupported) => {
            "the server offers no TLS, and ssl-mode requires it".into()
        }
        Error::DriverError(DriverError::ConnectTimeout | DriverError::Timeout) => TIMEOUT.into(),
        Error::DriverError(DriverError::CouldNotConnect(Some((_, _, kind)))) => of_connect(*kind),
        Error::DriverError(DriverError::UnknownAuthPlugin(plugin)) => format!(
            "the user authenticates by {}, which spread cannot: use mysql_native_password or \
             caching_sha2_password for it",
            printable(plugin.as_ref())
        ),
        Error::IoError(error) => of_io(error),
        Error::CodecError(error) => std::error::Error::source(error)
            .and_then(|cause| cause.downcast_ref())
            .map_or_else(|| NOT_MYSQL.into(), of_io),
        _ => NOT_MYSQL.into(),
    };
    at(server, &reason)
}

/// The server, or the way to it, takes too long.
pub(super) fn of_timeout(server: &Server) -> String {
    at(server, TIMEOUT)
}

/// Why the host name of `server` leads to no address.
pub(super) fn of_name(server: &Server, error: &io::Error) -> String {
    let reason = match error.kind() {
        io::ErrorKind::TimedOut => "no response in time from the system's resolver",
        _ => "the host name has no address",
    };
    at(server, reason)
}

fn at(server: &Server, reason: &str) -> String {
    match &server.socket {
        Some(socket) => format!("{}: {reason}", printable(socket)),
        None => format!("{}:{}: {reason}", server.host, server.port),
    }
}

/// Other kinds come from binding to one family and trying an address of the other.
fn of_connect(kind: io::ErrorKind) -> String {
    match kind {
        io::ErrorKind::ConnectionRefused
        | io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::NotFound
        | io::ErrorKind::PermissionDenied => kind.to_string(),
        _ => "no address of the host accepts a connection".into(),
    }
}

fn of_io(error: &io::Error) -> String {
    match error.kind() {
        // A socket's timeout.
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => TIMEOUT.into(),
        // An error of rustls.
        io::ErrorKind::InvalidData => NO_TLS.into(),
        kind => kind.to_string(),
    }
}
