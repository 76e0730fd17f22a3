use super::*;

const STALE: &str = "Digest realm=\"r\", nonce=\"new\", qop=\"auth\", stale=true";
const FRESH: &str = "Digest realm=\"r\", nonce=\"n\", qop=\"auth\"";
const BASIC_TOO: &str = "Basic realm=\"r\"";
const EVERY: [Policy; 4] = [Policy::Auto, Policy::Any, Policy::Basic, Policy::Digest];

/// An origin as the exchange sees it.
struct Origin {
    memory: AuthState,
    policy: Policy,
    secure: bool,
}

impl Origin {
    fn new(policy: Policy, secure: bool) -> Self {
        let memory = AuthState::default();
        Self {
            memory,
            policy,
            secure,
        }
    }

    fn request(&mut self) -> Option<Authorization> {
        let keys = Keys {
            public: b"shop".to_vec(),
            private: b"s3cret".to_vec(),
        };
        let cnonce = || "c".to_owned();
        self.memory
            .authorization(self.policy, self.secure, &keys, "POST", "/api", &cnonce)
    }

    /// The scheme of the next request.
    fn sends(&mut self) -> Option<Scheme> {
        self.request().map(|authorization| authorization.scheme)
    }

    /// nonce and nc of the next request, which is a Digest one.
    fn counts(&mut self) -> String {
        let value = self.request().map(|authorization| authorization.value);
        let value = value.unwrap_or_default();
        let answer = challenge::parse(&value);
        let field = |name| {
            let value = answer.first().and_then(|answer| answer.parameter(name));
            String::from_utf8_lossy(value.unwrap_or(b"-")).into_owned()
        };
        format!("{} {}", field("nonce"), field("nc"))
    }

    fn hears(&mut self, sent: Option<Scheme>, headers: &[&str]) -> Outcome {
        let values = headers.iter().map(|header| header.as_bytes());
        self.memory.challenged(self.policy, sent, values)
    }
}

fn nothing(offered: &[&'static str]) -> Outcome {
    let offered = offered.to_vec();
    Outcome::NothingUsable { offered }
}

#[test]
fn only_https_goes_first() {
    let basic = Some(Scheme::Basic);
    for (policy, first) in EVERY.into_iter().zip([basic, None, basic, None]) {
        assert_eq!(Origin::new(policy, true).sends(), first, "{policy:?}");
        assert_eq!(Origin::new(policy, false).sends(), None, "{policy:?}");
    }
}

/// The scheme, or what is offered instead.
type Answered = Result<Scheme, &'static [&'static str]>;

#[test]
fn the_best_that_is_offered_and_allowed_is_answered_and_remembered() {
    let both = [BASIC_TOO, FRESH];
    let cases: [(Policy, &[&str], Answered); 9] = [
        (Policy::Auto, &both, Ok(Scheme::Digest)),
        (Policy::Any, &both, Ok(Scheme::Digest)),
        (Policy::Basic, &both, Ok(Scheme::Basic)),
        (Policy::Digest, &both, Ok(Scheme::Digest)),
        (Policy::Auto, &[BASIC_TOO], Ok(Scheme::Basic)),
        (Policy::Basic, &[FRESH], Err(&["Digest"])),
        (
            Policy::Digest,
            &["negotiate, BASIC"],
            Err(&["Negotiate", "Basic"]),
        ),
        (
            Policy::Any,
            &["NTLM, Newauth", "Negotiate", "ntlm"],
            Err(&["NTLM", "Negotiate"]),
        ),
        (Policy::Any, &[], Err(&[])),
    ];
    for (policy, headers, expected) in cases {
        let mut origin = Origin::new(policy, false);
        assert_eq!(origin.sends(), None);
        let outcome = origin.hears(None, headers);
        match expected {
            Ok(scheme) => {
                assert_eq!(outcome, Outcome::SendAgain, "{policy:?} {headers:?}");
                for _ in 0..3 {
                    assert_eq!(origin.sends(), Some(scheme), "{policy:?} {headers:?}");
                }
            }
            Err(offered) => {
                assert_eq!(outcome, nothing(offered), "{policy:?} {headers:?}");
                assert_eq!(origin.sends(), None);
            }
        }
    }
}

