//! The values of `WWW-Authenticate` as challenges (RFC 9110 sections 11.2 to 11.6.1).
//!
//! Written here, because the `http-auth` crate (0.1.10), held against php-curl with libcurl
//! 7.88.1 and 68 challenges, gives up a whole header where libcurl goes on: at bytes outside ASCII
//! (realms in UTF-8 or Latin-1), a token68 (`Negotiate YII=`, and with it the Digest behind it), a
//! tab or two blanks after a scheme, parameters without a comma between them, a quote that is never
//! closed. Its Digest then minds the letter case of `algorithm`, prefers `auth-int`, refuses a missing
//! realm, a repeated parameter and a `qop` with nothing known in it, and takes keys as UTF-8 only.
//! It did as libcurl in 35 cases, this parser with `digest.rs` in 54, byte for byte; the other 14
//! are the differences that `auth.rs` and `digest.rs` name.
//!
//! Nothing here is an error: what cannot be read is passed over, up to the next comma.

/// One challenge: a scheme and its parameters, quotes and escapes taken off.
pub(super) struct Challenge<'h> {
    pub(super) scheme: &'h [u8],
    parameters: Vec<(&'h [u8], Vec<u8>)>,
}

impl Challenge<'_> {
    pub(super) fn is(&self, scheme: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme.as_bytes())
    }

    /// A parameter by its name in any letter case; the last one counts, as in libcurl.
    pub(super) fn parameter(&self, name: &str) -> Option<&[u8]> {
        self.parameters
            .iter()
            .rfind(|(key, _)| key.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| value.as_slice())
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.parameter(name)
            .is_some_and(|value| value.eq_ignore_ascii_case(b"true"))
    }
}

/// The challenges of one header value, in order.
pub(super) fn parse(header: &[u8]) -> Vec<Challenge<'_>> {
    let mut challenges: Vec<Challenge<'_>> = Vec::new();
    let mut rest = header;
    let mut first = true;
    loop {
        let (separator, item) = split(rest, |byte| byte == b',' || is_blank(byte));
        // A scheme stands at the start or after a comma; elsewhere a bare word is a token68.
        let may_be_scheme = first || separator.contains(&b',');
        first = false;
        if item.is_empty() {
            return challenges;
        }
        let (word, after) = split(item, is_token);
        let (blank, next) = split(after, is_blank);
        rest = if let (false, Some(value)) = (word.is_empty(), next.strip_prefix(b"=")) {
            let (value, rest) = parameter_value(value);
            if let (Some(value), Some(challenge)) = (value, challenges.last_mut()) {
                challenge.parameters.push((word, value));
            }
            rest
        } else if word.is_empty() || (blank.is_empty() && !matches!(next, [] | [b',', ..])) {
            split(item, |byte| byte != b',').1
        } else {
            if may_be_scheme {
                challenges.push(Challenge {
                    scheme: word,
                    parameters: Vec::new(),
                });
            }
            next
        };
    }
}

/// The value after `name=`, and the rest. `None` for a quoted string that ends in a backslash.
fn parameter_value(input: &[u8]) -> (Option<Vec<u8>>, &[u8]) {
    let (_, input) = split(input, is_blank);
    let Some(quoted) = input.strip_prefix(b"\"") else {
        // Up to the comma, blanks within included, as libcurl reads it.
        let (value, rest) = split(input, |byte| byte != b',');
        let value = value.trim_ascii_end().iter().copied().map(printable);
        return (Some(value.collect()), rest);
    };
    let mut value = Vec::new();
    let mut bytes = quoted.iter();
    while let Some(&byte) = bytes.next() {
        match byte {
            b'"' => return (Some(value), bytes.as_slice()),
            b'\\' => match bytes.next() {
                Some(&escaped) => value.push(printable(escaped)),
                None => return (None, &[]),
            },
            byte => value.push(printable(byte)),
        }
    }
    (Some(value), &[])
}

