-- One row per intent. The columns are what is searched by; `document` is the whole job as JSON.
CREATE TABLE jobs (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    client_request_id TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    sent REAL,
    document TEXT NOT NULL
);
CREATE INDEX jobs_by_state ON jobs (state);
CREATE INDEX jobs_by_sent ON jobs (sent);
