//! Who lives in the demo.

/// The account that answers by itself.
pub(crate) const ECHO: &str = "echo";

/// Accid and name of each account.
pub(crate) const ACCOUNTS: [(&str, &str); 6] = [
    ("alice", "Alice"),
    ("bob", "Bob"),
    ("carol", "Carol"),
    ("dave", "Dave"),
    ("erin", "Erin"),
    (ECHO, "Echo"),
];
