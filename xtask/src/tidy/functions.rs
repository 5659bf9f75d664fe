//! No function is longer than a screen, tests included.

use proc_macro2::Span;
use syn::visit::{self, Visit};
use syn::{Block, ImplItemFn, ItemFn, Signature, TraitItemFn};

use super::Finding;

/// From the line of `fn` to its closing brace.
const LINES_MAX: usize = 70;

/// The functions and methods of a Rust file.
pub(super) fn check_rust(path: &str, file: &syn::File) -> Vec<Finding> {
    let mut lengths = Lengths {
        path,
        findings: Vec::new(),
    };
    lengths.visit_file(file);
    lengths.findings
}

/// The functions, methods and tests of a TypeScript file. Biome keeps it formatted: a function ends at the first line
/// that is indented like its first one and begins with a brace.
pub(super) fn check_typescript(path: &str, content: &str) -> Vec<Finding> {
    let lines: Vec<&str> = content.lines().collect();
    let mut findings = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line.trim_start()) else {
            continue;
        };
        let is_end =
            |other: &&str| indent(other) == indent(line) && other.trim_start().starts_with('}');
        let end = lines[start + 1..].iter().position(is_end);
        findings.extend(end.and_then(|end| measure(path, name, start + 1, end + 2)));
    }
    findings
}

fn measure(path: &str, name: &str, line: usize, length: usize) -> Option<Finding> {
    (length > LINES_MAX).then(|| {
        let message = format!("{name} has {length} lines, more than {LINES_MAX}: split it");
        Finding::error(format!("{path}:{line}"), message)
    })
}

struct Lengths<'a> {
    path: &'a str,
    findings: Vec<Finding>,
}

impl Lengths<'_> {
    fn note(&mut self, signature: &Signature, block: &Block) {
        let line = |span: Span| span.start().line;
        let start = line(signature.fn_token.span);
        let end = line(block.brace_token.span.close());
        let name = signature.ident.to_string();
        self.findings
            .extend(measure(self.path, &name, start, end - start + 1));
    }
}

impl Visit<'_> for Lengths<'_> {
    fn visit_item_fn(&mut self, item: &ItemFn) {
        self.note(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &ImplItemFn) {
        self.note(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &TraitItemFn) {
        if let Some(block) = &item.default {
            self.note(&item.sig, block);
        }
        visit::visit_trait_item_fn(self, item);
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The name on a line that opens a function: `function a(`, a method, `const a = () => {`, `test('a', async () => {`.
fn function_name(line: &str) -> Option<&str> {
    let opens = line.ends_with('{') || line.ends_with('(');
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '#';
    if !opens || line.starts_with(|c: char| !is_word(c)) {
        return None;
    }
    let is_test = line.starts_with("test(") || line.starts_with("it(");
    if is_test {
        return line.split(['\'', '`']).nth(1).or(Some("test"));
    }
    if let Some((name, value)) = line.split_once(" = ") {
        let is_arrow = value.ends_with("=> {") || matches!(value, "(" | "async (");
        return name.split_whitespace().last().filter(|_| is_arrow);
    }
    let name = line.split(['(', '<']).next()?.split_whitespace().last()?;
    let is_statement = [
        "if",
        "for",
        "while",
        "switch",
        "catch",
        "describe",
        "class",
        "interface",
        "import",
    ];
    let begins = line.split([' ', '(']).next()?;
    let is_function = line.contains('(')
        && !is_statement.contains(&begins)
        && name.chars().all(is_word)
        && !line[..line.find('(')?].contains(['.', '=', ':', '!', '\'']);
    (is_function && (line.contains("function ") || begins == name || is_modifier(begins)))
        .then_some(name)
}

fn is_modifier(word: &str) -> bool {
    [
        "async",
        "static",
        "get",
        "set",
        "public",
        "private",
        "protected",
        "override",
        "export",
    ]
    .contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rust(source: &str) -> Vec<String> {
        let findings = check_rust("a.rs", &syn::parse_file(source).unwrap());
        findings.into_iter().map(|found| found.place).collect()
    }

    fn typescript(open: &str, lines: usize, close: &str) -> bool {
        let body = "    work();\n".repeat(lines - 2);
        !check_typescript("a.ts", &format!("// A file.\n  {open}\n{body}  {close}\n")).is_empty()
    }

    #[test]
    fn rust_function_of_more_than_seventy_lines_is_refused() {
        let function = |lines: usize| {
            format!(
                "/// Says what.\n#[inline]\nfn long(\n) {{\n{}}}\n",
                "    ;\n".repeat(lines - 3)
            )
        };
        assert_eq!(rust(&function(70)).len(), 0);
        assert_eq!(rust(&function(71)), ["a.rs:3"]);
        assert_eq!(rust(&format!("impl A {{\n{}}}", function(71))), ["a.rs:4"]);
        assert_eq!(
            rust(&format!("mod tests {{\n{}}}", function(71))),
            ["a.rs:4"]
        );
    }

    #[test]
    fn typescript_function_of_more_than_seventy_lines_is_refused() {
        for open in [
            "function long() {",
            "export async function long<T>(a: T): Promise<void> {",
            "async #long(a: string) {",
            "get long() {",
            "const long = async (a: string) => {",
            "function long(",
        ] {
            assert!(!typescript(open, 70, "}"), "{open}");
            assert!(typescript(open, 71, "}"), "{open}");
        }
        assert!(typescript(
            "test('a caller rings', async () => {",
            71,
            "});"
        ));
    }

    #[test]
    fn long_class_table_or_suite_is_no_function() {
        for open in [
            "export class Call extends LitElement {",
            "describe('calls', () => {",
            "const texts = {",
            "for (const one of all) {",
            "static styles = css`{",
        ] {
            assert!(!typescript(open, 90, "}"), "{open}");
        }
    }
}
