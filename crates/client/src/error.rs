//! What can go wrong, in the caller's words.
//!
//! An [`Error`] is one [`Kind`] with the facts of the failure, and [`Error::sentence`] is the only
//! place that turns them into words: what happened, to which order, what to do. No kind carries a
//! key or a field of the order, so no message can print one; the order is named by its id alone.

mod class;

use std::fmt;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use codec::answer::Undecodable;

pub use class::Class;

/// A failed call.
#[derive(Clone)]
pub struct Error {
    // Boxed: a Result that holds an Error stays as small as its value.
    kind: Box<Kind>,
}

/// What happened. Names and addresses are those of the settings, never of the order's customer.
#[derive(Clone)]
pub enum Kind {
    /// A setting that does not parse.
    Setting {
        name: &'static str,
        expected: &'static str,
    },
    /// One or both API keys are empty.
    KeysMissing,
    /// The CA file cannot be read or holds no certificate.
    CaFile {
        setting: &'static str,
        path: String,
        reason: String,
    },
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
    /// What arrived is not HTTP.
    NotHttp { to: String },
    /// A redirect that must not be followed, or too many of them.
    Redirect {
        from: String,
        failure: RedirectFailure,
    },
    /// SPREAD answered with a status outside 2xx.
    Refused(Refusal),
    /// A 2xx answer that cannot be decoded.
    Undecodable { status: u16, why: Undecodable },
    /// An answer larger than the bounds.
    TooLarge { status: u16, part: Part },
    /// There is no outbox, or it cannot be opened.
    OutboxUnusable { reason: String },
    /// The outbox failed while it was being used.
    OutboxFailed { reason: String },
}

/// Why a TLS handshake failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TlsFailure {
    Expired,
    NotYetValid,
    UnknownIssuer,
    WrongName,
    CaAsLeaf,
    Revoked,
    OtherCertificate,
    /// The server offered no protocol version or cipher that TLS 1.2 or later has.
    TooOld,
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
    /// The documented rule that the order breaks, for [`Error::name_broken_rule`] to set. Rules name
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
            | Kind::Undecodable { status, .. }
            | Kind::TooLarge { status, .. } => status,
            _ => 0,
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

    /// One sentence: what happened, to which order, what to do.
    #[must_use]
    pub fn sentence(&self, order: &OrderName) -> String {
        match &*self.kind {
            Kind::Setting { name, expected } => {
                format!("{order} was not sent: {name} must be {expected}")
            }
            Kind::KeysMissing => format!(
                "{order} was not sent: there are no API keys; set spread.public_key and \
                 spread.private_key, or SPREAD_PUBLIC_KEY and SPREAD_PRIVATE_KEY in the environment"
            ),
            Kind::CaFile {
                setting,
                path,
                reason,
            } => format!(
                "{order} was not sent: {setting} names {path}, {reason}; it must be a readable \
                 file of PEM certificates"
            ),
            Kind::Resolve { host } => format!(
                "{order} did not reach SPREAD: the host name {host} has no address; check \
                 spread.endpoint and this machine's DNS"
            ),
            Kind::Connect { to, reason } => format!(
                "{order} did not reach SPREAD: no connection to {to} ({reason}); check \
                 spread.endpoint and this machine's network"
            ),
            Kind::Proxy { proxy, reason } => format!(
                "{order} did not reach SPREAD: no connection through the proxy {proxy} ({reason}); \
                 check spread.proxy, or the environment's proxy when that is empty"
            ),
            Kind::Tls { to, failure } => {
                format!("{order} did not reach SPREAD: {to} {}", failure.words())
            }
            Kind::ConnectTimeout { to, limit } => format!(
                "{order} did not reach SPREAD: no connection to {to} within {} s \
                 (spread.connect_timeout); check spread.endpoint and this machine's network and DNS",
                limit.as_secs_f64()
            ),
            Kind::Timeout { limit } => format!(
                "SPREAD gave no whole answer about {order} within {} s (spread.timeout); it may \
                 have arrived, and sending it again is safe",
                limit.as_secs_f64()
            ),
            Kind::Lost { to, reason } => format!(
                "the connection to {to} ended before SPREAD had answered about {order} \
                 ({reason}); it may have arrived, and sending it again is safe"
            ),
            Kind::NotHttp { to } => format!(
                "{to} did not answer in HTTP about {order}; check that spread.endpoint names \
                 SPREAD's API"
            ),
            Kind::Redirect { from, failure } => format!(
                "{order} was not delivered: {from} {}; check spread.endpoint",
                failure.words()
            ),
            Kind::Refused(refusal) => format!(
                "SPREAD refused {order}: HTTP {}{}; {}",
                refusal.status,
                Spaced(refusal.reason),
                refusal.advice()
            ),
            Kind::Undecodable { status, why } => format!(
                "SPREAD answered {order} with HTTP {status} and {}; check that spread.endpoint \
                 names SPREAD's API",
                match why {
                    Undecodable::Html => "an HTML page instead of JSON",
                    Undecodable::BrokenJson => "a broken JSON document",
                    Undecodable::TooDeep => "JSON nested deeper than 512 levels",
                    Undecodable::TransferCoding => "a transfer coding that it was not asked for",
                    Undecodable::TooBig => "JSON that takes more memory than memory_limit allows",
                }
            ),
            Kind::TooLarge { part, .. } => format!(
                "SPREAD answered {order} with {}; check that spread.endpoint names SPREAD's API",
                match part {
                    Part::Head => "more than 256 KiB or 1024 lines of headers",
                    Part::Body => "a body of more than 8 MiB",
                }
            ),
            Kind::OutboxUnusable { reason } | Kind::OutboxFailed { reason } => {
                format!("the outbox was not drained: {reason}")
            }
        }
    }
}

