//! Host names to addresses, by the system's resolver.
//!
//! Chosen: getaddrinfo, so that a name means here what it means to curl: `/etc/hosts`, nsswitch, search
//! domains. Nothing can cut it off, so each lookup has a thread, and one that is given up ends by itself.
//! tokio's own blocking pool panics where no thread can be had; here the lookup fails.

use std::error::Error as StdError;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::sync::{Arc, Mutex};
use std::{fmt, io};

use tokio::sync::{Semaphore, oneshot};

use crate::process_owned::ProcessOwned;
use crate::threads;

/// How many lookups a process has at once. Several, so that names that hang (each for longer than the call
/// that asked) do not hold up the next call.
const LOOKUPS_LIMIT: usize = 32;

/// The lookups of this process: a forked child has none of its parent's threads.
static LOOKUPS: Mutex<Option<ProcessOwned<Arc<Semaphore>>>> = Mutex::new(None);

/// No thread could be started for a lookup.
#[derive(Debug)]
pub(crate) struct NoThread;

impl fmt::Display for NoThread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no thread could be started for the name lookup")
    }
}

impl StdError for NoThread {}

/// The addresses of a name, by the system.
type LookUp = fn(&str) -> io::Result<Vec<SocketAddr>>;

fn by_system(name: &str) -> io::Result<Vec<SocketAddr>> {
    (name, 0).to_socket_addrs().map(Iterator::collect)
}

/// The addresses of `host`, a name or an address, in the sequence of the system; with port 0.
///
/// # Errors
/// When the name has no address, and [`NoThread`].
pub(crate) async fn lookup(host: &str) -> Result<Vec<SocketAddr>, Box<dyn StdError + Send + Sync>> {
    lookup_by(host, by_system).await
}

async fn lookup_by(
    host: &str,
    look_up: LookUp,
) -> Result<Vec<SocketAddr>, Box<dyn StdError + Send + Sync>> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, 0)]);
    }
    let permit = lookups().acquire_owned().await?;
    let (sender, receiver) = oneshot::channel();
    let host = host.to_owned();
    let work = move || {
        // Nobody receives it when the call has been given up.
        let _ = sender.send(look_up(&host));
        drop(permit);
    };
    threads::spawn("spread-resolver", work).map_err(|_| NoThread)?;
    Ok(receiver
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::NotFound))??)
}

fn lookups() -> Arc<Semaphore> {
    // Another thread has it; or had it, when this process was forked.
    let Ok(mut slot) = LOOKUPS.try_lock() else {
        return Arc::new(Semaphore::new(LOOKUPS_LIMIT));
    };
    let lookups = slot
        .take()
        .and_then(ProcessOwned::into_owned)
        .unwrap_or_else(|| Arc::new(Semaphore::new(LOOKUPS_LIMIT)));
    *slot = Some(ProcessOwned::new(Arc::clone(&lookups)));
    lookups
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;
    use std::time::Duration;
    use tokio::runtime::Builder;

    #[test]
    fn an_address_needs_no_thread() {
        let runtime = Builder::new_current_thread().build().unwrap();
        for host in ["127.0.0.1", "::1", "[::1]"] {
            let found = runtime.block_on(lookup_by(host, |_| unreachable!("a thread was started")));
            assert!(
                found
                    .unwrap()
                    .iter()
                    .all(|address| address.ip().is_loopback())
            );
        }
    }

    #[test]
    fn lookups_are_bounded_and_the_next_ones_wait() {
        static RUNNING: AtomicUsize = AtomicUsize::new(0);
        static MOST: AtomicUsize = AtomicUsize::new(0);
        fn slow(name: &str) -> io::Result<Vec<SocketAddr>> {
            MOST.fetch_max(RUNNING.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            thread::sleep(Duration::from_millis(100));
            RUNNING.fetch_sub(1, Ordering::SeqCst);
            by_system(name)
        }
        let runtime = Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let all: Vec<_> = (0..LOOKUPS_LIMIT + 8)
                .map(|_| tokio::spawn(lookup_by("localhost", slow)))
                .collect();
            for found in all {
                assert!(!found.await.unwrap().unwrap().is_empty());
            }
        });
        assert!((1..=LOOKUPS_LIMIT).contains(&MOST.load(Ordering::SeqCst)));
    }
}
