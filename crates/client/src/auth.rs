//! Challenges in, `Authorization` out: what `CURLOPT_HTTPAUTH = CURLAUTH_ANY` does with Basic and
//! Digest. No I/O and no clock; randomness comes in as an argument.
//!
//! ```text
//!   nothing ──401──► Digest, else Basic
//!   Basic ───401──► Digest, when that is offered now; else refused
//!   Digest ──401──► nonce used before: Digest with the new nonce, else Basic
//!                   first use of the nonce, `stale=true`: once more; else refused
//! ```
//!
//! Where this is not libcurl (7.88.1):
//!
//! - What an origin asked for is remembered across calls, so a call usually is one round trip. A
//!   remembered nonce may have expired or gone with a restart, and not every server says `stale`
//!   then: refused is only an answer to a nonce that was fresh, as in the snippet, whose nonces
//!   always are.
//! - `stale=true` in answer to a fresh nonce is followed once; libcurl goes on to its limit of
//!   redirects, 21 requests in php-curl.
//! - The first usable Digest challenge counts, and Basic when there is none. libcurl looks at the
//!   first Digest header only, reads one challenge's parameters into another's when they share a
//!   header, and gives up when that Digest is unusable.
//! - A scheme's name inside a quoted realm is no offer.
//! - Negotiate and NTLM are not spoken: a Digest or Basic beside them is taken. libcurl takes Negotiate
//!   first, which without a Kerberos ticket ends the call, and NTLM before Basic.
//! - `Authentication-Info: nextnonce` is ignored, by libcurl too.

mod basic;
mod challenge;
mod digest;

pub use basic::basic;

use crate::keys::Keys;
use digest::Digest;

/// `spread.auth`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Policy {
    /// Basic at once over https, unless the origin asked for Digest; over http only when asked.
    Auto,
    /// Nothing before the origin has asked.
    Any,
    /// As `Auto`, and Digest never.
    Basic,
    /// As `Any`, and Basic never.
    Digest,
}

impl Policy {
    fn allows(self, scheme: Scheme) -> bool {
        match self {
            Self::Auto | Self::Any => true,
            Self::Basic => scheme == Scheme::Basic,
            Self::Digest => scheme == Scheme::Digest,
        }
    }
}

/// A scheme that can be answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scheme {
    Basic,
    Digest,
}

/// The credentials of a request. Not printable: they hold the keys, or a proof of them.
pub struct Authorization {
    pub scheme: Scheme,
    /// The header's value: no control bytes but a tab, not always ASCII.
    pub value: Vec<u8>,
}

/// The next step after a 401.
#[derive(PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Once more, with what [`AuthState::authorization`] gives now.
    SendAgain,
    /// The keys were looked at and not taken.
    Refused,
    /// The origin wants something else. `offered`: the well-known schemes among it, each once; it
    /// holds Digest or Basic when the policy forbids that, or the challenge cannot be answered.
    NothingUsable { offered: Vec<&'static str> },
}

/// The last challenge of one origin for one key pair. Keep it across calls, and forget it after a fork: two
/// processes must not count the same nonce.
#[derive(Default)]
pub struct AuthState {
    challenged_by: Option<Challenged>,
}

enum Challenged {
    Basic,
    Digest {
        digest: Digest,
        /// Whether it replaced a nonce that was called stale on its first use.
        renewed: bool,
    },
}

impl AuthState {
    /// The credentials of the next request to this origin. Call it once for each request that goes out,
    /// because Digest counts them.
    ///
    /// `secure`: over https. `uri`: the request target as it is sent, path and query. `cnonce`:
    /// fresh randomness as text without quotes or backslashes, drawn once for each nonce.
    pub fn authorization(
        &mut self,
        policy: Policy,
        secure: bool,
        keys: &Keys,
        method: &str,
        uri: &str,
        cnonce: &dyn Fn() -> String,
    ) -> Option<Authorization> {
        if let Some(Challenged::Digest { digest, .. }) = &mut self.challenged_by
            && policy.allows(Scheme::Digest)
        {
            return Some(Authorization {
                scheme: Scheme::Digest,
                value: digest.respond(keys, method, uri, cnonce),
            });
        }
        let asked =
            matches!(self.challenged_by, Some(Challenged::Basic)) && policy.allows(Scheme::Basic);
        let at_once = secure && matches!(policy, Policy::Auto | Policy::Basic);
        (asked || at_once).then(|| Authorization {
            scheme: Scheme::Basic,
            value: basic(keys).into_bytes(),
        })
    }

    /// The next step after a 401 with these `WWW-Authenticate` values, in answer to a request that
    /// carried `sent`.
    pub fn challenged<'h>(
        &mut self,
        policy: Policy,
        sent: Option<Scheme>,
        values: impl IntoIterator<Item = &'h [u8]>,
    ) -> Outcome {
        let mut offered = Vec::new();
        let mut new = None;
        for challenge in values.into_iter().flat_map(challenge::parse) {
            let name = WELL_KNOWN.into_iter().find(|name| challenge.is(name));
            offered.extend(name.filter(|name| !offered.contains(name)));
            if new.is_none() && policy.allows(Scheme::Digest) {
                new = Digest::new(&challenge);
            }
        }
        let offers = |scheme| match scheme {
            Scheme::Basic => offered.contains(&BASIC),
            Scheme::Digest => offered.contains(&DIGEST),
        };

        let mut renewed = false;
        if sent == Some(Scheme::Digest)
            && let Some(Challenged::Digest {
                digest: last,
                renewed: before,
            }) = &self.challenged_by
            && last.uses() <= 1
        {
            renewed = new.as_ref().is_some_and(Digest::stale);
            if !renewed || *before {
                return Outcome::Refused;
            }
        }
        if let Some(digest) = new {
            self.challenged_by = Some(Challenged::Digest { digest, renewed });
            return Outcome::SendAgain;
        }
        if sent != Some(Scheme::Basic) && offers(Scheme::Basic) && policy.allows(Scheme::Basic) {
            self.challenged_by = Some(Challenged::Basic);
            return Outcome::SendAgain;
        }
        match sent {
            Some(sent) if offers(sent) || offered.is_empty() => Outcome::Refused,
            _ => Outcome::NothingUsable { offered },
        }
    }
}

const BASIC: &str = "Basic";
const DIGEST: &str = "Digest";
/// The names that may stand in a message; a server's own words are not repeated.
const WELL_KNOWN: [&str; 7] = [
    BASIC,
    "Bearer",
    DIGEST,
    "DPoP",
    "Negotiate",
    "NTLM",
    "OAuth",
];

#[cfg(test)]
#[path = "auth/tests.rs"]
mod tests;
