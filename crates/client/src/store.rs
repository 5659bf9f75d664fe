//! What a device keeps when the program ends: its id, and how far it was told of each account's messages.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

/// A few short texts by name. An app brings its own where its platform has a place for such things. It is called from the client's
/// task: it must be quick.
pub trait Store: Send + 'static {
    /// What was saved last under this name.
    fn load(&mut self, name: &str) -> io::Result<Option<String>>;
    /// Keeps a text under a name, in place of what was there.
    fn save(&mut self, name: &str, text: &str) -> io::Result<()>;
}

/// Forgets with the program: each start is a new device, which is told of no old messages.
#[derive(Debug, Default)]
pub struct MemoryStore(BTreeMap<String, String>);

impl Store for MemoryStore {
    fn load(&mut self, name: &str) -> io::Result<Option<String>> {
        Ok(self.0.get(name).cloned())
    }

    fn save(&mut self, name: &str, text: &str) -> io::Result<()> {
        self.0.insert(name.to_owned(), text.to_owned());
        Ok(())
    }
}

/// A JSON file of its own for each client: two that share one would be the same device to the server.
#[derive(Debug)]
pub struct FileStore {
    path: PathBuf,
}

impl FileStore {
    /// Keeps everything in this file, which is made when there is something to keep. Its folder must be there.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    fn all(&self) -> io::Result<BTreeMap<String, String>> {
        match std::fs::read(&self.path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(io::Error::from),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
            Err(error) => Err(error),
        }
    }
}

impl Store for FileStore {
    fn load(&mut self, name: &str) -> io::Result<Option<String>> {
        Ok(self.all()?.remove(name))
    }

    /// Whole or not at all, whatever ends the program.
    fn save(&mut self, name: &str, text: &str) -> io::Result<()> {
        let mut all = self.all()?;
        all.insert(name.to_owned(), text.to_owned());
        let mut beside = self.path.clone().into_os_string();
        beside.push(".new");
        std::fs::write(&beside, serde_json::to_vec_pretty(&all)?)?;
        std::fs::rename(&beside, &self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_saved_is_there_after_a_restart_and_the_rest_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("device.json");
        let mut store = FileStore::new(&path);
        assert_eq!(store.load("device_id").unwrap(), None);
        store.save("device_id", "phone").unwrap();
        store.save("cursor", "7").unwrap();
        let mut again = FileStore::new(&path);
        assert_eq!(again.load("device_id").unwrap().as_deref(), Some("phone"));
        assert_eq!(again.load("cursor").unwrap().as_deref(), Some("7"));
    }

    #[test]
    fn a_file_of_something_else_is_an_error_and_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("device.json");
        std::fs::write(&path, "my diary").unwrap();
        let mut store = FileStore::new(&path);
        assert!(store.load("device_id").is_err());
        assert!(store.save("device_id", "phone").is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "my diary");
    }
}
