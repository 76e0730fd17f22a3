//! The error codes of MySQL and MariaDB that mean something to an outbox.

use mysql::ServerError::{
    self, ER_ACCESS_DENIED_ERROR, ER_ACCESS_DENIED_NO_PASSWORD_ERROR, ER_BAD_DB_ERROR,
    ER_CHECKREAD, ER_COLUMNACCESS_DENIED_ERROR, ER_CON_COUNT_ERROR, ER_DBACCESS_DENIED_ERROR,
    ER_DISK_FULL, ER_DUP_FIELDNAME, ER_DUP_KEYNAME, ER_LOCK_DEADLOCK, ER_LOCK_WAIT_TIMEOUT,
    ER_MULTIPLE_PRI_KEY, ER_NET_ERROR_ON_WRITE, ER_NET_READ_ERROR, ER_NET_READ_INTERRUPTED,
    ER_NET_WRITE_INTERRUPTED, ER_NO_SUCH_TABLE, ER_OPTION_PREVENTS_STATEMENT,
    ER_PROCACCESS_DENIED_ERROR, ER_RECORD_FILE_FULL, ER_SERVER_SHUTDOWN,
    ER_SPECIFIC_ACCESS_DENIED_ERROR, ER_TABLE_EXISTS_ERROR, ER_TABLEACCESS_DENIED_ERROR,
    ER_TOO_MANY_USER_CONNECTIONS, ER_USER_LIMIT_REACHED,
};

// Newer than the crate's list.
const ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION: u16 = 1792;
const ER_READ_ONLY_MODE: u16 = 1836;
/// MariaDB's ER_CONNECTION_KILLED.
const KILLED_BY_MARIADB: u16 = 1927;
/// MySQL's ER_SESSION_WAS_KILLED.
const KILLED_BY_MYSQL: u16 = 3169;
/// MySQL's ER_CLIENT_INTERACTION_TIMEOUT: the connection was idle for too long.
const IDLE_TIMEOUT: u16 = 4031;

/// ER_BINLOG_STMT_MODE_AND_ROW_ENGINE: READ COMMITTED cannot be logged as statements.
const LOGS_STATEMENTS: u16 = 1665;
/// MySQL's ER_SECURE_TRANSPORT_REQUIRED.
const TLS_REQUIRED: u16 = 3159;
const ER_MAX_PREPARED_STMT_COUNT_REACHED: u16 = 1461;
/// MariaDB's ER_STATEMENT_TIMEOUT.
const TIMEOUT_OF_MARIADB: u16 = 1969;
/// MySQL's ER_QUERY_TIMEOUT.
const TIMEOUT_OF_MYSQL: u16 = 3024;

fn is_one_of(code: u16, errors: &[ServerError]) -> bool {
    errors.iter().any(|error| *error as u16 == code)
}

/// The transaction has waited for another one's lock for as long as the session allows.
pub(super) fn is_lock_timeout(code: u16) -> bool {
    is_one_of(code, &[ER_LOCK_WAIT_TIMEOUT])
}

/// The transaction conflicted with another one and can be run again.
pub(super) fn is_conflict(code: u16) -> bool {
    is_one_of(
        code,
        &[ER_LOCK_WAIT_TIMEOUT, ER_LOCK_DEADLOCK, ER_CHECKREAD],
    )
}

/// The server ends the connection: it shuts down, it could not read or write, an administrator killed
/// the connection, or it was idle for too long.
pub(super) fn ends_connection(code: u16) -> bool {
    let errors = [
        ER_SERVER_SHUTDOWN,
        ER_NET_READ_ERROR,
        ER_NET_READ_INTERRUPTED,
        ER_NET_ERROR_ON_WRITE,
        ER_NET_WRITE_INTERRUPTED,
    ];
    is_one_of(code, &errors) || [KILLED_BY_MARIADB, KILLED_BY_MYSQL, IDLE_TIMEOUT].contains(&code)
}

/// The table, column, index or key that a statement creates exists.
pub(super) fn exists_already(code: u16) -> bool {
    let errors = [
        ER_TABLE_EXISTS_ERROR,
        ER_DUP_FIELDNAME,
        ER_DUP_KEYNAME,
        ER_MULTIPLE_PRI_KEY,
    ];
    is_one_of(code, &errors)
}

pub(super) fn logs_statements(code: u16) -> bool {
    code == LOGS_STATEMENTS
}

pub(super) fn is_no_such_table(code: u16) -> bool {
    is_one_of(code, &[ER_NO_SUCH_TABLE])
}

/// The meaning of a code in words, when it has one here.
pub(super) fn meaning(code: u16) -> Option<&'static str> {
    let meanings: [(&[ServerError], _); 5] = [
        (
            &[
                ER_DBACCESS_DENIED_ERROR,
                ER_ACCESS_DENIED_ERROR,
                ER_ACCESS_DENIED_NO_PASSWORD_ERROR,
            ],
            "the server refuses the user or the password",
        ),
        (&[ER_BAD_DB_ERROR], "there is no such database"),
        (
            &[
                ER_CON_COUNT_ERROR,
                ER_TOO_MANY_USER_CONNECTIONS,
                ER_USER_LIMIT_REACHED,
            ],
            "the server has too many connections",
        ),
        (
            &[ER_DISK_FULL, ER_RECORD_FILE_FULL],
            "the server's disk is full",
        ),
        (
            &[
                ER_TABLEACCESS_DENIED_ERROR,
                ER_COLUMNACCESS_DENIED_ERROR,
                ER_SPECIFIC_ACCESS_DENIED_ERROR,
                ER_PROCACCESS_DENIED_ERROR,
            ],
            "the user lacks a privilege on the database",
        ),
    ];
    let known = meanings
        .into_iter()
        .find(|(errors, _)| is_one_of(code, errors));
    known.map(|(_, meaning)| meaning).or_else(|| match code {
        ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION | ER_READ_ONLY_MODE => {
            Some("the server is read-only")
        }
        _ if is_one_of(code, &[ER_OPTION_PREVENTS_STATEMENT]) => Some("the server is read-only"),
        LOGS_STATEMENTS => Some(
            "the server's binlog_format is STATEMENT: set it to ROW or MIXED, or grant the user \
             BINLOG ADMIN (MySQL: SESSION_VARIABLES_ADMIN)",
        ),
        TLS_REQUIRED => Some("the server requires TLS: remove ssl-mode=disabled"),
        ER_MAX_PREPARED_STMT_COUNT_REACHED => {
            Some("the server has too many prepared statements: raise max_prepared_stmt_count")
        }
        TIMEOUT_OF_MARIADB | TIMEOUT_OF_MYSQL => Some("no response in time"),
        _ if is_conflict(code) => Some("timed out waiting for another transaction's lock"),
        _ if ends_connection(code) => Some("the server ended the connection"),
        _ => None,
    })
}
