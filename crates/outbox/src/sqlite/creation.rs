//! Creating the file of an outbox. SQLite would create it readable by others; the files beside it get the
//! same mode.
//!
//! A process that closes the file by any other way than SQLite's loses the locks of all its connections
//! to it (POSIX advisory locks, fcntl(2)), and another program then takes the log of changes for its own.
//! So the file is created under another name, and is only opened by SQLite once it is at its path.
//!
//! Files beside a file that was removed alone are in use as long as any process has it open, and SQLite
//! would use them for the new file as well, which fails. They are removed first, under a lock of the
//! directory: else they could be those of a new file that another process has made meanwhile.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::fs::{Access, FlockOperation, access, flock};

use super::super::entropy;

/// How often the lock of a directory is tried.
const LOCK_POLL: Duration = Duration::from_millis(1);

/// One of SQLite's files beside the file at `path`.
pub(super) fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// Creates an empty file at `path`, for this user alone, unless one is there that can be written. Waits for
/// another process that does the same, for `timeout` at most.
pub(super) fn create(path: &Path, timeout: Duration) -> io::Result<()> {
    if is_there(path)? {
        return Ok(());
    }
    let lock = lock_directory(path, timeout)?;
    if is_there(path)? {
        return Ok(());
    }
    if lock.is_some() {
        for end in ["-wal", "-shm"] {
            match fs::remove_file(beside(path, end)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
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

fn is_there(path: &Path) -> io::Result<bool> {
    if path.symlink_metadata().is_err() {
        return Ok(false);
    }
    access(path, Access::READ_OK | Access::WRITE_OK)?;
    Ok(true)
}

/// Locks the directory of `path` until the file is dropped; nothing where it cannot be locked.
fn lock_directory(path: &Path, timeout: Duration) -> io::Result<Option<File>> {
    let Some(Ok(directory)) = path.parent().map(File::open) else {
        return Ok(None);
    };
    let begun = Instant::now();
    loop {
        match flock(&directory, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(Some(directory)),
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Ok(None),
            Err(_) if begun.elapsed() < timeout => std::thread::sleep(LOCK_POLL),
            Err(_) => return Err(io::ErrorKind::TimedOut.into()),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt as _;

    const SOON: Duration = Duration::from_millis(50);

    #[test]
    fn a_file_is_created_once_for_its_user_and_leaves_nothing_beside_it() {
        let directory = std::env::temp_dir().join(format!("spread-new-{}", std::process::id()));
        fs::create_dir(&directory).unwrap();
        let path = directory.join("outbox.db");
        create(&path, SOON).unwrap();
        let facts = path.metadata().unwrap();
        assert_eq!(facts.mode() & 0o777, 0o600);
        fs::write(&path, "kept").unwrap();
        create(&path, SOON).unwrap();
        assert_eq!(path.metadata().unwrap().ino(), facts.ino());
        assert_eq!(fs::read(&path).unwrap(), b"kept");
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 1);
        assert!(create(&directory.join("missing/outbox.db"), SOON).is_err());
        fs::remove_dir_all(&directory).unwrap();
    }

    #[test]
    fn files_of_a_removed_file_are_removed_unless_another_process_is_creating_one() {
        let directory = std::env::temp_dir().join(format!("spread-left-{}", std::process::id()));
        fs::create_dir(&directory).unwrap();
        let path = directory.join("outbox.db");
        let log = beside(&path, "-wal");
        fs::write(&log, "old").unwrap();
        let lock = lock_directory(&path, SOON).unwrap();
        let error = create(&path, SOON).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(log.exists() && !path.exists());
        drop(lock);
        create(&path, SOON).unwrap();
        assert!(path.exists() && !log.exists());
        fs::write(&log, "new").unwrap();
        create(&path, SOON).unwrap();
        assert!(log.exists());
        fs::remove_dir_all(&directory).unwrap();
    }
}
