// swift-tools-version:5.7
// The component as a Swift package. `cargo xtask ios`, on a Mac, makes Hullo.xcframework first.
import PackageDescription

let package = Package(
    name: "NERtcCallKit",
    platforms: [.iOS(.v13)],
    products: [.library(name: "NERtcCallKit", targets: ["NERtcCallKit"])],
    targets: [
        .binaryTarget(name: "Hullo", path: "build/Hullo.xcframework"),
        .target(
            name: "NERtcCallKit",
            dependencies: ["Hullo"],
            path: "NERtcCallKit",
            publicHeadersPath: ".",
            cSettings: [.headerSearchPath(".")],
            linkerSettings: [
                .linkedFramework("AVFoundation"),
                .linkedFramework("CallKit"),
                .linkedFramework("CoreMedia"),
                .linkedFramework("CoreVideo"),
                .linkedFramework("PushKit"),
                .linkedFramework("Security"),
                .linkedFramework("UIKit"),
                .linkedLibrary("c++"),
            ]
        ),
    ]
)
