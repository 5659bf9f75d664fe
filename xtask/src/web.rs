//! `cargo xtask web`: the wasm, then SDK, UI and demo page; holds the SDK to its size budget.

use std::path::Path;

use anyhow::{Result, bail};

use crate::command::{npm, root, run};
use crate::size::Size;
use crate::wasm;

/// What an app downloads to make calls, gzipped: wasm, its glue and the SDK together.
const SDK_GZIPPED_BYTES_MAX: usize = 150_000;

/// Builds everything below `web/` that a browser loads.
pub(crate) fn build() -> Result<()> {
    wasm::build()?;
    run(&mut npm(["run", "--silent", "build"]))?;
    let size = sdk_size()?;
    check_budget(size)
}

/// Prints each file of the SDK with its size and gives the sum.
pub(crate) fn sdk_size() -> Result<Size> {
    let mut sizes = Vec::new();
    for folder in [wasm::folder(), root().join("web/sdk/dist")] {
        for path in loaded_files(&folder)? {
            let size = Size::of_file(&path)?;
            let name = path.strip_prefix(root()).unwrap_or(&path);
            println!("{size}  {}", name.display());
            sizes.push(size);
        }
    }
    let sum = sizes.into_iter().sum();
    println!("{sum}  @hullo/sdk, of {} KB", SDK_GZIPPED_BYTES_MAX / 1000);
    Ok(sum)
}

/// The files of a folder that a browser loads: scripts and modules, no types and no source maps.
fn loaded_files(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "js" || extension == "wasm")
        {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn check_budget(sdk: Size) -> Result<()> {
    if sdk.gzipped > SDK_GZIPPED_BYTES_MAX {
        bail!(
            "@hullo/sdk is {} bytes gzipped, more than its budget of {SDK_GZIPPED_BYTES_MAX}; make it smaller",
            sdk.gzipped
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sdk_over_its_budget_is_refused() {
        let size = |gzipped| Size { raw: 1, gzipped };
        assert!(check_budget(size(SDK_GZIPPED_BYTES_MAX)).is_ok());
        let error = check_budget(size(SDK_GZIPPED_BYTES_MAX + 1)).unwrap_err();
        assert!(error.to_string().contains("150001 bytes"), "{error}");
    }
}
