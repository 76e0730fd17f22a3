//! The circuit breaker around each attempt: `spread.circuit_breaker`. All processes of a server share its
//! state; see the crate `breaker`.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use breaker::{Call, End, Entry, Millis, State, Transition};
use client::answer::Answer;
use client::error::{Class, Error, Kind};
use client::redirect::authority;
use outbox::attempt;
use settings::{OutboxSetting, Settings};
use url::Url;

use crate::log;
use crate::zend::{self, ZendString};

thread_local! {
    /// Lines about circuits that opened and closed. They are written once Zend may be called.
    static LINES: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
}

/// Which calls are held back.
#[derive(Clone, Copy)]
pub(crate) enum Caller {
    WithoutOutbox,
    /// The outbox keeps the order.
    WithOutbox,
    /// The same, once the response has left.
    AfterResponse,
}

/// Makes an attempt of at most `limit`, unless calls to the endpoint are held back. Does not call Zend.
///
/// # Errors
/// [`Kind::Held`] when the attempt was not made, and those of `attempt`.
pub(crate) fn guard(
    endpoint: &Url,
    limit: Duration,
    caller: Caller,
    attempt: impl FnOnce() -> Result<Answer, Error>,
) -> Result<Answer, Error> {
    let with_outbox = !matches!(caller, Caller::WithoutOutbox);
    let call = Call {
        origin: origin(endpoint),
        process: zend::this_process(),
        limit: Millis::try_from(limit.as_millis()).unwrap_or(Millis::MAX),
        with_outbox,
        spares_last_process: matches!(caller, Caller::AfterResponse),
    };
    // The next visitor needs this process more than an order that is safe already.
    if matches!(caller, Caller::AfterResponse) && zend::visitors_wait() {
        return Err(held(endpoint, Duration::ZERO, Duration::ZERO));
    }
    let page = zend::page();
    let now = zend::monotonic_now();
    let pass = match page.enter(&call, now, zend::is_alive) {
        Entry::Try(pass) => pass,
        Entry::Held(held) => {
            if held.opened {
                remember(opened(endpoint, with_outbox));
            }
            return Err(self::held(
                endpoint,
                Duration::from_millis(now.saturating_sub(held.since)),
                Duration::from_millis(held.until.saturating_sub(now)),
            ));
        }
    };
    let outcome = attempt();
    let now = zend::monotonic_now();
    match page.leave(pass, end(&outcome), now) {
        None => {}
        Some(Transition::Opened { .. }) => remember(opened(endpoint, with_outbox)),
        Some(Transition::Closed { since }) => remember(format!(
            "spread: {} responds again, after {} s",
            authority(endpoint),
            now.saturating_sub(since) / 1_000
        )),
    }
    outcome
}

fn held(endpoint: &Url, since: Duration, retry_after: Duration) -> Error {
    Kind::Held {
        by: authority(endpoint),
        since,
        retry_after,
    }
    .into()
}

fn opened(endpoint: &Url, with_outbox: bool) -> String {
    let consequence = if with_outbox {
        "orders are kept in the outbox and not sent"
    } else {
        "calls fail at once"
    };
    let name = authority(endpoint);
    format!("spread: {name} does not respond; {consequence} until it does, but for one at a time")
}

/// What an attempt shows about the endpoint.
fn end(attempt: &Result<Answer, Error>) -> End {
    match attempt {
        // It was not made.
        Err(error) if matches!(error.class(), Class::Configuration | Class::Exception) => {
            End::Unknown
        }
        attempt if attempt::is_the_endpoints_fault(attempt) => End::EndpointFailed,
        _ => End::Answered,
    }
}

/// The state of the endpoint's circuit, for calls of this process with these settings.
pub(crate) fn state(settings: &Settings, outbox: &OutboxSetting) -> &'static str {
    if !settings.circuit_breaker {
        return "closed";
    }
    let origin = origin(&settings.endpoint);
    let with_outbox = matches!(outbox, OutboxSetting::On(_));
    let pool = zend::this_process().pool;
    let now = zend::monotonic_now();
    let view = zend::page().look((origin, pool), with_outbox, now, zend::is_alive);
    match view.state {
        State::Closed => "closed",
        State::Crowded => "crowded",
        State::Open => "open",
        State::HalfOpen => "half_open",
    }
}

fn origin(endpoint: &Url) -> u64 {
    let mut hasher = DefaultHasher::new();
    endpoint.scheme().hash(&mut hasher);
    endpoint.host_str().hash(&mut hasher);
    endpoint.port_or_known_default().hash(&mut hasher);
    hasher.finish()
}

fn remember(line: String) {
    LINES.with_borrow_mut(|lines| lines.insert(line));
}

/// Writes the lines that attempts have left.
pub(crate) fn log() {
    while let Some(line) = LINES.with_borrow_mut(BTreeSet::pop_first) {
        let text = ZendString::new(line.as_bytes());
        drop(line);
        log::write(&text);
    }
}
