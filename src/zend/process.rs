//! Forks and signals.

use std::mem::MaybeUninit;
use std::ptr;

/// Runs `prepare` before each fork of the process, in the thread that forks. Registered once.
pub(crate) fn before_fork(prepare: extern "C" fn()) {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        // SAFETY: takes functions that live as long as the process: this library is never unloaded.
        unsafe { libc::pthread_atfork(Some(as_unsafe(prepare)), None, None) };
    });
}

/// The type that C's declarations have.
fn as_unsafe(function: extern "C" fn()) -> unsafe extern "C" fn() {
    function
}

/// Runs `call` with two signals blocked in this thread:
///
/// - SIGPIPE: a peer that resets a connection while the order is being written must cause an error, not
///   end PHP.
/// - SIGRTMIN, by which a thread-safe PHP 8.3 limits the wall time of a script. When the script goes on for
///   `hard_timeout` seconds after that signal, PHP ends the whole process, and the order is gone without a
///   line in the log. Blocked, it arrives after the call, whose time has a limit already.
pub(crate) fn with_signals_blocked<T>(call: impl FnOnce() -> T) -> T {
    let _blocked = BlockedSignals::new();
    call()
}

/// Signals are blocked in this thread. Holds the mask to restore, or nothing if there is none.
struct BlockedSignals(Option<libc::sigset_t>);

impl BlockedSignals {
    fn new() -> Self {
        // SAFETY: sets that are initialised by the calls that fill them.
        unsafe {
            let mut set = sigpipe();
            #[cfg(target_os = "linux")]
            libc::sigaddset(&raw mut set, libc::SIGRTMIN());
            let mut before = MaybeUninit::zeroed().assume_init();
            let failed = libc::pthread_sigmask(libc::SIG_BLOCK, &raw const set, &raw mut before);
            Self((failed == 0).then_some(before))
        }
    }
}

impl Drop for BlockedSignals {
    fn drop(&mut self) {
        let Some(before) = self.0 else {
            return;
        };
        // SAFETY: as above. sigwait() takes a signal that is pending, so it returns at once.
        unsafe {
            let mut pending = MaybeUninit::zeroed().assume_init();
            libc::sigpending(&raw mut pending);
            if libc::sigismember(&raw const before, libc::SIGPIPE) == 0
                && libc::sigismember(&raw const pending, libc::SIGPIPE) == 1
            {
                let (set, mut taken) = (sigpipe(), 0);
                libc::sigwait(&raw const set, &raw mut taken);
            }
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const before, ptr::null_mut());
        }
    }
}

fn sigpipe() -> libc::sigset_t {
    // SAFETY: the set is initialised before it is used.
    unsafe {
        let mut set = MaybeUninit::zeroed().assume_init();
        libc::sigemptyset(&raw mut set);
        libc::sigaddset(&raw mut set, libc::SIGPIPE);
        set
    }
}

/// Runs `work` with all signals blocked in this thread: a thread that it starts has them blocked from its
/// first instruction.
pub(crate) fn with_all_signals_blocked(work: &mut dyn FnMut()) {
    // SAFETY: sets that are initialised by the calls that fill them. A panic of the closure would
    // leave them blocked; it only starts a thread.
    unsafe {
        let mut all = MaybeUninit::zeroed().assume_init();
        let mut before = MaybeUninit::zeroed().assume_init();
        libc::sigfillset(&raw mut all);
        let failed = libc::pthread_sigmask(libc::SIG_BLOCK, &raw const all, &raw mut before);
        work();
        if failed == 0 {
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const before, ptr::null_mut());
        }
    }
}
