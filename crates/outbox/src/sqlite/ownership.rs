//! Whose the file may be. Somebody who can write it can have orders sent, or read the next ones.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::super::database::Result;
use super::super::error::StoreError;
use client::error::printable;

/// Fails when the file at `path` is not for this user alone and those that its owner chose.
pub(super) fn check(path: &Path) -> Result<()> {
    let open = |reason: &str| StoreError::Open(format!("{}: {reason}", printable(path)));
    let facts = path
        .metadata()
        .map_err(|error| open(&error.kind().to_string()))?;
    let user = rustix::process::geteuid().as_raw();
    match fault(facts.mode(), facts.uid(), user) {
        Some(reason) => Err(open(reason)),
        None => Ok(()),
    }
}

/// Root may use any file, and may give one to a group of users.
fn fault(mode: u32, owner: u32, user: u32) -> Option<&'static str> {
    if mode & 0o002 != 0 {
        Some("everyone may write the file: run chmod o-w on it")
    } else if user != 0 && owner != 0 && owner != user {
        Some("the file belongs to another user: give it to this one, or to root and a common group")
    } else {
        None
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::address::Synchronous;
    use crate::sqlite::Sqlite;
    use crate::timeout::{Opening, Timeout};
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;
    use std::time::Duration;

    #[test]
    fn a_file_is_for_its_owner_and_those_that_root_chose() {
        let (root, shop, other) = (0, 33, 1_000);
        assert_eq!(fault(0o600, shop, shop), None);
        assert_eq!(fault(0o660, root, shop), None);
        assert_eq!(fault(0o600, shop, root), None);
        assert!(fault(0o660, other, shop).unwrap().contains("belongs"));
        for user in [root, shop] {
            assert!(fault(0o666, user, user).unwrap().contains("everyone"));
        }
    }

    #[test]
    fn a_file_that_everyone_may_write_is_not_opened() {
        let path = std::env::temp_dir().join(format!("spread-shared-{}.db", std::process::id()));
        let opening = Opening {
            timeout: Timeout::Each(Duration::from_secs(5)),
            create: true,
        };
        let opened = || Sqlite::open(&path, Synchronous::Normal, opening).map(drop);
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o666)).unwrap();
        let error = opened().unwrap_err().to_string();
        assert!(error.contains("chmod o-w"), "{error}");
        fs::set_permissions(&path, Permissions::from_mode(0o660)).unwrap();
        opened().unwrap();
        fs::remove_file(&path).unwrap();
    }
}
