//! Digest, RFC 7616, as libcurl 7.88.1 computes it: the same fields in the same order, so that with
//! the same nonces the header is the same byte for byte.
//!
//! Kept from libcurl: no `qop` in the challenge means the response of RFC 2069, with any algorithm;
//! a `qop` with nothing known in it counts as none; `auth` is taken before `auth-int`, and
//! `auth-int` covers an empty body whatever the body is; a missing realm is an empty one; the
//! client's nonce is drawn once for each nonce of the server, which is also what `-sess` needs.
//!
//! Otherwise than libcurl, which ends the call at the first challenge it cannot use: `SHA-512-256`
//! is an unknown algorithm (7.88.1 answers it with a SHA-256, which no server accepts), a blank
//! after a `qop` value is no part of it, and a user with a control byte in it travels as
//! `username*` instead of splitting the header.

use std::fmt::Write as _;

use md5::{Digest as _, Md5};
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use sha2::Sha256;

use super::challenge::Challenge;
use crate::keys::Keys;

/// A challenge that can be answered, and how often it was.
pub(super) struct Digest {
    hash: Hash,
    /// `-sess`: the hash of the keys is bound to this pair of nonces.
    session: bool,
    /// As the server spelled it, to be repeated to it.
    algorithm: Option<Vec<u8>>,
    realm: Vec<u8>,
    nonce: Vec<u8>,
    opaque: Option<Vec<u8>>,
    qop: Option<Qop>,
    userhash: bool,
    stale: bool,
    cnonce: Option<String>,
    uses: u32,
}

impl Digest {
    /// None: not a Digest challenge, or none that can be answered.
    pub(super) fn new(challenge: &Challenge<'_>) -> Option<Self> {
        if !challenge.is("Digest") {
            return None;
        }
        let owned = |name| challenge.parameter(name).map(<[u8]>::to_vec);
        let algorithm = owned("algorithm");
        let (hash, session) = algorithm
            .as_deref()
            .map_or(Some((Hash::Md5, false)), hash)?;
        let qop = challenge.parameter("qop").and_then(Qop::best);
        if session && qop.is_none() {
            return None;
        }
        Some(Self {
            hash,
            session,
            algorithm,
            realm: owned("realm").unwrap_or_default(),
            nonce: owned("nonce")?,
            opaque: owned("opaque"),
            qop,
            userhash: challenge.flag("userhash"),
            stale: challenge.flag("stale"),
            cnonce: None,
            uses: 0,
        })
    }

    /// Whether the server says that only the nonce was too old.
    pub(super) fn stale(&self) -> bool {
        self.stale
    }

    /// How many requests carried this nonce.
    pub(super) fn uses(&self) -> u32 {
        self.uses
    }

    /// The value of `Authorization` for one more request, RFC 7616 section 3.4.
    pub(super) fn respond(
        &mut self,
        keys: &Keys,
        method: &str,
        uri: &str,
        cnonce: &dyn Fn() -> String,
    ) -> Vec<u8> {
        self.uses = self.uses.saturating_add(1);
        let count = format!("{:08x}", self.uses);
        let cnonce = self.cnonce.get_or_insert_with(cnonce).as_str();
        let (realm, nonce) = (self.realm.as_slice(), self.nonce.as_slice());
        let of = |parts: &[&[u8]]| self.hash.hex(parts);

        let mut a1 = of(&[&keys.public, realm, &keys.private]);
        if self.session {
            a1 = of(&[a1.as_bytes(), nonce, cnonce.as_bytes()]);
        }
        let a2 = match self.qop {
            Some(Qop::AuthInt) => of(&[method.as_bytes(), uri.as_bytes(), of(&[]).as_bytes()]),
            _ => of(&[method.as_bytes(), uri.as_bytes()]),
        };

        let mut fields = Fields(b"Digest ".to_vec());
        if self.userhash {
            fields.quoted("username", of(&[&keys.public, realm]).as_bytes());
        } else if keys.public.iter().any(u8::is_ascii_control) {
            fields.plain("username*", extended(&keys.public).as_bytes());
        } else {
            fields.quoted("username", &keys.public);
        }
        fields.quoted("realm", realm);
        fields.quoted("nonce", nonce);
        fields.quoted("uri", uri.as_bytes());
        let mut proof = vec![a1.as_bytes(), nonce];
        if let Some(qop) = self.qop {
            fields.quoted("cnonce", cnonce.as_bytes());
            fields.plain("nc", count.as_bytes());
            fields.plain("qop", qop.name().as_bytes());
            proof.extend([count.as_bytes(), cnonce.as_bytes(), qop.name().as_bytes()]);
        }
        proof.push(a2.as_bytes());
        fields.quoted("response", of(&proof).as_bytes());
        if let Some(opaque) = &self.opaque {
            fields.quoted("opaque", opaque);
        }
        if let Some(algorithm) = &self.algorithm {
            fields.plain("algorithm", algorithm);
        }
        if self.userhash {
            fields.plain("userhash", b"true");
        }
        fields.0
    }
}

#[derive(Clone, Copy)]
enum Hash {
    Md5,
    Sha256,
}

/// An `algorithm` and whether it is the `-sess` one.
fn hash(algorithm: &[u8]) -> Option<(Hash, bool)> {
    match algorithm.to_ascii_lowercase().as_slice() {
        b"md5" => Some((Hash::Md5, false)),
        b"md5-sess" => Some((Hash::Md5, true)),
        b"sha-256" => Some((Hash::Sha256, false)),
        b"sha-256-sess" => Some((Hash::Sha256, true)),
        _ => None,
    }
}

impl Hash {
    /// The hash of the parts with a colon between each two, as every formula of Digest has it.
    fn hex(self, parts: &[&[u8]]) -> String {
        let text = parts.join(&b':');
        match self {
            Self::Md5 => hex(&Md5::digest(text)),
            Self::Sha256 => hex(&Sha256::digest(text)),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[derive(Clone, Copy)]
enum Qop {
    Auth,
    AuthInt,
}

impl Qop {
    fn best(list: &[u8]) -> Option<Self> {
        let offers = |name: &str| {
            list.split(|&byte| byte == b',')
                .any(|item| item.trim_ascii().eq_ignore_ascii_case(name.as_bytes()))
        };
        [Self::Auth, Self::AuthInt]
            .into_iter()
            .find(|qop| offers(qop.name()))
    }

    fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::AuthInt => "auth-int",
        }
    }
}

/// A header value under construction.
struct Fields(Vec<u8>);

impl Fields {
    fn name(&mut self, name: &str) {
        if self.0.last() != Some(&b' ') {
            self.0.extend_from_slice(b", ");
        }
        self.0.extend_from_slice(name.as_bytes());
        self.0.push(b'=');
    }

    fn plain(&mut self, name: &str, value: &[u8]) {
        self.name(name);
        self.0.extend_from_slice(value);
    }

    fn quoted(&mut self, name: &str, value: &[u8]) {
        self.name(name);
        self.0.push(b'"');
        for &byte in value {
            if matches!(byte, b'"' | b'\\') {
                self.0.push(b'\\');
            }
            self.0.push(byte);
        }
        self.0.push(b'"');
    }
}

/// An extended value, RFC 8187 section 3.2.
fn extended(value: &[u8]) -> String {
    format!("UTF-8''{}", percent_encode(value, NON_ALPHANUMERIC))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
#[path = "digest_tests.rs"]
mod tests;
