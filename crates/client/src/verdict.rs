//! Again, later or never: what a failed attempt means for the order. The one place that decides it, for
//! the plain call (`isRetryable()`), the outbox's direct attempt and its worker.

use crate::error::{Error, Kind};

/// What a failed attempt means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// The same order can succeed soon without anybody changing anything: no connection, no whole
    /// answer, 408, 425, 429 and 5xx.
    Again,
    /// It can succeed once somebody has corrected keys or a setting: 401, 403, no usable configuration.
    Later,
    /// SPREAD has read and refused it, or has answered 2xx with something unreadable: sending it again
    /// changes nothing, or does it twice.
    Never,
}

/// The verdict on `error`.
#[must_use]
pub fn of(error: &Error) -> Verdict {
    match error.kind() {
        Kind::Resolve { .. }
        | Kind::Connect { .. }
        | Kind::Proxy { .. }
        | Kind::Tls { .. }
        | Kind::ConnectTimeout { .. }
        | Kind::Timeout { .. }
        | Kind::Lost { .. }
        | Kind::NotHttp { .. }
        | Kind::Redirect { .. }
        | Kind::OutboxFailed { .. } => Verdict::Again,
        Kind::Setting { .. }
        | Kind::KeysMissing
        | Kind::CaFile { .. }
        | Kind::OutboxUnusable { .. } => Verdict::Later,
        // With a status of 2xx, or none: an answer beyond the bounds is as large the next time.
        Kind::Refused(_) | Kind::Undecodable { .. } | Kind::TooLarge { .. } => {
            match error.status() {
                401 | 403 => Verdict::Later,
                408 | 425 | 429 | 500..=599 => Verdict::Again,
                _ => Verdict::Never,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Part, Refusal};
    use bytes::Bytes;
    use codec::answer::Undecodable;
    use std::time::Duration;

    fn refused(status: u16) -> Error {
        Kind::Refused(Refusal {
            status,
            reason: "",
            body: Bytes::new(),
            retry_after: None,
            schemes: Vec::new(),
            broken_rule: None,
        })
        .into()
    }

    #[test]
    fn every_status_has_its_verdict() {
        for status in 100..=999 {
            let verdict = of(&refused(status));
            let expected = match status {
                401 | 403 => Verdict::Later,
                408 | 425 | 429 | 500..=599 => Verdict::Again,
                _ => Verdict::Never,
            };
            assert_eq!(verdict, expected, "{status}");
        }
    }

    #[test]
    fn what_nobody_answered_is_sent_again_and_what_was_answered_2xx_is_not() {
        let limit = Duration::from_secs(1);
        assert_eq!(of(&Kind::Timeout { limit }.into()), Verdict::Again);
        assert_eq!(of(&Kind::KeysMissing.into()), Verdict::Later);
        let why = Undecodable::Html;
        assert_eq!(
            of(&Kind::Undecodable { status: 200, why }.into()),
            Verdict::Never
        );
        let part = Part::Body;
        assert_eq!(
            of(&Kind::TooLarge { status: 200, part }.into()),
            Verdict::Never
        );
        assert_eq!(
            of(&Kind::TooLarge { status: 503, part }.into()),
            Verdict::Again
        );
    }
}
