//! Response head → send again, deliver or refuse. No I/O.
//!
//! ```text
//!   opening: the endpoint, with what its origin is known to want
//!      │
//!      ▼            401 + a usable challenge, same origin: again, with credentials ─┐
//!   request ──────► 3xx + Location: there, with the same body;                     ├─► request
//!      │              the keys only if it is the endpoint's own origin ────────────┘
//!      │                (each of them is a round; there are max_redirects rounds)
//!      ├──────────► 2xx of the endpoint's own origin: deliver
//!      └──────────► anything else, or a redirect that must not be followed: refuse
//! ```

use std::borrow::Cow;

use url::Url;

use crate::auth::{AuthState, Outcome, Policy, Scheme};
use crate::error::{Error, Kind, RedirectFailure};
use crate::redirect::{self, Refused};

/// One call's way from the endpoint to a final answer.
pub struct Exchange<'c> {
    endpoint: &'c Url,
    url: Cow<'c, Url>,
    rounds: u32,
    limit: u32,
}

/// The part of an answer's head that decides the next step.
pub struct Head<'h> {
    pub status: u16,
    pub location: Option<&'h [u8]>,
    /// The values of `WWW-Authenticate`.
    pub challenges: Vec<&'h [u8]>,
}

/// The next step after an answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Next {
    /// It is final, and good.
    Deliver,
    /// Send the order (again) to [`Exchange::url`].
    Send,
    /// It is final, and a refusal.
    Refuse,
    /// It is a 401 that offers none of the schemes that may answer it, but these.
    RefuseSchemes(Vec<&'static str>),
}

impl<'c> Exchange<'c> {
    /// `limit`: how many redirects and authentication rounds, together.
    #[must_use]
    pub fn new(endpoint: &'c Url, limit: u32) -> Self {
        Self {
            endpoint,
            url: Cow::Borrowed(endpoint),
            rounds: 0,
            limit,
        }
    }

