//! A certificate made at start, and the listener that uses it.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::Listener;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;

use crate::printing::say;

const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// Generates a certificate authority and a certificate for localhost signed by it. Two, because rustls
/// refuses a server certificate that is itself an authority (`CaUsedAsEndEntity`).
pub(crate) fn tls_acceptor(ca_out: Option<&Path>) -> Result<TlsAcceptor, String> {
    let (ca_pem, certificate, key) =
        certificate().map_err(|error| format!("cannot make a certificate: {error}"))?;
    if let Some(path) = ca_out {
        fs::write(path, ca_pem)
            .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| {
            builder
                .with_no_client_auth()
                .with_single_cert(vec![certificate], key)
        })
        .map_err(|error| format!("cannot set up TLS: {error}"))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

type Certified = (String, CertificateDer<'static>, PrivateKeyDer<'static>);

fn certificate() -> Result<Certified, rcgen::Error> {
    let mut ca_params = CertificateParams::new([])?;
    ca_params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    ca_params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let name = &mut ca_params.distinguished_name;
    name.push(DnType::CommonName, "SPREAD sandbox authority");
    let ca_key = KeyPair::generate()?;
    let ca_pem = ca_params.self_signed(&ca_key)?.pem();
    let issuer = Issuer::new(ca_params, ca_key);

    let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let mut params = CertificateParams::new(names)?;
    params.use_authority_key_identifier_extension = true;
    let name = &mut params.distinguished_name;
    name.push(DnType::CommonName, "SPREAD sandbox");
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, &issuer)?;
    Ok((
        ca_pem,
        certificate.into(),
        PrivateKeyDer::Pkcs8(key.serialize_der().into()),
    ))
}

/// Handshakes run concurrently with accept(): a client that stalls in its handshake delays no other.
pub(crate) struct TlsListener {
    tcp: TcpListener,
    acceptor: TlsAcceptor,
    handshakes: JoinSet<Option<Accepted>>,
}

type Accepted = (TlsStream<TcpStream>, SocketAddr);

impl TlsListener {
    pub(crate) fn new(tcp: TcpListener, acceptor: TlsAcceptor) -> Self {
        Self {
            tcp,
            acceptor,
            handshakes: JoinSet::new(),
        }
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> Accepted {
        loop {
            tokio::select! {
                // axum's accept() waits and retries when the process is out of file descriptors.
                (stream, peer) = Listener::accept(&mut self.tcp) => {
                    self.handshakes.spawn(handshake(self.acceptor.clone(), stream, peer));
                }
                Some(done) = self.handshakes.join_next() => {
                    if let Ok(Some(accepted)) = done {
                        return accepted;
                    }
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }
}

async fn handshake(acceptor: TlsAcceptor, stream: TcpStream, peer: SocketAddr) -> Option<Accepted> {
    let why = match tokio::time::timeout(HANDSHAKE_TIMEOUT, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => return Some((stream, peer)),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "timed out".to_owned(),
    };
    say(&format!("\nTLS handshake failed: {why}\n"));
    None
}