#[test]
fn what_cannot_be_answered_is_passed_over() {
    let other = "Digest realm=\"r\", nonce=\"no\", algorithm=SHA-512-256, qop=\"auth\"";
    for headers in [
        &[other, FRESH][..],
        &[&format!("{other}, {FRESH}")],
        &["Digest realm=\"no nonce\"", "Negotiate abc==, Basic", FRESH],
        &[
            FRESH,
            "Digest realm=\"r\", nonce=\"second\", algorithm=SHA-256",
        ],
        &["Bearer realm=\"Digest nonce=\\\"b\\\"\", digest nonce=n, qop=auth"],
    ] {
        let mut origin = Origin::new(Policy::Any, false);
        assert_eq!(origin.hears(None, headers), Outcome::SendAgain);
        assert_eq!(origin.counts(), "n 00000001", "{headers:?}");
    }
    let mut origin = Origin::new(Policy::Any, false);
    assert_eq!(origin.hears(None, &[other, BASIC_TOO]), Outcome::SendAgain);
    assert_eq!(origin.sends(), Some(Scheme::Basic));
    let mut origin = Origin::new(Policy::Any, false);
    assert_eq!(origin.hears(None, &[other]), nothing(&["Digest"]));
    let quoted = "Bearer realm=\"a, Basic b\"";
    assert_eq!(origin.hears(None, &[quoted]), nothing(&["Bearer"]));
}

#[test]
fn wrong_keys_end_the_call() {
    // Over https: Basic at once, and no scheme is left.
    let mut origin = Origin::new(Policy::Auto, true);
    let sent = origin.sends();
    assert_eq!(origin.hears(sent, &[BASIC_TOO]), Outcome::Refused);
    assert_eq!(origin.hears(sent, &[]), Outcome::Refused);
    assert_eq!(origin.hears(sent, &["Negotiate"]), nothing(&["Negotiate"]));
    // A Digest server refuses the second request, in this call and in the next.
    for policy in [Policy::Auto, Policy::Any, Policy::Digest] {
        let mut origin = Origin::new(policy, false);
        for call in 1..=2 {
            let sent = origin.sends();
            assert_eq!(sent.is_some(), call == 2);
            let first = origin.hears(sent, &[FRESH, BASIC_TOO]);
            assert_eq!(first, Outcome::SendAgain);
            assert_eq!(origin.counts(), "n 00000001");
            for headers in [&[FRESH, BASIC_TOO][..], &[BASIC_TOO], &["Negotiate"], &[]] {
                let second = origin.hears(Some(Scheme::Digest), headers);
                assert_eq!(second, Outcome::Refused, "{headers:?}");
            }
        }
    }
}

#[test]
fn basic_sent_unasked_gives_way_to_digest() {
    let mut origin = Origin::new(Policy::Auto, true);
    assert_eq!(origin.sends(), Some(Scheme::Basic));
    let outcome = origin.hears(Some(Scheme::Basic), &[FRESH, BASIC_TOO]);
    assert_eq!(outcome, Outcome::SendAgain);
    assert_eq!(origin.counts(), "n 00000001");
    assert_eq!(origin.counts(), "n 00000002");
    let mut origin = Origin::new(Policy::Basic, true);
    let outcome = origin.hears(Some(Scheme::Basic), &[FRESH, BASIC_TOO]);
    assert_eq!(outcome, Outcome::Refused);
    assert_eq!(
        origin.hears(Some(Scheme::Basic), &[FRESH]),
        nothing(&["Digest"])
    );
}

#[test]
fn a_remembered_nonce_may_expire() {
    for headers in [
        &[STALE][..],
        &["Digest realm=\"r\", nonce=\"new\", qop=\"auth\""],
    ] {
        let mut origin = Origin::new(Policy::Any, false);
        assert_eq!(origin.hears(None, &[FRESH]), Outcome::SendAgain);
        assert_eq!(origin.counts(), "n 00000001");
        assert_eq!(origin.counts(), "n 00000002");
        let outcome = origin.hears(Some(Scheme::Digest), headers);
        assert_eq!(outcome, Outcome::SendAgain);
        assert_eq!(origin.counts(), "new 00000001");
        assert_eq!(origin.counts(), "new 00000002");
    }
    // And what the origin asks for may change.
    let mut origin = Origin::new(Policy::Any, false);
    assert_eq!(origin.hears(None, &[FRESH]), Outcome::SendAgain);
    assert_eq!(origin.counts(), "n 00000001");
    assert_eq!(origin.counts(), "n 00000002");
    let outcome = origin.hears(Some(Scheme::Digest), &[BASIC_TOO]);
    assert_eq!(outcome, Outcome::SendAgain);
    assert_eq!(origin.sends(), Some(Scheme::Basic));
    let outcome = origin.hears(Some(Scheme::Basic), &[FRESH]);
    assert_eq!(outcome, Outcome::SendAgain);
    assert_eq!(origin.sends(), Some(Scheme::Digest));
}

