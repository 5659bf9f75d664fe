//! The texts under which an app's policies are stored, and by which the command line names them.

use hullo_core::hub::{BusyPolicy, DevicePolicy};

const BUSY: [(&str, BusyPolicy); 2] = [("reject", BusyPolicy::Reject), ("ring", BusyPolicy::Ring)];
const DEVICES: [(&str, DevicePolicy); 3] = [
    ("one", DevicePolicy::One),
    ("desktop_and_mobile", DevicePolicy::DesktopAndMobile),
    ("all", DevicePolicy::All),
];

/// Why a text names no policy.
#[derive(Debug, thiserror::Error)]
#[error("{text:?} is none of {known}")]
pub(crate) struct UnknownPolicy {
    text: String,
    known: String,
}

pub(crate) fn busy(text: &str) -> Result<BusyPolicy, UnknownPolicy> {
    find(&BUSY, text)
}

pub(crate) fn devices(text: &str) -> Result<DevicePolicy, UnknownPolicy> {
    find(&DEVICES, text)
}

pub(crate) fn busy_text(policy: BusyPolicy) -> &'static str {
    match policy {
        BusyPolicy::Reject => "reject",
        BusyPolicy::Ring => "ring",
    }
}

pub(crate) fn devices_text(policy: DevicePolicy) -> &'static str {
    match policy {
        DevicePolicy::One => "one",
        DevicePolicy::DesktopAndMobile => "desktop_and_mobile",
        DevicePolicy::All => "all",
    }
}

fn find<T: Copy>(all: &[(&str, T)], text: &str) -> Result<T, UnknownPolicy> {
    let found = all.iter().find(|(name, _)| *name == text);
    found.map(|(_, policy)| *policy).ok_or_else(|| {
        let known: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
        UnknownPolicy {
            text: text.to_owned(),
            known: known.join(", "),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_read_back() {
        for (text, policy) in BUSY {
            assert_eq!(busy_text(policy), text);
            assert_eq!(busy(text).unwrap(), policy);
        }
        for (text, policy) in DEVICES {
            assert_eq!(devices_text(policy), text);
            assert_eq!(devices(text).unwrap(), policy);
        }
        assert!(
            busy("all")
                .unwrap_err()
                .to_string()
                .contains("reject, ring")
        );
    }
}
