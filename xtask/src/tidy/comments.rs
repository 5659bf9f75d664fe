//! A comment says something that its item's name does not.

use super::Finding;

/// Alone or after a preposition, these only point at the item.
const QUESTIONS: [&str; 9] = [
    "which", "whose", "who", "whom", "what", "where", "when", "why", "how",
];
const PREPOSITIONS: [&str; 6] = ["to", "for", "from", "by", "in", "of"];
/// With one word after them, these repeat the name or the type.
const ARTICLES: [&str; 7] = ["the", "its", "a", "an", "all", "which", "whose"];

/// Documentation of the wire is printed into the schema, which changes only with the wire.
pub(super) const PUBLISHED: &str = "crates/protocol/src/";

/// Doc comments of one line that only name: `/// Which.`, `/// The call.`
pub(super) fn check(path: &str, content: &str) -> Vec<Finding> {
    if path.starts_with(PUBLISHED) {
        return Vec::new();
    }
    let lines: Vec<&str> = content.lines().map(str::trim).collect();
    let mut findings = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let is_part = |other: Option<&&str>| other.is_some_and(|line| line.starts_with("///"));
        let before = index.checked_sub(1).and_then(|before| lines.get(before));
        let is_single = !is_part(before) && !is_part(lines.get(index + 1));
        if is_single && comment(line).is_some_and(is_empty) {
            let message = format!("`{line}` says no more than the name: say why, or delete it");
            findings.push(Finding::error(format!("{path}:{}", index + 1), message));
        }
    }
    findings
}

fn comment(line: &str) -> Option<&str> {
    line.strip_prefix("/// ")
        .or_else(|| line.strip_prefix("/** ")?.strip_suffix(" */"))
}

/// Help texts of the command line end without a full stop; they are no comments.
fn is_empty(text: &str) -> bool {
    let Some(sentence) = text.strip_suffix('.') else {
        return false;
    };
    let sentence = sentence.to_lowercase();
    let words: Vec<&str> = sentence.split(' ').collect();
    match words[..] {
        [word] => QUESTIONS.contains(&word),
        [first, second] => {
            ARTICLES.contains(&first)
                || (PREPOSITIONS.contains(&first) && QUESTIONS.contains(&second))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_refused(comment: &str) -> bool {
        !check(
            "crates/core/src/hub.rs",
            &format!("struct A {{\n    {comment}\n    b: u8,\n}}\n"),
        )
        .is_empty()
    }

    #[test]
    fn comment_that_only_names_is_refused() {
        for comment in [
            "/// Which.",
            "/// To whom.",
            "/// The call.",
            "/// Its record.",
            "/** Where. */",
        ] {
            assert!(is_refused(comment), "{comment}");
        }
    }

    #[test]
    fn comment_with_a_unit_an_order_or_a_rule_stays() {
        for comment in [
            "/// Unix milliseconds.",
            "/// Newest first.",
            "/// One way.",
            "/// RFC 3550.",
            "/// Who dialled.",
            "/// The call",
            "/// The call that rings.",
            "/// The\n    /// call.",
            "// The call.",
        ] {
            assert!(!is_refused(comment), "{comment}");
        }
    }

    #[test]
    fn wire_is_documented_field_by_field() {
        assert_eq!(
            check("crates/protocol/src/request.rs", "/// The call.\n"),
            []
        );
    }
}
