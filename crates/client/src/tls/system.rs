//! Trust in the system's store: its bundle first, all of it when the bundle does not know the issuer.
//!
//! The store is a bundle and directories of single certificates, which mostly say the same: to read
//! both takes five times the instructions of the bundle alone. What only a directory holds is trusted as well;
//! the order that needs it reads the directories.

use std::env;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, RootCertStore, SignatureScheme};

use super::{bundle, unusable_tls};
use crate::error::{Error, Kind};

/// A verifier that trusts the system's store.
///
/// # Errors
/// When the store holds no certificate.
pub(super) fn verifier(
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, Error> {
    let Some(bundle) = bundle_file().and_then(|path| bundle::read(&path).ok()) else {
        return Ok(trusting(whole_store(), &provider)?);
    };
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(bundle);
    if store.is_empty() {
        return Ok(trusting(whole_store(), &provider)?);
    }
    Ok(Arc::new(BundleFirst {
        bundle: trusting(store, &provider)?,
        whole: OnceLock::new(),
        provider,
    }))
}

/// The bundle among what is the system's store, where that is files.
fn bundle_file() -> Option<PathBuf> {
    if cfg!(target_os = "macos") {
        return None; // The keychain.
    }
    match (env::var_os("SSL_CERT_FILE"), env::var_os("SSL_CERT_DIR")) {
        (None, None) => openssl_probe::probe().cert_file,
        (file, _) => file.map(PathBuf::from),
    }
}

fn whole_store() -> RootCertStore {
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    store
}

fn trusting(
    store: RootCertStore,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, Error> {
    if store.is_empty() {
        return Err(Kind::CaFile {
            setting: "the system's certificate store",
            path: "no CA certificate".into(),
            reason: "so install the package ca-certificates or set spread.ca_file".into(),
        }
        .into());
    }
    WebPkiServerVerifier::builder_with_provider(Arc::new(store), Arc::clone(provider))
        .build()
        .map_err(|error| unusable_tls(&error))
}

#[derive(Debug)]
struct BundleFirst {
    bundle: Arc<WebPkiServerVerifier>,
    /// Read when it is needed; nothing when it cannot be used.
    whole: OnceLock<Option<Arc<WebPkiServerVerifier>>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for BundleFirst {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verify = |verifier: &WebPkiServerVerifier| {
            verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
        };
        let verified = verify(&self.bundle);
        let unknown_issuer = matches!(
            verified,
            Err(rustls::Error::InvalidCertificate(
                CertificateError::UnknownIssuer
            ))
        );
        if !unknown_issuer {
            return verified;
        }
        let whole = self
            .whole
            .get_or_init(|| trusting(whole_store(), &self.provider).ok());
        whole.as_deref().map_or(verified, verify)
    }

    // What a signature is worth does not depend on whom one trusts.

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.bundle.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.bundle.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.bundle.supported_verify_schemes()
    }
}
