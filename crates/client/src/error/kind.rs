//! The kinds of failures, and an error of one of them.

use std::time::Duration;

use bytes::Bytes;
use codec::answer::Undecodable;
use methods::Method;

/// A failed call.
#[derive(Clone)]
pub struct Error {
    // Boxed: a Result that holds an Error stays as small as its value.
    kind: Box<Kind>,
}

/// The kind of a failure. Names and addresses come from the settings, never from the order.
#[derive(Clone)]
pub enum Kind {
    /// A setting that does not parse.
    Setting {
        name: &'static str,
        expected: &'static str,
    },
    /// The endpoint does not end in `updateOrder`, so the URL of this method is unknown.
    NoUrl { method: &'static Method },
    /// One or both API keys are empty.
    KeysMissing,
    /// The CA file cannot be read or holds no certificate.
    CaFile {
        setting: &'static str,
        path: String,
        reason: String,
    },
    /// The system's store holds no CA certificate.
    NoSystemRoots,
    /// The host name has no address.
    Resolve { host: String },
    /// No TCP connection.
    Connect { to: String, reason: String },
    /// No connection through the proxy.
    Proxy { proxy: String, reason: String },
    /// The TLS handshake failed.
    Tls { to: String, failure: TlsFailure },
    /// No connection (DNS, TCP and TLS together) within `spread.connect_timeout`.
    ConnectTimeout { to: String, limit: Duration },
    /// No whole answer within `spread.timeout`.
    Timeout { limit: Duration },
    /// The connection ended before a whole answer had arrived.
    Lost { to: String, reason: String },
    /// The response is not HTTP.
    NotHttp { to: String },
    /// A redirect that must not be followed, or too many of them.
    Redirect {
        from: String,
        failure: RedirectFailure,
    },
    /// SPREAD answered with a status outside 2xx.
    Refused(Refusal),
    /// A 2xx answer of another origin, where redirects led: it never received the keys.
    OtherOrigin { status: u16, origin: String },
    /// A 2xx answer that cannot be decoded.
    Undecodable { status: u16, why: Undecodable },
    /// An answer larger than the bounds.
    TooLarge { status: u16, part: Part },
    /// Not sent: calls to the endpoint are held back, because earlier ones got no response.
    Held {
        /// The endpoint's host and port.
        by: String,
        /// For how long there has been none.
        since: Duration,
        /// When a call may try again.
        retry_after: Duration,
    },
    /// There is no outbox, or it cannot be opened. `undone` says so of the outbox: `was not drained`.
    OutboxUnusable {
        undone: &'static str,
        reason: String,
    },
    /// The outbox failed while it was being used.
    OutboxFailed {
        undone: &'static str,
        reason: String,
    },
    /// A fault of this code, in a few words for its maintainers: the order is not at fault, nor the
    /// endpoint, nor the keys.
    Internal(&'static str),
}

/// Why a TLS handshake failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TlsFailure {
    Expired,
    NotYetValid,
    UnknownIssuer,
    WrongName,
    /// Only a common name, which says nothing since RFC 9525 section 6.3.
    NoName,
    /// X.509 version 1 or 2: without extensions.
    OldCertificate,
    /// A key or signature of a kind that is not verified here, such as P-521.
    OtherAlgorithm,
    CaAsLeaf,
    Revoked,
    OtherCertificate,
    /// The server offered no TLS 1.2 or later.
    TooOld,
    /// Cipher suite, key exchange or signature: the two sides have none in common.
    NothingInCommon,
    NotTls,
    Other,
}

/// Why a redirect is not followed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RedirectFailure {
    Downgrade,
    Scheme,
    Malformed,
    /// Redirects and authentication rounds, together.
    TooMany {
        limit: u32,
    },
}

/// The part of an answer that passed its bound.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    Head,
    Body,
}

/// An answer with a status outside 2xx.
#[derive(Clone)]
pub struct Refusal {
    pub status: u16,
    /// The registered reason phrase of the status; the server's own words are not repeated.
    pub reason: &'static str,
    pub body: Bytes,
    /// Seconds from now, out of `Retry-After` (RFC 9110 section 10.2.3).
    pub retry_after: Option<f64>,
    /// The schemes of a 401 by which it could not be answered; empty when the keys were looked at.
    pub schemes: Vec<&'static str>,
    /// The documented rule that the order breaks, set by [`Error::name_broken_rule`]. Rules name
    /// fields and never what is in them.
    pub broken_rule: Option<String>,
}

impl From<Kind> for Error {
    fn from(kind: Kind) -> Self {
        Self {
            kind: Box::new(kind),
        }
    }
}

impl Error {
    #[must_use]
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// The HTTP status of the answer, 0 when there was none.
    #[must_use]
    pub fn status(&self) -> u16 {
        match *self.kind {
            Kind::Refused(Refusal { status, .. })
            | Kind::OtherOrigin { status, .. }
            | Kind::Undecodable { status, .. }
            | Kind::TooLarge { status, .. } => status,
            _ => 0,
        }
    }

    /// How long the sender should wait before its next attempt, in seconds, when that is known.
    #[must_use]
    pub fn retry_after(&self) -> Option<f64> {
        match &*self.kind {
            Kind::Refused(refusal) => refusal.retry_after,
            Kind::Held { retry_after, .. } => Some(retry_after.as_secs_f64()),
            _ => None,
        }
    }

    /// Where the order itself may be why SPREAD refused it, asks for the first documented rule that
    /// it breaks: a better advice than any other.
    pub fn name_broken_rule(&mut self, first: impl FnOnce() -> Option<String>) {
        if let Kind::Refused(refusal) = &mut *self.kind
            && refusal.may_be_the_orders_fault()
        {
            refusal.broken_rule = first();
        }
    }
}

impl Refusal {
    /// A 4xx that is not about keys, the endpoint or time.
    fn may_be_the_orders_fault(&self) -> bool {
        matches!(self.status, 400..=499)
            && !matches!(self.status, 401 | 403 | 404 | 405 | 408 | 425 | 429)
    }
}
