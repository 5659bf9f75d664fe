//! Identifiers, parsed once at the edge and trusted afterwards.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::limit::DEVICE_ID_BYTES_MAX;

/// Why a text is not the identifier that it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not as an [`Accid`](crate::Accid) is.
    #[error(
        "{0:?} is not an accid: use 1 to 64 printable ASCII characters without space, \" \\ < > `, and not . or .. alone"
    )]
    Accid(String),
    /// Not 1 to 64 of `[A-Za-z0-9_-]`.
    #[error("{0:?} is not a device id: use 1 to 64 of A-Z, a-z, 0-9, _ -")]
    DeviceId(String),
    /// Not 1 to 64 of `[A-Za-z0-9_-]`.
    #[error("{0:?} is not an app key: use 1 to 64 of A-Z, a-z, 0-9, _ -")]
    AppKey(String),
}

/// Gives an id its text form: in JSON, in error messages, and parsed from a string.
macro_rules! as_text {
    ($name:ident) => {
        impl TryFrom<String> for $name {
            type Error = $crate::id::IdError;
            fn try_from(text: String) -> Result<Self, $crate::id::IdError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.as_str().to_owned()
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                struct Text;

                impl serde::de::Visitor<'_> for Text {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("a string")
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        $name::parse(text).map_err(E::custom)
                    }
                }

                from.deserialize_str(Text)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::id::IdError;
            fn from_str(text: &str) -> Result<Self, $crate::id::IdError> {
                Self::parse(text)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use as_text;

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $error:ident, $parse:expr) => {
        $(#[$doc])*
        // Cheap to clone.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema), schemars(with = "String"))]
        #[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema), schema(value_type = String))]
        pub struct $name(Arc<str>);

        impl $name {
            /// Parses the text form.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                let parse: fn(&str) -> Option<Arc<str>> = $parse;
                parse(text).map(Self).ok_or_else(|| IdError::$error(clip(text)))
            }

            /// The text form.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        as_text!($name);
    };
}

text_id!(
    /// One installation of a client, made and kept by it: 1 to 64 of `[A-Za-z0-9_-]`.
    DeviceId,
    DeviceId,
    plain_text_id
);

text_id!(
    /// Names a customer's application: 1 to 64 of `[A-Za-z0-9_-]`.
    AppKey,
    AppKey,
    plain_text_id
);

fn plain_text_id(text: &str) -> Option<Arc<str>> {
    let valid = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    let fits = (1..=DEVICE_ID_BYTES_MAX).contains(&text.len());
    (fits && text.bytes().all(valid)).then(|| text.into())
}

/// Keeps an error message short whatever was sent.
pub(crate) fn clip(text: &str) -> String {
    text.chars().take(40).collect()
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema), schemars(with = "String"))]
        #[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema), schema(value_type = String, format = "uuid"))]
        pub struct $name(Uuid);

        impl $name {
            /// From 128 bits: time-ordered ones (UUID version 7, RFC 9562 section 5.7) keep storage compact.
            pub const fn from_u128(bits: u128) -> Self {
                Self(Uuid::from_u128(bits))
            }

            /// Makes a UUID version 7 from the wall clock in milliseconds and 74 or more random bits.
            pub const fn from_parts(unix_ms: u64, random: u128) -> Self {
                let time = ((unix_ms & 0xFFFF_FFFF_FFFF) as u128) << 80;
                let random = random & 0x0FFF_3FFF_FFFF_FFFF_FFFF;
                Self(Uuid::from_u128(time | 0x7000_8000_0000_0000_0000 | random))
            }

            /// The 128 bits.
            pub const fn as_u128(self) -> u128 {
                self.0.as_u128()
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                Uuid::parse_str(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }
    };
}

/// A secret that proves something: a login token or a room token. Never shown by `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Token(String);

impl Token {
    /// The secret itself, to send or to verify it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Token {
    fn from(secret: String) -> Self {
        Self(secret)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

uuid_id!(
    /// Names a call. Made by the caller's client, so that it can cancel before the server has answered.
    CallId
);

uuid_id!(
    /// Names one command. Made by the client; a command repeated under the same id gets the first answer.
    RequestId
);

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
        #[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number_id!(
    /// A participant's number, unique in its call, from 1; below 2^53 so that JavaScript holds it exactly.
    Uid
);

number_id!(
    /// A message's place in the app's sequence of messages: grows by one with each; also the cursor of a device.
    MessageId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_not_shown_by_debug() {
        assert_eq!(
            format!("{:?}", Token::from("secret".to_owned())),
            "Token(..)"
        );
    }

    #[test]
    fn ids_made_from_parts_are_version_seven_and_ordered_by_time() {
        let early = CallId::from_parts(1_000, u128::MAX);
        let late = CallId::from_parts(1_001, 0);
        assert!(early < late);
        assert_eq!(early.to_string().as_bytes()[14], b'7');
        assert!(b"89ab".contains(&early.to_string().as_bytes()[19]));
    }
}
