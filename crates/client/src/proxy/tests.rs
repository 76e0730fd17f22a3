//! The rules beside the recorded decisions of php-curl.

use std::collections::HashMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::*;

/// The decisions of php-curl with libcurl 7.88, recorded by `php-tests/proxy/oracle.php`.
fn libcurl<Row: DeserializeOwned>(table: &str) -> Vec<Row> {
    let text = include_str!("../../../../php-tests/proxy/libcurl.json");
    let mut tables: HashMap<String, Vec<Value>> = serde_json::from_str(text).unwrap();
    let rows = tables.remove(table).unwrap().into_iter();
    rows.map(|row| serde_json::from_value(row).unwrap())
        .collect()
}

fn host_and_port(url: &Url) -> String {
    let host = url.host_str().unwrap().trim_matches(['[', ']']);
    format!("{host}:{}", url.port_or_known_default().unwrap())
}

#[test]
fn no_proxy_names_the_hosts_it_names_to_libcurl() {
    type Row = (String, Vec<String>, Vec<String>);
    let mut pairs = 0;
    for (list, direct, proxied) in libcurl::<Row>("no_proxy") {
        let expected = [(direct, true), (proxied, false)];
        for (host, direct) in expected
            .iter()
            .flat_map(|(hosts, direct)| hosts.iter().map(|host| (host, *direct)))
        {
            let url = Url::parse(&format!("http://{host}/")).unwrap();
            let named = names(list.as_bytes(), &url.host().unwrap());
            assert_eq!(named, direct, "no_proxy={list:?} and {host}");
            pairs += 1;
        }
    }
    assert!(pairs >= 2000, "{pairs}");
}

#[test]
fn the_environment_is_read_as_libcurl_reads_it() {
    type Row = (String, HashMap<String, String>, Option<String>, String);
    for (url, environment, setting, expected) in libcurl::<Row>("environment") {
        let chosen = choose(
            setting.as_deref().unwrap_or_default().as_bytes(),
            &|name| {
                environment
                    .get(name)
                    .map(|value| value.clone().into_bytes())
            },
            &Url::parse(&url).unwrap(),
        );
        let went = match &chosen {
            Ok(None) => "endpoint".to_owned(),
            Ok(Some(proxy)) => host_and_port(&proxy.url),
            Err(_) => "refused".to_owned(),
        };
        assert_eq!(went, expected, "{url} {environment:?} {setting:?}");
    }
}

#[test]
fn values_mean_what_they_mean_to_libcurl() {
    for (value, expected) in libcurl::<(String, Value)>("values") {
        let parsed = parse(value.as_bytes());
        let Value::Array(expected) = expected else {
            // "endpoint": libcurl connects directly, where we refuse.
            assert!(parsed.is_err(), "{value}");
            continue;
        };
        let text = |index: usize| expected.get(index).and_then(Value::as_str);
        let part = |index: usize| text(index).map(|part| BASE64_STANDARD.decode(part).unwrap());
        let credentials = part(2).zip(part(3));
        if value.starts_with("socks4") && credentials.is_some() {
            assert!(parsed.is_err(), "{value}");
            continue;
        }
        let proxy = parsed.unwrap_or_else(|expected| panic!("{value} is not {expected}"));
        let address = text(1).unwrap().to_ascii_lowercase();
        assert_eq!(host_and_port(&proxy.url), address, "{value}");
        // A closed port shows no kind, and nothing is read beneath the TLS of an https proxy.
        if let Some(kind) = text(0) {
            assert_eq!(proxy.url.scheme().trim_end_matches('h'), kind, "{value}");
        }
        if matches!(text(0), Some("http" | "socks5")) {
            let pair =
                |(user, password): (Vec<u8>, Vec<u8>)| [user, b":".to_vec(), password].concat();
            // A colon ends the user in the header: compare user and password joined.
            assert_eq!(
                proxy.credentials.map(pair),
                credentials.map(pair),
                "{value}"
            );
        }
    }
}

#[test]
fn what_libcurl_does_and_we_do_not_is_an_error() {
    for value in [
        "http://user:pass%0aword@proxy.test",
        "socks5://localhost/run/proxy.sock",
        "socks4://user@proxy.test",
        "socks5://%ff:secret@proxy.test",
        "http://[fe80::1%25eth0]:3128",
        "http://proxy.test\0",
    ] {
        assert!(parse(value.as_bytes()).is_err(), "{value}");
    }
    let long = format!("socks5://user:{}@proxy.test", "x".repeat(256));
    assert!(parse(long.as_bytes()).is_err());
    assert!(parse(long.replace("socks5", "http").as_bytes()).is_ok());
}

#[test]
fn a_proxy_that_cannot_be_used_is_named_and_never_passed_over() {
    let url = Url::parse("https://social-sb.com/").unwrap();
    let only = |variable: &'static str, value: &'static str| {
        move |name: &str| (name == variable).then(|| value.as_bytes().to_vec())
    };
    let failed = |setting: &str, environment: &dyn Fn(&str) -> Option<Vec<u8>>| {
        choose(setting.as_bytes(), environment, &url)
            .unwrap_err()
            .name
    };
    assert_eq!(failed("ftp://proxy.test", &|_| None), "spread.proxy");
    assert_eq!(
        failed("", &only("HTTPS_PROXY", "quic://proxy.test")),
        "the environment's HTTPS_PROXY"
    );
}

#[test]
fn proxies_differ_by_their_credentials_and_do_not_print_them() {
    let proxy = |value: &str| parse(value.as_bytes()).unwrap();
    let one = proxy("http://user:s3cret@proxy.test:3128");
    assert_ne!(one, proxy("http://user:other@proxy.test:3128"));
    assert_ne!(one, proxy("http://proxy.test:3128"));
    assert_eq!(one, proxy("user:s3cre%74@PROXY.test:3128/"));
    assert!(one.url.username().is_empty() && one.url.password().is_none());
    let printed = format!("{one:?}");
    assert!(
        printed.contains("proxy.test:3128") && !printed.contains("s3cret"),
        "{printed}"
    );
}
