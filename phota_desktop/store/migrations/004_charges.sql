-- What was paid for without a job: the training of a profile. `tag` is its name in the request;
-- `amount` is NULL where the price is not published, `certain` 0 while the answer is not known.
CREATE TABLE charges (
    tag TEXT PRIMARY KEY,
    sent REAL NOT NULL,
    profile TEXT NOT NULL,
    amount TEXT,
    currency TEXT NOT NULL,
    certain INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX charges_by_sent ON charges (sent);
