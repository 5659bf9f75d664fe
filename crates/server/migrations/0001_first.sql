-- Everything belongs to one app (design section 1). Times are Unix milliseconds. Keys are integers inside, so that rows and
-- indexes stay small; what the outside names is in `apps`, `accids` and the call ids.

CREATE TABLE apps (
    id                  INTEGER PRIMARY KEY,
    app_key             TEXT NOT NULL UNIQUE,
    name                TEXT NOT NULL,
    -- Nonce and AES-256-GCM ciphertext under the master key; the app key is authenticated with it.
    sealed_secret       BLOB NOT NULL,
    secure              INTEGER NOT NULL,
    -- How the app wants its calls: what an invite does to an account in another call, and how many devices it may use.
    busy                TEXT NOT NULL,
    devices             TEXT NOT NULL,
    -- How long and how many are kept; NULL is for ever, and all.
    keep_records_days   INTEGER,
    keep_records        INTEGER,
    keep_messages_days  INTEGER,
    keep_messages       INTEGER,
    -- The messages of the records up to this one (`records.seq`) are gone, and so are all with a smaller id.
    messages_gone       INTEGER NOT NULL DEFAULT 0,
    message_first       INTEGER NOT NULL DEFAULT 1,
    -- Message ids below are used, also where their records are gone.
    message_next        INTEGER NOT NULL DEFAULT 1,
    created_at_ms       INTEGER NOT NULL
) STRICT;

-- Everyone who is or was named, so that what remains of a call outlives the account.
CREATE TABLE accids (
    id    INTEGER PRIMARY KEY,
    app   INTEGER NOT NULL REFERENCES apps (id),
    -- As the app's backend wrote it; the same in whatever case (hullo-protocol `Accid` folds alike).
    accid TEXT NOT NULL COLLATE NOCASE,
    UNIQUE (app, accid)
) STRICT;

CREATE TABLE accounts (
    id               INTEGER PRIMARY KEY REFERENCES accids (id),
    name             TEXT,
    avatar           TEXT,
    disabled         INTEGER NOT NULL DEFAULT 0,
    -- Grows when the account's tokens are revoked; older tokens are refused.
    token_generation INTEGER NOT NULL DEFAULT 0,
    created_at_ms    INTEGER NOT NULL
) STRICT;

-- The calls that are not over, and for some minutes those that are: a small table, whatever the past.
CREATE TABLE states (
    id          INTEGER PRIMARY KEY,
    app         INTEGER NOT NULL REFERENCES apps (id),
    call_id     BLOB NOT NULL,
    ended_at_ms INTEGER,
    -- The call as the hub owns it (hullo-core `Call`), JSON; where it has an attachment stands the place in `attachments`.
    body        TEXT NOT NULL,
    UNIQUE (app, call_id)
) STRICT;

-- The attachments of a call, a JSON list: written when they come, not with each state.
CREATE TABLE attachments (
    state INTEGER PRIMARY KEY REFERENCES states (id) ON DELETE CASCADE,
    body  TEXT NOT NULL
) STRICT;

-- What remains of calls, of each app in the order in which they ended: `seq` is the app's number times 2^40 and one more than the
-- app's newest. That one is never removed, only emptied, so that no number comes twice.
CREATE TABLE records (
    seq           INTEGER PRIMARY KEY,
    app           INTEGER NOT NULL REFERENCES apps (id),
    call_id       BLOB NOT NULL,
    ended_at_ms   INTEGER NOT NULL,
    -- The messages that carry it: one from the caller to each callee, numbered in a row.
    message_first INTEGER NOT NULL,
    messages      INTEGER NOT NULL,
    -- The whole record (hullo-protocol `CallRecord`), JSON; NULL when it is not kept, or could not be read and is in `quarantine`.
    body          TEXT,
    UNIQUE (app, call_id)
) STRICT;

-- The past calls of each who was in them; a record's messages are found by them as well.
CREATE TABLE past_calls (
    accid  INTEGER NOT NULL,
    record INTEGER NOT NULL,
    -- The account was called and did not get to talk, without having declined.
    missed INTEGER NOT NULL,
    PRIMARY KEY (accid, record)
) STRICT, WITHOUT ROWID;

CREATE INDEX past_calls_missed ON past_calls (accid, record) WHERE missed = 1;

-- Whose conversation a message is in: the smaller of the two `accids.id` first.
CREATE TABLE conversations (
    low     INTEGER NOT NULL,
    high    INTEGER NOT NULL,
    message INTEGER NOT NULL,
    record  INTEGER NOT NULL,
    PRIMARY KEY (low, high, message)
) STRICT, WITHOUT ROWID;

-- Rows that could not be read, as they were, for whoever wants to know.
CREATE TABLE quarantine (
    id    INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    app   INTEGER NOT NULL,
    what  TEXT NOT NULL,
    body  TEXT NOT NULL,
    why   TEXT NOT NULL
) STRICT;

-- One row, rewritten by the health check to see whether the storage takes writes.
CREATE TABLE heartbeat (
    id    INTEGER PRIMARY KEY CHECK (id IN (1, 2)),
    at_ms INTEGER NOT NULL,
    body  BLOB NOT NULL
) STRICT;
