//! `cargo xtask bindings`: what Python, Kotlin and Swift get. The native library is built, the bindings are written beside the thin
//! layers in `sdks/`, and of these a wheel and a jar are made, in `target/bindings/`. Nothing of it is committed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::command::{WITH_SOFTPHONE, cargo, output_of, program, root, run, target_folder};
use crate::setup;

/// A build for tests, or one to give to others.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Profile {
    Dev,
    Release,
}

/// The native library, as this system calls it.
fn library_name() -> String {
    use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
    format!("{DLL_PREFIX}hullo_ffi{DLL_SUFFIX}")
}

/// Where the wheel and the jar lie.
fn folder() -> PathBuf {
    target_folder().join("bindings")
}

/// Makes all of it, in place of what was there.
pub(crate) fn build(profile: Profile) -> Result<()> {
    setup::codec_libraries()?;
    let mut build = cargo(["build", "--locked", "--package=hullo-ffi"]);
    if profile == Profile::Release {
        build.arg("--release").envs(static_libvpx()?);
    }
    run(&mut build)?;
    make(profile)
}

/// What makes the library carry libvpx in itself, where this system has it to be carried: others have another version of it, or none.
fn static_libvpx() -> Result<Vec<(&'static str, String)>> {
    let archive = output_of(&mut program("cc", ["-print-file-name=libvpx.a"]))?;
    let version = output_of(&mut program("pkg-config", ["--modversion", "vpx"]))?;
    // A compiler that finds none gives the bare name back.
    let Some(folder) = Path::new(archive.trim())
        .parent()
        .filter(|folder| folder.is_absolute())
    else {
        bail!("there is no libvpx.a: install libvpx-dev");
    };
    Ok(vec![
        ("VPX_STATIC", "1".to_owned()),
        ("VPX_LIB_DIR", folder.display().to_string()),
        ("VPX_VERSION", version.trim().to_owned()),
    ])
}

fn make(profile: Profile) -> Result<()> {
    let tools = setup::binding_tools()?;
    let library = match profile {
        Profile::Dev => target_folder().join("debug"),
        Profile::Release => target_folder().join("release"),
    }
    .join(library_name());
    let written = folder().join("written");
    remove(&written)?;
    run(
        cargo(["run", "--quiet", "--locked", "--package=hullo-bindgen"])
            .args(["--features=generate", "--"])
            .args([&library, &written]),
    )?;
    place(&written, &library)?;
    wheel(&tools)?;
    jar()
}

/// The scenarios of both languages, and the foreign WebRTC client, against the program.
pub(crate) fn test() -> Result<()> {
    // The library is that of the step `build`: built alone it has other features, and would be compiled once more. So is the test.
    make(Profile::Dev)?;
    let tools = setup::binding_tools()?;
    let site = folder().join("site");
    install_wheel(&tools, &site)?;
    run(tools
        .python(["-m", "mypy", "--no-error-summary"])
        .current_dir(root().join("sdks/python")))?;
    let classpath = fs::read_to_string(root().join("sdks/kotlin/target/classpath"))?;
    let classes =
        ["classes", "test-classes"].map(|name| root().join("sdks/kotlin/target").join(name));
    let classpath =
        std::env::join_paths(classes.into_iter().chain(std::env::split_paths(&classpath)))?;
    let test = [
        "test",
        "--locked",
        "--workspace",
        WITH_SOFTPHONE,
        "--test=faces_ffi",
        "--",
        "--include-ignored",
    ];
    run(cargo(test)
        .env(
            "HULLO_PYTHONPATH",
            std::env::join_paths([&site, tools.packages()])?,
        )
        .env("HULLO_CLASSPATH", classpath))
}

/// As an app does, but into a folder.
fn install_wheel(tools: &setup::BindingTools, site: &Path) -> Result<()> {
    remove(site)?;
    let mut wheels = fs::read_dir(folder().join("wheel"))?;
    let wheel = wheels.next().context("there is no wheel")??.path();
    run(tools
        .python([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ])
        .args(["--root-user-action=ignore", "--no-deps", "--target"])
        .args([site, &wheel]))
}

/// Puts bindings and library where the thin layers look for them.
fn place(written: &Path, library: &Path) -> Result<()> {
    let sdks = root().join("sdks");
    let python = sdks.join("python/src/hullo");
    copy(&written.join("python/hullo.py"), &python.join("_native.py"))?;
    copy(library, &python.join(library_name()))?;

    let kotlin = sdks.join("kotlin/src/generated");
    remove(&kotlin)?;
    let package = "io/github/hullo";
    copy(
        &written.join("kotlin").join(package).join("hullo.kt"),
        &kotlin.join("kotlin").join(package).join("Native.kt"),
    )?;
    let program = program_of(&root().join("sdks/kotlin/README.md"), "kotlin")?;
    fs::create_dir_all(kotlin.join("test"))?;
    fs::write(kotlin.join("test/Readme.kt"), program)?;
    // JNA looks in a folder of this name.
    let platform = jna_platform()?;
    let resources = kotlin.join("resources").join(platform);
    copy(library, &resources.join(library_name()))?;

    let swift = sdks.join("swift/Sources");
    copy(
        &written.join("swift/Hullo.swift"),
        &swift.join("Hullo/Native.swift"),
    )?;
    let ffi = swift.join("HulloFFI/include");
    copy(&written.join("swift/HulloFFI.h"), &ffi.join("HulloFFI.h"))?;
    let map = ffi.join("module.modulemap");
    copy(&written.join("swift/HulloFFI.modulemap"), &map)
}

/// The first program of a README in a language.
fn program_of(readme: &Path, language: &str) -> Result<String> {
    let text = fs::read_to_string(readme)?;
    let begin = format!("```{language}\n");
    let program = text
        .split_once(&begin)
        .and_then(|(_, rest)| rest.split_once("```"));
    let (program, _) = program.with_context(|| format!("{} has no program", readme.display()))?;
    Ok(program.to_owned())
}

/// What JNA calls this machine.
fn jna_platform() -> Result<&'static str> {
    Ok(match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => "linux-x86-64",
        ("linux", "aarch64") => "linux-aarch64",
        ("macos", "x86_64") => "darwin-x86-64",
        ("macos", "aarch64") => "darwin-aarch64",
        ("windows", "x86_64") => "win32-x86-64",
        (system, machine) => bail!("JNA has no name for {machine} with {system}"),
    })
}

fn wheel(tools: &setup::BindingTools) -> Result<()> {
    let wheels = folder().join("wheel");
    remove(&wheels)?;
    run(tools
        .python([
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--disable-pip-version-check",
        ])
        .args(["--no-deps", "--no-build-isolation", "--wheel-dir"])
        .arg(&wheels)
        .arg(root().join("sdks/python")))
}

fn jar() -> Result<()> {
    let maven = ["--quiet", "--batch-mode", "-Dstyle.color=never", "package"];
    run(program("mvn", maven)
        .args([
            "dependency:build-classpath",
            "-Dmdep.outputFile=target/classpath",
        ])
        .current_dir(root().join("sdks/kotlin")))?;
    let jars = folder().join("jar");
    remove(&jars)?;
    let name = format!("hullo-{}.jar", env!("CARGO_PKG_VERSION"));
    let built = root().join("sdks/kotlin/target").join(&name);
    copy(&built, &jars.join(name))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let folder = to.parent().unwrap_or(to);
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    fs::copy(from, to)
        .with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))?;
    Ok(())
}

fn remove(folder: &Path) -> Result<()> {
    match folder.exists() {
        true => Ok(fs::remove_dir_all(folder)?),
        false => Ok(()),
    }
}
