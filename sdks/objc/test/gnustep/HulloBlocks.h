// SPDX-License-Identifier: MIT OR Apache-2.0

/// Makes blocks objects, as they are on Apple's systems: call it first in main. Under the runtime of gcc they are none, and a
/// message to one is a crash.
extern void HulloMakeBlocksObjects(void);
