//! The stores that tests run on.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use outbox::store::Update;
use outbox::{Address, Opening, Store, Timeout, open};

/// An update of one shop.
#[must_use]
pub(crate) fn update<'u>(order_id: &'u str, body: &'u str) -> Update<'u> {
    Update {
        endpoint: "https://spread.example/api",
        public_key: b"shop",
        method: methods::UPDATE_ORDER,
        order_id: order_id.as_bytes(),
        body: body.as_bytes(),
    }
}

pub(crate) const OPENING: Opening = Opening {
    timeout: Timeout::Each(Duration::from_secs(10)),
    create: true,
};

/// Runs a test on an empty store of each kind.
pub(crate) fn each(test: impl Fn(&mut dyn Store)) {
    let scratch = Scratch::new();
    test(open(&scratch.address(), OPENING).unwrap().as_mut());
    if let Some(server) = crate::mariadb::MariaDb::shared() {
        let address = address(&server.database());
        test(open(&address, OPENING).unwrap().as_mut());
    }
}

pub(crate) fn address(text: &str) -> Address {
    Address::parse(text.as_bytes()).unwrap().unwrap()
}

/// A new directory, removed when it is dropped.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Scratch {
    #[must_use]
    pub(crate) fn new() -> Self {
        Self::below(&std::env::temp_dir())
    }

    /// In memory, where a file system for that exists.
    pub(crate) fn fast() -> Self {
        let memory = Path::new("/dev/shm");
        if memory.is_dir() {
            Self::below(memory)
        } else {
            Self::new()
        }
    }

    fn below(parent: &Path) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("spread-outbox-{}-{number}", std::process::id());
        let path = parent.join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    #[must_use]
    pub(crate) fn address(&self) -> Address {
        address(&format!(
            "sqlite:{}/outbox.db?synchronous=normal",
            self.0.display()
        ))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
