//! Who may depend on whom (design, section 3), and what stays out of the tree.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::Value;

use super::Finding;

/// Each crate of the workspace and the crates of the workspace it may depend on.
const ALLOWED: &[(&str, &[&str])] = &[
    ("hullo-protocol", &[]),
    ("hullo-core", &["hullo-protocol"]),
    ("hullo-sfu", &["hullo-protocol"]),
    (
        "hullo-server",
        &[
            "hullo-protocol",
            "hullo-core",
            "hullo-sfu",
            "hullo-load",
            "hullo-echo",
            "hullo-softphone",
            // In its tests.
            "hullo-client",
        ],
    ),
    (
        "hullo-client",
        &["hullo-protocol", "hullo-core", "hullo-vp8"],
    ),
    ("hullo-vp8", &[]),
    ("hullo-softphone", &["hullo-client"]),
    ("hullo-capi", &["hullo-client"]),
    (
        "hullo-echo",
        &["hullo-protocol", "hullo-core", "hullo-client"],
    ),
    ("hullo-ffi", &["hullo-client"]),
    ("hullo-bindgen", &[]),
    ("hullo-load", &["hullo-protocol"]),
    ("hullo-wasm", &["hullo-protocol", "hullo-core"]),
    ("hullo-sim", &["hullo-protocol", "hullo-core", "hullo-sfu"]),
    (
        "hullo-fuzz",
        &[
            "hullo-protocol",
            "hullo-core",
            "hullo-sfu",
            "hullo-server",
            "hullo-sim",
        ],
    ),
    ("xtask", &[]),
];

/// Crates that do no IO: none of `RUNTIMES` may be in what they link.
pub(super) const PURE: [&str; 4] = ["hullo-protocol", "hullo-core", "hullo-sfu", "hullo-wasm"];
pub(super) const RUNTIMES: [&str; 4] = ["tokio", "async-std", "smol", "mio"];

/// Crypto back ends that stay out of the whole tree: aws-lc-rs is the one.
pub(super) const FOREIGN_CRYPTO: [&str; 2] = ["ring", "openssl-sys"];

/// Where a platform brings its own cryptography, the client needs no C compiler: not one of `NEEDS_C` may be in what it is built of.
pub(super) const WITHOUT_C: [&str; 5] = [
    "--package=hullo-client",
    "--no-default-features",
    "--features=websocket",
    "--edges=normal,build",
    "--target=all",
];
pub(super) const NEEDS_C: [&str; 3] = ["cc", "cmake", "aws-lc-sys"];

/// Edges between members of the workspace that the design does not have. A crate's tests are bound by them too.
pub(super) fn check_edges(metadata: &Value) -> Vec<Finding> {
    let members: BTreeSet<&str> = items(&metadata["packages"])
        .map(|p| text(&p["name"]))
        .collect();
    let mut findings = Vec::new();
    for package in items(&metadata["packages"]) {
        let name = text(&package["name"]);
        let Some((_, allowed)) = ALLOWED.iter().find(|(known, _)| *known == name) else {
            let message =
                "has no place in the graph; add it to the design and to xtask/src/tidy/graph.rs";
            findings.push(Finding::error(name, message));
            continue;
        };
        for used in items(&package["dependencies"]).map(|dependency| text(&dependency["name"])) {
            // A crate may name itself to switch on a feature in its tests.
            if members.contains(used) && used != name && !allowed.contains(&used) {
                let message = format!("must not depend on {used} (design, section 3)");
                findings.push(Finding::error(name, message));
            }
        }
    }
    findings
}

/// Whether the workspace has this crate yet.
pub(super) fn has_member(metadata: &Value, name: &str) -> bool {
    items(&metadata["packages"]).any(|package| package["name"] == name)
}

/// The manifest of every member of the workspace.
pub(super) fn member_manifests(metadata: &Value) -> BTreeSet<PathBuf> {
    items(&metadata["packages"])
        .map(|package| PathBuf::from(text(&package["manifest_path"])))
        .collect()
}

/// The first file of every library, program and test program.
pub(super) fn root_files(metadata: &Value) -> BTreeSet<PathBuf> {
    items(&metadata["packages"])
        .flat_map(|package| items(&package["targets"]))
        .map(|target| PathBuf::from(text(&target["src_path"])))
        .collect()
}

