//! When this process looks for orders that nothing delivers.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use outbox::backlog::Backlog;
use outbox::{Address, Store};

/// How many outboxes a process remembers to have looked at.
const LIMIT: usize = 64;

static BACKLOGS: Mutex<Vec<(Address, Backlog)>> = Mutex::new(Vec::new());

/// The age of the oldest pending record, when it is to be logged. An error does not count: the update is
/// stored.
pub(crate) fn age_to_log(address: &Address, store: &mut dyn Store) -> Option<Duration> {
    // Another thread is looking; or was, when this process was forked.
    let mut backlogs = BACKLOGS.try_lock().ok()?;
    let known = backlogs.iter().position(|(known, _)| known == address);
    let index = known.unwrap_or_else(|| {
        if backlogs.len() == LIMIT {
            backlogs.clear();
        }
        backlogs.push((address.clone(), Backlog::default()));
        backlogs.len() - 1
    });
    let (_, backlog) = backlogs.get_mut(index)?;
    backlog.age_to_log(Instant::now(), || {
        let accepted = store.oldest_pending().ok()??;
        let age = store.now().ok()? - accepted;
        Some(Duration::from_millis(u64::try_from(age).unwrap_or(0)))
    })
}
