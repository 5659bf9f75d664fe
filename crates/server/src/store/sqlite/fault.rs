//! A disk that stalls or fails on demand, for tests of the real program: debug builds look into the file that
//! `HULLO_TEST_STORE_FAULT` names before each transaction. `stall` there holds it until the file says something else, `fail`
//! refuses it, `panic` is a mistake in the code; anything else and no file let it pass.

use crate::store::StoreError;

pub(super) struct Fault {
    #[cfg(debug_assertions)]
    file: Option<std::path::PathBuf>,
}

impl Fault {
    pub(super) fn from_environment() -> Self {
        Self {
            #[cfg(debug_assertions)]
            file: std::env::var_os("HULLO_TEST_STORE_FAULT").map(Into::into),
        }
    }

    /// Meets what the test wants.
    #[cfg(debug_assertions)]
    pub(super) fn meet(&self) -> Result<(), StoreError> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        loop {
            match std::fs::read_to_string(file).unwrap_or_default().trim() {
                "stall" => std::thread::sleep(std::time::Duration::from_millis(5)),
                "fail" => return Err(StoreError::Unavailable("a test wants it so".to_owned())),
                "panic" => panic!("a test wants it so"),
                _ => return Ok(()),
            }
        }
    }

    #[cfg(not(debug_assertions))]
    pub(super) fn meet(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
