//! Connecting to MySQL: the time it takes, TLS, and the settings of a session.
//!
//! The system's resolver has no timeout, and a handshake has many steps, each with the socket's timeout. So
//! all of it runs in a thread, and the caller stops waiting for it when the time is over. The thread ends when
//! these do, and closes a connection that comes too late. A process has a limited number of such threads.
//!
//! `ssl-mode` means what it does to MySQL's own clients. TLS is rustls, as for orders.

use std::fs::File;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use mysql::consts::CapabilityFlags;
use mysql::prelude::Queryable as _;
use mysql::{Conn, DriverError, Error, OptsBuilder, SslOpts};

use super::super::address::{Server, Tls};
use super::super::database::Result;
use super::super::error::StoreError;
use super::limits::{Limits, SHORTEST};
use super::reason;
use super::routes::{Route, routes};
use client::error::printable;
use client::threads::{NoResult, Threads};

static CONNECTING: Threads = Threads::new("spread-outbox");

/// A connection, ready for the outbox. With `row_log` it asks the server to log rows, not statements.
pub(super) fn connect(server: &Server, timeout: Duration, row_log: bool) -> Result<Conn> {
    connect_by_name(server, timeout, row_log, routes)
}

fn connect_by_name(
    server: &Server,
    timeout: Duration,
    row_log: bool,
    routes: impl FnOnce(&Server) -> io::Result<Vec<Route>> + Send + 'static,
) -> Result<Conn> {
    let deadline = Instant::now() + timeout;
    let name_found = Arc::new(AtomicBool::new(false));
    let (to, found) = (server.clone(), Arc::clone(&name_found));
    let connected = CONNECTING.run_within(timeout, move || {
        let routes = routes(&to).map_err(|error| StoreError::Open(reason::of_name(&to, &error)))?;
        found.store(true, Ordering::Relaxed);
        connect_by(&routes, &to, deadline, row_log)
    });
    connected.unwrap_or_else(|none| {
        Err(StoreError::Open(match none {
            NoResult::NoThread => "no thread can be created to connect".into(),
            _ if name_found.load(Ordering::Relaxed) => reason::of_timeout(server),
            _ => reason::of_name(server, &io::ErrorKind::TimedOut.into()),
        }))
    })
}

