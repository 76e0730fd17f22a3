//! From the end of an attempt to the outcome for its record. No I/O.

use super::retry;
use super::store::{FailureScope, LastError, Outcome};
use client::answer::Answer;
use client::error::{Error, Kind, OrderName};
use client::retryability::{self, Retryability};
use codec::answer;

/// The end of an attempt: a 2xx that may be SPREAD's, or the error.
pub type Attempt = Result<Answer, Error>;

/// Turns a 2xx that is no answer of SPREAD's (an HTML page, half a document) into a failure: only a person
/// can tell whether SPREAD has the order.
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

/// The outcome of an [`examined`] attempt for the record of `order`.
#[must_use]
pub fn outcome(attempt: &Attempt, order: &OrderName) -> Outcome {
    let error = match attempt {
        Ok(_) => return Outcome::Delivered,
        Err(error) => error,
    };
    let last_error = LastError {
        status: error.status(),
        sentence: error.sentence(order),
    };
    match retryability::of(error) {
        Retryability::Never => Outcome::Refused(last_error),
        Retryability::Soon | Retryability::AfterCorrection => Outcome::Failed {
            scope: scope(error),
            last_error,
        },
    }
}

fn scope(error: &Error) -> FailureScope {
    match error.kind() {
        Kind::Refused(refusal) => match refusal.status {
            401 | 403 => FailureScope::KeyPair,
            429 | 502..=504 => FailureScope::Endpoint {
                retry_after: refusal.retry_after.map(retry::retry_after_delay),
            },
            // A 500 may be this order's alone; a server that is broken for all says so to each.
            _ => match refusal.retry_after {
                Some(seconds) => FailureScope::Endpoint {
                    retry_after: Some(retry::retry_after_delay(seconds)),
                },
                None => FailureScope::Order,
            },
        },
        Kind::TooLarge { .. } | Kind::Undecodable { .. } | Kind::Internal(_) => FailureScope::Order,
        Kind::KeysMissing => FailureScope::KeyPair,
        _ => FailureScope::Endpoint { retry_after: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use client::error::Refusal;

    fn refused(status: u16, retry_after: Option<f64>) -> Outcome {
        let error = Kind::Refused(Refusal {
            status,
            reason: "",
            body: Bytes::from_static(b"john@doe.com"),
            retry_after,
            schemes: Vec::new(),
            broken_rule: None,
        });
        outcome(&Err(error.into()), &OrderName::new(b"7"))
    }

    #[test]
    fn refusals_have_a_scope() {
        let scope = |outcome| match outcome {
            Outcome::Failed { scope, last_error } => {
                let sentence = last_error.sentence;
                assert!(!sentence.contains("john"), "{sentence}");
                Some(scope)
            }
            _ => None,
        };
        let retry_after = Some(2_000);
        assert_eq!(scope(refused(401, None)), Some(FailureScope::KeyPair));
        assert_eq!(scope(refused(500, None)), Some(FailureScope::Order));
        assert_eq!(
            scope(refused(429, Some(2.0))),
            Some(FailureScope::Endpoint { retry_after })
        );
        assert_eq!(
            scope(refused(503, None)),
            Some(FailureScope::Endpoint { retry_after: None })
        );
        assert!(matches!(refused(422, None), Outcome::Refused(error) if error.status == 422));
    }

    #[test]
    fn a_page_is_no_answer() {
        let answer = |body: &str| {
            Ok(Answer {
                status: 200,
                body: body.into(),
            })
        };
        assert!(examined(answer("{\"ok\":1}")).is_ok());
        let attempt = examined(answer("<html>maintenance</html>"));
        let outcome = outcome(&attempt, &OrderName::unknown());
        assert!(matches!(outcome, Outcome::Refused(error) if error.status == 200));
    }
}
