//! Error kind → the class of exception that PHP sees: one exhaustive match, and what each class is.

use super::kind::{Error, Kind, Part, Refusal};
use super::sentence::too_large;

/// The classes of exceptions, parents first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    Exception,
    Configuration,
    Connection,
    Timeout,
    Response,
    Authentication,
}

impl Class {
    pub const ALL: [Self; 6] = [
        Self::Exception,
        Self::Configuration,
        Self::Connection,
        Self::Timeout,
        Self::Response,
        Self::Authentication,
    ];

    /// With its namespace.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.facts().name
    }

    #[must_use]
    pub fn parent(self) -> &'static str {
        self.facts().parent
    }

    /// When it is thrown.
    #[must_use]
    pub fn when(self) -> String {
        match self {
            Self::Response => format!(
                "{}, an answer with {}, or with {}",
                self.facts().when,
                too_large(Part::Body),
                too_large(Part::Head)
            ),
            class => class.facts().when.into(),
        }
    }

    /// Advice for the reader of the message.
    #[must_use]
    pub fn advice(self) -> &'static str {
        self.facts().advice
    }

    fn facts(self) -> Facts {
        let (name, parent, when, advice) = match self {
            Self::Exception => (
                "Spread\\Exception",
                "\\RuntimeException",
                "a fault of spread itself; all others extend it",
                "catch it for any failure",
            ),
            Self::Configuration => (
                "Spread\\ConfigurationException",
                "Spread\\Exception",
                "keys missing, a setting that does not parse, an unusable CA file; of \
                 `spread_outbox_drain()` and `spread_outbox_status()`, no outbox or none that can be opened",
                "correct the setting that the message names",
            ),
            Self::Connection => (
                "Spread\\ConnectionException",
                "Spread\\Exception",
                "no address, no connection, no verified TLS, a redirect that must not be followed, a \
                 connection lost before the whole answer, or calls held back because there is no answer",
                "check the endpoint and the network; sending again is safe",
            ),
            Self::Timeout => (
                "Spread\\TimeoutException",
                "Spread\\ConnectionException",
                "`spread.connect_timeout` or `spread.timeout` passed",
                "check the endpoint and the network; sending again is safe",
            ),
            Self::Response => (
                "Spread\\ResponseException",
                "Spread\\Exception",
                "a status outside 2xx, a 2xx of another origin after a redirect, a broken or HTML answer",
                "read the message",
            ),
            Self::Authentication => (
                "Spread\\AuthenticationException",
                "Spread\\ResponseException",
                "401, 403",
                "check the keys",
            ),
        };
        Facts {
            name,
            parent,
            when,
            advice,
        }
    }
}

struct Facts {
    name: &'static str,
    parent: &'static str,
    when: &'static str,
    advice: &'static str,
}

impl Error {
    /// The class of its exception.
    #[must_use]
    pub fn class(&self) -> Class {
        match self.kind() {
            Kind::Internal(_) => Class::Exception,
            Kind::Setting { .. }
            | Kind::NoUrl { .. }
            | Kind::KeysMissing
            | Kind::CaFile { .. }
            | Kind::NoSystemRoots
            | Kind::OutboxUnusable { .. } => Class::Configuration,
            Kind::Resolve { .. }
            | Kind::Connect { .. }
            | Kind::Proxy { .. }
            | Kind::Tls { .. }
            | Kind::Lost { .. }
            | Kind::Held { .. }
            | Kind::NotHttp { .. }
            | Kind::Redirect { .. }
            | Kind::OutboxFailed { .. } => Class::Connection,
            Kind::ConnectTimeout { .. } | Kind::Timeout { .. } => Class::Timeout,
            Kind::Refused(Refusal {
                status: 401 | 403, ..
            }) => Class::Authentication,
            Kind::Refused(_)
            | Kind::OtherOrigin { .. }
            | Kind::Undecodable { .. }
            | Kind::TooLarge { .. } => Class::Response,
        }
    }
}
