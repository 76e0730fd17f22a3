//! From the end of an attempt to the outcome for its record: whose fault a failure is. No I/O.
//!
//! | the attempt met | fault of | the record |
//! |---|---|---|
//! | no connection, no complete response, 5xx, 404, 405, 408, 410, 425, an unusable redirect, a 2xx that cannot be read | the endpoint | stays pending |
//! | 401, 403 | the key pair | stays pending |
//! | 429, any other 4xx with `Retry-After` | the key pair, for that time | stays pending |
//! | 400, 409, 413, 415, 422 and any other 4xx | the order | moves to `refused` |
//!
//! A bad deployment at SPREAD must not empty the queue into a person's hands: only an answer that can be
//! about this one order dead-letters it. A plain call's `isRetryable()` is narrower: `retryability.rs`.

use super::retry;
use super::store::{FailureScope, LastError, Outcome};
use client::answer::Answer;
use client::error::{Error, Kind, Names, SubjectName};
use codec::answer;

/// The end of an attempt: a 2xx that may be SPREAD's, or the error.
pub type Attempt = Result<Answer, Error>;

/// Turns a 2xx that is no answer of SPREAD's (an HTML page, half a document) into a failure.
///
/// # Errors
/// Then, and when the attempt failed already.
pub fn examined(attempt: Attempt) -> Attempt {
    let answer = attempt?;
    match answer::undecodable(&answer.body) {
        None => Ok(answer),
        Some(why) => Err(Kind::Undecodable {
            status: answer.status,
            why,
        }
        .into()),
    }
}

/// The outcome of an [`examined`] attempt for the record of `subject`.
#[must_use]
pub fn outcome(attempt: &Attempt, subject: &SubjectName, names: &Names) -> Outcome {
    let error = match attempt {
        Ok(_) => return Outcome::Delivered,
        Err(error) => error,
    };
    let last_error = LastError {
        status: error.status(),
        sentence: error.sentence(subject, names),
    };
    match scope(error) {
        Some(scope) => Outcome::Failed { scope, last_error },
        None => Outcome::Refused(last_error),
    }
}

/// Whether an attempt failed by the endpoint's fault.
#[must_use]
pub fn is_the_endpoints_fault(attempt: &Attempt) -> bool {
    match attempt {
        Ok(answer) => answer::undecodable(&answer.body).is_some(),
        Err(error) => matches!(scope(error), Some(FailureScope::Endpoint { .. })),
    }
}

/// The scope of a failure; nothing when the order itself is at fault.
fn scope(error: &Error) -> Option<FailureScope> {
    let retry_after = match error.kind() {
        Kind::Refused(refusal) => refusal.retry_after.map(retry::retry_after_delay),
        Kind::KeysMissing => return Some(FailureScope::KeyPair { retry_after: None }),
        Kind::Internal(_) | Kind::NoUrl { .. } => return Some(FailureScope::Order),
        _ => None,
    };
    match error.status() {
        401 | 403 | 429 => Some(FailureScope::KeyPair { retry_after }),
        404 | 405 | 408 | 410 | 425 => Some(FailureScope::Endpoint { retry_after }),
        400..=499 if retry_after.is_some() => Some(FailureScope::KeyPair { retry_after }),
        400..=499 => None,
        _ => Some(FailureScope::Endpoint { retry_after }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use client::error::{Part, RedirectFailure, Refusal};
    use methods::Subject;

    fn refused(status: u16, retry_after: Option<f64>) -> Outcome {
        let error = Kind::Refused(Refusal {
            status,
            reason: "",
            body: Bytes::from_static(b"john@doe.com"),
            retry_after,
            schemes: Vec::new(),
            broken_rule: None,
        });
        outcome(
            &Err(error.into()),
            &SubjectName::new(Subject::Order, b"7"),
            &Names::INI,
        )
    }

    fn scope(outcome: Outcome) -> Option<FailureScope> {
        match outcome {
            Outcome::Failed { scope, last_error } => {
                let sentence = last_error.sentence;
                assert!(!sentence.contains("john"), "{sentence}");
                Some(scope)
            }
            _ => None,
        }
    }

    #[test]
    fn each_status_is_the_fault_of_one() {
        let retry_after = None;
        for status in (100..200).chain(300..1_000) {
            let expected = match status {
                401 | 403 | 429 => Some(FailureScope::KeyPair { retry_after }),
                404 | 405 | 408 | 410 | 425 => Some(FailureScope::Endpoint { retry_after }),
                400..500 => None,
                _ => Some(FailureScope::Endpoint { retry_after }),
            };
            let outcome = refused(status, None);
            if expected.is_none() {
                assert!(matches!(&outcome, Outcome::Refused(error) if error.status == status));
            }
            assert_eq!(scope(outcome), expected, "{status}");
        }
    }

    #[test]
    fn retry_after_is_for_the_key_pair_and_refuses_nothing() {
        let retry_after = Some(2_000);
        for status in [401, 409, 422, 429] {
            let scope = scope(refused(status, Some(2.0)));
            assert_eq!(
                scope,
                Some(FailureScope::KeyPair { retry_after }),
                "{status}"
            );
        }
        for status in [404, 500, 503] {
            let scope = scope(refused(status, Some(2.0)));
            assert_eq!(
                scope,
                Some(FailureScope::Endpoint { retry_after }),
                "{status}"
            );
        }
    }

    #[test]
    fn an_unusable_answer_is_the_endpoints_fault() {
        let answer = |body: &str| {
            Ok(Answer {
                status: 200,
                body: body.into(),
            })
        };
        assert!(examined(answer("{\"ok\":1}")).is_ok());
        let redirect = Kind::Redirect {
            from: "https://spread.example".into(),
            failure: RedirectFailure::Downgrade,
        };
        let large = Kind::TooLarge {
            status: 200,
            part: Part::Body,
        };
        for attempt in [
            examined(answer("<html>maintenance</html>")),
            examined(answer("{\"ok\":")),
            Err(redirect.into()),
            Err(large.into()),
        ] {
            let scope = scope(outcome(
                &attempt,
                &SubjectName::unknown(Subject::Order),
                &Names::INI,
            ));
            assert_eq!(scope, Some(FailureScope::Endpoint { retry_after: None }));
        }
    }
}
