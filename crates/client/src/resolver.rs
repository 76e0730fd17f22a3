//! Host names to addresses, by the system's resolver.
//!
//! Chosen: getaddrinfo, so that a name means here what it means to curl: `/etc/hosts`, nsswitch, search
//! domains. Nothing can cut it off, so each lookup has a thread: see `threads.rs`. tokio's own blocking pool
//! panics where no thread can be had; here the lookup fails.

use std::error::Error as StdError;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};

use crate::threads::Threads;

/// The lookups of orders. The outbox has others, so that a dead server of its name holds up no order.
static LOOKUPS: Threads = Threads::new("spread-resolver");

/// The addresses of a name, by the system.
type LookUp = fn(&str) -> io::Result<Vec<SocketAddr>>;

fn by_system(name: &str) -> io::Result<Vec<SocketAddr>> {
    (name, 0).to_socket_addrs().map(Iterator::collect)
}

/// The addresses of `host`, a name or an address, in the sequence of the system; with port 0.
///
/// # Errors
/// When the name has no address, and [`NoResult`](crate::threads::NoResult).
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
    let host = host.to_owned();
    Ok(LOOKUPS.run(move || look_up(&host)).await??)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
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
}
