//! Connecting to MySQL: timeouts, TLS, and the settings of a session.
//!
//! `ssl-mode` means what it does to MySQL's own clients. TLS is rustls, as for orders.

use std::fs::File;
use std::panic::{self, AssertUnwindSafe};
use std::time::Duration;

use mysql::consts::CapabilityFlags;
use mysql::{Conn, DriverError, Error, OptsBuilder, SslOpts};

use super::super::address::{Server, Tls};
use super::super::database::Result;
use super::super::error::StoreError;
use super::reason;
use client::error::printable;

/// A connection, ready for the outbox.
pub(super) fn connect(server: &Server, timeout: Duration) -> Result<Conn> {
    let tls = match server.tls {
        // Nobody listens in on a socket.
        _ if server.socket.is_some() => None,
        Tls::Disabled => None,
        mode => Some(tls(server, mode)?),
    };
    let connect = |tls| guarded(|| Conn::new(options(server, timeout, tls)));
    let connected = match connect(tls) {
        Err(Error::DriverError(DriverError::TlsNotSupported)) if server.tls == Tls::Preferred => {
            connect(None)
        }
        connected => connected,
    };
    connected.map_err(|error| StoreError::Open(reason::of(server, &error)))
}

/// The client panics at some of what it cannot read, such as a version without a number. That must be an
/// outbox that fails, and no more.
pub(super) fn guarded<T>(work: impl FnOnce() -> mysql::Result<T>) -> mysql::Result<T> {
    panic::catch_unwind(AssertUnwindSafe(work))
        .unwrap_or(Err(Error::DriverError(DriverError::UnexpectedPacket)))
}

fn options(server: &Server, timeout: Duration, tls: Option<SslOpts>) -> OptsBuilder {
    let timeout = timeout.max(Duration::from_millis(100));
    // The server must give up before the connection does, or the error would not name the lock.
    let lock_wait = (timeout / 2).as_secs().clamp(1, 50);
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
        .tcp_connect_timeout(Some(timeout))
        .read_timeout(Some(timeout))
        .write_timeout(Some(timeout))
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