impl Refusal {
    /// A 4xx that is not about keys, the endpoint or time.
    fn may_be_the_orders_fault(&self) -> bool {
        matches!(self.status, 400..=499)
            && !matches!(self.status, 401 | 403 | 404 | 405 | 408 | 425 | 429)
    }

    fn advice(&self) -> String {
        match self.status {
            401 if !self.schemes.is_empty() => format!(
                "it asks for keys by {} only; check spread.endpoint and spread.auth",
                self.schemes.join(" or ")
            ),
            401 => "check spread.public_key and spread.private_key".into(),
            403 => "check that these API keys may report orders".into(),
            404 | 405 | 300..=399 => "check spread.endpoint".into(),
            408 | 425 | 429 | 500..=599 => match self.retry_after {
                Some(seconds) => format!("send it again in {} s", seconds.ceil()),
                None => "send it again later".into(),
            },
            _ => match &self.broken_rule {
                Some(rule) => rule.clone(),
                None => "check the order's fields".into(),
            },
        }
    }
}

impl TlsFailure {
    fn words(self) -> &'static str {
        match self {
            Self::Expired => {
                "has a certificate that has expired; it must be renewed there, or this machine's \
                 clock is wrong"
            }
            Self::NotYetValid => {
                "has a certificate that is not valid yet; check this machine's clock"
            }
            Self::UnknownIssuer => {
                "has a certificate of an unknown authority; if it is yours, name its CA \
                 certificate in spread.ca_file"
            }
            Self::WrongName => {
                "has a certificate for another host name; check the host in spread.endpoint"
            }
            Self::CaAsLeaf => {
                "uses a self-signed CA certificate as its own; give the server a certificate \
                 signed by a CA and name that CA in spread.ca_file"
            }
            Self::Revoked => "has a certificate that was revoked; it must be replaced there",
            Self::OtherCertificate => "has a certificate that cannot be verified",
            Self::TooOld => "offers no TLS 1.2 or later; its TLS must be brought up to date",
            Self::NotTls => {
                "does not answer in TLS; check the port and the https:// of spread.endpoint"
            }
            Self::Other => "ended the TLS handshake",
        }
    }
}

