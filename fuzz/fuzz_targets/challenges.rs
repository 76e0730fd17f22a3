//! A hostile server's challenges. For any input the call ends without a panic, and each `Authorization`
//! is a valid header value of a scheme that the policy allows, does not hold the private key, and has
//! only the fields of a Digest.
//!
//! An input is lines: policy and scheme (`auto https`), public key, request target, and then one
//! `WWW-Authenticate` value a line, with an empty line between two answers.

#![no_main]

use client::auth::{AuthState, Authorization, Outcome, Policy, Scheme};
use client::keys::Keys;
use http::HeaderValue;
use libfuzzer_sys::fuzz_target;
use settings::table::AUTH;
use url::Url;

const PRIVATE: &[u8] = b"the private key 4711";
/// Maximum number of rounds in one call: Basic, then Digest for a nonce of an earlier call, for the next
/// nonce, and for one more when the server calls that stale.
const MOST_ROUNDS: usize = 4;

fuzz_target!(|input: &[u8]| {
    let mut lines = input.split(|byte| *byte == b'\n');
    let mut line = || lines.next().unwrap_or_default();
    let (options, public, target) = (line(), line(), line());
    let mut words = options.split(|byte| *byte == b' ');
    let policy = AUTH
        .parse(words.next().unwrap_or_default())
        .unwrap_or(Policy::Auto);
    let secure = words.next() == Some(b"https");
    let keys = Keys {
        public: public.to_vec(),
        private: PRIVATE.to_vec(),
    };
    let uri = request_target(target);
    let lines: Vec<&[u8]> = lines.collect();

    let mut memory = AuthState::default();
    // Twice: the second call starts with the auth state of the first.
    for _ in 0..2 {
        let mut rounds = 0;
        let authorization = |memory: &mut AuthState| {
            let cnonce = || "5a8bfa1d3c5e7f90".to_owned();
            let sent = memory.authorization(policy, secure, &keys, "POST", &uri, &cnonce)?;
            check(&sent, policy, input);
            Some(sent.scheme)
        };
        let mut sent = authorization(&mut memory);
        for answer in lines.split(|line| line.is_empty()) {
            match memory.challenged(policy, sent, answer.iter().copied()) {
                Outcome::SendAgain => {}
                Outcome::Refused => {
                    assert!(sent.is_some(), "keys refused that were not sent");
                    break;
                }
                Outcome::NothingUsable { .. } => break,
            }
            rounds += 1;
            assert!(rounds <= MOST_ROUNDS, "a call that does not end");
            sent = authorization(&mut memory);
            assert!(sent.is_some(), "sent again without keys");
        }
    }
});

/// The request target that a client derives from a URL.
fn request_target(path: &[u8]) -> String {
    let url = Url::parse("http://shop.example/")
        .and_then(|url| url.join(&String::from_utf8_lossy(path)))
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"));
    url.map_or_else(
        || "/".to_owned(),
        |url| url[url::Position::BeforePath..url::Position::AfterQuery].to_owned(),
    )
}

fn check(sent: &Authorization, policy: Policy, input: &[u8]) {
    let value = sent.value.as_slice();
    assert!(HeaderValue::from_bytes(value).is_ok(), "no header value");
    let known = contains(input, PRIVATE);
    assert!(known || !contains(value, PRIVATE), "the private key");
    match sent.scheme {
        Scheme::Basic => assert!(policy != Policy::Digest && value.starts_with(b"Basic ")),
        Scheme::Digest => {
            assert!(policy != Policy::Basic);
            let fields = value.strip_prefix(b"Digest ").expect("Digest");
            check_fields(fields);
        }
    }
}

/// RFC 7616 section 3.4: each field once, and quoted as required.
fn check_fields(mut rest: &[u8]) {
    let mut expected = vec![
        "username",
        "username*",
        "realm",
        "nonce",
        "uri",
        "cnonce",
        "nc",
        "qop",
        "response",
        "opaque",
        "algorithm",
        "userhash",
    ];
    loop {
        let equals = rest.iter().position(|byte| *byte == b'=').expect("a name");
        let name = std::str::from_utf8(&rest[..equals]).expect("a name");
        let place = expected.iter().position(|field| *field == name);
        expected.remove(place.unwrap_or_else(|| panic!("{name} is no field, or came before")));
        rest = &rest[equals + 1..];
        let plain = ["username*", "nc", "qop", "algorithm", "userhash"].contains(&name);
        let length = if plain {
            rest.iter().take_while(|byte| is_plain(**byte)).count()
        } else {
            quoted_length(rest)
        };
        rest = &rest[length..];
        match rest {
            [] => break,
            [b',', b' ', next @ ..] => rest = next,
            _ => panic!("{name} ends in {:?}", String::from_utf8_lossy(rest)),
        }
    }
    for needed in ["realm", "nonce", "uri", "response"] {
        assert!(!expected.contains(&needed), "{needed} is missing");
    }
    assert!(expected.contains(&"username") != expected.contains(&"username*"));
}

/// A token, or the extended value of `username*`.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-'%".contains(&byte)
}

fn quoted_length(text: &[u8]) -> usize {
    assert_eq!(text.first(), Some(&b'"'));
    let mut at = 1;
    loop {
        match text.get(at) {
            Some(b'"') => return at + 1,
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
            None => panic!("a quoted string that does not end"),
        }
    }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|part| part == needle)
}
