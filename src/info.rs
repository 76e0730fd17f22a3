//! What `phpinfo()` and `php --ri spread` print.

use ext_php_rs::zend::ModuleEntry;
use ext_php_rs::{info_table_end, info_table_row, info_table_start};

use crate::{circuit_breaker, ini, zend};

/// PHP's info function.
pub(crate) extern "C" fn print(module: *mut ModuleEntry) {
    info_table_start!();
    info_table_row!("spread support", "enabled");
    info_table_row!("Version", env!("CARGO_PKG_VERSION"));
    info_table_row!("HTTP client", env!("SPREAD_HTTP_CLIENT"));
    info_table_row!("TLS", concat!(env!("SPREAD_TLS"), ", ring"));
    let loaded = ini::current();
    if let Ok(settings) = &loaded.settings {
        let state = circuit_breaker::state(settings, &loaded.outbox);
        info_table_row!("Circuit", state);
    }
    info_table_end!();
    zend::show_ini_entries(module);
}