fn left(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

/// Connects by the first of `routes` that leads to a server.
fn connect_by(routes: &[Route], server: &Server, deadline: Instant, row_log: bool) -> Result<Conn> {
    let tls = match server.tls {
        // Nobody listens in on a socket.
        _ if server.socket.is_some() => None,
        Tls::Disabled => None,
        mode => Some(tls(server, mode)?),
    };
    let mut untried: u32 = routes.iter().map(|route| route.addresses).sum();
    let mut failed = None;
    for route in routes {
        // Each address gets its share of what the earlier ones have left.
        let share = left(deadline) / untried.max(1);
        untried = untried.saturating_sub(route.addresses);
        match connect_to(route, server, deadline, share, tls.clone()) {
            Err(
                error @ Error::DriverError(
                    DriverError::CouldNotConnect(_) | DriverError::ConnectTimeout,
                ),
            ) => {
                failed = failed.or(Some(error));
            }
            Ok(mut conn) => {
                if row_log {
                    // Without the privilege the next order fails as before, with the reason.
                    let _ = guarded(|| conn.query_drop("SET SESSION binlog_format = ROW"));
                }
                return Ok(conn);
            }
            Err(error) => return Err(StoreError::Open(reason::of(server, &error))),
        }
    }
    let error = failed.unwrap_or(Error::DriverError(DriverError::CouldNotConnect(None)));
    Err(StoreError::Open(reason::of(server, &error)))
}

fn connect_to(
    route: &Route,
    server: &Server,
    deadline: Instant,
    share: Duration,
    tls: Option<SslOpts>,
) -> mysql::Result<Conn> {
    let connect = |tls| {
        let options = options(server, left(deadline), tls)
            .ip_or_hostname(Some(route.host.clone()))
            .bind_address(route.bind)
            .tcp_connect_timeout(Some(share.max(SHORTEST)));
        guarded(|| Conn::new(options))
    };
    match connect(tls) {
        Err(Error::DriverError(DriverError::TlsNotSupported)) if server.tls == Tls::Preferred => {
            connect(None)
        }
        connected => connected,
    }
}

/// The client panics at some of what it cannot read, such as a version without a number. That must be an
/// outbox that fails, and no more.
pub(super) fn guarded<T>(work: impl FnOnce() -> mysql::Result<T>) -> mysql::Result<T> {
    panic::catch_unwind(AssertUnwindSafe(work))
        .unwrap_or(Err(Error::DriverError(DriverError::UnexpectedPacket)))
}

fn options(server: &Server, timeout: Duration, tls: Option<SslOpts>) -> OptsBuilder {
    let timeout = timeout.max(SHORTEST);
    let socket = server.socket.as_ref();
    OptsBuilder::new()
        .tcp_port(server.port)
        .socket(socket.map(|path| path.to_string_lossy().into_owned()))
        // Else a server on this machine would be asked for its socket, and reached by that.
        .prefer_socket(false)
        .user(Some(server.user.clone()))
        .pass(Some(server.password.clone()))
        .db_name(Some(server.database.clone()))
        .read_timeout(Some(timeout))
        .write_timeout(Some(timeout))
        .tcp_keepalive_time_ms(Some(30_000))
        .stmt_cache_size(64)
        // An UPDATE counts the rows that it finds, changed or not.
        .additional_capabilities(CapabilityFlags::CLIENT_FOUND_ROWS)
        .ssl_opts(tls)
        // One round trip. READ COMMITTED: a transaction that has waited for an order's row must then see what
        // its records have become. The default would show them as they were when it began.
        .init(vec![format!(
            "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', autocommit = 1, \
             time_zone = '+00:00'; SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; {}",
            Limits::within(timeout)
        )])
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::routes::tests::server;
    use super::*;
    use std::sync::RwLock;
    use std::sync::atomic::AtomicUsize;
    use std::thread;

    #[test]
    fn a_server_is_found_behind_an_address_that_refuses() {
        let listener = std::net::TcpListener::bind("127.0.0.2:0").unwrap();
        let mut to = server("localhost", Tls::Disabled);
        to.port = listener.local_addr().unwrap().port();
        let routes = ["::1", "127.0.0.1", "127.0.0.2"].map(|host| Route {
            host: host.into(),
            bind: None,
            addresses: 1,
        });
        // It accepts, and sends no greeting.
        let deadline = Instant::now() + Duration::from_millis(300);
        let error = connect_by(&routes, &to, deadline, false);
        let error = error.err().unwrap().to_string();
        assert!(error.contains("no response in time"), "{error}");
    }

    #[test]
    fn a_silent_resolver_holds_a_limited_number_of_threads() {
        static RUNNING: AtomicUsize = AtomicUsize::new(0);
        static SILENT: RwLock<()> = RwLock::new(());
        let silence = SILENT.write();
        thread::scope(|scope| {
            for _ in 0..64 {
                scope.spawn(|| {
                    let to = server("db.example", Tls::Disabled);
                    let outcome = connect_by_name(&to, Duration::from_millis(300), false, |_| {
                        RUNNING.fetch_add(1, Ordering::SeqCst);
                        let _silence = SILENT.read();
                        Err(io::ErrorKind::NotFound.into())
                    });
                    let error = outcome.err().unwrap().to_string();
                    assert!(error.contains("the system's resolver"), "{error}");
                });
            }
        });
        let running = RUNNING.load(Ordering::SeqCst);
        drop(silence);
        assert!((1..=32).contains(&running), "{running} threads");
    }

    #[test]
    fn nobody_waits_for_a_resolver_that_is_silent() {
        let begun = Instant::now();
        let to = server("db.example", Tls::Disabled);
        let timeout = Duration::from_millis(300);
        let error = connect_by_name(&to, timeout, false, |_| {
            thread::sleep(Duration::from_secs(5));
            Err(io::ErrorKind::NotFound.into())
        });
        let error = error.err().unwrap().to_string();
        assert!(error.contains("the system's resolver"), "{error}");
        assert!(begun.elapsed() < Duration::from_secs(2));
    }
}
