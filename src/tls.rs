//! Trust, and what its refusal means: rustls configured from a [`Roots`], and its errors in words.
//!
//! Chosen: ring (see Cargo.toml), TLS 1.2 and 1.3, no client certificates. HTTP/2 is not offered: it
//! buys nothing for one request at a time.

use std::error::Error as StdError;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{CertificateError, ClientConfig, RootCertStore};

use crate::config::Roots;
use crate::error::{Error, Kind, TlsFailure};

/// The configuration of a client that trusts `roots`; without them, of one that never speaks TLS.
///
/// # Errors
/// When the CA file or the system's store is unusable.
pub fn configuration(roots: Option<&Roots>) -> Result<ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| {
            Error::from(Kind::Connect {
                to: "SPREAD".into(),
                reason: error.to_string(),
            })
        })?;
    let mut config = builder
        .with_root_certificates(match roots {
            Some(roots) => store(roots)?,
            None => RootCertStore::empty(),
        })
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn store(roots: &Roots) -> Result<RootCertStore, Error> {
    let mut store = RootCertStore::empty();
    match roots {
        Roots::File { path, setting } => {
            let unusable = |reason: String| {
                Error::from(Kind::CaFile {
                    setting,
                    path: printable(path),
                    reason,
                })
            };
            let certificates = pem(path).map_err(unusable)?;
            // As OpenSSL does with a bundle: what cannot be an authority is passed over.
            store.add_parsable_certificates(certificates);
            if store.is_empty() {
                return Err(unusable("which holds no CA certificate".into()));
            }
        }
        Roots::System => {
            let native = rustls_native_certs::load_native_certs();
            store.add_parsable_certificates(native.certs);
            if store.is_empty() {
                return Err(Kind::CaFile {
                    setting: "the system's certificate store",
                    path: "no CA certificate".into(),
                    reason: "so install the package ca-certificates or set spread.ca_file".into(),
                }
                .into());
            }
        }
    }
    Ok(store)
}

/// A path for a message: one line, and not a page of it.
fn printable(path: &Path) -> String {
    let path = path.display().to_string();
    path.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .take(256)
        .collect()
}

fn pem(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    use rustls::pki_types::pem::Error as PemError;
    let unreadable = |error: PemError| match error {
        PemError::Io(error) => format!("which cannot be read ({})", error.kind()),
        _ => "which is not PEM".into(),
    };
    CertificateDer::pem_file_iter(path)
        .map_err(unreadable)?
        .collect::<Result<_, _>>()
        .map_err(unreadable)
}

/// What a cause says about a handshake, if it is rustls that speaks.
#[must_use]
pub fn failure(cause: &(dyn StdError + 'static)) -> Option<TlsFailure> {
    Some(match cause.downcast_ref::<rustls::Error>()? {
        rustls::Error::InvalidCertificate(certificate) => match certificate {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                TlsFailure::Expired
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                TlsFailure::NotYetValid
            }
            CertificateError::UnknownIssuer => TlsFailure::UnknownIssuer,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                TlsFailure::WrongName
            }
            CertificateError::Revoked => TlsFailure::Revoked,
            // webpki has a reason that rustls has no name for.
            other if format!("{other:?}").contains("CaUsedAsEndEntity") => TlsFailure::CaAsLeaf,
            _ => TlsFailure::OtherCertificate,
        },
        rustls::Error::PeerIncompatible(_) => TlsFailure::TooOld,
        rustls::Error::AlertReceived(
            rustls::AlertDescription::ProtocolVersion | rustls::AlertDescription::HandshakeFailure,
        ) => TlsFailure::TooOld,
        rustls::Error::InvalidMessage(_) => TlsFailure::NotTls,
        _ => TlsFailure::Other,
    })
}
