use super::super::challenge::parse;
use super::*;

fn keys(public: impl AsRef<[u8]>, private: impl AsRef<[u8]>) -> Keys {
    Keys {
        public: public.as_ref().to_vec(),
        private: private.as_ref().to_vec(),
    }
}

fn digest(header: impl AsRef<[u8]>) -> Option<Digest> {
    parse(header.as_ref()).iter().find_map(Digest::new)
}

/// The answer to `header` by the keys `shop` and `s3cret`, for POST /api and the client nonce "c".
fn answered(header: impl AsRef<[u8]>) -> Option<String> {
    let answer =
        digest(header)?.respond(&keys("shop", "s3cret"), "POST", "/api", &|| "c".to_owned());
    Some(String::from_utf8_lossy(&answer).into_owned())
}

/// One field of an answer, quotes taken off.
fn field(answer: Option<&str>, name: &str) -> Option<String> {
    let challenges = parse(answer?.as_bytes());
    let value = challenges.first()?.parameter(name)?;
    Some(String::from_utf8_lossy(value).into_owned())
}

fn response(header: impl AsRef<[u8]>) -> Option<String> {
    field(answered(header).as_deref(), "response")
}

/// The `response` as the formulas of RFC 7616 section 3.4.1 spell it out.
fn expected(hash: Hash, a1: &[u8], nonce: &str, rest: &str, a2: &str) -> Option<String> {
    let of = |text: &[u8]| match hash {
        Hash::Md5 => hex(&Md5::digest(text)),
        Hash::Sha256 => hex(&Sha256::digest(text)),
    };
    let (a1, a2) = (of(a1), of(a2.as_bytes()));
    Some(of(format!("{a1}:{nonce}:{rest}{a2}").as_bytes()))
}

#[test]
fn the_example_of_rfc_2617() {
    let answer = digest(
        "Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", \
         nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"",
    )
    .map(|mut digest| {
        digest.respond(
            &keys("Mufasa", "Circle Of Life"),
            "GET",
            "/dir/index.html",
            &|| "0a4f113b".to_owned(),
        )
    });
    assert_eq!(
        answer.as_deref().map(String::from_utf8_lossy).as_deref(),
        Some(
            "Digest username=\"Mufasa\", realm=\"testrealm@host.com\", \
             nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", uri=\"/dir/index.html\", \
             cnonce=\"0a4f113b\", nc=00000001, qop=auth, \
             response=\"6629fae49393a05397450978507c4ef1\", \
             opaque=\"5ccc069c403ebaf9f0171e9517f40e41\""
        )
    );
}

#[test]
fn the_examples_of_rfc_7616() {
    // Section 3.9.1, with the two challenges as they stand there.
    for (algorithm, expected) in [
        (
            "SHA-256",
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
        ),
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
    ] {
        let header = format!(
            "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", \
             algorithm={algorithm}, nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", \
             opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
        );
        let answer = digest(header).map(|mut digest| {
            digest.respond(
                &keys("Mufasa", "Circle of Life"),
                "GET",
                "/dir/index.html",
                &|| "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ".to_owned(),
            )
        });
        let answer = answer.as_deref().map(String::from_utf8_lossy);
        assert_eq!(
            field(answer.as_deref(), "response").as_deref(),
            Some(expected)
        );
    }
}

#[test]
fn the_user_of_rfc_7616_in_a_hash() {
    // Section 3.9.2 is SHA-512-256, which is not spoken here; its formula is, with SHA-256.
    let answer = digest(
        "Digest realm=\"api@example.org\", qop=\"auth\", algorithm=SHA-256, \
         nonce=\"5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK\", \
         opaque=\"HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS\", charset=UTF-8, userhash=true",
    )
    .map(|mut digest| {
        digest.respond(
            &keys("J\u{e4}s\u{f8}n Doe", "Secret, or not?"),
            "GET",
            "/doe.json",
            &|| "NTg6RKcb9boFIAS3KrFK9BGeh+niz/sm".to_owned(),
        )
    });
    let answer = answer.as_deref().map(String::from_utf8_lossy);
    let get = |name| field(answer.as_deref(), name);
    let user = hex(&Sha256::digest("J\u{e4}s\u{f8}n Doe:api@example.org"));
    assert_eq!(get("username"), Some(user));
    assert_eq!(get("userhash").as_deref(), Some("true"));
    assert_eq!(
        get("response"),
        expected(
            Hash::Sha256,
            "J\u{e4}s\u{f8}n Doe:api@example.org:Secret, or not?".as_bytes(),
            "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK",
            "00000001:NTg6RKcb9boFIAS3KrFK9BGeh+niz/sm:auth:",
            "GET:/doe.json",
        )
    );
}

