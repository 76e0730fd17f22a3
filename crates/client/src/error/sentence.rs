//! A failure as one sentence.

use std::fmt;

use codec::answer::Undecodable;
use codec::json;
use methods::{Subject, UPDATE_ORDER};

use super::kind::{Error, Kind, Part, RedirectFailure, Refusal, TlsFailure};
use super::names::Names;
use super::subject_name::SubjectName;
use crate::bounds::{BODY_LIMIT, HEAD_LIMIT, HEAD_LINES_LIMIT};

impl Error {
    /// One sentence: what happened, to which order or account, what to do.
    #[must_use]
    pub fn sentence(&self, subject: &SubjectName, names: &Names) -> String {
        let Names {
            connect_timeout,
            timeout,
            ca_file,
            proxy: proxy_setting,
            ..
        } = names;
        match self.kind() {
            Kind::Setting { name, expected } => {
                format!("{subject} was not sent: {name} must be {expected}")
            }
            Kind::NoUrl { method } => format!(
                "{subject} was not sent: spread.endpoint must end in {UPDATE_ORDER}, from which the URL of \
                 {method} is made"
            ),
            Kind::KeysMissing => format!(
                "{subject} was not sent: there are no API keys; set spread.public_key and \
                 spread.private_key, or SPREAD_PUBLIC_KEY and SPREAD_PRIVATE_KEY in the environment"
            ),
            Kind::CaFile {
                setting,
                path,
                reason,
            } => format!(
                "{subject} was not sent: {setting} names {path}, {reason}; it must be a readable \
                 file of PEM certificates"
            ),
            Kind::NoSystemRoots => format!(
                "{subject} was not sent: this system has no CA certificates; install the package \
                 ca-certificates, or set {ca_file}"
            ),
            Kind::Resolve { host } => format!(
                "{subject} did not reach SPREAD: the host name {host} has no address; check \
                 spread.endpoint and this machine's DNS"
            ),
            Kind::Connect { to, reason } => format!(
                "{subject} did not reach SPREAD: no connection to {to} ({reason}); check \
                 spread.endpoint and this machine's network"
            ),
            Kind::Proxy { proxy, reason } => format!(
                "{subject} did not reach SPREAD: no connection through the proxy {proxy} ({reason}); \
                 check {proxy_setting}, or the environment's proxy when that is empty"
            ),
            Kind::Tls { to, failure } => {
                format!(
                    "{subject} did not reach SPREAD: {to} {}",
                    failure.words(names)
                )
            }
            Kind::ConnectTimeout { to, limit } => format!(
                "{subject} did not reach SPREAD: no connection to {to} within {} s \
                 ({connect_timeout}); check spread.endpoint and this machine's network and DNS",
                limit.as_secs_f64()
            ),
            Kind::Timeout { limit } => format!(
                "no complete response for {subject} within {} s ({timeout}); SPREAD may have \
                 received it, and sending it again is safe",
                limit.as_secs_f64()
            ),
            Kind::Lost { to, reason } => format!(
                "the connection to {to} ended before the response for {subject} was complete \
                 ({reason}); SPREAD may have received it, and sending it again is safe"
            ),
            Kind::Held {
                by,
                since,
                retry_after,
            } => format!(
                "{subject} was not sent: {by} has not responded for {:.1} s, and calls are held back for \
                 another {:.1} s; send it again then",
                since.as_secs_f64(),
                retry_after.as_secs_f64()
            ),
            Kind::NotHttp { to } => format!(
                "{to} did not answer {subject} in HTTP; check that spread.endpoint names SPREAD's API"
            ),
            Kind::Redirect { from, failure } => format!(
                "{subject} was not delivered: {from} {}; check spread.endpoint",
                failure.words(subject.noun(), names)
            ),
            Kind::Refused(refusal) => format!(
                "SPREAD refused {subject}: HTTP {}{}; {}",
                refusal.status,
                Spaced(refusal.reason),
                refusal.advice(subject.noun(), names)
            ),
            Kind::OtherOrigin { status, origin } => format!(
                "{subject} was not delivered: a redirect led to {origin}, which answered HTTP {status} \
                 without the API keys; set spread.endpoint to the URL that SPREAD's API has now"
            ),
            Kind::Undecodable { status, why } => format!(
                "SPREAD answered {subject} with HTTP {status} and {}; check that spread.endpoint \
                 names SPREAD's API",
                undecodable(*why)
            ),
            Kind::TooLarge { part, .. } => format!(
                "SPREAD answered {subject} with {}; check that spread.endpoint names SPREAD's API",
                too_large(*part)
            ),
            Kind::OutboxUnusable { undone, reason } | Kind::OutboxFailed { undone, reason } => {
                format!("the outbox {undone}: {reason}")
            }
            Kind::Internal(what) => {
                format!(
                    "{subject} was not sent because of a fault of spread: {what}; please report it"
                )
            }
        }
    }
}

