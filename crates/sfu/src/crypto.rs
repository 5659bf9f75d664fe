//! The cryptography of all connections: str0m's own, with one DTLS configuration for all of them.
//!
//! str0m makes a `dimpl::Config` for each connection, and each of those tests the library's key exchanges and signatures
//! again: 0.85 of the 1.0 ms that a connection cost. Here it is made, and tested, once.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use str0m::crypto::dtls::{
    DtlsCert, DtlsImplError, DtlsInstance, DtlsOutput, DtlsProvider, DtlsVersion, ProtocolVersion,
};
use str0m::crypto::{CryptoError, CryptoProvider, from_feature_flags};

/// To be set in every connection. The first call of a process takes some milliseconds.
pub(crate) fn provider() -> &'static Arc<CryptoProvider> {
    static PROVIDER: OnceLock<Arc<CryptoProvider>> = OnceLock::new();
    PROVIDER.get_or_init(|| {
        Arc::new(CryptoProvider {
            dtls_provider: &SharedDtls,
            ..from_feature_flags()
        })
    })
}

/// The configurations that were made, by MTU. All connections are made with the same, so that there is one.
static CONFIG: OnceLock<(Option<usize>, Arc<dimpl::Config>)> = OnceLock::new();

#[derive(Debug)]
struct SharedDtls;

impl DtlsProvider for SharedDtls {
    fn generate_certificate(&self) -> Option<DtlsCert> {
        dimpl::certificate::generate_self_signed_certificate().ok()
    }

    fn new_dtls(
        &self,
        cert: &DtlsCert,
        now: Instant,
        version: DtlsVersion,
        mtu: Option<usize>,
    ) -> Result<Box<dyn DtlsInstance>, CryptoError> {
        let config = config(mtu)?;
        let cert = cert.clone();
        let dtls = match version {
            DtlsVersion::Dtls12 => dimpl::Dtls::new_12(config, cert, now),
            DtlsVersion::Dtls13 => dimpl::Dtls::new_13(config, cert, now),
            DtlsVersion::Auto => dimpl::Dtls::new_auto(config, cert, now),
            other => {
                let message = format!("DTLS {other} is not known here");
                return Err(CryptoError::Other(message));
            }
        };
        Ok(Box::new(Dtls(dtls)))
    }
}

/// The shared configuration.
fn config(mtu: Option<usize>) -> Result<Arc<dimpl::Config>, CryptoError> {
    if let Some((_, config)) = CONFIG.get().filter(|(of, _)| *of == mtu) {
        return Ok(config.clone());
    }
    // ICE has shown that the client is where it says it is, so that DTLS needs no cookie for that.
    let mut builder = dimpl::Config::builder().use_server_cookie(false);
    if let Some(mtu) = mtu {
        builder = builder.mtu(mtu);
    }
    let made = builder.build();
    let made =
        made.map_err(|error| CryptoError::Other(format!("DTLS cannot be configured: {error}")))?;
    let made = Arc::new(made);
    // Of two threads that come here at once, one stores its own and the other uses its own once.
    let _ = CONFIG.set((mtu, made.clone()));
    Ok(made)
}

/// A connection of dimpl behind str0m's interface.
struct Dtls(dimpl::Dtls);

impl std::fmt::Debug for Dtls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Dtls")
    }
}

impl DtlsInstance for Dtls {
    fn set_active(&mut self, active: bool) {
        self.0.set_active(active);
    }

    fn handle_packet(&mut self, packet: &[u8]) -> Result<(), DtlsImplError> {
        self.0.handle_packet(packet)
    }

    fn poll_output<'a>(&mut self, buffer: &'a mut [u8]) -> DtlsOutput<'a> {
        self.0.poll_output(buffer)
    }

    fn handle_timeout(&mut self, now: Instant) -> Result<(), DtlsImplError> {
        self.0.handle_timeout(now)
    }

    fn send_application_data(&mut self, data: &[u8]) -> Result<usize, DtlsImplError> {
        self.0.send_application_data(data)
    }

    fn is_active(&self) -> bool {
        self.0.is_active()
    }

    fn protocol_version(&self) -> Option<ProtocolVersion> {
        self.0.protocol_version()
    }

    fn is_closing(&self) -> bool {
        self.0.is_closing()
    }

    fn is_closed(&self) -> bool {
        self.0.is_closed()
    }

    fn close(&mut self) -> Result<(), DtlsImplError> {
        self.0.close()
    }
}
