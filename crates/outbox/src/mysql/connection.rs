//! One connection to a server, made again when it is gone.

use std::mem::ManuallyDrop;
use std::time::{Duration, Instant};

use mysql::prelude::Queryable as _;
use mysql::{Conn, Error};
use socket2::SockRef;

use super::super::address::Server;
use super::super::database::Result;
use super::super::error::StoreError;
use super::super::timeout::Timeout;
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
    /// When the last statement ended.
    used: Instant,
    /// It has been of use.
    has_committed: bool,
}

/// A connection that was used within this time is not asked whether it is alive.
const FRESH: Duration = Duration::from_secs(10);

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

    /// The number of the connection that is open.
    pub(super) fn open_number(&self) -> Option<u64> {
        self.open.as_ref().map(|_| self.number)
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
            Ok(value) => {
                open.used = Instant::now();
                return Ok(value);
            }
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
                self.conflict = None;
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
                none.insert(Open {
                    conn,
                    limits,
                    used: Instant::now(),
                    has_committed: false,
                })
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

    /// The limits to set with the next statement, when they are others than the session's.
    fn changed_limits(&self) -> Option<Limits> {
        let limits = Limits::within(self.timeout.left());
        let open = self.open.as_ref()?;
        (open.limits != limits).then_some(limits)
    }

    fn set_limits(&mut self, limits: Option<Limits>) {
        if let (Some(open), Some(limits)) = (&mut self.open, limits) {
            open.limits = limits;
        }
    }

    pub(super) fn begin(&mut self) -> Result<()> {
        let limits = self.changed_limits();
        let begin = match limits {
            Some(limits) => format!("{limits}; START TRANSACTION"),
            None => "START TRANSACTION".into(),
        };
        self.run_or_reconnect(|open| open.query_drop(&begin))?;
        self.set_limits(limits);
        self.conflict = None;
        Ok(())
    }

    /// Makes sure that there is a connection, for [`Connection::batch`]. One that a firewall has forgotten
    /// would use up the time.
    pub(super) fn ready(&mut self) -> Result<()> {
        match &self.open {
            Some(open) if open.used.elapsed() < FRESH => Ok(()),
            Some(_) => self.run_or_reconnect(Conn::ping),
            None => self.opened(self.timeout.left()).map(drop),
        }
    }

    /// Begins a transaction and runs statements in it, in one round trip. For each, how many rows it changed
    /// and the id it gave. Nothing when the connection of this number is gone.
    ///
    /// The COMMIT is not among them: a server that comes back would run it after the caller has given up and
    /// sent the order in another way.
    pub(super) fn batch(
        &mut self,
        number: u64,
        statements: &str,
    ) -> Result<Option<Vec<(u64, u64)>>> {
        let Some(open) = self.open.as_ref().filter(|_| self.number == number) else {
            return Ok(None);
        };
        let has_committed = open.has_committed;
        let limits = self.changed_limits();
        let (before, text) = match limits {
            Some(limits) => (2, format!("{limits}; START TRANSACTION; {statements}")),
            None => (1, format!("START TRANSACTION; {statements}")),
        };
        self.conflict = None;
        let outcome = self.run(|open| {
            // It reads on when it is dropped. At nonsense from the server it would panic there once more,
            // which ends the process.
            let mut result = ManuallyDrop::new(open.query_iter(&text)?);
            let mut results = Vec::new();
            while let Some(set) = result.iter() {
                results.push((
                    set.affected_rows(),
                    set.last_insert_id().unwrap_or_default(),
                ));
                for row in set {
                    row?;
                }
            }
            Ok(results)
        });
        match outcome {
            Ok(mut results) => {
                self.set_limits(limits);
                results.drain(..before.min(results.len()));
                Ok(Some(results))
            }
            // It died while it was idle.
            Err(StoreError::Lost(_)) if has_committed => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) fn commit(&mut self) -> Result<()> {
        self.run(|open| open.query_drop("COMMIT"))?;
        if let Some(open) = &mut self.open {
            open.has_committed = true;
        }
        Ok(())
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
