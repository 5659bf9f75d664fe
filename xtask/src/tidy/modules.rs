//! Which module of a crate uses which, read from its syntax: `use` trees, paths in the code, and paths inside macros.
//!
//! A name that a module takes over from another (`pub use calls::Calls`, or a private `use` seen by its children) is
//! followed to where it is declared. What tests use of the code does not count: modules under `#[cfg(test)]` are looked at
//! among themselves only, and inline ones not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use proc_macro2::{Span, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, ExprLit, Item, ItemImpl, ItemMod, ItemUse, Lit, Macro, Meta, UseTree};

use super::cycles::Import;

/// A way through modules to an item, as it is written: `["super", "calls", "Calls"]`.
type Names = Vec<String>;

/// How far a taken-over name is followed before it is let go.
const REEXPORTS_MAX: usize = 8;

#[derive(Default)]
struct Module {
    place: String,
    is_test: bool,
    declared: BTreeSet<String>,
    /// Names that a `use` brings in, each with the way it stands for.
    taken_over: BTreeMap<String, Names>,
    globs: Vec<Names>,
    uses: Vec<(Names, usize)>,
}

/// The modules of one crate (or test program), by their way from its root.
#[derive(Default)]
pub(super) struct Modules {
    modules: BTreeMap<Names, Module>,
}

impl Modules {
    /// Reads the root file of a crate and every file that it declares. `base` is what places are relative to.
    pub(super) fn read(root_file: &Path, base: &Path) -> Result<Self> {
        let mut modules = Self::default();
        let folder = root_file.parent().unwrap_or(base);
        modules.read_file(root_file, folder, base, Vec::new(), false)?;
        Ok(modules)
    }

    /// `children` is the folder in which the files of its modules lie.
    fn read_file(
        &mut self,
        file: &Path,
        children: &Path,
        base: &Path,
        way: Names,
        is_test: bool,
    ) -> Result<()> {
        let text =
            fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let syntax =
            syn::parse_file(&text).with_context(|| format!("cannot parse {}", file.display()))?;
        let place = file.strip_prefix(base).unwrap_or(file);
        let place = place.display().to_string();
        let mut declared = Vec::new();
        self.add(&place, way, is_test, &syntax.items, &mut declared);
        for (way, module) in declared {
            let is_test = is_test || is_for_tests(&module.attrs);
            let name = way.last().map_or("", String::as_str);
            let beside = file.parent().unwrap_or(base);
            let path = match path_attribute(&module.attrs) {
                Some(path) => beside.join(path),
                None => children.join(format!("{name}.rs")),
            };
            self.read_file(&path, &children.join(name), base, way, is_test)?;
        }
        Ok(())
    }

    /// Adds one module and its inline ones; gathers the modules that have files of their own.
    fn add<'a>(
        &mut self,
        place: &str,
        way: Names,
        is_test: bool,
        items: &'a [Item],
        files: &mut Vec<(Names, &'a ItemMod)>,
    ) {
        let mut module = Module {
            place: place.to_owned(),
            is_test,
            ..Module::default()
        };
        for item in items {
            let Item::Mod(inner) = item else {
                module.declared.extend(name_of(item));
                module.visit_item(item);
                continue;
            };
            let mut way = way.clone();
            way.push(inner.ident.to_string());
            match &inner.content {
                None => files.push((way, inner)),
                Some(_) if is_for_tests(&inner.attrs) => {}
                Some((_, items)) => self.add(place, way, is_test, items, files),
            }
        }
        self.modules.insert(way, module);
    }

    /// Every use of one module by another, tests' uses of the code left out.
    pub(super) fn imports(&self) -> Vec<Import> {
        let mut imports = Vec::new();
        for (way, module) in &self.modules {
            for (names, line) in &module.uses {
                let Some(to) = self.resolve(way, names, REEXPORTS_MAX) else {
                    continue;
                };
                if module.is_test == self.modules[&to].is_test {
                    imports.push(Import {
                        from: way.clone(),
                        to,
                        place: format!("{}:{line}", module.place),
                    });
                }
            }
        }
        imports
    }

