//! `cargo xtask test`: every check and test of the project as named steps, cheap ones first, with a table at the end.

use std::fmt;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::command::{
    WITH_SOFTPHONE, cargo, node_bin, npm, program, root, run as run_command, target_folder,
};
use crate::{bindings, counts, setup, tidy, wasm, web};

/// Simulated calls per test run.
const SIM_SEEDS: &str = "2000";

struct Step {
    name: &'static str,
    /// Steps without which this one cannot run; each stands earlier in `STEPS`.
    needs: &'static [&'static str],
    run: fn() -> Result<()>,
}

const STEPS: &[Step] = &[
    Step {
        name: "setup",
        needs: &[],
        run: setup::build_tools,
    },
    Step {
        name: "browsers",
        needs: &["setup"],
        run: setup::test_tools,
    },
    Step {
        name: "tidy",
        needs: &[],
        run: tidy::run,
    },
    Step {
        name: "fmt",
        needs: &[],
        run: || run_command(&mut cargo(["fmt", "--all", "--check"])),
    },
    Step {
        // Licences, banned crates and sources; advisories need a database from the network (SECURITY.md).
        name: "deny",
        needs: &[],
        run: || {
            let cargo_deny = setup::cargo_deny()?;
            run_command(&mut program(
                &cargo_deny.to_string_lossy(),
                [
                    "--locked",
                    "check",
                    "--hide-inclusion-graph",
                    "licenses",
                    "bans",
                    "sources",
                ],
            ))
        },
    },
    Step {
        name: "wasm",
        needs: &["setup"],
        run: wasm::build,
    },
    Step {
        name: "biome",
        needs: &["setup"],
        run: || {
            [".", "../examples"].into_iter().try_for_each(|folder| {
                run_command(&mut node_bin(
                    "biome",
                    folder,
                    ["check", "--error-on-warnings"],
                ))
            })
        },
    },
    Step {
        name: "types",
        needs: &["setup", "wasm"],
        run: || run_command(&mut npm(["run", "types", "--silent", "--workspaces"])),
    },
    Step {
        // The public surface of each package is the committed one: a review sees what changed.
        name: "api",
        needs: &["types"],
        run: || {
            run_command(&mut npm([
                "run",
                "api:check",
                "--silent",
                "--workspaces",
                "--if-present",
            ]))
        },
    },
    Step {
        // What the documents name exists, and their snippets compile.
        name: "docs",
        needs: &["types"],
        run: || {
            run_command(&mut program(
                "node",
                ["--test", "--test-reporter=dot", "docs/hops.test.mjs"],
            ))?;
            run_command(&mut program("node", ["docs/check.mjs"]))?;
            run_command(&mut node_bin("tsc", ".", ["-p", "../docs/snippets"]))
        },
    },
    Step {
        name: "sdk",
        needs: &["setup", "wasm"],
        run: || run_command(&mut npm(["run", "test", "--silent", "--workspace=sdk"])),
    },
    Step {
        name: "ui",
        needs: &["setup", "wasm"],
        run: || run_command(&mut npm(["run", "test", "--silent", "--workspace=ui"])),
    },
    Step {
        name: "web",
        needs: &["setup", "wasm"],
        run: web::build,
    },
    Step {
        name: "codecs",
        needs: &[],
        run: setup::codec_libraries,
    },
    Step {
        // The client, where the platform brings TLS, cryptography and codecs: no C compiler for the phone is here, and none is needed.
        name: "phones",
        needs: &[],
        run: || {
            setup::phone_targets()?;
            setup::PHONES.into_iter().try_for_each(|phone| {
                run_command(
                    cargo(["check", "--locked", "--package=hullo-client"])
                        .args(["--no-default-features", "--features=websocket,engine"])
                        .args(["--target", phone]),
                )
            })
        },
    },
    Step {
        name: "clippy",
        // The server embeds the built demo page.
        needs: &["web", "codecs"],
        run: || {
            run_command(&mut cargo([
                "clippy",
                "--workspace",
                WITH_SOFTPHONE,
                "--all-targets",
                "--locked",
                "--",
                "--deny=warnings",
            ]))
        },
    },
    Step {
        name: "build",
        // All programs at once: a build of one crate alone has other features and would compile what they share again.
        needs: &["web", "codecs"],
        run: || {
            run_command(&mut cargo([
                "build",
                "--workspace",
                WITH_SOFTPHONE,
                "--locked",
            ]))
        },
    },
    Step {
        name: "rust",
        needs: &["web", "codecs"],
        run: || {
            run_command(&mut cargo([
                "test",
                "--workspace",
                WITH_SOFTPHONE,
                "--locked",
                "--no-fail-fast",
            ]))
        },
    },
    Step {
        // The C face under AddressSanitizer, the Objective-C component as clang reads it for iOS, and people with it under GNUstep.
        name: "objc",
        needs: &["build"],
        run: || {
            setup::objc_tools()?;
            run_command(&mut cargo([
                "test",
                "--workspace",
                WITH_SOFTPHONE,
                "--locked",
                "--test=c",
                "--test=readme",
                "--test=faces",
                "--",
                "--include-ignored",
            ]))
        },
    },
    Step {
        name: "sim",
        needs: &["build"],
        run: || run_command(&mut built("hullo-sim", ["--seeds", SIM_SEEDS])),
    },
    Step {
        // Instructions of the hot paths, against committed counts.
        name: "counts",
        needs: &[],
        run: counts::check,
    },
    Step {
        // Python and Kotlin, and a foreign WebRTC stack, against the program.
        name: "bindings",
        needs: &["build"],
        run: bindings::test,
    },
    Step {
        // Each example against the program.
        name: "examples",
        needs: &["build"],
        run: || {
            run_command(
                program("npm", ["test", "--silent"])
                    .current_dir(root().join("examples/backend-node"))
                    .env("HULLO_BIN", target_folder().join("debug/hullo")),
            )
        },
    },
    Step {
        // The pages as a book, without a link to nowhere, and followed: with browsers, in four languages, through nginx.
        name: "book",
        needs: &["build", "browsers"],
        run: || {
            in_book(["ci", "--no-audit", "--no-fund", "--silent"])?;
            in_book(["run", "build", "--silent"])?;
            in_book(["test", "--silent"])
        },
    },
    Step {
        // The packages as npm has them, in fresh projects of every bundler and framework.
        name: "installs",
        needs: &["build", "browsers"],
        run: || {
            run_command(
                npm(["run", "test", "--silent", "--workspace=installs"])
                    .env("HULLO_BIN", target_folder().join("debug/hullo")),
            )
        },
    },
    Step {
        name: "e2e",
        needs: &["build", "browsers"],
        run: || {
            // In one of them the far end is the Objective-C component.
            setup::objc_tools()?;
            run_command(
                npm(["run", "test", "--silent", "--workspace=e2e"])
                    .env("HULLO_BIN", target_folder().join("debug/hullo")),
            )
        },
    },
];

