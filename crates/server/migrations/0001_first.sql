-- Everything belongs to one app (design section 1). Times are Unix milliseconds.

CREATE TABLE apps (
    app_key       TEXT PRIMARY KEY,
    name          TEXT NOT NULL,
    -- Nonce and AES-256-GCM ciphertext under the master key; the app key is authenticated with it.
    sealed_secret BLOB NOT NULL,
    secure        INTEGER NOT NULL,
    created_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE accounts (
    app_key          TEXT NOT NULL REFERENCES apps (app_key),
    accid            TEXT NOT NULL,
    name             TEXT,
    avatar           TEXT,
    disabled         INTEGER NOT NULL DEFAULT 0,
    -- Grows when the account's tokens are revoked; older tokens are refused.
    token_generation INTEGER NOT NULL DEFAULT 0,
    created_at_ms    INTEGER NOT NULL,
    PRIMARY KEY (app_key, accid)
) STRICT, WITHOUT ROWID;

CREATE TABLE calls (
    app_key TEXT NOT NULL REFERENCES apps (app_key),
    call_id TEXT NOT NULL,
    ended   INTEGER NOT NULL,
    -- The call as the hub owns it (hullo-core `Call`), JSON.
    state   TEXT NOT NULL,
    PRIMARY KEY (app_key, call_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX calls_live ON calls (app_key) WHERE ended = 0;

CREATE TABLE records (
    seq           INTEGER PRIMARY KEY AUTOINCREMENT,
    app_key       TEXT NOT NULL,
    call_id       TEXT NOT NULL,
    status        INTEGER NOT NULL,
    started_at_ms INTEGER NOT NULL,
    ended_at_ms   INTEGER NOT NULL,
    -- The whole record (hullo-protocol `CallRecord`), JSON.
    body          TEXT NOT NULL,
    UNIQUE (app_key, call_id),
    FOREIGN KEY (app_key, call_id) REFERENCES calls (app_key, call_id)
) STRICT;

CREATE TABLE record_accounts (
    app_key TEXT NOT NULL,
    accid   TEXT NOT NULL,
    seq     INTEGER NOT NULL REFERENCES records (seq),
    PRIMARY KEY (app_key, accid, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE messages (
    app_key    TEXT NOT NULL REFERENCES apps (app_key),
    id         INTEGER NOT NULL,
    from_accid TEXT NOT NULL,
    to_accid   TEXT NOT NULL,
    sent_at_ms INTEGER NOT NULL,
    -- What it says (hullo-protocol `MessageBody`), JSON.
    body       TEXT NOT NULL,
    PRIMARY KEY (app_key, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX messages_from ON messages (app_key, from_accid, to_accid, id);
CREATE INDEX messages_sent ON messages (app_key, from_accid, id);
CREATE INDEX messages_received ON messages (app_key, to_accid, id);

-- One row, rewritten by the health check to see whether the storage takes writes.
CREATE TABLE heartbeat (
    id    INTEGER PRIMARY KEY CHECK (id IN (1, 2)),
    at_ms INTEGER NOT NULL,
    body  BLOB NOT NULL
) STRICT;