    /// The module in which what `names` means is declared; none for other crates.
    fn resolve(&self, from: &Names, names: &[String], reexports: usize) -> Option<Names> {
        let (first, mut rest) = names.split_first()?;
        let mut way = match first.as_str() {
            "crate" => Vec::new(),
            "self" => from.clone(),
            "super" => parent_of(from)?,
            _ => return self.resolve_item(from, names, reexports),
        };
        while let Some((_, after)) = rest.split_first().filter(|(name, _)| *name == "super") {
            way = parent_of(&way)?;
            rest = after;
        }
        if rest.is_empty() {
            return Some(way);
        }
        self.resolve_item(&way, rest, reexports).or(Some(way))
    }

    /// The same for a way that begins in module `way`: none if nothing there has its first name.
    fn resolve_item(&self, way: &Names, names: &[String], reexports: usize) -> Option<Names> {
        let (name, rest) = names.split_first()?;
        let mut child = way.clone();
        child.push(name.clone());
        if self.modules.contains_key(&child) {
            if rest.is_empty() {
                return Some(child);
            }
            return self.resolve_item(&child, rest, reexports).or(Some(child));
        }
        let module = self.modules.get(way)?;
        if module.declared.contains(name) {
            return Some(way.clone());
        }
        let reexports = reexports.checked_sub(1)?;
        if let Some(target) = module.taken_over.get(name) {
            let names: Names = target.iter().chain(rest).cloned().collect();
            return self.resolve(way, &names, reexports);
        }
        module.globs.iter().find_map(|glob| {
            let target = self.resolve(way, glob, reexports)?;
            let declares = self.modules[&target].declared.contains(name);
            (target != *way && declares).then_some(target)
        })
    }
}

fn parent_of(way: &Names) -> Option<Names> {
    way.split_last().map(|(_, parent)| parent.to_vec())
}

impl Module {
    fn take_over(&mut self, tree: &UseTree, before: &Names, line: usize) {
        let with = |name: &dyn ToString| {
            let mut names = before.clone();
            names.push(name.to_string());
            names
        };
        match tree {
            UseTree::Path(path) => self.take_over(&path.tree, &with(&path.ident), line),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.take_over(tree, before, line);
                }
            }
            UseTree::Glob(_) => {
                self.uses.push((before.clone(), line));
                self.globs.push(before.clone());
            }
            UseTree::Name(name) if name.ident == "self" => {
                self.uses.push((before.clone(), line));
                if let Some(last) = before.last() {
                    self.taken_over.insert(last.clone(), before.clone());
                }
            }
            UseTree::Name(name) => self.bring(name.ident.to_string(), with(&name.ident), line),
            UseTree::Rename(rename) => {
                self.bring(rename.rename.to_string(), with(&rename.ident), line);
            }
        }
    }

    fn bring(&mut self, name: String, names: Names, line: usize) {
        self.uses.push((names.clone(), line));
        self.taken_over.insert(name, names);
    }

    /// Only paths that say where they begin are looked up: all others begin with a name that a `use` brought.
    fn note_path(&mut self, names: Names, span: Span) {
        let begins = ["crate", "super", "self"];
        if names.len() > 1
            && names
                .first()
                .is_some_and(|name| begins.contains(&name.as_str()))
        {
            self.uses.push((names, span.start().line));
        }
    }

    /// A macro's input is only tokens: whatever looks like a path is taken for one.
    fn note_tokens(&mut self, tokens: TokenStream) {
        let mut names = Names::new();
        let mut start = Span::call_site();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.note_path(std::mem::take(&mut names), start);
                        start = ident.span();
                    }
                    names.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                other => {
                    self.note_path(std::mem::take(&mut names), start);
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.note_tokens(group.stream());
                    }
                }
            }
        }
        self.note_path(names, start);
    }
}

impl Visit<'_> for Module {
    fn visit_item_use(&mut self, item: &ItemUse) {
        if item.leading_colon.is_none() && !is_for_tests(&item.attrs) {
            let line = item.use_token.span.start().line;
            self.take_over(&item.tree, &Names::new(), line);
        }
    }

    fn visit_item_impl(&mut self, item: &ItemImpl) {
        if !is_for_tests(&item.attrs) {
            visit::visit_item_impl(self, item);
        }
    }

    fn visit_path(&mut self, path: &syn::Path) {
        let names = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string());
        if let Some(first) = path
            .segments
            .first()
            .filter(|_| path.leading_colon.is_none())
        {
            self.note_path(names.collect(), first.ident.span());
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &Macro) {
        self.note_tokens(call.tokens.clone());
        visit::visit_macro(self, call);
    }
}

