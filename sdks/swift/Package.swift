// swift-tools-version: 5.9
// `cargo xtask bindings` writes Sources/HulloFFI/include and Sources/Hullo/Native.swift; see README.md for the native library.

import PackageDescription

let package = Package(
    name: "Hullo",
    platforms: [.iOS(.v13), .macOS(.v10_15)],
    products: [.library(name: "Hullo", targets: ["Hullo"])],
    targets: [
        .systemLibrary(name: "HulloFFI", path: "Sources/HulloFFI/include"),
        .target(name: "Hullo", dependencies: ["HulloFFI"], linkerSettings: [.linkedLibrary("hullo_ffi")]),
    ]
)
