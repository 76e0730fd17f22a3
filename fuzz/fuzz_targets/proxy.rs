//! A proxy from any setting and environment: no panic; the URL has a known scheme, host and port, and no
//! user; dumps do not show the password; an invalid proxy never leads to a direct connection.
//!
//! An input is lines: `spread.proxy`, the endpoint, and then `name=value` a line for the environment.

#![no_main]

use client::config;
use client::proxy::{self, Proxy};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let mut lines = input.split(|byte| *byte == b'\n');
    let mut line = || lines.next().unwrap_or_default();
    let (setting, endpoint) = (line(), line());
    if let Ok(proxy) = proxy::parse(setting) {
        check(&proxy);
    }
    let Ok(url) = config::endpoint(endpoint) else {
        return;
    };
    let variables: Vec<(&[u8], &[u8])> = lines
        .filter_map(|line| {
            let equals = line.iter().position(|byte| *byte == b'=')?;
            Some((&line[..equals], &line[equals + 1..]))
        })
        .collect();
    let environment = |name: &str| {
        let found = variables
            .iter()
            .find(|(variable, _)| *variable == name.as_bytes());
        found.map(|(_, value)| value.to_vec())
    };
    let chosen = proxy::choose(setting, &environment, &url);
    if let Ok(Some(proxy)) = &chosen {
        check(proxy);
    }
    let excepted = ["no_proxy", "NO_PROXY"]
        .map(environment)
        .into_iter()
        .flatten();
    if setting.is_empty() {
        return;
    }
    match proxy::parse(setting) {
        // Only no_proxy takes precedence over the setting.
        Ok(_) if excepted.clone().all(|list| list.is_empty()) => {
            assert_eq!(
                chosen,
                proxy::parse(setting).map(Some).map_err(|_| unreachable!())
            );
        }
        Err(_) if excepted.clone().all(|list| list.is_empty()) => assert!(chosen.is_err()),
        _ => {}
    }
});

fn check(proxy: &Proxy) {
    let url = &proxy.url;
    let schemes = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];
    assert!(schemes.contains(&url.scheme()), "{url}");
    assert!(
        url.has_host() && url.port_or_known_default().is_some(),
        "{url}"
    );
    assert!(
        url.username().is_empty() && url.password().is_none(),
        "{url}"
    );
    let shown = format!("{proxy:?}");
    assert_eq!(shown.contains("********"), proxy.credentials.is_some());
    if let Some((user, password)) = &proxy.credentials {
        assert!(user.iter().chain(password).all(|byte| *byte >= b' '));
    }
}
