//! rustls configured from [`Roots`], and its errors as kinds.
//!
//! Chosen: ring (see Cargo.toml), TLS 1.2 and 1.3, no client certificates. HTTP/2 is not offered: it
//! buys nothing for one request at a time.

use std::env;
use std::error::Error as StdError;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{Error as PemError, PemObject as _};
use rustls::{
    AlertDescription, CertificateError, ClientConfig, PeerIncompatible, PeerMisbehaved,
    RootCertStore,
};

use crate::config::Roots;
use crate::error::{Error, Kind, TlsFailure, printable};

/// The configuration of a client that trusts `roots`, and the bundle that was read for it; without roots, of
/// one that never speaks TLS.
///
/// # Errors
/// When the CA file or the system's store is unusable.
pub(crate) fn configuration(
    roots: Option<&Roots>,
) -> Result<(ClientConfig, Option<Bundle>), Error> {
    let (store, bundle) = match roots {
        None => (RootCertStore::empty(), None),
        Some(Roots::File { path, setting }) => {
            // Looked at before it is read: what is written between the two counts as a change.
            let bundle = Bundle::new(path);
            (file(path, setting)?, bundle)
        }
        Some(Roots::System) => system()?,
    };
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|_| Kind::Internal("ring supports no version of TLS"))?
        .with_root_certificates(store)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((config, bundle))
}

/// A file of certificates, as it was when it was read.
pub(crate) struct Bundle {
    path: PathBuf,
    version: Version,
}

/// Device, inode, size, seconds and nanoseconds of the last change.
type Version = (u64, u64, u64, i64, i64);

impl Bundle {
    fn new(path: &Path) -> Option<Self> {
        Some(Self {
            path: path.to_owned(),
            version: version(path)?,
        })
    }

    /// Whether there is another one now.
    pub(crate) fn has_changed(&self) -> bool {
        version(&self.path).is_some_and(|now| now != self.version)
    }
}

fn version(path: &Path) -> Option<Version> {
    let file = fs::metadata(path).ok()?;
    Some((
        file.dev(),
        file.ino(),
        file.size(),
        file.mtime(),
        file.mtime_nsec(),
    ))
}

/// The certificates of the CA file that a setting names.
fn file(path: &Path, setting: &'static str) -> Result<RootCertStore, Error> {
    let unusable = |reason: String| {
        Error::from(Kind::CaFile {
            setting,
            path: printable(path),
            reason,
        })
    };
    let certificates = read(path).map_err(|error| {
        unusable(match error {
            PemError::Io(error) => format!("which cannot be read ({})", error.kind()),
            _ => "which is not PEM".into(),
        })
    })?;
    let store = trusting(certificates);
    if store.is_empty() {
        return Err(unusable("which holds no CA certificate".into()));
    }
    Ok(store)
}

/// The system's store: its bundle, or all of it where there is no usable bundle, or where the
/// environment names a store. Bundle and directory mostly hold the same certificates, and reading both
/// takes five times as long.
fn system() -> Result<(RootCertStore, Option<Bundle>), Error> {
    let named = ["SSL_CERT_FILE", "SSL_CERT_DIR"]
        .iter()
        .any(|variable| env::var_os(variable).is_some());
    // On macOS the store is the keychain.
    let bundle = (!named && !cfg!(target_os = "macos"))
        .then(|| openssl_probe::probe().cert_file)
        .flatten()
        .and_then(|path| Some((Bundle::new(&path)?, read(&path).ok()?)));
    let (bundle, certificates) = bundle.unzip();
    let mut store = trusting(certificates.unwrap_or_default());
    if store.is_empty() {
        store = trusting(rustls_native_certs::load_native_certs().certs);
    }
    if store.is_empty() {
        return Err(Kind::NoSystemRoots.into());
    }
    Ok((store, bundle))
}

fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, PemError> {
    let bundle = fs::read(path).map_err(PemError::Io)?;
    CertificateDer::pem_slice_iter(&bundle).collect()
}

/// As OpenSSL does with a bundle: what cannot be an authority is passed over.
fn trusting(certificates: Vec<CertificateDer<'static>>) -> RootCertStore {
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(certificates);
    store
}

/// Why a handshake failed, where `cause` is an error of rustls.
#[must_use]
pub(crate) fn failure(cause: &(dyn StdError + 'static)) -> Option<TlsFailure> {
    Some(match cause.downcast_ref::<rustls::Error>()? {
        rustls::Error::InvalidCertificate(certificate) => match certificate {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                TlsFailure::Expired
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                TlsFailure::NotYetValid
            }
            CertificateError::UnknownIssuer => TlsFailure::UnknownIssuer,
            CertificateError::NotValidForNameContext { presented, .. } if presented.is_empty() => {
                TlsFailure::NoName
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                TlsFailure::WrongName
            }
            CertificateError::UnsupportedSignatureAlgorithmContext { .. }
            | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
                TlsFailure::OtherAlgorithm
            }
            CertificateError::Revoked => TlsFailure::Revoked,
            // webpki has reasons that rustls has no name for.
            other => {
                let reason = format!("{other:?}");
                let is = |name| reason.contains(name);
                match () {
                    () if is("CaUsedAsEndEntity") => TlsFailure::CaAsLeaf,
                    () if is("UnsupportedCertVersion") => TlsFailure::OldCertificate,
                    () if is("UnsupportedSignatureAlgorithm") => TlsFailure::OtherAlgorithm,
                    () => TlsFailure::OtherCertificate,
                }
            }
        },
        rustls::Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig
            | PeerIncompatible::Tls12NotOffered
            | PeerIncompatible::Tls12NotOfferedOrEnabled,
        )
        | rustls::Error::AlertReceived(AlertDescription::ProtocolVersion) => TlsFailure::TooOld,
        // A server that has nothing to choose says handshake_failure (RFC 8446 section 4.1.1), or chooses
        // what was not offered.
        rustls::Error::PeerIncompatible(_)
        | rustls::Error::PeerMisbehaved(
            PeerMisbehaved::SelectedUnofferedCipherSuite
            | PeerMisbehaved::SelectedUnofferedKxGroup
            | PeerMisbehaved::SelectedUnusableCipherSuiteForVersion
            | PeerMisbehaved::IllegalHelloRetryRequestWithUnofferedCipherSuite
            | PeerMisbehaved::IllegalHelloRetryRequestWithUnofferedNamedGroup,
        )
        | rustls::Error::AlertReceived(
            AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity,
        ) => TlsFailure::NothingInCommon,
        rustls::Error::InvalidMessage(_) => TlsFailure::NotTls,
        _ => TlsFailure::Other,
    })
}
