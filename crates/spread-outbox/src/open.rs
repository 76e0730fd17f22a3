//! The outbox, opened.

use std::time::Duration;

use outbox::{Address, Opening, Store, StoreError, Timeout};

/// The longest wait of one operation, for a connection or for another transaction's lock.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Opens the outbox at `address`; makes it only with `create`.
pub(crate) fn open(address: &Address, create: bool) -> Result<Box<dyn Store + Send>, StoreError> {
    let opening = Opening {
        timeout: Timeout::Each(TIMEOUT),
        create,
    };
    outbox::open(address, opening)
}
