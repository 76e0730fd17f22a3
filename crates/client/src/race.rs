//! Staggered attempts at the addresses of a name (RFC 8305): one that hangs costs a quarter of a second, not
//! the time to connect.
//!
//! ```text
//!   request ──► attempt 0 ──► pool: a kept connection ──────────────────► written
//!                   │                                                        ▲
//!                   └► connector (`connector.rs`) ──► resolver ──► address 0 ┤ the first one to connect
//!                                 attempt 1, after DELAY or a failure ──► 1 ─┤
//!                                 attempt 2 ...                       ──► 2 ─┘
//! ```
//!
//! Chosen: the HTTP client makes whole requests only, and nothing may look into its connections, so an attempt
//! is a whole request of the same client that connects to its own address. An attempt that is pending and not
//! connecting holds a connection: then the others are dropped before they are polled again, so that the order
//! is written once. A call with a kept connection never gets further than that.

use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::task::futures::TaskLocalFuture;
use tokio::time::{Instant, Sleep, sleep};

/// The Connection Attempt Delay that RFC 8305 section 5 recommends.
const DELAY: Duration = Duration::from_millis(250);

tokio::task_local! {
    static ATTEMPT: Attempt;
}

/// The attempts of one request.
#[derive(Default)]
pub(crate) struct Race(Mutex<State>);

#[derive(Default)]
struct State {
    /// One for each attempt; empty until the name is resolved, and for a host that is an address.
    addresses: Vec<SocketAddr>,
    /// Set by the first attempt that needs a connection.
    deadline: Option<Instant>,
    /// Whether the attempt that is being polled is connecting.
    connecting: bool,
}

/// One attempt of a race.
#[derive(Clone)]
pub(crate) struct Attempt {
    race: Arc<Race>,
    index: usize,
}

impl Attempt {
    /// The one that is being polled.
    pub(crate) fn current() -> Option<Self> {
        ATTEMPT.try_with(Self::clone).ok()
    }

    /// Runs `future` as part of this attempt, wherever it is polled.
    pub(crate) fn scope<F: Future>(self, future: F) -> TaskLocalFuture<Self, F> {
        ATTEMPT.scope(self, future)
    }

    /// When connecting has taken too long, for all attempts together.
    pub(crate) fn deadline(&self, timeout: Duration) -> Instant {
        let mut state = self.race.state();
        *state
            .deadline
            .get_or_insert_with(|| Instant::now() + timeout)
    }

    /// Says that the attempt that is being polled waits for a new connection.
    pub(crate) fn is_connecting(&self) {
        self.race.state().connecting = true;
    }

    /// The address of this attempt, once the name is resolved.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        self.race.state().addresses.get(self.index).copied()
    }

    /// Takes the addresses of the name.
    pub(crate) fn resolved(&self, addresses: &[SocketAddr]) {
        self.race.state().addresses = interleaved(addresses);
    }
}

impl Race {
    /// Whether a new connection was asked for.
    pub(crate) fn has_connected(&self) -> bool {
        self.state().deadline.is_some()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Polls an attempt; says whether it is connecting when it is pending.
    fn poll<F: Future>(&self, attempt: Pin<&mut F>, context: &mut Context<'_>) -> Step<F::Output> {
        self.state().connecting = false;
        match attempt.poll(context) {
            Poll::Ready(outcome) => Step::Ended(outcome),
            Poll::Pending if self.state().connecting => Step::Connecting,
            Poll::Pending => Step::Connected,
        }
    }
}

enum Step<T> {
    Connecting,
    Connected,
    Ended(T),
}

/// Runs the attempts that `attempt` makes. `rank` tells whether an attempt failed to connect, so that the next
/// address may do, and how much its failure says: of failures alone the last one with the highest rank is
/// returned.
pub(crate) async fn run<F, T, E>(
    race: &Arc<Race>,
    attempt: impl Fn() -> F,
    rank: impl Fn(&E) -> Option<u8>,
) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
{
    let numbered = |index| {
        let race = Arc::clone(race);
        Attempt { race, index }.scope(attempt())
    };
    // Not in the list: most requests have no other attempt, and need no memory for one.
    let mut first = pin!(Some(numbered(0)));
    let mut others: Vec<Pin<Box<TaskLocalFuture<Attempt, F>>>> = Vec::new();
    let mut started = 1;
    let mut timer: Option<Pin<Box<Sleep>>> = None;
    let mut failure: Option<(u8, E)> = None;
    poll_fn(move |context| {
        loop {
            let mut failed = false;
            let mut note = |error: E| match rank(&error) {
                None => Some(error),
                Some(rank) => {
                    failed = true;
                    if failure.as_ref().is_none_or(|(known, _)| rank >= *known) {
                        failure = Some((rank, error));
                    }
                    None
                }
            };
            if let Some(attempt) = first.as_mut().as_pin_mut() {
                match race.poll(attempt, context) {
                    Step::Connecting => {}
                    Step::Connected => {
                        others.clear();
                        return Poll::Pending;
                    }
                    Step::Ended(Ok(answer)) => return Poll::Ready(Ok(answer)),
                    Step::Ended(Err(error)) => {
                        first.set(None);
                        if let Some(error) = note(error) {
                            return Poll::Ready(Err(error));
                        }
                    }
                }
            }
            let mut index = 0;
            while let Some(attempt) = others.get_mut(index) {
                match race.poll(attempt.as_mut(), context) {
                    Step::Connecting => index += 1,
                    Step::Connected => {
                        others.swap(0, index);
                        others.truncate(1);
                        first.set(None);
                        return Poll::Pending;
                    }
                    Step::Ended(Ok(answer)) => return Poll::Ready(Ok(answer)),
                    Step::Ended(Err(error)) => {
                        drop(others.remove(index));
                        if let Some(error) = note(error) {
                            return Poll::Ready(Err(error));
                        }
                    }
                }
            }
            if started >= race.state().addresses.len() {
                return match failure.take() {
                    Some((_, error)) if first.is_none() && others.is_empty() => {
                        Poll::Ready(Err(error))
                    }
                    known => {
                        failure = known;
                        Poll::Pending
                    }
                };
            }
            if !failed {
                let timer = timer.get_or_insert_with(|| Box::pin(sleep(DELAY)));
                if timer.as_mut().poll(context).is_pending() {
                    return Poll::Pending;
                }
            }
            timer = None;
            others.push(Box::pin(numbered(started)));
            started += 1;
        }
    })
    .await
}

/// The addresses with their families in turn, so that a family without a route holds up one attempt only
/// (RFC 8305 section 4).
fn interleaved(addresses: &[SocketAddr]) -> Vec<SocketAddr> {
    let first = addresses.first().map(SocketAddr::is_ipv6);
    let (preferred, other): (Vec<SocketAddr>, Vec<_>) = addresses
        .iter()
        .copied()
        .partition(|address| Some(address.is_ipv6()) == first);
    let (mut preferred, mut other) = (preferred.into_iter(), other.into_iter());
    let mut turns = Vec::with_capacity(addresses.len());
    while turns.len() < addresses.len() {
        turns.extend(preferred.next());
        turns.extend(other.next());
    }
    turns
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
