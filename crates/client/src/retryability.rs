//! Whether the same order can succeed when a plain call sends it again soon (`isRetryable()`). The outbox
//! has a week and asks whose fault a failure is: its `attempt.rs`.

use crate::error::{Error, Kind};

/// When an order whose attempt failed can succeed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Retryability {
    /// The same order can succeed soon without anybody changing anything: no connection, no whole
    /// answer, 408, 425, 429 and 5xx.
    Soon,
    /// It can succeed once somebody has corrected keys or a setting: 401, 403, a 2xx of another origin,
    /// no usable configuration.
    AfterCorrection,
    /// SPREAD has read and refused it, or has answered 2xx with something unreadable: sending it again
    /// changes nothing, or does it twice.
    Never,
}

/// Of an order whose attempt failed with `error`.
#[must_use]
pub fn of(error: &Error) -> Retryability {
    match error.kind() {
        Kind::Resolve { .. }
        | Kind::Connect { .. }
        | Kind::Proxy { .. }
        | Kind::Tls { .. }
        | Kind::ConnectTimeout { .. }
        | Kind::Timeout { .. }
        | Kind::Lost { .. }
        | Kind::Held { .. }
        | Kind::NotHttp { .. }
        | Kind::Redirect { .. }
        | Kind::OutboxFailed { .. }
        | Kind::Internal(_) => Retryability::Soon,
        Kind::Setting { .. }
        | Kind::NoUrl { .. }
        | Kind::KeysMissing
        | Kind::CaFile { .. }
        | Kind::NoSystemRoots
        // The endpoint leads elsewhere until it, or the setting, is corrected.
        | Kind::OtherOrigin { .. }
        | Kind::OutboxUnusable { .. } => Retryability::AfterCorrection,
        // With a status of 2xx, or none: an answer beyond the bounds is as large the next time.
        Kind::Refused(_) | Kind::Undecodable { .. } | Kind::TooLarge { .. } => {
            match error.status() {
                401 | 403 => Retryability::AfterCorrection,
                408 | 425 | 429 | 500..=599 => Retryability::Soon,
                _ => Retryability::Never,
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
    fn every_status_is_judged() {
        for status in 100..=999 {
            let retryability = of(&refused(status));
            let expected = match status {
                401 | 403 => Retryability::AfterCorrection,
                408 | 425 | 429 | 500..=599 => Retryability::Soon,
                _ => Retryability::Never,
            };
            assert_eq!(retryability, expected, "{status}");
        }
    }

    #[test]
    fn what_nobody_answered_is_sent_again_and_what_was_answered_2xx_is_not() {
        let limit = Duration::from_secs(1);
        assert_eq!(of(&Kind::Timeout { limit }.into()), Retryability::Soon);
        assert_eq!(of(&Kind::KeysMissing.into()), Retryability::AfterCorrection);
        let (status, origin) = (200, String::new());
        assert_eq!(
            of(&Kind::OtherOrigin { status, origin }.into()),
            Retryability::AfterCorrection
        );
        let why = Undecodable::Html;
        assert_eq!(
            of(&Kind::Undecodable { status: 200, why }.into()),
            Retryability::Never
        );
        let part = Part::Body;
        assert_eq!(
            of(&Kind::TooLarge { status: 200, part }.into()),
            Retryability::Never
        );
        assert_eq!(
            of(&Kind::TooLarge { status: 503, part }.into()),
            Retryability::Soon
        );
    }
}
