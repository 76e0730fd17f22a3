//! Writes files as a whole or not at all.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, fchown};
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Replaces the content of a file that still has the `old` one, and keeps its mode and its owner.
pub(crate) fn replace(path: &Path, old: &[u8], new: &[u8]) -> Result<(), Failure> {
    let failed = |error| Failure::Write(path.to_owned(), error);
    let metadata = fs::symlink_metadata(path).map_err(failed)?;
    // A file that was named on the command line may be a link.
    let path = if metadata.is_symlink() {
        fs::canonicalize(path).map_err(failed)?
    } else {
        path.to_owned()
    };
    let metadata = fs::metadata(&path).map_err(failed)?;
    if metadata.nlink() > 1 {
        return Err(Failure::HardLinks(path));
    }
    if fs::read(&path).map_err(failed)? != old {
        return Err(Failure::Changed(path));
    }
    let (temporary, file) = beside(&path).map_err(failed)?;
    let written = fill(file, new, |file| {
        fchown(file, Some(metadata.uid()), Some(metadata.gid()))?;
        // After the owner, because a change of the owner drops bits of the mode.
        file.set_permissions(Permissions::from_mode(metadata.mode() & 0o7777))
    });
    let written = written.and_then(|()| fs::rename(&temporary, &path));
    written.map_err(|error| {
        // The error is the one to report.
        let _ = fs::remove_file(&temporary);
        failed(error)
    })
}

/// Writes a file of mode 0600 that does not exist, or has this content already.
pub(crate) fn create(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let failed = |error| Failure::Write(path.to_owned(), error);
    match OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
    {
        Ok(file) => fill(file, content, |_| Ok(())).map_err(|error| {
            let _ = fs::remove_file(path);
            failed(error)
        }),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if fs::read(path).map_err(failed)? != content {
                return Err(Failure::Exists(path.to_owned()));
            }
            fs::set_permissions(path, Permissions::from_mode(0o600)).map_err(failed)
        }
        Err(error) => Err(failed(error)),
    }
}

fn fill(
    mut file: File,
    content: &[u8],
    prepare: impl Fn(&File) -> io::Result<()>,
) -> io::Result<()> {
    file.write_all(content)?;
    prepare(&file)?;
    file.sync_all()
}

/// A new file in the same directory, so that it can be renamed.
fn beside(path: &Path) -> io::Result<(PathBuf, File)> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = path.with_file_name(format!(".{name}.spread-migrate.{}", std::process::id()));
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&temporary)?;
    Ok((temporary, file))
}
