-- A job taken out of the list keeps its row where money is concerned: the ledger and the daily cap
-- count it.
ALTER TABLE jobs ADD COLUMN removed INTEGER NOT NULL DEFAULT 0;
