//! One attempt's end → what becomes of the record. No I/O.

use super::retry;
use super::store::{FailureScope, LastError, Outcome};
use client::answer::Answer;
use client::error::{Error, Kind, OrderName};
use client::retryability::{self, Retryability};
use codec::answer;

/// What an attempt met: a 2xx that may be SPREAD's, or why not.
pub type Attempt = Result<Answer, Error>;

/// A 2xx that is no answer of SPREAD's (an HTML page, half a document) is a failure: whether SPREAD has
/// the order only a person can tell.
///
/// # Errors
/// Then, and when the attempt had failed before.
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

/// What becomes of the record of `order` after an [`examined`] attempt.
#[must_use]
pub fn outcome(attempt: &Attempt, order: &OrderName) -> Outcome {
    let error = match attempt {
        Ok(_) => return Outcome::Delivered,
        Err(error) => error,
    };
    let note = LastError {
        status: error.status(),
        sentence: error.sentence(order),
    };
    match retryability::of(error) {
        Retryability::Never => Outcome::Refused(note),
        Retryability::Soon | Retryability::AfterCorrection => Outcome::Failed {
            fault: fault(error),
            note,
        },
    }
}

fn fault(error: &Error) -> FailureScope {
    match error.kind() {
        Kind::Refused(refusal) => match refusal.status {
            401 | 403 => FailureScope::KeyPair,
            429 | 502..=504 => FailureScope::Endpoint {
                retry_after: refusal.retry_after.map(retry::asked_for),
            },
            // A 500 may be this order's alone, and a server that is wholly broken says so to each.
            _ => match refusal.retry_after {
                Some(seconds) => FailureScope::Endpoint {
                    retry_after: Some(retry::asked_for(seconds)),
                },
                None => FailureScope::Order,
            },
        },
        Kind::TooLarge { .. } | Kind::Undecodable { .. } => FailureScope::Order,
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
    fn refusals_are_somebodys_fault() {
        let fault = |outcome| match outcome {
            Outcome::Failed { fault, note } => {
                assert!(!note.sentence.contains("john"), "{}", note.sentence);
                Some(fault)
            }
            _ => None,
        };
        let retry_after = Some(2_000);
        assert_eq!(fault(refused(401, None)), Some(FailureScope::KeyPair));
        assert_eq!(fault(refused(500, None)), Some(FailureScope::Order));
        assert_eq!(
            fault(refused(429, Some(2.0))),
            Some(FailureScope::Endpoint { retry_after })
        );
        assert_eq!(
            fault(refused(503, None)),
            Some(FailureScope::Endpoint { retry_after: None })
        );
        assert!(matches!(refused(422, None), Outcome::Refused(note) if note.status == 422));
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
        assert!(matches!(outcome, Outcome::Refused(note) if note.status == 200));
    }
}
