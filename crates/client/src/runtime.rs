//! One lazy runtime per thread, checked against the pid.
//!
//! - `current_thread`: a call blocks its PHP thread anyway, and a `multi_thread` runtime hangs in a
//!   forked child.
//! - Made at the first call: php-fpm and Apache fork after the module has started.
//! - Owned by its process: see `process_owned.rs`.
//! - Without helper threads: names are looked up by `resolver.rs`.
//! - Taken out of its slot while it runs: whatever ends a call early, the next one starts afresh.

use std::cell::Cell;
use std::io;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use bytes::Bytes;

use crate::answer::Answer;
use crate::config::{ClientConfig, Destination};
use crate::error::{Error, Kind};
use crate::process_owned::ProcessOwned;
use crate::redirect::authority;
use crate::session::Session;

thread_local! {
    static SLOT: Cell<Option<ProcessOwned<Live>>> = const { Cell::new(None) };
}

/// A runtime and what lives on it, which is dropped first.
struct Live {
    session: Session,
    /// Nothing after a request was given up: only without its runtime does a connection end at once, whatever
    /// it has still to write.
    runtime: Option<Runtime>,
}

fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()
}

/// Runs one call on this thread's runtime, which is made when there is none.
///
/// # Errors
/// When no runtime can be made, which means that the process is out of descriptors.
fn run<T>(call: impl AsyncFnOnce(&mut Session) -> T) -> io::Result<T> {
    let idle = SLOT.take().and_then(ProcessOwned::into_owned);
    let mut live = idle.unwrap_or_else(|| Live {
        session: Session::default(),
        runtime: None,
    });
    let runtime = match live.runtime.take() {
        Some(runtime) => runtime,
        None => runtime()?,
    };
    let result = runtime.block_on(call(&mut live.session));
    if live.session.drop_given_up() {
        drop(runtime);
    } else {
        live.runtime = Some(runtime);
    }
    SLOT.set(Some(ProcessOwned::new(live)));
    Ok(result)
}

/// Sends one order on this thread's runtime, in `limit` at most; see `session.rs`.
///
/// # Errors
/// When no 2xx answer comes, or when the runtime cannot be made.
pub fn send(
    limit: Duration,
    config: &ClientConfig,
    destination: &Destination,
    body: &[u8],
) -> Result<Answer, Error> {
    let body = Bytes::copy_from_slice(body);
    let outcome = run(async |session| session.send_within(limit, config, destination, body).await);
    outcome.unwrap_or_else(|error| {
        Err(Kind::Connect {
            to: authority(&destination.endpoint),
            reason: error.kind().to_string(),
        }
        .into())
    })
}
