//! Creating the file of an outbox. SQLite would create it readable by others; the files beside it get the
//! same mode.
//!
//! A process that closes the file by any other way than SQLite's loses the locks of all its connections
//! to it (POSIX advisory locks, fcntl(2)), and another program then takes the log of changes for its own.
//! So the file is created under another name, and is only opened by SQLite once it is at its path.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rustix::fs::{Access, access};

use super::super::entropy;

/// Creates an empty file at `path`, for this user alone, unless one is there that can be written.
pub(super) fn create(path: &Path) -> io::Result<()> {
    if path.symlink_metadata().is_ok() {
        return Ok(access(path, Access::READ_OK | Access::WRITE_OK)?);
    }
    let mut name = path.as_os_str().to_owned();
    name.push(format!("-{:x}", entropy::draw().token));
    let made = Path::new(&name);
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(made)?;
    // Unlike a rename this replaces nothing that came meanwhile.
    match fs::hard_link(made, path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            // A file system without links.
            fs::rename(made, path)
        }
        _ => fs::remove_file(made),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt as _;

    #[test]
    fn a_file_is_created_once_for_its_user_and_leaves_nothing_beside_it() {
        let directory = std::env::temp_dir().join(format!("spread-new-{}", std::process::id()));
        fs::create_dir(&directory).unwrap();
        let path = directory.join("outbox.db");
        create(&path).unwrap();
        let facts = path.metadata().unwrap();
        assert_eq!(facts.mode() & 0o777, 0o600);
        fs::write(&path, "kept").unwrap();
        create(&path).unwrap();
        assert_eq!(path.metadata().unwrap().ino(), facts.ino());
        assert_eq!(fs::read(&path).unwrap(), b"kept");
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 1);
        assert!(create(&directory.join("missing/outbox.db")).is_err());
        fs::remove_dir_all(&directory).unwrap();
    }
}
