//! What a program's pages have in common: a name, the hosts they answer for, and their secrets.

use std::net::IpAddr;

use maud::{Markup, html};

/// The name of a form's field that holds the token.
pub const TOKEN: &str = "token";

/// The pages of one program.
pub struct Site {
    /// In the titles and at the top of each page.
    pub name: &'static str,
    /// Names that it answers for beside `localhost`.
    hosts: Vec<String>,
    /// In every form: another site cannot read it, so it cannot send one.
    token: String,
    /// Opens pages that not every user of the machine may see.
    key: Option<String>,
}

impl Site {
    /// `hosts` are the names, without ports, under which browsers and shops reach it.
    #[must_use]
    pub fn new(name: &'static str, hosts: Vec<String>) -> Self {
        Self {
            name,
            hosts,
            token: secret(),
            key: None,
        }
    }

    /// Shows pages only to those who have opened [`Site::entrance`].
    #[must_use]
    pub fn with_key(mut self) -> Self {
        self.key = Some(secret());
        self
    }

    /// The path that lets a browser in, with the key if there is one.
    #[must_use]
    pub fn entrance(&self) -> String {
        match &self.key {
            Some(key) => format!("/?key={key}"),
            None => "/".into(),
        }
    }

    /// The field that every form needs.
    #[must_use]
    pub fn token_field(&self) -> Markup {
        html! { input type="hidden" name=(TOKEN) value=(self.token); }
    }

    pub(crate) fn is_token(&self, token: &str) -> bool {
        is_same(token, &self.token)
    }

    pub(crate) fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// Whether a `Host` is one of its own. A name that an attacker owns can be made to lead to this machine; an
    /// address cannot be made to lead elsewhere.
    pub(crate) fn is_own_host(&self, host: &str) -> bool {
        let name = without_port(host);
        let address = name
            .strip_prefix('[')
            .and_then(|name| name.strip_suffix(']'))
            .unwrap_or(name);
        let name = name.to_ascii_lowercase();
        name == "localhost"
            || name.ends_with(".localhost")
            || address.parse::<IpAddr>().is_ok()
            || self.hosts.iter().any(|own| own.eq_ignore_ascii_case(&name))
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

fn secret() -> String {
    let mut bytes = [0; 16];
    // Fails only on a system without a generator, where TLS fails as well.
    let _ = getrandom::fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// In a time that does not depend on where they differ.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    let differences = one.bytes().zip(other.bytes());
    one.len() == other.len() && differences.fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_others_are_not_its_own() {
        let site = Site::new("spread", vec!["Sandbox.example".into()]);
        for own in [
            "localhost",
            "LOCALHOST:8443",
            "shop.localhost:1",
            "127.0.0.1:8443",
            "[::1]:8443",
            "192.168.1.2",
            "sandbox.example:80",
        ] {
            assert!(site.is_own_host(own), "{own}");
        }
        for other in [
            "",
            "evil.example",
            "localhost.evil.example:8443",
            "evillocalhost",
            "127.0.0.1.evil.example",
            "localhost:80@evil.example",
            "sandbox.example.evil",
        ] {
            assert!(!site.is_own_host(other), "{other}");
        }
    }

    #[test]
    fn secrets_differ_and_are_compared_whole() {
        let (one, other) = (secret(), secret());
        assert_eq!(one.len(), 32);
        assert_ne!(one, other);
        assert!(is_same(&one, &one));
        assert!(!is_same(&one, &other));
        assert!(!is_same(&one, ""));
    }
}
