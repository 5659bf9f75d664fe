//! The name of an account: whatever the app's own system of users calls it.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::id::{IdError, as_text, clip};
use crate::limit::ACCID_BYTES_MAX;

/// A user of the app: 1 to 64 printable ASCII characters other than the space and `"` `\` `<` `>` and the backtick; not `.`
/// or `..`, which no URL can carry.
///
/// That takes what systems of users give out: a UUID, ULID, KSUID or ObjectId, `auth0|64f0`, `us-east-1:550e8400-...`,
/// `+4915112345678`, `o'neil+work@example.com`, `cus_NffrFeUfNV2Hib`, base64, `@alice:example.org`, `did:web:example.com`.
/// In the path of a URL it is percent-encoded, as any text is.
///
/// It is shown as the app's backend wrote it, and equal in whatever case it is written: ASCII letters are folded to compare,
/// which is how the database does it (`COLLATE NOCASE` of SQLite).
#[derive(Clone)]
#[cfg_attr(
    feature = "schemars",
    derive(schemars::JsonSchema),
    schemars(with = "String")
)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema), schema(value_type = String))]
pub struct Accid(Forms);

#[derive(Clone)]
struct Forms {
    /// As it was written, and behind that the folded form, if it is another one.
    both: Arc<str>,
    /// Bytes of the first.
    len: u8,
}

impl Accid {
    /// Parses the text form.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let valid = |byte: u8| byte.is_ascii_graphic() && !b"\"\\<>`".contains(&byte);
        let fits = (1..=ACCID_BYTES_MAX).contains(&text.len());
        let dots = matches!(text, "." | "..");
        let len = u8::try_from(text.len());
        let (Ok(len), true) = (len, fits && !dots && text.bytes().all(valid)) else {
            return Err(IdError::Accid(clip(text)));
        };
        let both = match text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            true => [text, &text.to_ascii_lowercase()].concat().into(),
            false => text.into(),
        };
        Ok(Self(Forms { both, len }))
    }

    /// The text form, as it was written. Two that are equal may differ in case.
    pub fn as_str(&self) -> &str {
        &self.0.both[..usize::from(self.0.len)]
    }

    fn folded(&self) -> &str {
        match &self.0.both[usize::from(self.0.len)..] {
            "" => &self.0.both,
            folded => folded,
        }
    }
}

impl fmt::Debug for Accid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Accid").field(&self.as_str()).finish()
    }
}

impl PartialEq for Accid {
    fn eq(&self, other: &Self) -> bool {
        self.folded() == other.folded()
    }
}

impl Eq for Accid {}

impl PartialOrd for Accid {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Accid {
    fn cmp(&self, other: &Self) -> Ordering {
        self.folded().cmp(other.folded())
    }
}

impl Hash for Accid {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.folded().hash(state);
    }
}

as_text!(Accid);

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashSet};

    use super::*;

    /// What identity providers, databases and protocols call their users.
    const FROM_ELSEWHERE: [&str; 22] = [
        "auth0|64f0c1d2e3a4b5c6d7e8f901",
        "google-oauth2|103547991597142817347",
        "2HWFyHEIhcTCkJsVZCGyDnzLpGH3",
        "us-east-1:550e8400-e29b-41d4-a716-446655440000",
        "550e8400-e29b-41d4-a716-446655440000",
        "00u1a2b3C4D5e6F7g8H9",
        "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ",
        "U024BE7LH",
        "o'neil+work@example.com",
        "+4915112345678",
        "507f1f77bcf86cd799439011",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "0ujtsYcgvSTl8PAuAdqWYSMnLOv",
        "cus_NffrFeUfNV2Hib",
        "user_2NNEqL2nrIRdJ194ndJqAHwEfxC",
        "dGhlIHF1aWNr+/==",
        "@alice:matrix.example.org",
        "alice@example.org/phone",
        "did:web:example.com#key-1",
        "urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66",
        "cn=Alice,ou=People,dc=example",
        "001234.3c9f0a1b2c3d4e5f60718293a4b5c6d7.0123",
    ];

    #[test]
    fn names_that_systems_of_users_give_out_are_taken_and_come_back_as_they_were() {
        for text in FROM_ELSEWHERE {
            assert_eq!(Accid::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn accids_are_equal_in_whatever_case_they_are_written() {
        let [one, other] =
            ["Alice@Example.com", "aLICE@eXAMPLE.COM"].map(|t| Accid::parse(t).unwrap());
        assert_eq!(one, other);
        assert_eq!(one.cmp(&other), Ordering::Equal);
        assert_eq!(BTreeSet::from([one.clone(), other.clone()]).len(), 1);
        assert_eq!(HashSet::from([one.clone(), other]).len(), 1);
        assert_eq!(one.to_string(), "Alice@Example.com");
    }

    #[test]
    fn order_is_that_of_the_folded_form() {
        let order = |one: &str, other: &str| {
            Accid::parse(one)
                .unwrap()
                .cmp(&Accid::parse(other).unwrap())
        };
        assert_eq!(order("Bob", "alice"), Ordering::Greater);
        assert_eq!(order("al", "Alice"), Ordering::Less);
    }

    #[test]
    fn accids_with_other_characters_or_lengths_are_refused() {
        let long = "a".repeat(65);
        for text in [
            "", "a b", "é", &long, ".", "..", "a\"b", "a\\b", "<a>", "`", "a\u{1}", "a\u{7f}",
        ] {
            assert_eq!(
                Accid::parse(text),
                Err(IdError::Accid(clip(text))),
                "{text}"
            );
        }
    }
}
