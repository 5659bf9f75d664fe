//! The Objective-C component as clang reads it for iOS: its sources with automatic reference counting, the blocks of the
//! reference's README, unchanged, where `../shared/seed` stands beside the checkout, and the snippets of docs/migration.md and
//! docs/ios.md.
//! It needs clang alone: `cargo xtask test objc` sees to it. What Linux cannot prove stands in docs/ios.md.

// An unwrap that fails is a test that fails.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The methods that the README tells an app's delegate of.
const README_CALLBACKS: usize = 17;
/// The blocks of Objective-C in the README.
const README_BLOCKS: usize = 9;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn objc() -> PathBuf {
    root().join("sdks/objc")
}

/// The reference's README; in the folder that the variable `HULLO_SEED` names, or else beside the checkout.
fn readme() -> Option<String> {
    let beside = || root().join("../shared/seed");
    let folder = std::env::var_os("HULLO_SEED").map_or_else(beside, PathBuf::from);
    let mut files = fs::read_dir(folder).ok()?;
    files.find_map(|file| {
        let path = file.ok()?.path();
        let is_text = path.extension().is_some_and(|extension| extension == "txt");
        is_text.then(|| fs::read_to_string(path).unwrap())
    })
}

/// What stands between "```language" and "```".
fn blocks(text: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim_start().strip_prefix("```").map(str::trim) == Some(language) {
            let block: Vec<_> = lines
                .by_ref()
                .take_while(|line| line.trim() != "```")
                .collect();
            blocks.push(block.join("\n"));
        }
    }
    blocks
}

/// A block of methods, of their declarations, or of what stands in a method: as part of the app. Of the block itself only a
/// placeholder of Xcode is filled in.
fn wrapped(block: &str, header: &str) -> String {
    let code = without_comments(block);
    let is_method = code.trim_start().starts_with("- (");
    let placed = match (is_method, code.contains('{')) {
        (true, true) => format!("@implementation App\n{block}\n@end\n"),
        (true, false) => {
            format!("@protocol Told <NERtcCallKitDelegate>\n@optional\n{block}\n@end\n")
        }
        (false, _) => format!(
            "@implementation App\n- (void)user:(NSString *)userID token:(NSString *)token key:(NSString *)appKey {{\n{block}\n}}\n@end\n"
        ),
    };
    format!(
        "#import \"{header}\"\n#line 1 \"block\"\n{}",
        filled_in(&placed)
    )
}

/// `<#your key#>` is what an app's developer types over.
fn filled_in(code: &str) -> String {
    match (code.find("<#"), code.find("#>")) {
        (Some(from), Some(to)) => format!("{}@\"key\";{}", &code[..from], &code[to + 2..]),
        _ => code.to_owned(),
    }
}

fn without_comments(code: &str) -> String {
    let lines = code
        .lines()
        .map(|line| line.split("//").next().unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

/// Headers that stand for those of Apple beside Foundation's.
const UIKIT: &[&str] = &["shim-uikit"];
const ALL: &[&str] = &["shim-uikit", "shim-avfoundation", "shim-callkit"];

/// clang as iOS would have it, with these headers; `Err` with what it says.
fn compiles(source: &Path, shims: &[&str]) -> Result<(), String> {
    let objc = objc();
    let mut clang = Command::new("clang");
    clang
        .args([
            "-x",
            "objective-c",
            "-fsyntax-only",
            "-fblocks",
            "-fobjc-arc",
        ])
        .args([
            "-fobjc-runtime=ios-13.0",
            "-Werror",
            "-Wall",
            "-Wextra",
            "-Wno-unused",
            "-Wno-unused-parameter",
        ])
        .arg("-I")
        .arg(objc.join("test/shim"))
        .arg("-I")
        .arg(objc.join("NERtcCallKit"))
        .arg("-I")
        .arg(objc.join("test/readme"))
        .arg("-I")
        .arg(root().join("crates/capi/include"));
    for shim in shims {
        clang.arg("-I").arg(objc.join("test").join(shim));
    }
    let ran = clang.arg(source).output().expect("clang must be there");
    match ran.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&ran.stderr).into_owned()),
    }
}

fn compile_blocks(blocks: &[String], header: &str) {
    let folder = tempfile::tempdir().unwrap();
    for (number, block) in blocks.iter().enumerate() {
        let path = folder.path().join(format!("block{number}.m"));
        fs::write(&path, wrapped(block, header)).unwrap();
        if let Err(error) = compiles(&path, UIKIT) {
            panic!("block {}:\n{block}\n{error}", number + 1);
        }
    }
}