#[test]
fn every_algorithm_with_and_without_qop() {
    let a1 = b"shop:r:s3cret";
    for (name, hash) in [("MD5", Hash::Md5), ("sha-256", Hash::Sha256)] {
        let challenge = format!("Digest realm=\"r\", nonce=\"n\", algorithm={name}");
        let answer = answered(&challenge);
        assert_eq!(
            field(answer.as_deref(), "response"),
            expected(hash, a1, "n", "", "POST:/api")
        );
        assert_eq!(field(answer.as_deref(), "nc"), None);
        assert_eq!(field(answer.as_deref(), "cnonce"), None);
        assert_eq!(field(answer.as_deref(), "algorithm").as_deref(), Some(name));
        assert_eq!(
            response(format!("{challenge}, qop=auth")),
            expected(hash, a1, "n", "00000001:c:auth:", "POST:/api")
        );
        let session = format!("{}:n:c", hash.hex(&[a1]));
        assert_eq!(
            response(format!("{challenge}-SESS, qop=\"AUTH\"")),
            expected(
                hash,
                session.as_bytes(),
                "n",
                "00000001:c:auth:",
                "POST:/api"
            )
        );
        assert_eq!(response(format!("{challenge}-sess")), None);
    }
    // None named: MD5, and none is named in the answer.
    let answer = answered("Digest realm=r, nonce=n");
    assert_eq!(
        field(answer.as_deref(), "response"),
        expected(Hash::Md5, a1, "n", "", "POST:/api")
    );
    assert_eq!(field(answer.as_deref(), "algorithm"), None);
}

#[test]
fn the_best_qop_is_taken() {
    for (offered, taken) in [
        ("auth", Some("auth")),
        ("Auth-Int, AUTH", Some("auth")),
        ("auth , auth-int", Some("auth")),
        ("auth-int", Some("auth-int")),
        ("auth-conf, ,auth-int", Some("auth-int")),
        ("auth-conf", None),
        ("", None),
    ] {
        let answer = answered(format!("Digest nonce=n, qop=\"{offered}\""));
        assert!(answer.is_some(), "{offered}");
        assert_eq!(
            field(answer.as_deref(), "qop").as_deref(),
            taken,
            "{offered}"
        );
    }
    assert_eq!(
        response("Digest realm=r, nonce=n, qop=auth-int"),
        expected(
            Hash::Md5,
            b"shop:r:s3cret",
            "n",
            "00000001:c:auth-int:",
            "POST:/api:d41d8cd98f00b204e9800998ecf8427e"
        )
    );
}

#[test]
fn what_cannot_be_answered() {
    for header in [
        "Digest",
        "Digest realm=\"r\"",
        "Digest realm=\"r\", nonce=\"n\", algorithm=SHA-512-256, qop=\"auth\"",
        "Digest realm=\"r\", nonce=\"n\", algorithm=\"\"",
        "Basic realm=\"r\", nonce=\"n\"",
    ] {
        assert_eq!(answered(header), None, "{header}");
    }
    // libcurl's own answer, odd as it looks.
    for header in ["Digest nonce=n", "Digest nonce=\"\", realm=\"\""] {
        assert!(answered(header).is_some(), "{header}");
    }
}

#[test]
fn quotes_go_off_and_on_again() {
    let answer =
        answered("Digest realm=\"a, \\\"b\\\" \\\\ \\c\", nonce=\"\\\"\", opaque=\"\", x=\"y\"");
    assert_eq!(
        response("Digest realm=\"a, \\\"b\\\" \\\\ \\c\", nonce=\"\\\"\""),
        expected(
            Hash::Md5,
            b"shop:a, \"b\" \\ c:s3cret",
            "\"",
            "",
            "POST:/api"
        )
    );
    let answer = answer.unwrap_or_default();
    assert!(
        answer.contains("realm=\"a, \\\"b\\\" \\\\ c\", nonce=\"\\\"\","),
        "{answer}"
    );
    assert!(answer.ends_with(", opaque=\"\""), "{answer}");
}

#[test]
fn realms_and_keys_are_bytes() {
    let mut digest = digest(b"Digest realm=\"\xe9\", nonce=n").unwrap();
    let none = || unreachable!("a cnonce is drawn for a nonce once");
    let answer = digest.respond(&keys(b"\xff\"\\", b"\0\xfe:\n"), "POST", "/", &|| {
        "c".to_owned()
    });
    assert!(
        answer.starts_with(b"Digest username=\"\xff\\\"\\\\\", realm=\"\xe9\", "),
        "{}",
        answer.escape_ascii()
    );
    let proof = expected(Hash::Md5, b"\xff\"\\:\xe9:\0\xfe:\n", "n", "", "POST:/");
    assert!(
        answer.ends_with(format!("response=\"{}\"", proof.unwrap_or_default()).as_bytes()),
        "{}",
        answer.escape_ascii()
    );
    let answer = digest.respond(&keys("a\r\nX: \u{e9}", ""), "POST", "/", &none);
    assert!(
        answer.starts_with(b"Digest username*=UTF-8''a%0D%0AX%3A%20%C3%A9, realm="),
        "{}",
        answer.escape_ascii()
    );
}

#[test]
fn uses_of_a_nonce_are_counted() {
    let mut digest = digest("Digest realm=r, nonce=n, qop=auth, algorithm=MD5-sess").unwrap();
    let drawn = std::cell::Cell::new(0);
    for uses in 1..=17 {
        let answer = digest.respond(&keys("shop", "s3cret"), "POST", "/api", &|| {
            drawn.set(drawn.get() + 1);
            format!("c{}", drawn.get())
        });
        let answer = String::from_utf8_lossy(&answer);
        assert_eq!(
            field(Some(&answer), "nc"),
            Some(format!("{uses:08x}")),
            "{answer}"
        );
        assert_eq!(field(Some(&answer), "cnonce").as_deref(), Some("c1"));
    }
    assert_eq!((digest.uses(), drawn.get()), (17, 1));
}
