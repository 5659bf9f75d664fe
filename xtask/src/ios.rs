//! `cargo xtask ios`: the C face for iOS as an XCFramework, which the package, the pod and a copied folder need. It prints what it runs;
//! on anything but a Mac it runs nothing of it.

use std::process::Command;

use anyhow::{Result, bail};

use crate::command::{cargo, line_of, program, root, run as run_command, target_folder};

/// A device, and the two kinds of Mac that simulate one.
const DEVICE: &str = "aarch64-apple-ios";
const SIMULATORS: [&str; 2] = ["aarch64-apple-ios-sim", "x86_64-apple-ios"];
/// Where the sdk looks for it.
const FRAMEWORK: &str = "sdks/objc/build/Hullo.xcframework";

/// Builds it, or says what a Mac would do.
pub(crate) fn build() -> Result<()> {
    let mut steps = steps();
    if !cfg!(target_os = "macos") {
        println!("This needs a Mac with Xcode and rustup. There it runs:");
        for step in &steps {
            println!("$ {}", line_of(step));
        }
        bail!("an XCFramework is made on a Mac only");
    }
    let old = root().join(FRAMEWORK);
    if old.exists() {
        std::fs::remove_dir_all(&old)?;
    }
    std::fs::create_dir_all(target_folder().join("ios"))?;
    steps.iter_mut().try_for_each(run_command)
}

fn steps() -> Vec<Command> {
    let targets = [DEVICE, SIMULATORS[0], SIMULATORS[1]];
    let mut steps = vec![program(
        "rustup",
        ["target", "add", targets[0], targets[1], targets[2]],
    )];
    for target in targets {
        // Without VP8, which needs the machine's libvpx, and without the treatment of voice, which AVAudioEngine does.
        let mut rustc = cargo(["rustc", "--release", "--locked", "--package=hullo-capi"]);
        rustc
            .args([
                "--no-default-features",
                "--crate-type=staticlib",
                "--target",
                target,
            ])
            .env("IPHONEOS_DEPLOYMENT_TARGET", "13.0");
        steps.push(rustc);
    }
    let library = |target: &str| {
        let path = target_folder().join(target).join("release/libhullo.a");
        path.to_string_lossy().into_owned()
    };
    let simulator = target_folder()
        .join("ios/libhullo.a")
        .to_string_lossy()
        .into_owned();
    let [first, second] = SIMULATORS.map(library);
    steps.push(program(
        "lipo",
        ["-create", &first, &second, "-output", &simulator],
    ));
    let headers = "crates/capi/include";
    let device = library(DEVICE);
    steps.push(program(
        "xcodebuild",
        [
            "-create-xcframework",
            "-library",
            &device,
            "-headers",
            headers,
            "-library",
            &simulator,
            "-headers",
            headers,
            "-output",
            FRAMEWORK,
        ],
    ));
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recipe_builds_for_devices_and_both_simulators_and_puts_them_where_the_package_looks() {
        let lines: Vec<String> = steps().iter().map(line_of).collect();
        for target in [DEVICE, SIMULATORS[0], SIMULATORS[1]] {
            let builds = |line: &&String| line.contains("rustc") && line.ends_with(target);
            assert_eq!(lines.iter().filter(builds).count(), 1, "{lines:#?}");
        }
        let made = lines.last().map(|line| line.rsplit(' ').next());
        assert_eq!(made, Some(Some(FRAMEWORK)));
        let folder = root().join("sdks/objc");
        for package in ["Package.swift", "NERtcCallKit.podspec"] {
            let text = std::fs::read_to_string(folder.join(package)).unwrap();
            assert!(
                text.contains("'build/Hullo.xcframework'")
                    || text.contains("\"build/Hullo.xcframework\"")
            );
        }
    }
}
