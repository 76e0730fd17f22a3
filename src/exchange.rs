//! Response head → send again, deliver or refuse. No I/O.
//!
//! ```text
//!                 https, or an origin that asked before
//!               ┌──────────────── Basic ───────────────┐
//!   opening ────┤                                      ├──► 2xx ──► deliver
//!               └── none ──► 401 that offers Basic ────┘
//!                   (http)   (once, the origin is remembered)
//!                                   any other answer ─────────────► refused
//! ```

use crate::auth::Credentials;

/// What to do about an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    Deliver,
    SendAgain(Credentials),
    Refused,
}

/// What the first request of a call carries. Over https the keys go along at once, which saves a
/// round trip; over plain http they wait until the origin has asked.
#[must_use]
pub fn opening(secure: bool, asked_before: bool) -> Credentials {
    if secure || asked_before {
        Credentials::Basic
    } else {
        Credentials::None
    }
}

/// The verdict on an answer to a request that carried `sent`.
#[must_use]
pub fn judge(status: u16, sent: Credentials, offers_basic: bool) -> Verdict {
    match (status, sent) {
        (200..=299, _) => Verdict::Deliver,
        (401, Credentials::None) if offers_basic => Verdict::SendAgain(Credentials::Basic),
        _ => Verdict::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_wait_over_plain_http_only() {
        assert_eq!(opening(true, false), Credentials::Basic);
        assert_eq!(opening(false, false), Credentials::None);
        assert_eq!(opening(false, true), Credentials::Basic);
    }

    #[test]
    fn a_challenge_is_answered_once() {
        let again = Verdict::SendAgain(Credentials::Basic);
        assert_eq!(judge(401, Credentials::None, true), again);
        assert_eq!(judge(401, Credentials::Basic, true), Verdict::Refused);
        assert_eq!(judge(401, Credentials::None, false), Verdict::Refused);
    }

    #[test]
    fn only_2xx_is_delivered() {
        for status in [200, 201, 204, 299] {
            assert_eq!(judge(status, Credentials::Basic, false), Verdict::Deliver);
        }
        for status in [301, 400, 403, 500] {
            assert_eq!(judge(status, Credentials::None, true), Verdict::Refused);
        }
    }
}