fn name_of(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        _ => return None,
    };
    Some(ident.to_string())
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        _ => false,
    })
}

fn path_attribute(attributes: &[Attribute]) -> Option<PathBuf> {
    attributes
        .iter()
        .find_map(|attribute| match &attribute.meta {
            Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
                Expr::Lit(ExprLit {
                    lit: Lit::Str(text),
                    ..
                }) => Some(PathBuf::from(text.value())),
                _ => None,
            },
            _ => None,
        })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// What the files of a crate import: `room -> calls at src/room.rs:1`.
    fn imports(files: &[(&str, &str)]) -> Vec<String> {
        static FOLDERS: AtomicUsize = AtomicUsize::new(0);
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let folder = format!("hullo-modules-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        for (path, text) in files {
            let file = folder.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        let modules = Modules::read(&folder.join("src/lib.rs"), &folder).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        let arrow = |import: Import| {
            let (from, to) = (import.from.join("/"), import.to.join("/"));
            format!("{from} -> {to} at {}", import.place)
        };
        let arrows = modules.imports().into_iter().map(arrow);
        // Whatever ends in the root is between parent and child.
        arrows
            .filter(|arrow| !arrow.contains("->  at") && !arrow.starts_with(" ->"))
            .collect()
    }

    #[test]
    fn use_trees_paths_and_macros_are_imports() {
        let source = "use super::calls::{self, Call as C};\nfn a() { crate::calls::b(); }\n\
                      fn c() { matches!(d, Some(super::calls::Call)); }\nuse serde::Serialize;\n";
        assert_eq!(
            imports(&[
                ("src/lib.rs", "mod calls;\nmod room;\n"),
                ("src/calls.rs", "pub struct Call;\npub fn b() {}\n"),
                ("src/room.rs", source),
            ]),
            [1, 1, 2, 3].map(|line| format!("room -> calls at src/room.rs:{line}"))
        );
    }

    #[test]
    fn name_that_the_parent_took_over_is_followed_to_its_file() {
        let lib = "mod hub;\nmod call;\n";
        let hub = "mod calls;\nmod room;\npub use calls::*;\nuse crate::call::Participant;\n";
        assert_eq!(
            imports(&[
                ("src/lib.rs", lib),
                ("src/hub.rs", hub),
                ("src/hub/calls.rs", "pub struct Calls;\n"),
                (
                    "src/hub/room.rs",
                    "use super::{Calls, Participant};\nuse crate::hub::Unknown;\n"
                ),
                ("src/call.rs", "mod person;\npub use person::Participant;\n"),
                ("src/call/person.rs", "pub struct Participant;\n"),
            ]),
            [
                "call -> call/person at src/call.rs:2",
                "hub -> hub/calls at src/hub.rs:3",
                "hub -> call/person at src/hub.rs:4",
                "hub/room -> hub/calls at src/hub/room.rs:1",
                "hub/room -> call/person at src/hub/room.rs:1",
                "hub/room -> hub at src/hub/room.rs:2",
            ]
        );
    }

    #[test]
    fn what_tests_use_of_the_code_does_not_count() {
        let inline = "#[cfg(test)]\nmod tests { use crate::room::Room; }\n";
        let none: [String; 0] = [];
        assert_eq!(
            imports(&[
                (
                    "src/lib.rs",
                    "mod calls;\nmod room;\n#[cfg(test)]\nmod all;\n"
                ),
                ("src/calls.rs", inline),
                ("src/room.rs", "pub struct Room;\n"),
                ("src/all.rs", "use crate::room::Room;\n"),
            ]),
            none
        );
        let tests = ("src/tests.rs", "mod a;\nmod b;\n");
        assert_eq!(
            imports(&[
                ("src/lib.rs", "#[cfg(test)]\nmod tests;\n"),
                tests,
                ("src/tests/a.rs", "use super::b::help;\n"),
                ("src/tests/b.rs", "pub fn help() {}\n"),
            ]),
            ["tests/a -> tests/b at src/tests/a.rs:1"]
        );
    }
}
