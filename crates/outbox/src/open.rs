//! Opens the store that an address names.

use super::address::Address;
use super::error::StoreError;
use super::mysql::Mysql;
use super::sql::Sql;
use super::sqlite::Sqlite;
use super::store::Store;
use super::timeout::Opening;

/// Opens an outbox and brings its schema up to date.
///
/// # Errors
/// When it cannot be opened, or when its schema is newer than this code.
pub fn open(address: &Address, opening: Opening) -> Result<Box<dyn Store + Send>, StoreError> {
    Ok(match address {
        Address::Sqlite { path, synchronous } => {
            Box::new(Sql::new(Sqlite::open(path, *synchronous, opening)?))
        }
        Address::Mysql(server) => Box::new(Sql::new(Mysql::open(server, opening)?)),
    })
}
