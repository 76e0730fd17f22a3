//! One connection to a server, made again when it is gone.

use std::time::Duration;

use mysql::prelude::Queryable as _;
use mysql::{Conn, Error};

use super::super::address::Server;
use super::super::database::Result;
use super::super::error::StoreError;
use super::connect::{connect, guarded};
use super::{codes, reason};

pub(super) struct Connection {
    server: Server,
    timeout: Duration,
    open: Option<Conn>,
    /// How many connections were made.
    number: u64,
    /// The last error of a statement was a conflict with another transaction, or with the log's format.
    conflict: bool,
    /// The server logs statements, so a session must ask it for rows.
    wants_row_log: bool,
}

impl Connection {
    /// Connects when it is first used.
    pub(super) fn new(server: &Server, timeout: Duration) -> Self {
        Self {
            server: server.clone(),
            timeout,
            open: None,
            number: 0,
            conflict: false,
            wants_row_log: false,
        }
    }

    /// The longest wait, for the server or for another transaction.
    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// The last error does not come again on the next connection.
    pub(super) fn can_run_again(&self) -> bool {
        self.conflict
    }

    /// Runs `work` on the connection, and drops a connection that is gone.
    pub(super) fn run<T>(&mut self, work: impl FnOnce(&mut Conn) -> mysql::Result<T>) -> Result<T> {
        let open = match &mut self.open {
            Some(open) => open,
            none => {
                let mut open = connect(&self.server, self.timeout)?;
                if self.wants_row_log {
                    // Without the privilege the next order fails as before, with the reason.
                    let _ = guarded(|| open.query_drop("SET SESSION binlog_format = ROW"));
                }
                self.number += 1;
                none.insert(open)
            }
        };
        let error = match guarded(|| work(open)) {
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
                self.conflict = first || codes::is_conflict(error.code);
                Err(StoreError::Failed(reason))
            }
            _ => {
                self.open = None;
                Err(StoreError::Lost(reason))
            }
        }
    }

    /// Runs `work`, which changes nothing and is in no transaction. Runs it once more on a new connection
    /// when the old one died while it was idle.
    pub(super) fn run_or_reconnect<T>(
        &mut self,
        work: impl Fn(&mut Conn) -> mysql::Result<T>,
    ) -> Result<T> {
        let fresh = self.open.is_none();
        match self.run(&work) {
            Err(StoreError::Lost(_)) if !fresh => self.run(&work),
            outcome => outcome,
        }
    }

    pub(super) fn begin(&mut self) -> Result<()> {
        self.run_or_reconnect(|open| open.query_drop("START TRANSACTION"))?;
        self.conflict = false;
        Ok(())
    }

    pub(super) fn commit(&mut self) -> Result<()> {
        self.run(|open| open.query_drop("COMMIT"))
    }

    /// Rolls back; whether the transaction failed by a conflict with another one.
    pub(super) fn rollback(&mut self) -> bool {
        if let Some(mut open) = self.open.take()
            && guarded(|| open.query_drop("ROLLBACK")).is_ok()
        {
            self.open = Some(open);
        }
        self.conflict
    }
}
