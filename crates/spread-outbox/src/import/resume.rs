//! How far an import has come: a number of rows, and a digest of them and of how they are read. Whoever
//! continues reads those rows again and compares.

use outbox::store::Imported;
use sha2::{Digest as _, Sha256};

use super::rows::Row;

#[derive(Clone)]
pub(crate) struct Progress {
    rows: i64,
    digest: Sha256,
}

impl Progress {
    /// `reading`: the options that decide what becomes of a row.
    pub(crate) fn new<'r>(reading: impl Iterator<Item = &'r [u8]>) -> Self {
        let mut progress = Self {
            rows: 0,
            digest: Sha256::new(),
        };
        progress.digest_all(reading);
        progress
    }

    pub(crate) fn add(&mut self, row: &Row) {
        self.rows += 1;
        self.digest_all(row.parts());
    }

    fn digest_all<'p>(&mut self, parts: impl Iterator<Item = &'p [u8]>) {
        let mut count = 0_u64;
        for part in parts {
            self.digest.update(part.len().to_be_bytes());
            self.digest.update(part);
            count += 1;
        }
        // So that two rows of one cell are not one row of two.
        self.digest.update(count.to_be_bytes());
    }

    pub(crate) fn rows(&self) -> i64 {
        self.rows
    }

    pub(crate) fn imported(&self) -> Imported {
        Imported {
            rows: self.rows,
            digest: self.digest.clone().finalize().to_vec(),
        }
    }
}
