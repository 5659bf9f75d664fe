//! Makes the folder of the web demo, so that the program compiles before the web has been built.

fn main() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/demo/dist");
    if let Err(error) = std::fs::create_dir_all(&folder) {
        println!("cargo::error=cannot make {}: {error}", folder.display());
    }
    println!("cargo::rerun-if-changed=../../web/demo/dist");
    println!("cargo::rerun-if-changed=migrations");
}
