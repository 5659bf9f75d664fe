//! The committed headers say what the code says.

use std::path::Path;

#[test]
fn header_is_the_one_that_is_committed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = cbindgen::Config::from_file(folder.join("cbindgen.toml")).unwrap();
    let mut made = Vec::new();
    cbindgen::Builder::new()
        .with_crate(folder)
        .with_config(config)
        .generate()
        .unwrap()
        .write(&mut made);
    let path = folder.join("include/hullo.h");
    if std::env::var_os("HULLO_WRITE").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let committed = std::fs::read(&path).unwrap_or_default();
    assert!(
        made == committed,
        "include/hullo.h is not what src/ says: HULLO_WRITE=1 cargo test -p hullo-capi header"
    );
}

#[test]
fn numbers_of_errors_are_the_same_in_objective_c() {
    let path = "../../sdks/objc/NERtcCallKit/Consts/NERtcCallKitErrors.h";
    let header = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    for kind in hullo_client::protocol::ErrorKind::ALL {
        let line = format!("  NERtcCallKitError{kind:?} = {},\n", kind.code());
        assert!(header.contains(&line), "{path} lacks {line}");
    }
}
