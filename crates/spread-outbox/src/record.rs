//! A record in the words of the command line: its state, its last error in short, its JSON.

use methods::Subject;
use outbox::store::{LastError, Record, State};
use serde_json::{Value, json};

use crate::table::{BAD, Cell, GOOD, PLAIN, WARNING};
use crate::text::{date, printable};

/// As `--state` takes it.
pub(crate) fn state(record: &Record) -> &'static str {
    match record.state {
        State::Pending if record.in_flight => "in_flight",
        State::Pending => "pending",
        State::Refused => "refused",
        State::Expired => "expired",
    }
}

pub(crate) fn state_cell(record: &Record) -> Cell {
    let style = match record.state {
        State::Pending if record.in_flight => GOOD,
        State::Pending => PLAIN,
        State::Refused => BAD,
        State::Expired => WARNING,
    };
    Cell::styled(state(record), style)
}

/// Either `order` or `account` is null.
pub(crate) fn json(record: &Record) -> Value {
    let LastError { status, sentence } = &record.last_error;
    let id_of = |subject: Subject| {
        let id = String::from_utf8_lossy(&record.order_id);
        (record.method.subject == subject).then_some(id)
    };
    json!({
        "id": record.id,
        "state": state(record),
        "method": record.method.name,
        "order": id_of(Subject::Order),
        "account": id_of(Subject::Account),
        "endpoint": record.endpoint,
        "public_key": String::from_utf8_lossy(&record.public_key),
        "accepted": date(record.accepted),
        "due": record.due.map(date),
        "attempts": record.attempts,
        "status": (*status != 0).then_some(status),
        "last_error": (!sentence.is_empty()).then_some(sentence),
        "bytes": record.size,
    })
}

/// Clauses of `client::error`'s sentences, and their short forms. The outbox keeps sentences alone; the test
/// below holds them together.
const SHORT: &[(&str, &str)] = &[
    ("no complete response for ", "timeout"),
    (" within ", "connect timeout"),
    (" has no address", "unknown host"),
    ("there are no API keys", "no API keys"),
    (" in HTTP", "not HTTP"),
    (" expired certificate", "expired certificate"),
    (" certificate", "invalid certificate"),
    (" TLS", "TLS failure"),
    (" redirects ", "bad redirect"),
];

/// The longest that is made of a sentence that is not known.
const LONGEST: usize = 40;

/// The last error in a few words, such as `HTTP 503` or `connection refused`.
pub(crate) fn short_error(error: &LastError) -> String {
    match error.status {
        0 => short_sentence(&error.sentence),
        200..=299 => format!("HTTP {}, unusable response", error.status),
        status => format!("HTTP {status}"),
    }
}

fn short_sentence(sentence: &str) -> String {
    let clause = sentence
        .split_once("; ")
        .map_or(sentence, |(clause, _)| clause);
    if let Some((_, short)) = SHORT.iter().find(|(mark, _)| clause.contains(mark)) {
        return (*short).into();
    }
    // `no connection to 192.0.2.1:443 (connection refused)`.
    let reason = clause
        .strip_suffix(')')
        .and_then(|clause| Some(clause.rsplit_once(" (")?.1));
    let short = reason.unwrap_or(clause);
    printable(short.chars().take(LONGEST).collect::<String>().as_bytes())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use client::error::{Error, Kind, Names, RedirectFailure, SubjectName, TlsFailure};

    use super::*;

    #[test]
    fn each_sentence_has_a_short_form() {
        let (to, reason) = ("192.0.2.1:443".to_owned(), "connection refused".to_owned());
        let limit = Duration::from_secs(2);
        let failure = TlsFailure::Expired;
        for (kind, short) in [
            (Kind::Timeout { limit }, "timeout"),
            (
                Kind::ConnectTimeout {
                    to: to.clone(),
                    limit,
                },
                "connect timeout",
            ),
            (Kind::Resolve { host: to.clone() }, "unknown host"),
            (
                Kind::Connect {
                    to: to.clone(),
                    reason: reason.clone(),
                },
                "connection refused",
            ),
            (
                Kind::Proxy {
                    proxy: to.clone(),
                    reason: reason.clone(),
                },
                "connection refused",
            ),
            (
                Kind::Lost {
                    to: to.clone(),
                    reason,
                },
                "connection refused",
            ),
            (Kind::NotHttp { to: to.clone() }, "not HTTP"),
            (Kind::KeysMissing, "no API keys"),
            (
                Kind::Tls {
                    to: to.clone(),
                    failure,
                },
                "expired certificate",
            ),
            (
                Kind::Tls {
                    to: to.clone(),
                    failure: TlsFailure::WrongName,
                },
                "invalid certificate",
            ),
            (
                Kind::Tls {
                    to: to.clone(),
                    failure: TlsFailure::NotTls,
                },
                "TLS failure",
            ),
            (
                Kind::Redirect {
                    from: to,
                    failure: RedirectFailure::Scheme,
                },
                "bad redirect",
            ),
        ] {
            let sentence =
                Error::from(kind).sentence(&SubjectName::new(Subject::Order, b"7"), &Names::INI);
            assert_eq!(
                short_error(&LastError {
                    status: 0,
                    sentence: sentence.clone()
                }),
                short,
                "{sentence}"
            );
        }
    }

    #[test]
    fn a_status_says_enough() {
        let short = |status| {
            short_error(&LastError {
                status,
                sentence: "a; b".into(),
            })
        };
        assert_eq!(short(503), "HTTP 503");
        assert_eq!(short(200), "HTTP 200, unusable response");
        assert_eq!(short(0), "a");
    }
}