/// Realm and nonce go back to the server in a header, where a control byte has no place.
fn printable(byte: u8) -> u8 {
    if byte.is_ascii_control() && byte != b'\t' {
        b' '
    } else {
        byte
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// `tchar`, RFC 9110 section 5.6.2.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// The bytes up to the first for which `belongs` fails, and the rest.
fn split(input: &[u8], belongs: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    let end = input
        .iter()
        .position(|&byte| !belongs(byte))
        .unwrap_or(input.len());
    input.split_at_checked(end).unwrap_or((input, &[]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `scheme[name=value;…]` for each challenge, on one line.
    fn shown(header: impl AsRef<[u8]>) -> String {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        parse(header.as_ref())
            .iter()
            .map(|challenge| {
                let parameters: Vec<_> = challenge
                    .parameters
                    .iter()
                    .map(|(name, value)| format!("{}={}", text(name), text(value)))
                    .collect();
                format!("{}[{}]", text(challenge.scheme), parameters.join(";"))
            })
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn challenges_share_a_header() {
        let cases = [
            ("", ""),
            (" , ,", ""),
            ("Basic", "Basic[]"),
            ("Basic realm=\"a\"", "Basic[realm=a]"),
            ("Negotiate, Basic realm=a", "Negotiate[] Basic[realm=a]"),
            (
                "Newauth realm=\"apps\", type=1, title=\"Login to \\\"apps\\\"\", Basic realm=\"simple\"",
                "Newauth[realm=apps;type=1;title=Login to \"apps\"] Basic[realm=simple]",
            ),
            (
                "Digest realm=\"a, Basic b\", nonce=n,Basic realm=\"x\"",
                "Digest[realm=a, Basic b;nonce=n] Basic[realm=x]",
            ),
            (
                "Digest realm=r,, nonce=n, ,qop=auth",
                "Digest[realm=r;nonce=n;qop=auth]",
            ),
            (
                "Digest\trealm = \"r\" ,\tnonce= n ,",
                "Digest[realm=r;nonce=n]",
            ),
            (
                "Digest   realm=\"r\"  nonce=\"n\"",
                "Digest[realm=r;nonce=n]",
            ),
            ("Digest realm=a b, nonce=", "Digest[realm=a b;nonce=]"),
            // Folded over two lines (RFC 9112 section 5.2).
            (
                "Digest realm=\"r\",\r\n nonce=\"n\"",
                "Digest[realm=r;nonce=n]",
            ),
        ];
        for (header, expected) in cases {
            assert_eq!(shown(header), expected, "{header}");
        }
    }

    #[test]
    fn a_token68_is_no_scheme() {
        let cases = [
            (
                "Negotiate YIIabc==, Basic realm=a",
                "Negotiate[YIIabc==] Basic[realm=a]",
            ),
            (
                "NTLM TlRMTVNTUAAC, Digest nonce=n",
                "NTLM[] Digest[nonce=n]",
            ),
            ("Negotiate a/b+c=, Basic", "Negotiate[] Basic[]"),
            ("Negotiate Basic/x", "Negotiate[]"),
            ("Basic/x, Digest=x", ""),
        ];
        for (header, expected) in cases {
            assert_eq!(shown(header), expected, "{header}");
        }
    }

    #[test]
    fn quoted_strings_hold_any_byte() {
        assert_eq!(shown("X a=\"\\\"\\\\\\x\""), "X[a=\"\\x]");
        assert_eq!(shown("X a=\"été\""), "X[a=été]");
        assert_eq!(shown("X a=\"never closed"), "X[a=never closed]");
        assert_eq!(shown("X a=\"b\\"), "X[]");
        assert_eq!(
            shown(b"X a=\"b\r\nc\0\x7f\t\", d=e\0"),
            "X[a=b  c  \t;d=e ]"
        );
        let latin = parse(b"X a=\"\xe9\"");
        let value = latin.first().and_then(|challenge| challenge.parameter("A"));
        assert_eq!(value, Some(&b"\xe9"[..]));
    }

    #[test]
    fn the_last_of_a_repeated_parameter_counts() {
        let challenges = parse(b"Digest nonce=1, NONCE=2, Stale=TRUE");
        let digest = challenges.first();
        assert_eq!(
            digest.and_then(|digest| digest.parameter("nonce")),
            Some(&b"2"[..])
        );
        assert!(digest.is_some_and(|digest| digest.is("DIGEST") && digest.flag("stale")));
    }
}
