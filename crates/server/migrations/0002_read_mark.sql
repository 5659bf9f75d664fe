-- The newest past call that the account's person has seen, on any device, by its place among the app's records.
ALTER TABLE accounts ADD COLUMN calls_read_to INTEGER NOT NULL DEFAULT 0;
