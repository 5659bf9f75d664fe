//! A JSON object, read member by member.

use std::fmt::Display;
use std::str::FromStr;

use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as EnumError, StrDeserializer};
use serde_json::{Map, Value};

/// Why a text is not what it should be.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Not a JSON object at all.
    #[error("it is not a JSON object: {0}")]
    Json(#[from] serde_json::Error),
    /// A member is absent, or is not of the kind that it should be.
    #[error("{0} is missing or of the wrong kind")]
    Member(&'static str),
    /// A member has a value that its type does not take.
    #[error("{name}: {reason}")]
    Value {
        /// The member, by its name on the wire.
        name: &'static str,
        /// What its type says about the value.
        reason: String,
    },
}

impl ReadError {
    /// `value` of the member `name` is none of the known ones.
    pub fn unknown(name: &'static str, value: &str) -> Self {
        refused(name, format_args!("{value} is not known"))
    }
}

/// What was read, or why it could not be.
pub type ReadResult<T> = Result<T, ReadError>;

/// A JSON object whose members are taken out one by one. `null` is the same as absent, except to [`Object::nullable`].
#[derive(Debug)]
pub struct Object(Map<String, Value>);

impl Object {
    /// Parses a text that is one JSON object.
    pub fn parse(text: &str) -> ReadResult<Self> {
        Ok(Self(serde_json::from_str(text)?))
    }

    /// Whether the member is there and not `null`.
    pub fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| !value.is_null())
    }

    /// A text, which must be there.
    pub fn text(&mut self, name: &'static str) -> ReadResult<String> {
        self.optional_text(name)?.ok_or(ReadError::Member(name))
    }

    /// A text or nothing.
    pub fn optional_text(&mut self, name: &'static str) -> ReadResult<Option<String>> {
        match self.take(name) {
            Value::Null => Ok(None),
            Value::String(text) => Ok(Some(text)),
            _ => Err(ReadError::Member(name)),
        }
    }

    /// A whole number, not negative.
    pub fn number(&mut self, name: &'static str) -> ReadResult<u64> {
        self.optional_number(name)?.ok_or(ReadError::Member(name))
    }

    /// A whole number, not negative, or nothing.
    pub fn optional_number(&mut self, name: &'static str) -> ReadResult<Option<u64>> {
        match self.take(name) {
            Value::Null => Ok(None),
            value => value.as_u64().map(Some).ok_or(ReadError::Member(name)),
        }
    }

    /// A whole number below 2^32.
    pub fn small_number(&mut self, name: &'static str) -> ReadResult<u32> {
        self.optional_small_number(name)?
            .ok_or(ReadError::Member(name))
    }

    /// A whole number below 2^32, or nothing.
    pub fn optional_small_number(&mut self, name: &'static str) -> ReadResult<Option<u32>> {
        let small = |number| u32::try_from(number).map_err(|error| refused(name, error));
        self.optional_number(name)?.map(small).transpose()
    }

    /// True or false.
    pub fn flag(&mut self, name: &'static str) -> ReadResult<bool> {
        self.take(name).as_bool().ok_or(ReadError::Member(name))
    }

    /// True or false; false when absent.
    pub fn optional_flag(&mut self, name: &'static str) -> ReadResult<bool> {
        Ok(self.has(name) && self.flag(name)?)
    }

    /// A text that its type parses, such as an id.
    pub fn parsed<T: FromStr<Err: Display>>(&mut self, name: &'static str) -> ReadResult<T> {
        parse(name, &self.text(name)?)
    }

    /// A text that its type parses, or nothing.
    pub fn optional_parsed<T: FromStr<Err: Display>>(
        &mut self,
        name: &'static str,
    ) -> ReadResult<Option<T>> {
        let text = self.optional_text(name)?;
        text.map(|text| parse(name, &text)).transpose()
    }

    /// A text that names a value of one of the protocol's enums.
    pub fn enum_value<T: for<'de> Deserialize<'de>>(
        &mut self,
        name: &'static str,
    ) -> ReadResult<T> {
        enum_value(&self.text(name)?).map_err(|error| refused(name, error))
    }

    /// A text that names a value of one of the protocol's enums, or nothing.
    pub fn optional_enum_value<T: for<'de> Deserialize<'de>>(
        &mut self,
        name: &'static str,
    ) -> ReadResult<Option<T>> {
        let text = self.optional_text(name)?;
        text.map(|text| enum_value(&text).map_err(|error| refused(name, error)))
            .transpose()
    }

    /// An object in this one, which must be there.
    pub fn object(&mut self, name: &'static str) -> ReadResult<Self> {
        self.optional_object(name)?.ok_or(ReadError::Member(name))
    }

    /// An object in this one, or nothing.
    pub fn optional_object(&mut self, name: &'static str) -> ReadResult<Option<Self>> {
        match self.take(name) {
            Value::Null => Ok(None),
            value => Self::of(name, value).map(Some),
        }
    }

    /// An object in this one: nothing when absent, `Some(None)` when it is `null`.
    pub fn nullable(&mut self, name: &'static str) -> ReadResult<Option<Option<Self>>> {
        if !self.0.contains_key(name) {
            return Ok(None);
        }
        self.optional_object(name).map(Some)
    }

    /// A list of texts that their type parses.
    pub fn list<T: FromStr<Err: Display>>(&mut self, name: &'static str) -> ReadResult<Vec<T>> {
        let item = |value: Value| match value {
            Value::String(text) => parse(name, &text),
            _ => Err(ReadError::Member(name)),
        };
        self.items(name)?.into_iter().map(item).collect()
    }

    /// A list of whole numbers, not negative.
    pub fn numbers(&mut self, name: &'static str) -> ReadResult<Vec<u64>> {
        let item = |value: Value| value.as_u64().ok_or(ReadError::Member(name));
        self.items(name)?.into_iter().map(item).collect()
    }

    /// A list of objects, each read by `read`.
    pub fn objects<T>(
        &mut self,
        name: &'static str,
        read: fn(Self) -> ReadResult<T>,
    ) -> ReadResult<Vec<T>> {
        let item = |value| read(Self::of(name, value)?);
        self.items(name)?.into_iter().map(item).collect()
    }

    /// A list of objects, each read by `read`; empty when absent.
    pub fn optional_objects<T>(
        &mut self,
        name: &'static str,
        read: fn(Self) -> ReadResult<T>,
    ) -> ReadResult<Vec<T>> {
        if self.has(name) {
            self.objects(name, read)
        } else {
            Ok(Vec::new())
        }
    }

    fn of(name: &'static str, value: Value) -> ReadResult<Self> {
        match value {
            Value::Object(members) => Ok(Self(members)),
            _ => Err(ReadError::Member(name)),
        }
    }

    fn items(&mut self, name: &'static str) -> ReadResult<Vec<Value>> {
        match self.take(name) {
            Value::Array(items) => Ok(items),
            _ => Err(ReadError::Member(name)),
        }
    }

    /// Leaves `null` in its place: to remove it would cost more.
    fn take(&mut self, name: &str) -> Value {
        self.0.get_mut(name).map_or(Value::Null, Value::take)
    }
}

/// The value of an enum of the protocol by its name on the wire.
pub fn enum_value<'de, T: Deserialize<'de>>(name: &'de str) -> Result<T, EnumError> {
    let name: StrDeserializer<'de, EnumError> = name.into_deserializer();
    T::deserialize(name)
}

fn parse<T: FromStr<Err: Display>>(name: &'static str, text: &str) -> ReadResult<T> {
    text.parse().map_err(|error| refused(name, error))
}

fn refused(name: &'static str, reason: impl Display) -> ReadError {
    let reason = reason.to_string();
    ReadError::Value { name, reason }
}
