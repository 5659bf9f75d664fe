//! Identifiers: texts and numbers in other languages. One that is none is refused as `bad_request` where it is handed over.

use hullo_client::protocol::{Accid, CallId, DeviceId, ErrorBody, ErrorKind, MessageId, Uid};

use crate::types::error::HulloError;

uniffi::custom_type!(Accid, String, {
    remote,
    lower: |accid| accid.into(),
    try_lift: |text| Accid::parse(&text).map_err(|error| refused(&error).into()),
});

uniffi::custom_type!(DeviceId, String, {
    remote,
    lower: |id| id.into(),
    try_lift: |text| DeviceId::parse(&text).map_err(|error| refused(&error).into()),
});

uniffi::custom_type!(CallId, String, {
    remote,
    lower: |id| id.to_string(),
    try_lift: |text| text.parse().map_err(|_| refused(&format!("{text:?} is no call id")).into()),
});

uniffi::custom_type!(Uid, u64, {
    remote,
    lower: |uid| uid.0,
    try_lift: |number| Ok(Uid(number)),
});

uniffi::custom_type!(MessageId, u64, {
    remote,
    lower: |id| id.0,
    try_lift: |number| Ok(MessageId(number)),
});

fn refused(why: &impl ToString) -> HulloError {
    HulloError::Refused {
        error: ErrorBody::new(ErrorKind::BadRequest, why.to_string()),
    }
}
