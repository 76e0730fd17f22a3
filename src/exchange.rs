//! One attempt over the network, unless the circuit breaker holds it back.

use std::time::Duration;

use client::answer::Answer;
use client::config::{ClientConfig, Destination};
use client::error::Error;
use client::runtime;
use methods::Method;

use crate::circuit_breaker::{self, Caller};
use crate::zend;

/// Sends a body to the URL of a method over the network, unless the circuit breaker holds it back.
pub(crate) fn exchange(
    config: &ClientConfig,
    configured: &Destination,
    method: &'static Method,
    breaker: Breaker,
    body: &[u8],
    limit: Duration,
) -> Result<Answer, Error> {
    let destination = &*configured.of(method)?;
    let attempt = || zend::with_signals_blocked(|| runtime::send(limit, config, destination, body));
    match breaker {
        Breaker::Off => attempt(),
        Breaker::On(caller) => {
            circuit_breaker::guard(&destination.endpoint, limit, caller, attempt)
        }
    }
}

/// Whether a call may be held back.
#[derive(Clone, Copy)]
pub(crate) enum Breaker {
    Off,
    On(Caller),
}

impl Breaker {
    pub(crate) fn new(on: bool, caller: Caller) -> Self {
        if on { Self::On(caller) } else { Self::Off }
    }
}
