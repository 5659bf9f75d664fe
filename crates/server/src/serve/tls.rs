//! TLS with certificate files that may change while the server runs: renewed ones are taken over without a restart.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::signal::unix::Signal;
use tokio::time::{MissedTickBehavior, interval};
use tokio_rustls::TlsAcceptor;

use crate::config::TlsConfig;

/// The files are looked at this often.
const LOOK: Duration = Duration::from_secs(5);

/// The certificate that new connections get.
pub(super) struct Certificate {
    files: TlsConfig,
    current: RwLock<Arc<CertifiedKey>>,
}

/// When both files were last written, and how long they are.
type Stamp = [Option<(SystemTime, u64)>; 2];

impl Certificate {
    pub(super) fn load(files: &TlsConfig) -> Result<Arc<Self>> {
        let current = RwLock::new(Arc::new(read(files)?));
        Ok(Arc::new(Self {
            files: files.clone(),
            current,
        }))
    }

    pub(super) fn acceptor(self: &Arc<Self>) -> TlsAcceptor {
        let mut config = ServerConfig::builder()
            .with_no_client_auth()
            .with_cert_resolver(self.clone());
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        TlsAcceptor::from(Arc::new(config))
    }

    /// Takes over what the files become, at once on SIGHUP. A new certificate that cannot be used changes nothing.
    pub(super) async fn follow(self: Arc<Self>, mut hang_up: Signal) {
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut seen = self.stamp();
        loop {
            let asked = tokio::select! {
                _ = hang_up.recv() => true,
                _ = looks.tick() => false,
            };
            let stamp = self.stamp();
            if !asked && stamp == seen {
                continue;
            }
            seen = stamp;
            match read(&self.files) {
                Ok(new) => {
                    let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
                    *current = Arc::new(new);
                    tracing::info!(file = %self.files.cert.display(), "the certificate was read again");
                }
                Err(error) => {
                    tracing::error!(
                        error = format!("{error:#}"),
                        "the new certificate cannot be used; the old one stays"
                    );
                }
            }
        }
    }

    fn stamp(&self) -> Stamp {
        let of = |file: &Path| {
            let data = std::fs::metadata(file).ok()?;
            Some((data.modified().ok()?, data.len()))
        };
        [of(&self.files.cert), of(&self.files.key)]
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        Some(current.clone())
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Certificate")
            .field(&self.files)
            .finish()
    }
}

/// The chain and the key, which must belong together.
fn read(files: &TlsConfig) -> Result<CertifiedKey> {
    let read = || -> Result<CertifiedKey> {
        let chain: Vec<CertificateDer<'static>> =
            CertificateDer::pem_file_iter(&files.cert)?.collect::<Result<_, _>>()?;
        let key = PrivateKeyDer::from_pem_file(&files.key)?;
        let provider = aws_lc_rs::default_provider();
        Ok(CertifiedKey::from_der(chain, key, &provider)?)
    };
    read().with_context(|| {
        format!(
            "cannot use the certificate {} with the key {}",
            files.cert.display(),
            files.key.display()
        )
    })
}
