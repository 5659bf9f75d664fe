//! A part that fails on demand, for tests of the real program: debug builds look into the file that `HULLO_TEST_NODE_FAULT`
//! names. The name of a part there lets it panic, once: the word is gone before it does.

/// What can fail.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    Actor,
    Media,
}

pub(super) struct Fault {
    #[cfg(debug_assertions)]
    file: Option<std::path::PathBuf>,
    #[cfg(debug_assertions)]
    word: &'static str,
}

impl Fault {
    pub(super) fn from_environment(part: Part) -> Self {
        let _word = match part {
            Part::Actor => "actor",
            Part::Media => "media",
        };
        Self {
            #[cfg(debug_assertions)]
            file: std::env::var_os("HULLO_TEST_NODE_FAULT").map(Into::into),
            #[cfg(debug_assertions)]
            word: _word,
        }
    }

    /// Meets what the test wants.
    pub(super) fn meet(&self) {
        #[cfg(debug_assertions)]
        if let Some(file) = &self.file
            && std::fs::read_to_string(file).is_ok_and(|said| said.trim() == self.word)
        {
            // One that cannot be written would make every attempt fail, which is a failure, too.
            let _ = std::fs::write(file, "");
            panic!("a test wants it so");
        }
    }
}
