//! The fuzzer: libFuzzer over the target that `HULLO_FUZZ_TARGET` names.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

static TARGET: LazyLock<String> =
    LazyLock::new(|| std::env::var("HULLO_FUZZ_TARGET").unwrap_or_default());

fuzz_target!(|data: &[u8]| hullo_fuzz::run(&TARGET, data));