/// Runs the steps whose name contains `filter` (all without one) and what they need; fails if any of them did.
pub(crate) fn run(filter: Option<&str>) -> Result<()> {
    let names = chosen(STEPS, filter);
    if names.is_empty() {
        let all: Vec<_> = STEPS.iter().map(|step| step.name).collect();
        bail!(
            "no step is called like `{}`; there are: {}",
            filter.unwrap_or(""),
            all.join(", ")
        );
    }
    let reports = run_steps(STEPS.iter().filter(|step| names.contains(&step.name)));
    print!("{}", Table(&reports));
    if reports
        .iter()
        .any(|report| report.outcome != Outcome::Passed)
    {
        std::process::exit(1);
    }
    Ok(())
}

/// A program that the step `build` made.
fn built<const N: usize>(name: &str, args: [&str; N]) -> Command {
    program(
        &target_folder().join("debug").join(name).to_string_lossy(),
        args,
    )
}

/// Runs npm in the folder of the book.
fn in_book<const N: usize>(args: [&str; N]) -> Result<()> {
    run_command(
        program("npm", args)
            .current_dir(root().join("docs"))
            .env("HULLO_BIN", target_folder().join("debug/hullo")),
    )
}

/// The names of the matching steps and of all that they need.
fn chosen(steps: &[Step], filter: Option<&str>) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = Vec::new();
    // Needs point backwards, so that one pass from the end finds them all.
    for step in steps.iter().rev() {
        if filter.is_none_or(|filter| step.name.contains(filter)) || names.contains(&step.name) {
            names.push(step.name);
            names.extend(step.needs);
        }
    }
    names
}

