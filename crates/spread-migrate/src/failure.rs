//! Why the program fails.

use std::fmt;
use std::io;
use std::path::PathBuf;

pub(crate) enum Failure {
    Walk(walkdir::Error),
    Read(PathBuf, io::Error),
    Write(PathBuf, io::Error),
    /// The file is another one than the one that was read.
    Changed(PathBuf),
    /// Renaming would leave the file's other names with the old content.
    HardLinks(PathBuf),
    /// The file with the settings has another content.
    Exists(PathBuf),
    /// No way to write the value into a file of settings.
    Unquotable(&'static str),
    Output(io::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Walk(error) => write!(f, "cannot read the directory: {error}"),
            Self::Read(path, error) => write!(f, "cannot read {}: {error}", path.display()),
            Self::Write(path, error) => write!(f, "cannot write {}: {error}", path.display()),
            Self::Changed(path) => write!(
                f,
                "{} has changed meanwhile and is left alone",
                path.display()
            ),
            Self::HardLinks(path) => write!(
                f,
                "{} has several hard links and is left alone",
                path.display()
            ),
            Self::Exists(path) => write!(
                f,
                "{} exists with another content and is left alone",
                path.display()
            ),
            Self::Unquotable(name) => write!(
                f,
                "the value of {name} cannot be written into a file of settings"
            ),
            Self::Output(error) => write!(f, "cannot write the output: {error}"),
        }
    }
}
