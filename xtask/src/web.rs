//! `cargo xtask web`: the wasm, then SDK, UI and demo page; holds SDK and UI to their size budgets.

use anyhow::{Result, bail};

use crate::command::{npm, root, run};
use crate::size::Size;
use crate::wasm;

/// What an app downloads of a package, gzipped as a web server does it.
struct Budget {
    package: &'static str,
    /// Relative to the root.
    files: &'static [&'static str],
    gzipped_bytes_max: usize,
}

const BUDGETS: [Budget; 3] = [
    // The client, and the WebAssembly module as it travels in a script.
    Budget {
        package: "@hullo/sdk",
        files: &["web/sdk/dist/index.js", "web/sdk/dist/wasm.js"],
        gzipped_bytes_max: 150_000,
    },
    // The screens, without Lit.
    Budget {
        package: "@hullo/ui",
        files: &["web/ui/dist/index.js", "web/ui/dist/elements.js"],
        gzipped_bytes_max: 60_000,
    },
    // Both, and Lit, in one file.
    Budget {
        package: "stand-alone",
        files: &["web/ui/dist/hullo.standalone.js"],
        gzipped_bytes_max: 220_000,
    },
];

/// Builds everything below `web/` that a browser loads.
pub(crate) fn build() -> Result<()> {
    wasm::build()?;
    run(&mut npm(["run", "--silent", "build"]))?;
    for budget in &BUDGETS {
        check_budget(budget, size_of(budget)?)?;
    }
    Ok(())
}

/// Prints each file of a package with its size and gives the sum.
fn size_of(budget: &Budget) -> Result<Size> {
    let mut sizes = Vec::new();
    for file in budget.files {
        let size = Size::of_file(&root().join(file))?;
        println!("{size}  {file}");
        sizes.push(size);
    }
    let sum = sizes.into_iter().sum();
    println!(
        "{sum}  {}, of {} KB",
        budget.package,
        budget.gzipped_bytes_max / 1000
    );
    Ok(sum)
}

fn check_budget(budget: &Budget, size: Size) -> Result<()> {
    if size.gzipped > budget.gzipped_bytes_max {
        bail!(
            "{} is {} bytes gzipped, more than its budget of {}; make it smaller",
            budget.package,
            size.gzipped,
            budget.gzipped_bytes_max
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn package_over_its_budget_is_refused() {
        let [budget, ..] = &BUDGETS;
        let size = |gzipped| Size { raw: 1, gzipped };
        assert!(check_budget(budget, size(budget.gzipped_bytes_max)).is_ok());
        let error = check_budget(budget, size(budget.gzipped_bytes_max + 1)).unwrap_err();
        assert!(error.to_string().contains("150001 bytes"), "{error}");
    }
}