impl RedirectFailure {
    fn words(self) -> String {
        match self {
            Self::Downgrade => {
                "redirects from https to http, which would show the order to everybody on the way"
                    .into()
            }
            Self::Scheme => "redirects to something that is neither http nor https".into(),
            Self::Malformed => "redirects to something that is no URL".into(),
            Self::TooMany { limit } => {
                format!("redirects or asks for keys more than {limit} times (spread.max_redirects)")
            }
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence(&OrderName::unknown()))
    }
}

impl fmt::Debug for Error {
    // Not derived: an answer's body may repeat the order.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {}

/// A reason phrase with its space, or nothing.
struct Spaced(&'static str);

impl fmt::Display for Spaced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            Ok(())
        } else {
            write!(f, " {}", self.0)
        }
    }
}

/// How messages name an order: `order 0000001`, or `the order` when it has no usable id.
pub struct OrderName(String);

impl OrderName {
    /// The longest id that a message repeats, in characters.
    const LONGEST: usize = 64;

    /// From the bytes of `order_idorder`. Control characters would split a log line and are
    /// replaced; a very long id is cut.
    #[must_use]
    pub fn new(id: &[u8]) -> Self {
        if id.is_empty() {
            return Self::unknown();
        }
        Self(format!("order {}", one_line(id, Self::LONGEST)))
    }

    #[must_use]
    pub fn unknown() -> Self {
        Self("the order".into())
    }
}

impl fmt::Display for OrderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Bytes from outside in one line: what is not text, or would move the cursor, is replaced.
#[must_use]
pub fn one_line(bytes: &[u8], longest: usize) -> String {
    String::from_utf8_lossy(bytes)
        .chars()
        .take(longest)
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

/// A path for a message: one line, and not a page of it.
#[must_use]
pub fn printable(path: &Path) -> String {
    one_line(path.as_os_str().as_bytes(), 256)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, reason: &'static str, retry_after: Option<f64>) -> Error {
        Kind::Refused(Refusal {
            status,
            reason,
            body: Bytes::from_static(b"john@doe.com"),
            retry_after,
            schemes: Vec::new(),
            broken_rule: None,
        })
        .into()
    }

    #[test]
    fn a_refusal_says_what_which_and_what_to_do() {
        assert_eq!(
            refused(401, "Unauthorized", None).sentence(&OrderName::new(b"0000001")),
            "SPREAD refused order 0000001: HTTP 401 Unauthorized; check spread.public_key and \
             spread.private_key"
        );
        assert_eq!(
            refused(429, "Too Many Requests", Some(29.2)).sentence(&OrderName::new(b"7")),
            "SPREAD refused order 7: HTTP 429 Too Many Requests; send it again in 30 s"
        );
        assert_eq!(
            refused(499, "", None).sentence(&OrderName::new(b"")),
            "SPREAD refused the order: HTTP 499; check the order's fields"
        );
    }

    #[test]
    fn a_broken_rule_is_named_where_the_order_may_be_at_fault() {
        for status in 300..=600 {
            let mut error = refused(status, "", None);
            error.name_broken_rule(|| Some("data.order_state must be 10".into()));
            let sentence = error.sentence(&OrderName::unknown());
            let may_be = matches!(status, 400..=499)
                && ![401, 403, 404, 405, 408, 425, 429].contains(&status);
            assert_eq!(
                sentence
                    == format!(
                        "SPREAD refused the order: HTTP {status}; data.order_state must be 10"
                    ),
                may_be,
                "{sentence}"
            );
        }
        let mut error = refused(422, "", None);
        error.name_broken_rule(|| None);
        assert!(error.to_string().ends_with("check the order's fields"));
        let mut error = Error::from(Kind::KeysMissing);
        error.name_broken_rule(|| unreachable!("the order was not refused"));
    }

    #[test]
    fn an_id_cannot_forge_a_log_line_or_fill_it() {
        assert_eq!(
            OrderName::new(b"1\nroot: ok").to_string(),
            "order 1\u{fffd}root: ok"
        );
        let name = OrderName::new(&[b'9'; 10_000]).to_string();
        assert_eq!(name.len(), "order ".len() + OrderName::LONGEST);
    }

    #[test]
    fn debug_output_does_not_hold_the_answer() {
        assert!(!format!("{:?}", refused(400, "", None)).contains("john"));
    }
}
