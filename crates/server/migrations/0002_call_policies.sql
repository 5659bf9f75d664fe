-- How an app wants its calls: what an invite does to an account in another call, and how many devices it may use.
ALTER TABLE apps ADD COLUMN busy TEXT NOT NULL DEFAULT 'reject';
ALTER TABLE apps ADD COLUMN devices TEXT NOT NULL DEFAULT 'all';
