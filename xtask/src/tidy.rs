//! `cargo xtask tidy`: the rules of the tree that no compiler checks.

mod comments;
mod cycles;
mod functions;
mod graph;
mod imports;
mod modules;
mod text;
mod words;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use self::modules::Modules;
use crate::command::{cargo, output_of, program, root};

/// What a rule found: where, what, and whether it fails the run.
#[derive(Debug, PartialEq)]
pub(crate) struct Finding {
    level: Level,
    place: String,
    message: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Level {
    Warning,
    Error,
}

impl Finding {
    fn error(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            level: Level::Error,
            place: place.into(),
            message: message.into(),
        }
    }

    fn warning(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            level: Level::Warning,
            place: place.into(),
            message: message.into(),
        }
    }
}

/// Checks every rule, prints what they found, and fails on any error.
pub(crate) fn run() -> Result<()> {
    let metadata = metadata()?;
    let mut findings = graph::check_edges(&metadata);
    findings.extend(crates_outside_the_workspace(
        &root().join("crates"),
        &metadata,
    )?);
    findings.extend(linked_crates(&metadata)?);
    let paths = repository_paths()?;
    findings.extend(stale_patches(&paths)?);
    let mut imports = Vec::new();
    for path in &paths {
        findings.extend(text::check_path(path));
        if text::is_source(path) || path.ends_with(".md") {
            let content = fs::read_to_string(root().join(path))
                .with_context(|| format!("cannot read {path}"))?;
            findings.extend(check_file(path, &content)?);
            imports.extend(imports::of_file(path, &content));
        }
    }
    let mut circles = cycles::check("", &imports);
    circles.extend(circles_of_crates(&metadata)?);
    let summary = format!("{} files, {} circles", paths.len(), circles.len());
    findings.extend(circles);
    report(&findings, &summary)
}

fn check_file(path: &str, content: &str) -> Result<Vec<Finding>> {
    let mut findings = words::check(path, content);
    if path.ends_with(".md") {
        return Ok(findings);
    }
    findings.extend(text::check_content(path, content));
    findings.extend(comments::check(path, content));
    if path.ends_with(".rs") {
        let syntax = syn::parse_file(content).with_context(|| format!("cannot parse {path}"))?;
        findings.extend(functions::check_rust(path, &syntax));
    } else if path.ends_with(".ts") {
        findings.extend(functions::check_typescript(path, content));
    }
    Ok(findings)
}

/// Circles in each crate and each test program.
fn circles_of_crates(metadata: &Value) -> Result<Vec<Finding>> {
    let mut circles = Vec::new();
    for file in graph::root_files(metadata) {
        let modules = Modules::read(&file, root())?;
        let folder = file.parent().unwrap_or(&file);
        let folder = folder.strip_prefix(root()).unwrap_or(folder);
        circles.extend(cycles::check(&folder.to_string_lossy(), &modules.imports()));
    }
    Ok(circles)
}

/// Defects that `cargo xtask defects` can no longer put back, since what they spoil has moved on.
fn stale_patches(paths: &[String]) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let patches = paths.iter().filter(|path| path.ends_with(".patch"));
    for path in patches {
        let checked = program("git", ["apply", "--check", path.as_str()]).output()?;
        if !checked.status.success() {
            let error = String::from_utf8_lossy(&checked.stderr);
            let message = format!("make it again: {}", error.trim());
            findings.push(Finding::error(path, message));
        }
    }
    Ok(findings)
}

fn report(findings: &[Finding], summary: &str) -> Result<()> {
    for finding in findings {
        let word = match finding.level {
            Level::Warning => "warning",
            Level::Error => "error",
        };
        println!("{word}: {}: {}", finding.place, finding.message);
    }
    let errors = findings
        .iter()
        .filter(|finding| finding.level == Level::Error)
        .count();
    println!(
        "tidy: {summary}, {errors} errors, {} warnings",
        findings.len() - errors
    );
    if errors > 0 {
        bail!("the tree breaks its rules in {errors} places");
    }
    Ok(())
}

/// The members of the workspace and what their manifests ask for.
fn metadata() -> Result<Value> {
    let json = output_of(&mut cargo([
        "metadata",
        "--format-version=1",
        "--locked",
        "--no-deps",
    ]))?;
    Ok(serde_json::from_str(&json)?)
}

/// What really gets linked is asked of `cargo tree`: the lockfile and `cargo metadata` also list crates behind features
/// that nobody switched on.
fn linked_crates(metadata: &Value) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for name in graph::PURE
        .iter()
        .filter(|name| graph::has_member(metadata, name))
    {
        let tree = output_of(
            cargo([
                "tree",
                "--locked",
                "--prefix=depth",
                "--edges=normal",
                "--package",
            ])
            .arg(name),
        )?;
        findings.extend(graph::check_tree(&tree, &graph::RUNTIMES, "is pure"));
    }
    let tree = output_of(&mut cargo([
        "tree",
        "--locked",
        "--prefix=depth",
        "--edges=all",
        "--workspace",
    ]))?;
    findings.extend(graph::check_tree(
        &tree,
        &graph::FOREIGN_CRYPTO,
        "has aws-lc-rs for crypto",
    ));
    let tree = output_of(cargo(["tree", "--locked", "--prefix=depth"]).args(graph::WITHOUT_C))?;
    findings.extend(graph::check_tree(
        &tree,
        &graph::NEEDS_C,
        "needs no C compiler without its default features",
    ));
    Ok(findings)
}

/// Files of the repository as git sees them: tracked ones and new ones that are not ignored.
fn repository_paths() -> Result<Vec<String>> {
    let list = output_of(&mut program(
        "git",
        [
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
            "--deduplicate",
        ],
    ))?;
    Ok(list
        .lines()
        .filter(|path| root().join(path).is_file())
        .map(str::to_owned)
        .collect())
}

fn crates_outside_the_workspace(folder: &Path, metadata: &Value) -> Result<Vec<Finding>> {
    let members = graph::member_manifests(metadata);
    let mut findings = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && !members.contains(&path.join("Cargo.toml")) {
            let place = path
                .strip_prefix(root())
                .unwrap_or(&path)
                .display()
                .to_string();
            findings.push(Finding::error(
                place,
                "is no member of the workspace; give it a Cargo.toml or remove it",
            ));
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_fail_the_run_and_warnings_do_not() {
        report(&[Finding::warning("a.rs", "long")], "1 file").unwrap();
        let error = report(&[Finding::error("a.rs", "too long")], "1 file").unwrap_err();
        assert_eq!(error.to_string(), "the tree breaks its rules in 1 places");
    }

    #[test]
    fn folder_that_is_no_member_is_found() {
        let folder = std::env::temp_dir().join(format!("hullo-tidy-{}", std::process::id()));
        fs::create_dir_all(folder.join("member")).unwrap();
        fs::create_dir_all(folder.join("stray")).unwrap();
        let metadata = serde_json::json!({
            "packages": [{ "name": "member", "manifest_path": folder.join("member/Cargo.toml") }],
        });
        let findings = crates_outside_the_workspace(&folder, &metadata).unwrap();
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].place.ends_with("stray"), "{findings:?}");
        fs::remove_dir_all(&folder).unwrap();
    }
}