/// Each method that a text declares: its selector, and the types of its parameters without what they say of null.
fn methods(text: &str) -> BTreeMap<String, Vec<String>> {
    let code = without_comments(text);
    let mut found = BTreeMap::new();
    for declaration in code.split("- (void)").skip(1) {
        let end = declaration.find([';', '{']).unwrap_or(declaration.len());
        let (mut selector, mut types) = (String::new(), Vec::new());
        let mut rest = declaration[..end].trim();
        while let Some((name, after)) = rest.split_once(":(") {
            let (kind, after) = after.split_once(')').unwrap_or((after, ""));
            // After the type stand the parameter's own name and the next part of the selector.
            selector += name.split_whitespace().last().unwrap_or_default();
            selector += ":";
            types.push(kind.replace("nullable ", "").split_whitespace().collect());
            rest = after.trim();
        }
        if types.is_empty() {
            selector = rest.to_owned();
        }
        found.insert(selector, types);
    }
    found
}

/// The component's own sources, all of them.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "m") {
            found.push(path);
        }
    }
}

#[test]
#[ignore = "needs clang: cargo xtask test objc"]
fn component_compiles_with_automatic_reference_counting() {
    let mut found = Vec::new();
    sources(&objc().join("NERtcCallKit"), &mut found);
    assert!(found.len() > 5, "{found:?}");
    for source in found {
        for shims in [&[], UIKIT, ALL] {
            if let Err(error) = compiles(&source, shims) {
                panic!("{source:?} with {shims:?}\n{error}");
            }
        }
    }
}

#[test]
#[ignore = "needs clang: cargo xtask test objc"]
fn sample_app_compiles() {
    let mut found = Vec::new();
    sources(&objc().join("sample"), &mut found);
    assert!(found.len() > 3, "{found:?}");
    for source in found {
        if let Err(error) = compiles(&source, ALL) {
            panic!("{source:?}\n{error}");
        }
    }
}

#[test]
#[ignore = "needs clang: cargo xtask test objc"]
fn blocks_of_the_readme_compile_unchanged() {
    let Some(readme) = readme() else {
        println!("there is no ../shared/seed here: the README is not checked");
        return;
    };
    let blocks = blocks(&readme, "objective-c");
    assert_eq!(blocks.len(), README_BLOCKS);
    compile_blocks(&blocks, "reference.h");
}

#[test]
fn callbacks_of_the_readme_are_those_of_the_header() {
    let Some(readme) = readme() else {
        println!("there is no ../shared/seed here: the README is not checked");
        return;
    };
    let header = fs::read_to_string(objc().join("NERtcCallKit/NERtcCallKit.h")).unwrap();
    let ours = methods(&header);
    let declares = |block: &String| without_comments(block).contains("- (void)onInvited");
    let block = blocks(&readme, "objective-c").into_iter().find(declares);
    let theirs = methods(&block.unwrap());
    assert_eq!(theirs.len(), README_CALLBACKS, "{theirs:#?}");
    for (selector, types) in theirs {
        assert_eq!(ours.get(&selector), Some(&types), "{selector}");
    }
}

#[test]
#[ignore = "needs clang: cargo xtask test objc"]
fn snippets_of_the_pages_compile() {
    for (page, count_min) in [("docs/migration.md", README_BLOCKS), ("docs/ios.md", 1)] {
        let text = fs::read_to_string(root().join(page)).unwrap();
        let blocks = blocks(&text, "objc");
        assert!(blocks.len() >= count_min, "{page}: {}", blocks.len());
        compile_blocks(&blocks, "migration.h");
    }
}

#[test]
#[ignore = "needs clang: cargo xtask test objc"]
fn block_that_is_wrong_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wrong.m");
    let wrong = "[[NERtcCallKit sharedInstance] hangUp:nil];";
    fs::write(&path, wrapped(wrong, "reference.h")).unwrap();
    let error = compiles(&path, UIKIT).unwrap_err();
    assert!(error.contains("hangUp:"), "{error}");
}

#[test]
fn methods_are_read_with_selectors_and_types() {
    let found = methods(
        "- (void)onA:(nullable NSString *)one\n   second:(NSArray<NSString *> *)two;\n/// - (void)no;\n- (void)onB;\n",
    );
    let expected = [
        ("onA:second:", vec!["NSString*", "NSArray<NSString*>*"]),
        ("onB", Vec::new()),
    ];
    let expected = expected.map(|(selector, types)| {
        (
            selector.to_owned(),
            types.into_iter().map(str::to_owned).collect(),
        )
    });
    assert_eq!(found, BTreeMap::from(expected));
}
