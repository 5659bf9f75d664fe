//! A C program with the committed header and the built library, under AddressSanitizer. It needs what
//! `cargo build -p hullo-capi` makes: `cargo xtask test objc` sees to that.

// An unwrap that fails is a test that fails.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::Command;

/// Where cargo puts libraries: two folders above this test program.
fn libraries() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    let folder = program.ancestors().nth(2).unwrap();
    let library = folder.join("libhullo.so");
    assert!(
        library.is_file(),
        "no {library:?}: cargo build -p hullo-capi"
    );
    folder.to_owned()
}

#[test]
#[ignore = "needs the built library: cargo xtask test objc"]
fn c_program_lives_through_every_mistake_without_a_leak() {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("whole");
    let libraries = libraries();
    let compiled = Command::new("cc")
        .args(["-std=c11", "-g", "-Wall", "-Wextra", "-Werror", "-pedantic"])
        .args(["-fsanitize=address", "-D_POSIX_C_SOURCE=200809L"])
        .arg("-I")
        .arg(crate_folder.join("include"))
        .arg(crate_folder.join("tests/c/whole.c"))
        .arg("-o")
        .arg(&program)
        .arg("-L")
        .arg(&libraries)
        .args(["-lhullo", "-lpthread"])
        .arg(format!("-Wl,-rpath,{}", libraries.display()))
        .status()
        .unwrap();
    assert!(compiled.success());
    let ran = Command::new("timeout")
        .arg("60")
        .arg(&program)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert_eq!(
        said,
        "all is well\n",
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
}
