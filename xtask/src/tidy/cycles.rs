//! No two files of a folder import each other, directly or in a round: whoever reads one would have to read them all.
//!
//! A file and the folder of its name are parent and child; they may know each other (`foo.rs` declares, `foo/bar.rs` adds
//! an `impl` block). Everything inside `a/` counts as `a` where it imports something of `b` beside it.

use std::collections::{BTreeMap, BTreeSet};

use super::Finding;

/// One file uses another. Both are named by their way from the root of what was looked at: `["hub", "room"]`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Import {
    pub(super) from: Vec<String>,
    pub(super) to: Vec<String>,
    /// Where it is written: `crates/core/src/hub/room.rs:12`.
    pub(super) place: String,
}

/// Which sibling uses which, and where that is written first.
type Siblings<'a> = BTreeMap<&'a str, BTreeMap<&'a str, &'a str>>;

/// Each set of siblings that reach one another, as an error with the imports that bind them. `root` is where the ways of
/// the imports begin, empty for the root of the repository.
pub(super) fn check(root: &str, imports: &[Import]) -> Vec<Finding> {
    let mut folders: BTreeMap<&[String], Siblings> = BTreeMap::new();
    for import in imports {
        let (from, to) = (&import.from, &import.to);
        let depth = from.iter().zip(to).take_while(|(a, b)| a == b).count();
        // Parent and child, or the same file.
        let (Some(user), Some(used)) = (from.get(depth), to.get(depth)) else {
            continue;
        };
        let siblings = folders.entry(&from[..depth]).or_default();
        let places = siblings.entry(user).or_default();
        places.entry(used).or_insert(&import.place);
    }
    folders
        .iter()
        .flat_map(|(folder, siblings)| {
            let folders = std::iter::once(root).chain(folder.iter().map(String::as_str));
            let folders: Vec<&str> = folders.filter(|name| !name.is_empty()).collect();
            let place = folders.join("/");
            circles(siblings)
                .into_iter()
                .map(move |circle| Finding::error(&place, describe(&circle, siblings)))
        })
        .collect()
}

/// The sets of two or more siblings each of which reaches all others of its set.
fn circles<'a>(siblings: &Siblings<'a>) -> Vec<BTreeSet<&'a str>> {
    let reached: BTreeMap<&str, BTreeSet<&str>> = siblings
        .keys()
        .map(|name| (*name, reached_from(name, siblings)))
        .collect();
    let mut circles: Vec<BTreeSet<&str>> = Vec::new();
    for (name, others) in &reached {
        let circle: BTreeSet<&str> = others
            .iter()
            .filter(|other| reached.get(*other).is_some_and(|back| back.contains(name)))
            .copied()
            .collect();
        if circle.len() > 1 && !circles.contains(&circle) {
            circles.push(circle);
        }
    }
    circles
}

fn reached_from<'a>(start: &str, siblings: &Siblings<'a>) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut waiting: Vec<&str> = vec![start];
    while let Some(name) = waiting.pop() {
        for used in siblings.get(name).into_iter().flat_map(BTreeMap::keys) {
            if reached.insert(*used) {
                waiting.push(used);
            }
        }
    }
    reached
}

fn describe(circle: &BTreeSet<&str>, siblings: &Siblings) -> String {
    let names: Vec<&str> = circle.iter().copied().collect();
    let mut lines = vec![format!(
        "{} import each other; move what both need to a file of its own:",
        names.join(", ")
    )];
    for user in circle {
        for (used, place) in &siblings[user] {
            if circle.contains(used) {
                lines.push(format!("    {user} -> {used} at {place}"));
            }
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn import(arrow: &str) -> Import {
        let way = |path: &str| path.split('/').map(str::to_owned).collect();
        let (from, to) = arrow.split_once(" -> ").unwrap();
        Import {
            from: way(from),
            to: way(to),
            place: format!("src/{from}.rs:1"),
        }
    }

    fn found(arrows: &[&str]) -> Vec<String> {
        let imports: Vec<Import> = arrows.iter().map(|arrow| import(arrow)).collect();
        let findings = check("src", &imports);
        let text = |finding: Finding| format!("{}: {}", finding.place, finding.message);
        findings.into_iter().map(text).collect()
    }

    #[test]
    fn two_siblings_that_import_each_other_are_a_circle() {
        let none: [String; 0] = [];
        assert_eq!(found(&["hub/room -> hub/calls"]), none);
        assert_eq!(
            found(&["hub/room -> hub/calls", "hub/calls -> hub/room"]),
            [
                "src/hub: calls, room import each other; move what both need to a file of its own:\n    \
              calls -> room at src/hub/calls.rs:1\n    room -> calls at src/hub/room.rs:1"
            ]
        );
    }

    #[test]
    fn long_round_is_one_circle_and_bystanders_are_not_in_it() {
        let round = ["a -> b", "b -> c", "c -> a", "a -> d", "e -> a"];
        let circles = found(&round);
        assert_eq!(circles.len(), 1);
        assert!(circles[0].starts_with("src: a, b, c import"), "{circles:?}");
        assert!(!circles[0].contains("-> d"), "{circles:?}");
        let two = found(&["a -> b", "b -> a", "c -> d", "d -> c", "b -> c"]);
        assert_eq!(two.len(), 2);
    }

    #[test]
    fn parent_and_child_may_know_each_other() {
        let none: [String; 0] = [];
        assert_eq!(found(&["hub -> hub/room", "hub/room -> hub"]), none);
    }

    #[test]
    fn folder_stands_for_all_that_is_in_it() {
        let circles = found(&["http/calls -> ws", "ws/session/login -> http"]);
        assert_eq!(circles.len(), 1);
        assert!(
            circles[0].contains("ws -> http at src/ws/session/login.rs:1"),
            "{circles:?}"
        );
    }
}