#[test]
fn a_fresh_nonce_called_stale_is_renewed_once() {
    let mut origin = Origin::new(Policy::Any, false);
    assert_eq!(origin.hears(None, &[STALE]), Outcome::SendAgain);
    assert_eq!(origin.sends(), Some(Scheme::Digest));
    assert_eq!(
        origin.hears(Some(Scheme::Digest), &[STALE]),
        Outcome::SendAgain
    );
    assert_eq!(origin.sends(), Some(Scheme::Digest));
    assert_eq!(
        origin.hears(Some(Scheme::Digest), &[STALE]),
        Outcome::Refused
    );
}

#[test]
fn no_server_can_keep_a_call_going() {
    // Every answer a 401, whatever it offers: the call ends by itself.
    let mut random = Random(7);
    for round in 0..2_000_u64 {
        let policy = EVERY.into_iter().nth((round % 4) as usize);
        let mut origin = Origin::new(policy.unwrap_or(Policy::Auto), round % 8 < 4);
        for _ in 0..3 {
            let mut requests = 0;
            loop {
                let sent = origin.sends();
                requests += 1;
                let offers = [STALE, FRESH, BASIC_TOO, "Negotiate"];
                let chosen = random.next();
                let headers: Vec<&str> = offers
                    .into_iter()
                    .enumerate()
                    .filter(|(bit, _)| chosen >> bit & 1 == 1)
                    .map(|(_, offer)| offer)
                    .collect();
                if origin.hears(sent, &headers) != Outcome::SendAgain {
                    break;
                }
            }
            assert!(requests <= 5, "{policy:?}: {requests} requests");
        }
    }
}

#[test]
fn a_change_of_policy_takes_effect_at_once() {
    let mut origin = Origin::new(Policy::Auto, false);
    assert_eq!(origin.hears(None, &[FRESH, BASIC_TOO]), Outcome::SendAgain);
    origin.policy = Policy::Basic;
    assert_eq!(origin.sends(), None);
    assert_eq!(origin.hears(None, &[FRESH, BASIC_TOO]), Outcome::SendAgain);
    assert_eq!(origin.sends(), Some(Scheme::Basic));
    origin.policy = Policy::Digest;
    assert_eq!(origin.sends(), None);
}

/// xorshift: the same bytes on every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 8
    }
}

#[test]
fn any_bytes_are_survived_and_none_splits_a_header() {
    let pieces: [&[u8]; 20] = [
        b"Digest",
        b"Basic",
        b" ",
        b",",
        b"=",
        b"\"",
        b"\\",
        b"nonce=",
        b"realm=\"",
        b"qop=\"auth",
        b"algorithm=MD5-sess",
        b"stale=true",
        b"opaque",
        b"\r\n",
        b"\0",
        b"\xe9",
        b"\xff",
        b"\t",
        b"userhash=TRUE",
        b"Negotiate YII==",
    ];
    let mut random = Random(42);
    for _ in 0..20_000 {
        let mut header = Vec::new();
        for _ in 0..random.next() % 24 {
            match random.next() % 4 {
                0 => header.push(random.next() as u8),
                _ => {
                    let piece = pieces.get((random.next() % 20) as usize);
                    header.extend_from_slice(piece.copied().unwrap_or_default());
                }
            }
        }
        let mut origin = Origin::new(Policy::Any, false);
        let outcome = origin
            .memory
            .challenged(Policy::Any, None, [header.as_slice()]);
        let answer = origin.request();
        assert_eq!(answer.is_some(), outcome == Outcome::SendAgain);
        let value = answer.map(|answer| answer.value).unwrap_or_default();
        assert!(
            value
                .iter()
                .all(|&byte| byte == b'\t' || !byte.is_ascii_control()),
            "{}",
            header.escape_ascii()
        );
    }
}
