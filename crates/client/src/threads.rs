//! Starting the threads that look up names and connect.
//!
//! A thread inherits the signal mask of the one that starts it. PHP's signal handlers are not made for
//! threads that PHP does not know: with a thread-safe PHP such a thread ends the process. So signals are
//! blocked before the thread is started; blocking them in its first line would be too late.

use std::sync::OnceLock;
use std::{io, thread};

/// Rust's own default, whatever the environment says (`RUST_MIN_STACK`). A lookup loads libraries on glibc, and
/// musl's default of 128 KiB is small for it.
const STACK: usize = 2 << 20;

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
            let thread = thread::Builder::new().name(name.into()).stack_size(STACK);
            started = thread.spawn(work).map(drop);
        }
    };
    match WITH_SIGNALS_BLOCKED.get() {
        Some(with_signals_blocked) => with_signals_blocked(&mut start),
        None => start(),
    }
    started
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::hint::black_box;
    use std::sync::mpsc;

    use super::spawn;

    /// Fills the stack with `pages` pages.
    fn fill(pages: usize) -> usize {
        let page = black_box([1_u8; 4096]);
        let deeper = if pages > 1 { fill(pages - 1) } else { 0 };
        deeper + black_box(&page).len()
    }

    /// With `RUST_MIN_STACK=65536`, or musl's default, a smaller stack would end the process.
    #[test]
    fn a_thread_has_a_stack_of_its_own_size() {
        let (sender, receiver) = mpsc::channel();
        spawn("test", move || {
            let _ = sender.send(fill(128));
        })
        .unwrap();
        assert_eq!(receiver.recv(), Ok(512 << 10));
    }
}
