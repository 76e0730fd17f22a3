//! Starting the threads that look up names and connect.
//!
//! A thread inherits the signal mask of the one that starts it. PHP's signal handlers are not made for
//! threads that PHP does not know: with a thread-safe PHP such a thread ends the process. So signals are
//! blocked before the thread is started; blocking them in its first line would be too late.

use std::sync::OnceLock;
use std::{io, thread};

/// Runs a closure with all signals blocked in the calling thread.
type WithSignalsBlocked = fn(&mut dyn FnMut());

static WITH_SIGNALS_BLOCKED: OnceLock<WithSignalsBlocked> = OnceLock::new();

/// Sets how threads are started, once for the process. Without it they take part in handling signals.
pub fn block_signals_by(with_signals_blocked: WithSignalsBlocked) {
    let _ = WITH_SIGNALS_BLOCKED.set(with_signals_blocked);
}

/// Starts a thread that ends by itself.
///
/// # Errors
/// When no thread can be had.
pub fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let mut work = Some(work);
    let mut started = Ok(());
    let mut start = || {
        if let Some(work) = work.take() {
            let thread = thread::Builder::new().name(name.into());
            started = thread.spawn(work).map(drop);
        }
    };
    match WITH_SIGNALS_BLOCKED.get() {
        Some(with_signals_blocked) => with_signals_blocked(&mut start),
        None => start(),
    }
    started
}
