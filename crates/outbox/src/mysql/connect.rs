//! Connecting to MySQL: timeouts, TLS, what a session is set to; and what to say when it fails.
//!
//! `ssl-mode` means what it does to MySQL's own clients. rustls, as for orders.

use std::fs::File;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::time::Duration;

use mysql::consts::CapabilityFlags;
use mysql::{Conn, DriverError, Error, OptsBuilder, SslOpts};

use super::super::address::{Server, Tls};
use super::super::store::StoreError;
use super::{CHANGED, DEADLOCK, GOODBYES, LOCK_WAIT, Result};
use client::error::printable;

/// A connection, ready for the outbox.
pub(super) fn connect(server: &Server, patience: Duration) -> Result<Conn> {
    let tls = match server.tls {
        // Nobody listens in on a socket.
        _ if server.socket.is_some() => None,
        Tls::Disabled => None,
        mode => Some(tls(server, mode)?),
    };
    let connect = |tls| guarded(|| Conn::new(options(server, patience, tls)));
    let connected = match connect(tls) {
        Err(Error::DriverError(DriverError::TlsNotSupported)) if server.tls == Tls::Preferred => {
            connect(None)
        }
        connected => connected,
    };
    connected.map_err(|error| StoreError::Open(reason(server, &error)))
}

/// The client panics at some of what it cannot read, such as a version without a number: an outbox that
/// fails, and no more.
pub(super) fn guarded<T>(work: impl FnOnce() -> mysql::Result<T>) -> mysql::Result<T> {
    panic::catch_unwind(AssertUnwindSafe(work))
        .unwrap_or(Err(Error::DriverError(DriverError::UnexpectedPacket)))
}

fn options(server: &Server, patience: Duration, tls: Option<SslOpts>) -> OptsBuilder {
    let patience = patience.max(Duration::from_millis(100));
    // The server must give up before the connection does, or nobody knows who was in the way.
    let lock_wait = (patience / 2).as_secs().clamp(1, 50);
    let socket = server.socket.as_ref();
    OptsBuilder::new()
        .ip_or_hostname(Some(server.host.clone()))
        .tcp_port(server.port)
        .socket(socket.map(|path| path.to_string_lossy().into_owned()))
        // Else a server on this machine would be asked for its socket, and reached by that.
        .prefer_socket(false)
        .user(Some(server.user.clone()))
        .pass(Some(server.password.clone()))
        .db_name(Some(server.database.clone()))
        .tcp_connect_timeout(Some(patience))
        .read_timeout(Some(patience))
        .write_timeout(Some(patience))
        .tcp_keepalive_time_ms(Some(30_000))
        .stmt_cache_size(64)
        // An UPDATE counts the rows that it finds, changed or not.
        .additional_capabilities(CapabilityFlags::CLIENT_FOUND_ROWS)
        .ssl_opts(tls)
        .init(vec![
            format!(
                "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', autocommit = 1, time_zone = '+00:00', \
                 innodb_lock_wait_timeout = {lock_wait}"
            ),
            // A transaction that has waited for an order's row must then see what its records have become:
            // the default would show them as they were when it began.
            "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED".into(),
        ])
}

fn tls(server: &Server, mode: Tls) -> Result<SslOpts> {
    let verified = matches!(mode, Tls::VerifyCa | Tls::VerifyIdentity);
    if let Some(path) = server.ca_file.as_ref().filter(|_| verified)
        && let Err(error) = File::open(path)
    {
        let reason = format!("ssl-ca: {}: {}", printable(path), error.kind());
        return Err(StoreError::Open(reason));
    }
    let authorities = match &server.ca_file {
        Some(path) => Some(path.clone()),
        None => openssl_probe::probe().cert_file,
    };
    Ok(SslOpts::default()
        .with_root_cert_path(authorities.filter(|_| verified))
        .with_danger_accept_invalid_certs(!verified)
        .with_danger_skip_domain_validation(mode != Tls::VerifyIdentity))
}

/// What went wrong. The server's own words may repeat values, and are not.
pub(super) fn reason(server: &Server, error: &Error) -> String {
    let what = match error {
        Error::MySqlError(error) => match error.code {
            1044 | 1045 | 1698 => "the server refuses the user or the password".into(),
            1049 => "there is no such database".into(),
            1040 | 1203 | 1226 => "the server has too many connections".into(),
            1021 | 1114 => "the server's disk is full".into(),
            1142 | 1143 | 1227 | 1370 => "the user lacks a privilege there".into(),
            1290 | 1792 | 1836 => "the server is read-only".into(),
            LOCK_WAIT | DEADLOCK | CHANGED => "others have been in the way for too long".into(),
            code if GOODBYES.contains(&code) => "the server has ended the connection".into(),
            code => format!("the server reports error {code}"),
        },
        Error::TlsError(_) => NO_TLS.into(),
        Error::DriverError(DriverError::TlsNotSupported) => {
            "the server offers no TLS, and ssl-mode asks for it".into()
        }
        Error::DriverError(DriverError::ConnectTimeout | DriverError::Timeout) => {
            "no answer in time".into()
        }
        Error::DriverError(DriverError::CouldNotConnect(Some((_, _, kind)))) => kind.to_string(),
        Error::IoError(error) => io_reason(error),
        Error::CodecError(error) => std::error::Error::source(error)
            .and_then(|cause| cause.downcast_ref())
            .map_or_else(|| "it does not speak as MySQL does".into(), io_reason),
        _ => "it does not speak as MySQL does".into(),
    };
    match &server.socket {
        Some(socket) => format!("{}: {what}", printable(socket)),
        None => format!("{}:{}: {what}", server.host, server.port),
    }
}

const NO_TLS: &str = "no TLS that can be verified: check ssl-mode, ssl-ca and the server's name";

fn io_reason(error: &io::Error) -> String {
    match error.kind() {
        // What a socket's timeout gives.
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => "no answer in time".into(),
        // What rustls gives.
        io::ErrorKind::InvalidData => NO_TLS.into(),
        kind => kind.to_string(),
    }
}
