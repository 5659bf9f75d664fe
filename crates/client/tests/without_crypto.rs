//! A build into which nobody has brought cryptography: `cargo test -p hullo-client --no-default-features`.

#![cfg(not(feature = "aws-lc-rs"))]

use std::io::ErrorKind;
use std::net::Ipv4Addr;

use hullo_client::{NoDevices, Rtc};

#[tokio::test]
async fn media_that_nobody_can_encrypt_is_refused_with_what_to_do() {
    let bound = Rtc::bind(Ipv4Addr::LOCALHOST.into(), NoDevices::default()).await;
    let refused = bound.err().expect("nothing here can encrypt");
    assert_eq!(refused.kind(), ErrorKind::Unsupported);
    assert!(refused.to_string().contains("`aws-lc-rs`"));
}
