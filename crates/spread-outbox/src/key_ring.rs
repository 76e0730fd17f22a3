//! The key pairs: the environment's, and those of a file that may change.

use std::fs;
use std::os::unix::fs::MetadataExt as _;

use client::keys::Keys;
use outbox::destinations::Destinations;

use crate::configuration::{Configuration, read_credentials};
use crate::failure::Failure;

pub(crate) struct KeyRing<'c> {
    configuration: &'c Configuration,
    /// The file that was read.
    seen: Option<Version>,
}

/// Tells one version of a file from the next.
#[derive(PartialEq, Eq)]
struct Version {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
}

impl<'c> KeyRing<'c> {
    pub(crate) fn new(configuration: &'c Configuration) -> Result<(Self, Destinations), Failure> {
        let mut ring = Self {
            configuration,
            seen: None,
        };
        let destinations = ring.read()?;
        Ok((ring, destinations))
    }

    fn read(&mut self) -> Result<Destinations, Failure> {
        self.seen = self.look();
        let mut keys: Vec<Keys> = match &self.configuration.credentials_file {
            Some(path) => read_credentials(path)?,
            None => Vec::new(),
        };
        if let Some(pair) = &self.configuration.keys
            && keys.iter().all(|known| known.public != pair.public)
        {
            keys.push(pair.clone());
        }
        if keys.is_empty() {
            return Err(Failure::NoKeys);
        }
        Ok(Destinations::new(self.configuration.client.clone(), keys))
    }

    /// The keys of a file that has changed, or that is read again in any case.
    pub(crate) fn reload(&mut self, in_any_case: bool) -> Option<Destinations> {
        if self.configuration.credentials_file.is_none()
            || (!in_any_case && self.look() == self.seen)
        {
            return None;
        }
        match self.read() {
            Ok(destinations) => {
                tracing::info!("reloaded the credentials file");
                Some(destinations)
            }
            Err(failure) => {
                tracing::error!("{failure}; the keys stay as they were");
                None
            }
        }
    }

    fn look(&self) -> Option<Version> {
        let facts = fs::metadata(self.configuration.credentials_file.as_ref()?).ok()?;
        Some(Version {
            device: facts.dev(),
            inode: facts.ino(),
            size: facts.size(),
            modified: (facts.mtime(), facts.mtime_nsec()),
        })
    }
}