fn undecodable(why: Undecodable) -> String {
    match why {
        Undecodable::Html => "an HTML page instead of JSON".into(),
        Undecodable::BrokenJson => "a broken JSON document".into(),
        Undecodable::TooDeep => format!("JSON nested deeper than {} levels", json::DEPTH_LIMIT),
        Undecodable::TransferCoding => "an unknown Transfer-Encoding".into(),
        Undecodable::TooBig => "JSON that takes more memory than memory_limit allows".into(),
    }
}

/// Which bound was passed, in KiB and MiB.
pub(super) fn too_large(part: Part) -> String {
    match part {
        Part::Head => format!(
            "more than {} KiB or {HEAD_LINES_LIMIT} lines of headers",
            HEAD_LIMIT >> 10
        ),
        Part::Body => format!("a body of more than {} MiB", BODY_LIMIT >> 20),
    }
}

impl Refusal {
    fn advice(&self, noun: &str, names: &Names) -> String {
        match self.status {
            401 if !self.schemes.is_empty() => format!(
                "it asks for keys by {} only; check spread.endpoint and {}",
                self.schemes.join(" or "),
                names.auth
            ),
            401 => format!("check {}", names.keys),
            403 => format!("check that these API keys may report {noun}s"),
            404 | 405 | 300..=399 => "check spread.endpoint".into(),
            408 | 425 | 429 | 500..=599 => match self.retry_after {
                Some(seconds) => format!("send it again in {} s", seconds.ceil()),
                None => "send it again later".into(),
            },
            _ => match &self.broken_rule {
                Some(rule) => rule.clone(),
                None => format!("check the {noun}'s fields"),
            },
        }
    }
}

impl TlsFailure {
    fn words(self, names: &Names) -> String {
        let ca_file = names.ca_file;
        match self {
            Self::Expired => {
                "presents an expired certificate; renew it on the server, or correct this machine's \
                 clock"
            }
            Self::NotYetValid => {
                "presents a certificate that is not valid yet; check this machine's clock"
            }
            Self::UnknownIssuer => {
                return format!(
                    "presents a certificate from an unknown authority; if the authority is yours, set \
                     {ca_file} to its CA certificate"
                );
            }
            Self::WrongName => {
                "presents a certificate for another host name; check the host in spread.endpoint"
            }
            Self::CaAsLeaf => {
                return format!(
                    "presents a self-signed CA certificate as its own; give the server a certificate \
                     signed by a CA, and set {ca_file} to that CA"
                );
            }
            Self::Revoked => "presents a revoked certificate; replace it on the server",
            Self::OtherCertificate => "presents a certificate that cannot be verified",
            Self::NoName => {
                "presents a certificate without a subject alternative name; issue one that names the \
                 host there, as its common name alone counts for nothing"
            }
            Self::OldCertificate => {
                "presents a certificate of X.509 version 1; issue one of version 3, with the host as \
                 subject alternative name"
            }
            Self::OtherAlgorithm => {
                "presents a certificate whose key or signature is of a kind that this client does not \
                 verify; issue one with RSA (2048 bits or more), ECDSA P-256 or P-384, and SHA-2"
            }
            Self::TooOld => "offers no TLS 1.2 or later; update the server's TLS",
            Self::NothingInCommon => {
                "has no cipher suite, key exchange or signature in common with this client; enable \
                 ECDHE (X25519, P-256 or P-384) with AES-GCM or ChaCha20-Poly1305 on the server"
            }
            Self::NotTls => {
                "does not speak TLS; check the port and the https:// of spread.endpoint"
            }
            Self::Other => "failed the TLS handshake",
        }
        .into()
    }
}

