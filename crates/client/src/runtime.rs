//! One lazy runtime per thread, checked against the pid.
//!
//! - `current_thread`: a call blocks its PHP thread anyway, and a `multi_thread` runtime hangs in a
//!   forked child.
//! - Made at the first call: php-fpm and Apache fork after the module has started.
//! - After a fork the child must not touch what the parent made. A connection used by both gives
//!   either the other's answers, and dropping the runtime in the child takes the parent's sockets
//!   out of the epoll set that both share. So it is forgotten: some kilobytes, once per fork.
//! - Taken out of its slot while it runs: whatever ends a call early, the next one starts afresh.

use std::cell::Cell;
use std::io;
use std::mem;
use std::process;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use bytes::Bytes;

use crate::answer::Answer;
use crate::config::{ClientConfig, Destination};
use crate::error::{Error, Kind};
use crate::redirect::authority;
use crate::session::Session;

thread_local! {
    static SLOT: Cell<Option<Live>> = const { Cell::new(None) };
}

/// A runtime and what lives on it, which belong to one process.
struct Live {
    pid: u32,
    runtime: Option<Runtime>,
    session: Session,
}

impl Live {
    fn new(on_thread_start: fn()) -> io::Result<Self> {
        let runtime = Builder::new_current_thread()
            .enable_io()
            .enable_time()
            // Only name resolution runs on helper threads. Several, so that names that hang (each for
            // longer than the call that asked) do not hold up the next call; gone soon after.
            .max_blocking_threads(32)
            .thread_keep_alive(Duration::from_secs(1))
            .on_thread_start(on_thread_start)
            .build()?;
        Ok(Self {
            pid: process::id(),
            runtime: Some(runtime),
            session: Session::default(),
        })
    }

    fn of_this_process(self) -> Option<Self> {
        if self.pid == process::id() {
            Some(self)
        } else {
            mem::forget(self);
            None
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let session = mem::take(&mut self.session);
        let Some(runtime) = self.runtime.take() else {
            return;
        };
        if self.pid == process::id() {
            drop(session);
            // Does not wait for a name that is still being resolved.
            runtime.shutdown_background();
        } else {
            mem::forget((session, runtime));
        }
    }
}

/// Runs one call on this thread's runtime, which is made when there is none.
///
/// `on_thread_start` runs first on every helper thread.
///
/// # Errors
/// When no runtime can be made, which means that the process is out of descriptors.
fn run<T>(on_thread_start: fn(), call: impl AsyncFnOnce(&mut Session) -> T) -> io::Result<T> {
    let kept = SLOT.take().and_then(Live::of_this_process);
    let mut live = match kept {
        Some(live) => live,
        None => Live::new(on_thread_start)?,
    };
    let result = match &live.runtime {
        Some(runtime) => runtime.block_on(call(&mut live.session)),
        None => return Err(io::ErrorKind::NotFound.into()),
    };
    SLOT.set(Some(live));
    Ok(result)
}

/// Sends one order on this thread's runtime, in `limit` at most; see `session.rs`.
///
/// # Errors
/// Whatever keeps a 2xx answer from coming, a runtime that cannot be made included.
pub fn send(
    on_thread_start: fn(),
    limit: Duration,
    config: &ClientConfig,
    destination: &Destination,
    body: &[u8],
) -> Result<Answer, Error> {
    let body = Bytes::copy_from_slice(body);
    let outcome = run(on_thread_start, async |session| {
        session.send_within(limit, config, destination, body).await
    });
    outcome.unwrap_or_else(|error| {
        Err(Kind::Connect {
            to: authority(&destination.endpoint),
            reason: error.kind().to_string(),
        }
        .into())
    })
}
