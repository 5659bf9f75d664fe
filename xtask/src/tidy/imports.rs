//! Which TypeScript file imports which, read from its relative imports.

use super::cycles::Import;

/// What stands before the path of an import; Biome keeps the quotes single and the path on the line of `from`.
const MARKS: [&str; 3] = ["from '", "import '", "import('"];

/// The imports of one file, types too, by the paths of the files without their endings; none for other languages.
pub(super) fn of_file(path: &str, content: &str) -> Vec<Import> {
    if !path.ends_with(".ts") {
        return Vec::new();
    }
    let from = way(path);
    let mut imports = Vec::new();
    for (index, line) in content.lines().enumerate() {
        let relative = MARKS
            .iter()
            .filter_map(|mark| line.split_once(mark)?.1.split('\'').next())
            .find(|target| target.starts_with('.'));
        if let Some(to) = relative.and_then(|target| resolve(&from, target)) {
            imports.push(Import {
                from: from.clone(),
                to,
                place: format!("{path}:{}", index + 1),
            });
        }
    }
    imports
}

fn way(path: &str) -> Vec<String> {
    let stem = path.strip_suffix(".ts").or(path.strip_suffix(".js"));
    stem.unwrap_or(path).split('/').map(str::to_owned).collect()
}

fn resolve(from: &[String], target: &str) -> Option<Vec<String>> {
    let (_, folder) = from.split_last()?;
    let mut to = folder.to_vec();
    for name in way(target) {
        match name.as_str() {
            "." => {}
            ".." => drop(to.pop()?),
            _ => to.push(name),
        }
    }
    Some(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_imports_are_found_and_packages_are_not() {
        let source = "import { LitElement } from 'lit';\nimport './parts/button.js';\nimport {\n  type Scene,\n} from '../scene.js';\nconst x = await import('./late.js');\n";
        let found: Vec<_> = of_file("web/ui/src/call/view.ts", source)
            .into_iter()
            .map(|import| (import.to.join("/"), import.place))
            .collect();
        let expected = [
            ("web/ui/src/call/parts/button", "web/ui/src/call/view.ts:2"),
            ("web/ui/src/scene", "web/ui/src/call/view.ts:5"),
            ("web/ui/src/call/late", "web/ui/src/call/view.ts:6"),
        ];
        assert_eq!(
            found,
            expected.map(|(to, place)| (to.to_owned(), place.to_owned()))
        );
    }
}
