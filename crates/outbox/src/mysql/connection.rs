//! One connection to a server, made again when it is gone.

use std::time::{Duration, Instant};

use mysql::prelude::Queryable as _;
use mysql::{Conn, Error};
use socket2::SockRef;

use super::super::address::Server;
use super::super::database::Result;
use super::super::error::StoreError;
use super::super::store::Timeout;
use super::connect::{connect, guarded};
use super::limits::{Limits, SHORTEST};
use super::{codes, reason};

pub(super) struct Connection {
    server: Server,
    timeout: Timeout,
    open: Option<Open>,
    /// How many connections were made.
    number: u64,
    /// The code of the last error of a statement, when it was a conflict with another transaction, or with
    /// the log's format.
    conflict: Option<u16>,
    /// The server logs statements, so a session must ask it for rows.
    wants_row_log: bool,
}

struct Open {
    conn: Conn,
    /// Those of the session.
    limits: Limits,
}

impl Connection {
    /// Connects when it is first used.
    pub(super) fn new(server: &Server, timeout: Timeout) -> Self {
        Self {
            server: server.clone(),
            timeout,
            open: None,
            number: 0,
            conflict: None,
            wants_row_log: false,
        }
    }

    pub(super) fn set_timeout(&mut self, timeout: Timeout) {
        self.timeout = timeout;
    }

    /// When an operation that begins now must end.
    pub(super) fn deadline(&self) -> Instant {
        self.timeout.deadline()
    }

    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// The last error does not come again on the next connection.
    pub(super) fn can_run_again(&self) -> bool {
        self.conflict.is_some()
    }

    /// Runs `work` on the connection, and drops a connection that is gone.
    pub(super) fn run<T>(&mut self, work: impl FnOnce(&mut Conn) -> mysql::Result<T>) -> Result<T> {
        self.run_within(self.timeout.left(), work)
    }

    fn run_within<T>(
        &mut self,
        timeout: Duration,
        work: impl FnOnce(&mut Conn) -> mysql::Result<T>,
    ) -> Result<T> {
        if timeout.is_zero() {
            return Err(StoreError::Failed(reason::of_timeout(&self.server)));
        }
        let open = self.opened(timeout)?;
        let within = |conn: &mut Conn| {
            let timeout = Some(timeout.max(SHORTEST));
            let socket = SockRef::from(&*conn);
            socket.set_read_timeout(timeout)?;
            socket.set_write_timeout(timeout)?;
            work(conn)
        };
        let error = match guarded(|| within(&mut open.conn)) {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let reason = reason::of(&self.server, &error);
        match error {
            Error::MySqlError(error) if !codes::ends_connection(error.code) => {
                let first = !self.wants_row_log && codes::logs_statements(error.code);
                if first {
                    self.wants_row_log = true;
                    self.open = None;
                }
                let conflict = first || codes::is_conflict(error.code);
                self.conflict = conflict.then_some(error.code);
                Err(StoreError::Failed(reason))
            }
            _ => {
                self.open = None;
                Err(StoreError::Lost(reason))
            }
        }
    }

    fn opened(&mut self, timeout: Duration) -> Result<&mut Open> {
        Ok(match &mut self.open {
            Some(open) => open,
            none => {
                let conn = connect(&self.server, timeout, self.wants_row_log)?;
                self.number += 1;
                let limits = Limits::within(timeout);
                none.insert(Open { conn, limits })
            }
        })
    }

    /// Runs `work`, which changes nothing and is in no transaction. Runs it once more on a new connection
    /// when the old one died while it was idle.
    pub(super) fn run_or_reconnect<T>(
        &mut self,
        work: impl Fn(&mut Conn) -> mysql::Result<T>,
    ) -> Result<T> {
        let fresh = self.open.is_none();
        let timeout = match self.timeout {
            // A connection that a firewall has forgotten must leave time for a new one.
            Timeout::Until(_) if !fresh => self.timeout.left() / 2,
            timeout => timeout.left(),
        };
        match self.run_within(timeout, &work) {
            Err(StoreError::Lost(_)) if !fresh => self.run(&work),
            outcome => outcome,
        }
    }

    pub(super) fn begin(&mut self) -> Result<()> {
        let limits = Limits::within(self.timeout.left());
        let changed = self.open.as_ref().is_some_and(|open| open.limits != limits);
        if changed {
            let begin = format!("{limits}; START TRANSACTION");
            self.run_or_reconnect(|open| open.query_drop(&begin))?;
        } else {
            self.run_or_reconnect(|open| open.query_drop("START TRANSACTION"))?;
        }
        if let Some(open) = self.open.as_mut().filter(|_| changed) {
            open.limits = limits;
        }
        self.conflict = None;
        Ok(())
    }

    pub(super) fn commit(&mut self) -> Result<()> {
        self.run(|open| open.query_drop("COMMIT"))
    }

    /// Rolls back. When the transaction failed by a conflict with another one and can be run again: how
    /// long it may wait for that one.
    pub(super) fn rollback(&mut self) -> Option<Duration> {
        let wait = self.open.as_ref().map(|open| open.limits.lock_wait());
        let conflict = self.conflict;
        if wait.is_some() && self.run(|open| open.query_drop("ROLLBACK")).is_err() {
            // The server rolls back what a connection leaves.
            self.open = None;
        }
        conflict.map(|code| match wait {
            Some(wait) if codes::is_lock_timeout(code) => wait,
            _ => Duration::ZERO,
        })
    }
}
