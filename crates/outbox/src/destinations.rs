//! Where records are sent: the settings they share, and each shop's keys.

use std::collections::HashMap;
use std::sync::Arc;

use super::store::Claimed;
use client::config::{self, ClientConfig, Destination};
use client::error::{Error, Kind};
use client::keys::Keys;

/// The destinations of all records that a worker can send.
pub struct Destinations {
    config: Arc<ClientConfig>,
    keys: Vec<Keys>,
    known: HashMap<(String, Vec<u8>, u8), Arc<Destination>>,
}

impl Destinations {
    #[must_use]
    pub fn new(config: ClientConfig, keys: Vec<Keys>) -> Self {
        Self {
            config: Arc::new(config),
            keys,
            known: HashMap::new(),
        }
    }

    #[must_use]
    pub fn public_keys(&self) -> Vec<Vec<u8>> {
        self.keys.iter().map(|keys| keys.public.clone()).collect()
    }

    #[must_use]
    pub fn config(&self) -> Arc<ClientConfig> {
        Arc::clone(&self.config)
    }

    /// The destination of a record.
    ///
    /// # Errors
    /// When its endpoint is no URL or not one for its method, or when its private key is unknown.
    pub fn of(&mut self, claimed: &Claimed) -> Result<Arc<Destination>, Error> {
        let name = (
            claimed.endpoint.clone(),
            claimed.public_key.clone(),
            claimed.method.number,
        );
        if let Some(destination) = self.known.get(&name) {
            return Ok(Arc::clone(destination));
        }
        let keys = self
            .keys
            .iter()
            .find(|keys| keys.public == claimed.public_key)
            .ok_or(Kind::KeysMissing)?;
        let endpoint = config::endpoint(claimed.endpoint.as_bytes()).map_err(|expected| {
            Error::from(Kind::Setting {
                name: "the record's endpoint",
                expected,
            })
        })?;
        let configured = Destination {
            endpoint,
            keys: keys.clone(),
        };
        let destination = Arc::new(configured.of(claimed.method)?.into_owned());
        self.known.insert(name, Arc::clone(&destination));
        Ok(destination)
    }
}
