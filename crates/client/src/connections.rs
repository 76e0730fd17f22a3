//! The connections of one thread, so that those of a request that was given up can be reset.
//!
//! A close alone is not enough: the kernel goes on to send what was written, and a server that reads late gets
//! the order after the call has returned, perhaps after a newer one. With SO_LINGER at zero a close throws that
//! away and sends a reset.
//!
//! Chosen: the HTTP client hands out no socket, but tells its connector the two addresses of each connection.
//! No two sockets of a machine have the same two, so they lead to the descriptor. It stays what it is while
//! this looks at it: only this thread can close it, by running its runtime. A forked child holds a copy, and
//! until that is closed, too, nothing is reset.

use std::fs;
use std::net::SocketAddr;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::http::Extensions;
use hyper_util::client::legacy::connect::{Connected, HttpInfo};
use socket2::SockRef;

/// So many are remembered before those are forgotten that have ended.
const LIMIT: usize = 32;
/// Where the system lists the descriptors of a process.
const LISTED: &str = "/dev/fd";
/// Those that are looked at where it does not, as in the chroot of a web server.
const UNLISTED: RawFd = 1024;

/// The addresses of the connections that were made. Should one have ended, and the kernel have given its
/// addresses to another connection of this process to the same server, that one is closed by a reset, too:
/// after its answer, which costs nothing.
#[derive(Clone, Default)]
pub(crate) struct Connections(Arc<Mutex<Vec<Ends>>>);

#[derive(Clone, Copy, PartialEq, Debug)]
struct Ends {
    local: SocketAddr,
    remote: SocketAddr,
}

impl Connections {
    /// Remembers a new one.
    pub(crate) fn add(&self, connected: &Connected) {
        let mut extras = Extensions::new();
        connected.get_extras(&mut extras);
        let Some(ends) = extras.get::<HttpInfo>().map(|info| Ends {
            local: info.local_addr(),
            remote: info.remote_addr(),
        }) else {
            return;
        };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= LIMIT {
            let open: Vec<Ends> = sockets(LISTED).map(|(_, ends)| ends).collect();
            known.retain(|ends| open.contains(ends));
        }
        known.push(ends);
    }

    /// Has all of them reset when they are closed, and forgets them.
    pub(crate) fn reset_when_closed(&self) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.is_empty() {
            return;
        }
        for (socket, _) in sockets(LISTED).filter(|(_, ends)| known.contains(ends)) {
            // When it fails the connection is closed as any other.
            let _ = SockRef::from(&socket).set_linger(Some(Duration::ZERO));
        }
        known.clear();
    }
}

/// A descriptor of this process, whoever owns it.
struct Descriptor(RawFd);

impl AsRawFd for Descriptor {
    fn as_raw_fd(&self) -> RawFd {
        self.0
    }
}

impl Descriptor {
    /// Its addresses; nothing when it is no connected socket of the Internet.
    fn ends(&self) -> Option<Ends> {
        let socket = SockRef::from(self);
        let remote = socket.peer_addr().ok()?.as_socket()?;
        let local = socket.local_addr().ok()?.as_socket()?;
        Some(Ends { local, remote })
    }
}

/// The connected sockets of this process.
fn sockets(list: &str) -> impl Iterator<Item = (Descriptor, Ends)> {
    let descriptors: Vec<RawFd> = match fs::read_dir(list) {
        Ok(listed) => listed
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .collect(),
        Err(_) => (0..UNLISTED).collect(),
    };
    descriptors.into_iter().filter_map(|number| {
        let socket = Descriptor(number);
        let ends = socket.ends()?;
        Some((socket, ends))
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