#[derive(Debug, PartialEq)]
enum Outcome {
    Passed,
    Failed(String),
    /// A step that it needs did not pass.
    NotRun(&'static str),
}

struct Report {
    name: &'static str,
    outcome: Outcome,
    took: Duration,
}

fn run_steps<'a>(steps: impl Iterator<Item = &'a Step>) -> Vec<Report> {
    let mut reports: Vec<Report> = Vec::new();
    for step in steps {
        println!("\n=== {} ===", step.name);
        let started = Instant::now();
        let unmet = reports
            .iter()
            .find(|report| report.outcome != Outcome::Passed && step.needs.contains(&report.name));
        let outcome = match unmet {
            Some(report) => Outcome::NotRun(report.name),
            None => match (step.run)() {
                Ok(()) => Outcome::Passed,
                Err(error) => Outcome::Failed(format!("{error:#}")),
            },
        };
        let took = started.elapsed();
        println!(
            "=== {}: {outcome} in {:.1} s ===",
            step.name,
            took.as_secs_f64()
        );
        reports.push(Report {
            name: step.name,
            outcome,
            took,
        });
    }
    reports
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed => write!(f, "passed"),
            Self::Failed(why) => write!(f, "FAILED: {why}"),
            Self::NotRun(needed) => write!(f, "not run, because {needed} did not pass"),
        }
    }
}

/// The summary: a line per step, then the counts, on the last line.
struct Table<'a>(&'a [Report]);

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f)?;
        for report in self.0 {
            writeln!(
                f,
                "{:<10} {:>7.1} s  {}",
                report.name,
                report.took.as_secs_f64(),
                report.outcome
            )?;
        }
        let count = |wanted: fn(&Outcome) -> bool| {
            self.0
                .iter()
                .filter(|report| wanted(&report.outcome))
                .count()
        };
        let passed = count(|outcome| matches!(outcome, Outcome::Passed));
        let failed = count(|outcome| matches!(outcome, Outcome::Failed(_)));
        let not_run = count(|outcome| matches!(outcome, Outcome::NotRun(_)));
        write!(f, "{passed} passed, {failed} failed")?;
        if not_run > 0 {
            write!(f, ", {not_run} not run")?;
        }
        writeln!(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(name: &'static str, needs: &'static [&'static str], run: fn() -> Result<()>) -> Step {
        Step { name, needs, run }
    }

    #[test]
    fn every_need_names_an_earlier_step() {
        for (index, step) in STEPS.iter().enumerate() {
            for need in step.needs {
                assert!(
                    STEPS[..index].iter().any(|earlier| earlier.name == *need),
                    "{} needs {need}",
                    step.name
                );
            }
        }
    }

    #[test]
    fn filter_brings_what_the_step_needs_and_nothing_else() {
        let steps = [
            step("setup", &[], || Ok(())),
            step("wasm", &["setup"], || Ok(())),
            step("rust", &[], || Ok(())),
            step("e2e", &["wasm"], || Ok(())),
        ];
        let mut names = chosen(&steps, Some("e2e"));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names, ["e2e", "setup", "wasm"]);
        assert!(chosen(&steps, Some("nonsense")).is_empty());
        assert_eq!(chosen(&steps, Some("rust")), ["rust"]);
    }

    #[test]
    fn failed_step_stops_only_those_that_need_it() {
        let steps = [
            step("one", &[], || bail!("broken")),
            step("two", &["one"], || Ok(())),
            step("three", &["two"], || Ok(())),
            step("four", &[], || Ok(())),
        ];
        let reports = run_steps(steps.iter());
        let outcomes: Vec<_> = reports.iter().map(|report| &report.outcome).collect();
        assert_eq!(
            outcomes,
            [
                &Outcome::Failed("broken".into()),
                &Outcome::NotRun("one"),
                &Outcome::NotRun("two"),
                &Outcome::Passed
            ]
        );
        let table = Table(&reports).to_string();
        assert_eq!(table.lines().last(), Some("1 passed, 1 failed, 2 not run"));
    }

    #[test]
    fn table_of_a_green_run_ends_with_its_counts() {
        let reports = run_steps([step("one", &[], || Ok(()))].iter());
        assert!(
            Table(&reports)
                .to_string()
                .ends_with("\n1 passed, 0 failed\n")
        );
    }
}
