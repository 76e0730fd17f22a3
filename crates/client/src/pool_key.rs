//! What calls must have in common to share connections.

use std::time::Duration;

use crate::bounds::{UNACKNOWLEDGED, UNACKNOWLEDGED_AT_LEAST};
use crate::config::{ClientConfig, Roots};
use crate::keys::Keys;
use crate::proxy::Proxy;

/// Calls with equal keys share connections.
pub(crate) struct PoolKey {
    pub(crate) keys: Keys,
    /// Nothing where no certificate is looked at.
    pub(crate) roots: Option<Roots>,
    pub(crate) connect_timeout: Duration,
    pub(crate) unacknowledged: Duration,
    pub(crate) proxy: Option<Proxy>,
}

impl PoolKey {
    pub(crate) fn new(
        config: &ClientConfig,
        keys: &Keys,
        secure: bool,
        proxy: Option<Proxy>,
    ) -> Self {
        Self {
            keys: keys.clone(),
            roots: speaks_tls(secure, proxy.as_ref()).then(|| config.roots.clone()),
            connect_timeout: config.connect_timeout,
            unacknowledged: unacknowledged(config),
            proxy,
        }
    }

    pub(crate) fn is(
        &self,
        config: &ClientConfig,
        keys: &Keys,
        secure: bool,
        proxy: Option<&Proxy>,
    ) -> bool {
        self.keys == *keys
            && self.roots.as_ref() == speaks_tls(secure, proxy).then_some(&config.roots)
            && self.connect_timeout == config.connect_timeout
            && self.unacknowledged == unacknowledged(config)
            && self.proxy.as_ref() == proxy
    }
}

/// Whether certificates are looked at: the server's, or those of an https proxy.
fn speaks_tls(secure: bool, proxy: Option<&Proxy>) -> bool {
    secure || proxy.is_some_and(|proxy| proxy.url.scheme() == "https")
}

/// How long the kernel holds what the other side has not acknowledged, where it can be told (Linux): short
/// enough that the order can be sent again when a kept connection turns out to be dead.
fn unacknowledged(config: &ClientConfig) -> Duration {
    config
        .connect_timeout
        .min(config.timeout / 2)
        .clamp(UNACKNOWLEDGED_AT_LEAST, UNACKNOWLEDGED)
}
