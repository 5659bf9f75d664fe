//! Mutation testing: puts known defects back, one at a time, and demands that each is caught: `cargo xtask defects [filter]...`.
//!
//! `crates/sim/defects/` has a patch for each (behaviour A.9 has the numbers), made against `crates/core` and headed by what
//! is wrong, what is right, and what has to catch it: `worlds`, `fuzz`, or `test <package> <name>`. Each is applied to a
//! scratch worktree of the last commit under `target/defects`, built there, and run. A defect that nothing notices fails
//! the run, as does a patch that no longer applies. Before, the same worlds and fuzz must pass without any defect.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};

/// Seeds within which a defect must be caught.
const SEEDS: &str = "600";
const FOLDER: &str = "crates/sim/defects";

/// A patch and its heading.
struct Defect {
    name: String,
    path: PathBuf,
    what: String,
    catcher: Catcher,
}

/// What has to notice a defect.
#[derive(Clone, PartialEq, Eq)]
enum Catcher {
    Worlds,
    Fuzz,
    Test { package: String, name: String },
}

/// The repository, and the scratch copy of it.
struct Tree {
    root: PathBuf,
    copy: PathBuf,
}

fn main() -> ExitCode {
    let filters: Vec<String> = std::env::args().skip(1).collect();
    match run(&filters) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(missed) => {
            println!("{missed} defects were not caught");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(filters: &[String]) -> Result<usize, String> {
    let root = workspace()?;
    let defects = defects(&root.join(FOLDER), filters)?;
    let tree = Tree::prepare(root)?;
    for catcher in [Catcher::Worlds, Catcher::Fuzz] {
        if defects.iter().any(|defect| defect.catcher == catcher)
            && let Some(line) = tree.catch(&catcher)?
        {
            return Err(format!(
                "without any defect there is a finding already: {line}"
            ));
        }
    }
    println!("| defect | put back | caught by |\n|---|---|---|");
    let mut missed = 0;
    for defect in &defects {
        tree.git(&["apply", &defect.path.to_string_lossy()])?;
        let caught = tree.catch(&defect.catcher);
        tree.git(&["checkout", "--quiet", "--", "."])?;
        let line = caught?.unwrap_or_else(|| {
            missed += 1;
            "**nothing**".to_owned()
        });
        println!("| {} | {} | {line} |", defect.name, defect.what);
    }
    Ok(missed)
}

impl Tree {
    /// A worktree of the last commit.
    fn prepare(root: PathBuf) -> Result<Self, String> {
        let copy = root.join("target/defects/tree");
        let tree = Self { root, copy };
        if tree.copy.join(".git").exists() {
            let head = output(git(&tree.root, &["rev-parse", "HEAD"]))?;
            tree.git(&["checkout", "--quiet", "--force", "--detach", head.trim()])?;
            tree.git(&["clean", "--quiet", "--force", "-d", "crates"])?;
        } else {
            let path = tree.copy.to_string_lossy().into_owned();
            output(git(
                &tree.root,
                &[
                    "worktree", "add", "--quiet", "--force", "--detach", &path, "HEAD",
                ],
            ))?;
        }
        Ok(tree)
    }

    fn git(&self, args: &[&str]) -> Result<String, String> {
        output(git(&self.copy, args))
    }

    /// What the catcher says about this copy, if it finds something.
    fn catch(&self, catcher: &Catcher) -> Result<Option<String>, String> {
        match catcher {
            Catcher::Worlds => self.simulate(&[]),
            Catcher::Fuzz => self.simulate(&["--fuzz"]),
            Catcher::Test { package, name } => {
                self.cargo(&["test", "--quiet", "-p", package, "--no-run"])?;
                let mut test = self.command(&["test", "--quiet", "-p", package, name]);
                let found = test.output().map_err(|error| error.to_string())?;
                let failed = format!("test `{name}` of {package}");
                Ok((!found.status.success()).then_some(failed))
            }
        }
    }

    fn simulate(&self, kind: &[&str]) -> Result<Option<String>, String> {
        self.cargo(&["build", "--quiet", "-p", "hullo-sim", "--bin", "hullo-sim"])?;
        let program = self.target().join("debug/hullo-sim");
        let mut command = Command::new(program);
        command.args(["--seeds", SEEDS]).args(kind);
        let found = command.output().map_err(|error| error.to_string())?;
        if found.status.success() {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&found.stdout).into_owned();
        let line = text.lines().find(|line| line.starts_with("seed "));
        let line =
            line.ok_or_else(|| format!("the simulator failed without a finding:\n{text}"))?;
        Ok(Some(shorten(&format!("{}{line}", kind.concat()))))
    }

    fn cargo(&self, args: &[&str]) -> Result<String, String> {
        output(self.command(args))
    }

    fn command(&self, args: &[&str]) -> Command {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command
            .args(args)
            .current_dir(&self.copy)
            .env("CARGO_TARGET_DIR", self.target());
        command
    }

    fn target(&self) -> PathBuf {
        self.root.join("target/defects/target")
    }
}

/// Reads all patches whose name contains one of `filters`, or all there are without any, in order.
fn defects(folder: &Path, filters: &[String]) -> Result<Vec<Defect>, String> {
    let read = |error: std::io::Error| format!("cannot read {}: {error}", folder.display());
    let mut defects = Vec::new();
    for entry in fs::read_dir(folder).map_err(read)? {
        let path = entry.map_err(read)?.path();
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path
            .extension()
            .is_none_or(|extension| extension != "patch")
            || !(filters.is_empty() || filters.iter().any(|filter| name.contains(filter)))
        {
            continue;
        }
        let text = fs::read_to_string(&path).map_err(read)?;
        let heading = |key: &str| {
            let value = text.lines().find_map(|line| line.strip_prefix(key));
            value
                .map(|value| value.trim().to_owned())
                .ok_or_else(|| format!("{name} does not say `{key}`"))
        };
        let (what, catcher) = (heading("Defect:")?, catcher(&heading("Caught-by:")?)?);
        defects.push(Defect {
            name,
            path,
            what,
            catcher,
        });
    }
    defects.sort_by(|one, other| one.name.cmp(&other.name));
    if defects.is_empty() {
        return Err(format!(
            "no defect in {} is called like `{}`",
            folder.display(),
            filters.join("`, `")
        ));
    }
    Ok(defects)
}

fn catcher(text: &str) -> Result<Catcher, String> {
    match text.split(' ').collect::<Vec<_>>().as_slice() {
        ["worlds"] => Ok(Catcher::Worlds),
        ["fuzz"] => Ok(Catcher::Fuzz),
        ["test", package, name] => Ok(Catcher::Test {
            package: (*package).to_owned(),
            name: (*name).to_owned(),
        }),
        _ => Err(format!(
            "`{text}` catches nothing: worlds, fuzz, or test <package> <name>"
        )),
    }
}

/// A finding that fits into a table.
fn shorten(line: &str) -> String {
    const CHARS_MAX: usize = 200;
    let line = line.replace('|', "/");
    match line.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn workspace() -> Result<PathBuf, String> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = manifest.parent().and_then(Path::parent);
    root.map(Path::to_path_buf)
        .ok_or_else(|| "the crate is not in crates/".to_owned())
}

fn git(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.args(args).current_dir(folder);
    command
}

/// Runs a command that has to succeed; returns what it printed.
fn output(mut command: Command) -> Result<String, String> {
    let run = command.output();
    let Output {
        status,
        stdout,
        stderr,
    } = run.map_err(|error| format!("cannot start {command:?}: {error}"))?;
    if !status.success() {
        let stderr = String::from_utf8_lossy(&stderr);
        return Err(format!("{command:?} failed ({status}):\n{stderr}"));
    }
    Ok(String::from_utf8_lossy(&stdout).into_owned())
}