/// The first of `banned` in the output of `cargo tree --prefix=depth`, with the chain of crates that leads to it.
pub(super) fn check_tree(tree: &str, banned: &[&str], why: &str) -> Option<Finding> {
    let mut chain: Vec<&str> = Vec::new();
    for line in tree.lines() {
        let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let Ok(depth) = line[..digits].parse::<usize>() else {
            continue;
        };
        let name = line[digits..].split_whitespace().next().unwrap_or_default();
        chain.truncate(depth);
        chain.push(name);
        if banned.contains(&name) {
            return Some(Finding::error(
                chain[0],
                format!("{why}, yet its tree has {}", chain.join(" -> ")),
            ));
        }
    }
    None
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn findings(packages: &[(&str, &[&str])]) -> Vec<String> {
        let packages: Vec<Value> = packages
            .iter()
            .map(|(name, dependencies)| {
                let dependencies: Vec<Value> = dependencies
                    .iter()
                    .map(|name| json!({ "name": name, "kind": "dev" }))
                    .collect();
                json!({ "name": name, "dependencies": dependencies })
            })
            .collect();
        let found = check_edges(&json!({ "packages": packages }));
        found
            .into_iter()
            .map(|f| format!("{} {}", f.place, f.message))
            .collect()
    }

    #[test]
    fn graph_of_the_design_is_clean() {
        let none: [String; 0] = [];
        let packages: [(&str, &[&str]); 6] = [
            ("hullo-protocol", &["serde", "hullo-protocol"]),
            ("hullo-core", &["hullo-protocol"]),
            ("hullo-sfu", &["hullo-protocol", "str0m"]),
            ("hullo-server", &["hullo-core", "hullo-sfu", "tokio"]),
            ("hullo-sim", &["hullo-core", "hullo-sfu"]),
            ("xtask", &["anyhow"]),
        ];
        assert_eq!(findings(&packages), none);
    }

    #[test]
    fn edges_against_the_direction_are_refused() {
        let found = findings(&[
            ("hullo-protocol", &["hullo-core"]),
            ("hullo-core", &["hullo-protocol", "hullo-sfu"]),
            ("hullo-sfu", &[]),
            ("hullo-server", &[]),
            ("hullo-sim", &["hullo-server"]),
        ]);
        assert_eq!(
            found,
            [
                "hullo-protocol must not depend on hullo-core (design, section 3)",
                "hullo-core must not depend on hullo-sfu (design, section 3)",
                "hullo-sim must not depend on hullo-server (design, section 3)",
            ]
        );
    }

    #[test]
    fn member_without_a_place_in_the_graph_is_refused() {
        let found = findings(&[("hullo-extra", &["serde"])]);
        assert_eq!(found.len(), 1);
        assert!(
            found[0].starts_with("hullo-extra has no place"),
            "{found:?}"
        );
    }

    #[test]
    fn banned_crate_is_shown_with_the_chain_that_leads_to_it() {
        let tree = "0hullo-core v0.1.0 (/x)\n1serde v1.0.0\n2serde_core v1.0.0\n1a v1.0.0\n2b v0.1.0 (*)\n2tokio v1.0.0\n";
        let found = check_tree(tree, &RUNTIMES, "is pure").unwrap();
        assert_eq!(found.place, "hullo-core");
        assert_eq!(
            found.message,
            "is pure, yet its tree has hullo-core -> a -> tokio"
        );
        assert_eq!(
            check_tree(
                &tree.replace("2tokio ", "2tokio-macros "),
                &RUNTIMES,
                "is pure"
            ),
            None
        );
    }

    #[test]
    fn second_tree_of_a_workspace_starts_its_own_chain() {
        let tree =
            "0hullo-core v0.1.0 (/x)\n1serde v1.0.0\n\n0hullo-server v0.1.0 (/y)\n1ring v0.17.0\n";
        let found = check_tree(tree, &FOREIGN_CRYPTO, "uses aws-lc-rs").unwrap();
        assert_eq!(
            found.message,
            "uses aws-lc-rs, yet its tree has hullo-server -> ring"
        );
    }

    #[test]
    fn manifests_and_root_files_are_those_of_members() {
        let metadata = json!({ "packages": [{
            "name": "hullo-core",
            "manifest_path": "/core/Cargo.toml",
            "targets": [{ "src_path": "/core/src/lib.rs" }, { "src_path": "/core/tests/a.rs" }],
        }] });
        assert_eq!(
            member_manifests(&metadata),
            BTreeSet::from([PathBuf::from("/core/Cargo.toml")])
        );
        assert_eq!(
            root_files(&metadata),
            BTreeSet::from(["/core/src/lib.rs", "/core/tests/a.rs"].map(PathBuf::from))
        );
    }
}