    /// Where the next request goes.
    #[must_use]
    pub fn url(&self) -> Cow<'c, Url> {
        self.url.clone()
    }

    /// Whether the keys may go there: only to the endpoint's own origin.
    #[must_use]
    pub fn keys_may_go(&self) -> bool {
        redirect::same_origin(&self.url, self.endpoint)
    }

    /// Judges an answer to a request that carried `sent`.
    ///
    /// # Errors
    /// When a redirect must not be followed, there were too many rounds, or another origin answered 2xx:
    /// it has not seen the keys, so it is not the API.
    pub fn judge(
        &mut self,
        head: &Head<'_>,
        policy: Policy,
        sent: Option<Scheme>,
        auth: &mut AuthState,
    ) -> Result<Next, Error> {
        match head.status {
            200..=299 if self.keys_may_go() => return Ok(Next::Deliver),
            200..=299 => {
                return Err(Kind::OtherOrigin {
                    status: head.status,
                    origin: redirect::authority(&self.url),
                }
                .into());
            }
            401 if self.keys_may_go() => {
                return match auth.challenged(policy, sent, head.challenges.iter().copied()) {
                    Outcome::SendAgain => self.again(),
                    Outcome::Refused => Ok(Next::Refuse),
                    Outcome::NothingUsable { offered } => Ok(Next::RefuseSchemes(offered)),
                };
            }
            _ => {}
        }
        match redirect::target(&self.url, head.status, head.location) {
            Ok(None) => Ok(Next::Refuse),
            Ok(Some(url)) => {
                let next = self.again()?;
                self.url = Cow::Owned(url);
                Ok(next)
            }
            Err(refused) => Err(self.redirect_failure(match refused {
                Refused::Downgrade => RedirectFailure::Downgrade,
                Refused::Scheme => RedirectFailure::Scheme,
                Refused::Malformed => RedirectFailure::Malformed,
            })),
        }
    }

    fn again(&mut self) -> Result<Next, Error> {
        if self.rounds == self.limit {
            return Err(self.redirect_failure(RedirectFailure::TooMany { limit: self.limit }));
        }
        self.rounds += 1;
        Ok(Next::Send)
    }

    fn redirect_failure(&self, failure: RedirectFailure) -> Error {
        Kind::Redirect {
            from: redirect::authority(&self.url),
            failure,
        }
        .into()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const ENDPOINT: &str = "https://shop.example/api";

    struct Call {
        exchange: Exchange<'static>,
        auth: AuthState,
    }

    impl Call {
        fn new(endpoint: &str, limit: u32) -> Self {
            let endpoint = Box::leak(Box::new(Url::parse(endpoint).unwrap()));
            Self {
                exchange: Exchange::new(endpoint, limit),
                auth: AuthState::default(),
            }
        }

        fn redirect(&mut self, status: u16, location: &str) -> Result<Next, Error> {
            let head = Head {
                status,
                location: Some(location.as_bytes()),
                challenges: Vec::new(),
            };
            self.judge(&head, Some(Scheme::Basic))
        }

        fn challenge(&mut self, sent: Option<Scheme>, challenge: &str) -> Result<Next, Error> {
            let head = Head {
                status: 401,
                location: None,
                challenges: vec![challenge.as_bytes()],
            };
            self.judge(&head, sent)
        }

        fn judge(&mut self, head: &Head<'_>, sent: Option<Scheme>) -> Result<Next, Error> {
            self.exchange
                .judge(head, Policy::Auto, sent, &mut self.auth)
        }
    }

    #[test]
    fn every_redirect_is_followed_with_the_keys_at_home_only() {
        for status in [300, 301, 302, 303, 307, 308] {
            let mut call = Call::new(ENDPOINT, 20);
            assert_eq!(call.redirect(status, "/b?c").unwrap(), Next::Send);
            assert_eq!(call.exchange.url().as_str(), "https://shop.example/b?c");
            assert!(call.exchange.keys_may_go());
            for elsewhere in ["https://shop.example:444/", "https://other.example/"] {
                assert_eq!(call.redirect(status, elsewhere).unwrap(), Next::Send);
                assert!(!call.exchange.keys_may_go(), "{elsewhere}");
            }
            assert_eq!(call.redirect(status, ENDPOINT).unwrap(), Next::Send);
            assert!(call.exchange.keys_may_go());
        }
        let mut call = Call::new("http://shop.example/api", 20);
        assert_eq!(call.redirect(302, ENDPOINT).unwrap(), Next::Send);
        assert!(!call.exchange.keys_may_go());
    }

    #[test]
    fn a_challenge_elsewhere_is_not_answered() {
        let mut call = Call::new(ENDPOINT, 20);
        call.redirect(302, "https://other.example/").unwrap();
        let next = call.challenge(None, "Basic realm=\"x\"").unwrap();
        assert_eq!(next, Next::Refuse);
    }

    #[test]
    fn a_2xx_counts_from_the_endpoints_own_origin_alone() {
        let head = |status| Head {
            status,
            location: None,
            challenges: Vec::new(),
        };
        for elsewhere in [
            "https://shop.example:444/",
            "https://other.example/",
            "https://www.shop.example/api",
        ] {
            for status in [200, 201, 204, 299] {
                let mut call = Call::new(ENDPOINT, 20);
                call.redirect(302, elsewhere).unwrap();
                let error = call.judge(&head(status), None).unwrap_err();
                assert!(
                    matches!(error.kind(), Kind::OtherOrigin { status: of, .. } if *of == status)
                );
                assert_eq!(error.status(), status);
                call.redirect(302, ENDPOINT).unwrap();
                assert_eq!(call.judge(&head(status), None).unwrap(), Next::Deliver);
            }
        }
    }

    #[test]
    fn rounds_are_counted_together() {
        let mut call = Call::new("http://shop.example/", 3);
        call.challenge(None, "Basic realm=\"x\"").unwrap();
        call.redirect(302, "/a").unwrap();
        call.redirect(302, "/b").unwrap();
        assert!(call.redirect(302, "/c").is_err());
        assert!(Call::new(ENDPOINT, 0).redirect(302, "/a").is_err());
    }

    #[test]
    fn what_leaves_https_or_the_web_is_refused() {
        for location in ["http://shop.example/", "ftp://shop.example/", "https://"] {
            assert!(Call::new(ENDPOINT, 20).redirect(302, location).is_err());
        }
    }

    #[test]
    fn other_answers_are_final() {
        let mut call = Call::new(ENDPOINT, 20);
        for (status, next) in [
            (200, Next::Deliver),
            (204, Next::Deliver),
            (302, Next::Refuse),
            (304, Next::Refuse),
            (401, Next::Refuse),
            (500, Next::Refuse),
        ] {
            let head = Head {
                status,
                location: None,
                challenges: Vec::new(),
            };
            assert_eq!(call.judge(&head, Some(Scheme::Basic)).unwrap(), next);
        }
        assert_eq!(
            call.challenge(None, "Negotiate").unwrap(),
            Next::RefuseSchemes(vec!["Negotiate"])
        );
    }
}
