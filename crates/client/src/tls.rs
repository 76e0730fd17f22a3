//! Trust, and what its refusal means: rustls configured from a [`Roots`], and its errors in words.
//!
//! Chosen: ring (see Cargo.toml), TLS 1.2 and 1.3, no client certificates. HTTP/2 is not offered: it
//! buys nothing for one request at a time.

mod bundle;
mod system;

use std::error::Error as StdError;
use std::path::Path;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::{CertificateError, ClientConfig, RootCertStore};

use crate::config::Roots;
use crate::error::{Error, Kind, TlsFailure, printable};

/// The configuration of a client that trusts `roots`; without them, of one that never speaks TLS.
///
/// # Errors
/// When the CA file or the system's store is unusable.
pub(crate) fn configuration(roots: Option<&Roots>) -> Result<ClientConfig, Error> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable_tls(&error))?;
    let builder = match roots {
        None => builder.with_root_certificates(RootCertStore::empty()),
        Some(Roots::File { path, setting }) => builder.with_root_certificates(file(path, setting)?),
        Some(Roots::System) => builder
            .dangerous()
            .with_custom_certificate_verifier(system::verifier(provider)?),
    };
    let mut config = builder.with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn unusable_tls(error: &dyn StdError) -> Error {
    Kind::Connect {
        to: "SPREAD".into(),
        reason: error.to_string(),
    }
    .into()
}

/// What the CA file of a setting holds.
fn file(path: &Path, setting: &'static str) -> Result<RootCertStore, Error> {
    let unusable = |reason: String| {
        Error::from(Kind::CaFile {
            setting,
            path: printable(path),
            reason,
        })
    };
    let mut store = RootCertStore::empty();
    let certificates = bundle::read(path).map_err(unusable)?;
    // As OpenSSL does with a bundle: what cannot be an authority is passed over.
    store.add_parsable_certificates(certificates);
    if store.is_empty() {
        return Err(unusable("which holds no CA certificate".into()));
    }
    Ok(store)
}

/// What a cause says about a handshake, if it is rustls that speaks.
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
