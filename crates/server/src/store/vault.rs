//! Secrets at rest: AES-256-GCM under one master key that lives outside the database.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use secrecy::{ExposeSecret as _, SecretString};

const KEY_BYTES: usize = 32;

/// Seals and opens secrets.
pub(crate) struct Vault(RandomizedNonceKey);

impl Vault {
    /// With the key from `HULLO_MASTER_KEY` (64 hexadecimal digits) or, when that is not set, from `file`, which is made with
    /// mode 0600 when it is missing.
    pub(crate) fn open(master_key: Option<&SecretString>, file: &Path) -> Result<Self> {
        let text = match master_key {
            Some(key) => key.clone(),
            None => read_or_make(file)?,
        };
        let Some(bytes) = from_hex(text.expose_secret().trim()) else {
            bail!(
                "the master key is not {} hexadecimal digits; restore HULLO_MASTER_KEY or {}",
                2 * KEY_BYTES,
                file.display()
            );
        };
        Self::new(&bytes)
    }

    fn new(bytes: &[u8]) -> Result<Self> {
        RandomizedNonceKey::new(&AES_256_GCM, bytes)
            .map(Self)
            .map_err(|_| anyhow::anyhow!("the master key must have {KEY_BYTES} bytes"))
    }

    /// Encrypts `secret`; it opens under the same `name` only.
    pub(crate) fn seal(&self, name: &str, secret: &SecretString) -> Option<Vec<u8>> {
        let mut body = secret.expose_secret().as_bytes().to_vec();
        let nonce = self
            .0
            .seal_in_place_append_tag(Aad::from(name.as_bytes()), &mut body)
            .ok()?;
        let mut sealed = nonce.as_ref().to_vec();
        sealed.extend(body);
        Some(sealed)
    }

    /// Decrypts what [`Vault::seal`] made under `name`; `None` when it is not that.
    pub(crate) fn open_sealed(&self, name: &str, sealed: &[u8]) -> Option<SecretString> {
        let (nonce, body) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut body = body.to_vec();
        let plain = self
            .0
            .open_in_place(nonce, Aad::from(name.as_bytes()), &mut body)
            .ok()?;
        String::from_utf8(plain.to_vec())
            .ok()
            .map(SecretString::from)
    }
}

fn read_or_make(file: &Path) -> Result<SecretString> {
    match fs::read_to_string(file) {
        Ok(text) => return Ok(text.into()),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", file.display())),
    }
    let text = random_hex()?;
    let making = || format!("cannot make {}", file.display());
    let mut made = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .with_context(making)?;
    made.write_all(text.expose_secret().as_bytes())
        .and_then(|()| made.sync_all())
        .with_context(making)?;
    Ok(text)
}

/// 256 random bits as 64 hexadecimal digits: a master key or an app's secret.
pub(crate) fn random_hex() -> Result<SecretString> {
    let mut bytes = [0; KEY_BYTES];
    aws_lc_rs::rand::fill(&mut bytes)
        .map_err(|_| anyhow::anyhow!("the system gives no random numbers"))?;
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(text.into())
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 2 * KEY_BYTES || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn sealed_secret_opens_under_its_own_name_only() {
        let vault = Vault::new(&[7; KEY_BYTES]).unwrap();
        let sealed = vault.seal("shop", &"s3cret".into()).unwrap();
        assert!(!sealed.windows(6).any(|bytes| bytes == b"s3cret"));
        let opened = vault.open_sealed("shop", &sealed).unwrap();
        assert_eq!(opened.expose_secret(), "s3cret");
        assert!(vault.open_sealed("other", &sealed).is_none());
        assert!(vault.open_sealed("shop", &sealed[..5]).is_none());
        let stranger = Vault::new(&[8; KEY_BYTES]).unwrap();
        assert!(stranger.open_sealed("shop", &sealed).is_none());
    }

    #[test]
    fn key_file_is_private_and_used_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("hullo.key");
        let sealed = Vault::open(None, &file)
            .unwrap()
            .seal("shop", &"s3cret".into())
            .unwrap();
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let again = Vault::open(None, &file).unwrap();
        assert!(again.open_sealed("shop", &sealed).is_some());
    }

    #[test]
    fn master_key_of_another_form_is_refused() {
        let file = Path::new("/nonexistent/hullo.key");
        for text in ["", "zz", &"g".repeat(64), &"0".repeat(63)] {
            assert!(
                Vault::open(Some(&text.into()), file).is_err(),
                "{text:?} must be refused"
            );
        }
    }
}
