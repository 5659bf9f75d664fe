# The component as a pod. `cargo xtask ios`, on a Mac, makes Hullo.xcframework first.
Pod::Spec.new do |s|
  s.name = 'NERtcCallKit'
  s.version = '0.1.0'
  s.summary = 'Calls that ring, through a Hullo server of your own'
  s.homepage = 'https://github.com/hullo/hullo'
  s.license = { type: 'MIT OR Apache-2.0', file: '../../LICENSE-MIT' }
  s.authors = 'The Hullo authors'
  s.source = { git: 'https://github.com/hullo/hullo.git', tag: "v#{s.version}" }
  s.ios.deployment_target = '13.0'
  s.requires_arc = true
  s.source_files = 'NERtcCallKit/**/*.{h,m}'
  s.private_header_files = 'NERtcCallKit/Core/*.h', 'NERtcCallKit/NERtcCallKit+Private.h',
                           'NERtcCallKit/NERtcCallKitDelegateProxy.h'
  s.header_mappings_dir = 'NERtcCallKit'
  s.vendored_frameworks = 'build/Hullo.xcframework'
  s.frameworks = 'AVFoundation', 'CallKit', 'CoreMedia', 'CoreVideo', 'PushKit', 'Security', 'UIKit'
  s.libraries = 'c++'
end
