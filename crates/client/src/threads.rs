//! The threads that look up names and connect.
//!
//! Nothing can cut off what they do: they end by themselves, and their callers stop waiting. So that a dead
//! name server does not fill a process with them, each kind has a limit, and the next one waits for its turn.
//!
//! A thread inherits the signal mask of the one that starts it. PHP's signal handlers are not made for
//! threads that PHP does not know: with a thread-safe PHP such a thread ends the process. So signals are
//! blocked before the thread is started; blocking them in its first line would be too late.

use std::error::Error as StdError;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use std::{fmt, io, thread};

use arc_swap::ArcSwapOption;
use tokio::runtime::Builder;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::timeout;

use crate::process_owned::ProcessOwned;

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

/// How many threads of one kind a process has at once. Several, so that those that hang (each for longer than
/// the call that asked) do not hold up the next call.
const LIMIT: usize = 32;

/// Threads of one kind.
pub struct Threads {
    name: &'static str,
    /// Of this process: a forked child has none of its parent's threads.
    /// Not behind a lock, which a fork could leave held for ever.
    permits: ArcSwapOption<ProcessOwned<Arc<Semaphore>>>,
}

/// Why a thread has no result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoResult {
    /// The system gives no thread.
    NoThread,
    /// It was not there in time.
    TimedOut,
    Panicked,
}

impl fmt::Display for NoResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoThread => "no thread could be started",
            Self::TimedOut => "no result in time",
            Self::Panicked => "the thread panicked",
        })
    }
}

impl StdError for NoResult {}

impl Threads {
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            permits: ArcSwapOption::const_empty(),
        }
    }

    /// The result of `work`, which runs in a thread.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, NoResult> {
        let permit = self.permits().acquire_owned().await;
        let permit = permit.map_err(|_| NoResult::NoThread)?;
        let (sender, receiver) = oneshot::channel();
        let work = move || {
            // Nobody receives it when the call has been given up.
            let _ = sender.send(work());
            drop(permit);
        };
        spawn(self.name, work).map_err(|_| NoResult::NoThread)?;
        receiver.await.map_err(|_| NoResult::Panicked)
    }

    /// The result of `work`, for a caller that has no runtime.
    ///
    /// # Errors
    /// When there is none within `limit`; see [`NoResult`].
    pub fn run_within<T: Send + 'static>(
        &self,
        limit: Duration,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, NoResult> {
        let runtime = Builder::new_current_thread().enable_time().build();
        let runtime = runtime.map_err(|_| NoResult::NoThread)?;
        let within = runtime.block_on(async { timeout(limit, self.run(work)).await });
        within.unwrap_or(Err(NoResult::TimedOut))
    }

    fn permits(&self) -> Arc<Semaphore> {
        loop {
            let before = self.permits.load();
            if let Some(permits) = before.as_ref().and_then(|permits| permits.get()) {
                return Arc::clone(permits);
            }
            // Unless another thread is first.
            let permits = ProcessOwned::new(Arc::new(Semaphore::new(LIMIT)));
            self.permits
                .compare_and_swap(&before, Some(Arc::new(permits)));
        }
    }
}

/// Starts a thread that ends by itself.
fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
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
    use super::*;
    use std::hint::black_box;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Barrier, Condvar, Mutex, mpsc};

    /// Work that hangs until it is released, and how much of it there is.
    #[derive(Default)]
    struct Hanging {
        running: AtomicUsize,
        most: AtomicUsize,
        released: Mutex<bool>,
        release: Condvar,
    }

    impl Hanging {
        fn hang(&self) {
            let running = self.running.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(running, Ordering::SeqCst);
            let released = self.released.lock().unwrap();
            drop(
                self.release
                    .wait_while(released, |released| !*released)
                    .unwrap(),
            );
            self.running.fetch_sub(1, Ordering::SeqCst);
        }

        fn release(&self) {
            *self.released.lock().unwrap() = true;
            self.release.notify_all();
        }
    }

    #[test]
    fn callers_of_many_threads_share_one_limit_and_the_next_ones_wait() {
        static THREADS: Threads = Threads::new("test");
        let hanging = Arc::new(Hanging::default());
        let begin = Barrier::new(2 * LIMIT);
        thread::scope(|scope| {
            for _ in 0..2 * LIMIT {
                scope.spawn(|| {
                    let work = Arc::clone(&hanging);
                    begin.wait();
                    let outcome =
                        THREADS.run_within(Duration::from_millis(300), move || work.hang());
                    assert_eq!(outcome, Err(NoResult::TimedOut));
                });
            }
        });
        let most = hanging.most.load(Ordering::SeqCst);
        assert!((1..=LIMIT).contains(&most), "{most} threads");
        hanging.release();
        // A place becomes free, however late.
        let bound = Duration::from_secs(60);
        assert_eq!(THREADS.run_within(bound, || 4711), Ok(4711));
    }

    #[test]
    fn threads_that_ask_first_at_the_same_time_share_one_limit() {
        const CALLERS: usize = 32;
        for _ in 0..500 {
            let threads = Threads::new("test");
            let begin = Barrier::new(CALLERS);
            let permits: Vec<_> = thread::scope(|scope| {
                let ask = || {
                    begin.wait();
                    threads.permits()
                };
                let asking: Vec<_> = (0..CALLERS).map(|_| scope.spawn(ask)).collect();
                asking
                    .into_iter()
                    .map(|asked| asked.join().unwrap())
                    .collect()
            });
            assert!(
                permits
                    .windows(2)
                    .all(|two| matches!(two, [one, other] if Arc::ptr_eq(one, other)))
            );
        }
    }

    #[test]
    fn a_thread_that_panics_gives_its_place_back() {
        let threads = Threads::new("test");
        let bound = Duration::from_secs(60);
        for _ in 0..2 * LIMIT {
            // As a panic does, but silent.
            let panic = || std::panic::resume_unwind(Box::new(()));
            assert_eq!(
                threads.run_within::<()>(bound, panic),
                Err(NoResult::Panicked)
            );
        }
        assert_eq!(threads.run_within(bound, || 4711), Ok(4711));
    }

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
