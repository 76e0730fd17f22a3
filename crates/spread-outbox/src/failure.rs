//! Why a command ends early.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use outbox::StoreError;
use settings::Invalid;

pub(crate) enum Failure {
    /// No outbox is set.
    NoOutbox,
    Setting(Invalid),
    Store(StoreError),
    CredentialsFile {
        path: PathBuf,
        /// One clause, without a line of the file.
        reason: String,
    },
    /// Neither the environment nor a credentials file has keys.
    NoKeys,
    /// An import has no public key.
    NoPublicKey,
    /// An import of accounts has no private key.
    NoPrivateKey,
    ImportFile {
        file: PathBuf,
        /// One clause, without a line of the file.
        reason: String,
    },
    /// A file that is imported has changed where it was read already.
    Changed(PathBuf),
    MapOfJson,
    NoRecord(i64),
    /// The result could not be written to the standard output.
    Output(io::Error),
    Listening(SocketAddr, io::Error),
    Signals(io::Error),
    Threads(io::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoOutbox => f.write_str("no outbox is set: set SPREAD_OUTBOX or --outbox"),
            Self::Setting(Invalid { name, expected }) => write!(f, "{name} must be {expected}"),
            Self::Store(error) => error.fmt(f),
            Self::CredentialsFile { path, reason } => {
                write!(f, "the credentials file {} {reason}", path.display())
            }
            Self::NoKeys => f.write_str(
                "there are no API keys: set SPREAD_PUBLIC_KEY and SPREAD_PRIVATE_KEY, or \
                 SPREAD_CREDENTIALS_FILE",
            ),
            Self::NoPublicKey => {
                f.write_str("there is no public key: set SPREAD_PUBLIC_KEY or --public-key")
            }
            Self::NoPrivateKey => f.write_str(
                "accounts need the private key, with which the ids of those without external_id are made: set \
                 SPREAD_PRIVATE_KEY or SPREAD_CREDENTIALS_FILE",
            ),
            Self::ImportFile { file, reason } => write!(f, "{} {reason}", file.display()),
            Self::Changed(file) => write!(
                f,
                "{} or the options of its import have changed since it began: --restart imports it from its \
                 first row",
                file.display()
            ),
            Self::MapOfJson => f.write_str("--map is for the columns of CSV"),
            Self::NoRecord(id) => write!(f, "there is no record {id}"),
            Self::Output(error) => write!(f, "cannot write the output: {error}"),
            Self::Listening(address, error) => write!(f, "cannot listen on {address}: {error}"),
            Self::Signals(error) => write!(f, "cannot listen for signals: {error}"),
            Self::Threads(error) => write!(f, "cannot start a thread: {error}"),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Invalid> for Failure {
    fn from(invalid: Invalid) -> Self {
        Self::Setting(invalid)
    }
}
