//! A limit on everything (design section 7). What exceeds one gets a typed error.

/// Largest WebSocket frame a client may send.
pub const FRAME_BYTES_MAX: usize = 64 * 1024;
/// Largest attachment of a call.
pub const ATTACHMENT_BYTES_MAX: usize = 4 * 1024;
/// Longest account id.
pub const ACCID_BYTES_MAX: usize = 64;
/// Longest device id.
pub const DEVICE_ID_BYTES_MAX: usize = 64;
/// Longest version of an SDK in a login.
pub const SDK_VERSION_BYTES_MAX: usize = 64;
/// Longest account name in bytes.
pub const NAME_BYTES_MAX: usize = 64;
/// Longest avatar address in bytes: a call of a hundred with the longest names and addresses stays below 192 KiB of JSON.
pub const AVATAR_BYTES_MAX: usize = 512;
/// Longest token in bytes: those of identity providers carry claims of their own.
pub const TOKEN_BYTES_MAX: usize = 4 * 1024;
/// Most participants of one call.
pub const PARTICIPANTS_MAX: usize = 100;
/// Longest name of a group.
pub const GROUP_ID_BYTES_MAX: usize = 64;
/// Most devices of one account that are online at once.
pub const DEVICES_PER_ACCOUNT_MAX: usize = 10;
/// Most accounts whose presence one session watches.
pub const PRESENCE_WATCHES_MAX: usize = 500;
/// Most people named with a past call.
pub const RECENT_PEOPLE_MAX: usize = 3;
/// Most missed calls that are counted.
pub const MISSED_COUNT_MAX: u32 = 1_000;
/// Most entries in one page of a conversation or of past calls.
pub const MESSAGE_PAGE_MAX: u32 = 100;
/// Largest page of anything that can grow, in bytes of JSON; a first entry that is larger comes alone.
pub const PAGE_BYTES_MAX: usize = 64 * 1024;
/// Largest session description (SDP) in an offer; must leave room in a frame.
pub const SDP_BYTES_MAX: usize = 48 * 1024;

/// Ring time when the caller names none.
pub const RING_MS_DEFAULT: u64 = 30_000;
/// Shortest ring time; shorter wishes are raised to it.
pub const RING_MS_MIN: u64 = 5_000;
/// Longest ring time; longer wishes are lowered to it.
pub const RING_MS_MAX: u64 = 120_000;
/// From an accept until media must be connected on both sides.
pub const CONNECT_MS: u64 = 15_000;
/// How long a participant whose device has gone may stay away before it is lost.
pub const GRACE_MS: u64 = 30_000;
/// The same for a caller whose page has said that it is being closed, while its call only rings: a reload is back by then.
pub const CLOSING_GRACE_MS: u64 = 5_000;
/// How long a request to turn an audio call into a video call waits for consent.
pub const SWITCH_MS: u64 = 15_000;
/// How far the clocks of who signs tokens and of the server may differ: a token is good, and a session may stay, for so long
/// after its `exp`.
pub const TOKEN_SKEW_MS: u64 = 5_000;
/// The longest that a room token may be good: it is needed once, at the door of a call.
pub const ROOM_TOKEN_MS_MAX: u64 = 60 * 60_000;