impl RedirectFailure {
    fn words(self, noun: &str, names: &Names) -> String {
        match self {
            Self::Downgrade => {
                format!(
                    "redirects from https to http, which would expose the {noun} on the network"
                )
            }
            Self::Scheme => "redirects to a scheme other than http and https".into(),
            Self::Malformed => "redirects to an invalid URL".into(),
            Self::TooMany { limit } => {
                format!(
                    "redirects or asks for keys more than {limit} times ({})",
                    names.max_redirects
                )
            }
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence(&SubjectName::unknown(Subject::Order), &Names::INI))
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

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

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
            refused(401, "Unauthorized", None)
                .sentence(&SubjectName::new(Subject::Order, b"0000001"), &Names::INI),
            "SPREAD refused order 0000001: HTTP 401 Unauthorized; check spread.public_key and \
             spread.private_key"
        );
        assert_eq!(
            refused(429, "Too Many Requests", Some(29.2))
                .sentence(&SubjectName::new(Subject::Order, b"7"), &Names::INI),
            "SPREAD refused order 7: HTTP 429 Too Many Requests; send it again in 30 s"
        );
        assert_eq!(
            refused(499, "", None).sentence(&SubjectName::new(Subject::Order, b""), &Names::INI),
            "SPREAD refused the order: HTTP 499; check the order's fields"
        );
    }

    #[test]
    fn a_sentence_about_an_account_says_account() {
        let sentence =
            |error: Error, id| error.sentence(&SubjectName::new(Subject::Account, id), &Names::INI);
        assert_eq!(
            sentence(refused(422, "Unprocessable Content", None), b"12345xxx6789"),
            "SPREAD refused account 12345xxx6789: HTTP 422 Unprocessable Content; check the account's fields"
        );
        assert_eq!(
            sentence(refused(403, "Forbidden", None), b""),
            "SPREAD refused the account: HTTP 403 Forbidden; check that these API keys may report accounts"
        );
        let redirect = Kind::Redirect {
            from: "https://spread.example".into(),
            failure: RedirectFailure::Downgrade,
        };
        let (to, reason) = (String::new(), String::new());
        for kind in [
            redirect,
            Kind::KeysMissing,
            Kind::NoSystemRoots,
            Kind::NotHttp { to: to.clone() },
            Kind::Lost { to, reason },
            Kind::Internal("a fault"),
        ] {
            let sentence = sentence(kind.into(), b"7");
            assert!(!sentence.contains(" order"), "{sentence}");
            assert!(sentence.contains("account 7"), "{sentence}");
        }
    }

    #[test]
    fn a_broken_rule_is_named_where_the_order_may_be_at_fault() {
        for status in 300..=600 {
            let mut error = refused(status, "", None);
            error.name_broken_rule(|| Some("data.order_state must be 10".into()));
            let sentence = error.sentence(&SubjectName::unknown(Subject::Order), &Names::INI);
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
            SubjectName::new(Subject::Order, b"1\nroot: ok").to_string(),
            "order 1\u{fffd}root: ok"
        );
        let name = SubjectName::new(Subject::Order, &[b'9'; 10_000]).to_string();
        assert_eq!(name.len(), "order ".len() + SubjectName::LONGEST);
    }

    #[test]
    fn debug_output_does_not_hold_the_answer() {
        assert!(!format!("{:?}", refused(400, "", None)).contains("john"));
    }
}
