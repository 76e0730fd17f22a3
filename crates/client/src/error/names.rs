//! How messages name the settings.

/// The names under which the reader of a message set them. The endpoint is always PHP's setting: a record
/// of the outbox keeps it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Names {
    /// The two keys, as in "check …".
    pub keys: &'static str,
    pub connect_timeout: &'static str,
    pub timeout: &'static str,
    pub auth: &'static str,
    pub max_redirects: &'static str,
    pub ca_file: &'static str,
    pub proxy: &'static str,
}

impl Names {
    /// PHP's INI entries.
    pub const INI: Self = Self {
        keys: "spread.public_key and spread.private_key",
        connect_timeout: "spread.connect_timeout",
        timeout: "spread.timeout",
        auth: "spread.auth",
        max_redirects: "spread.max_redirects",
        ca_file: "spread.ca_file",
        proxy: "spread.proxy",
    };
}
