-- The library: one row for each result that was kept, and for each photo that one was made from or
-- that a person marked. Rows are made from the jobs' documents, so they can be made anew; only the
-- marks and what was deleted are theirs alone. `root` is the number of the first picture of the
-- tree, `path` the file that a person is shown and `vault` our own copy of a result (file names
-- that are not UTF-8 are blobs).
CREATE TABLE pictures (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    job TEXT NOT NULL DEFAULT '',
    root INTEGER NOT NULL DEFAULT 0,
    parent TEXT NOT NULL DEFAULT '',
    path BLOB NOT NULL,
    vault BLOB NOT NULL DEFAULT '',
    sha256 TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    bytes INTEGER NOT NULL DEFAULT 0,
    added REAL NOT NULL,
    operation TEXT NOT NULL DEFAULT '',
    engine TEXT NOT NULL DEFAULT '',
    model TEXT NOT NULL DEFAULT '',
    prompt TEXT NOT NULL DEFAULT '',
    profiles TEXT NOT NULL DEFAULT '',
    cost TEXT,
    recipe INTEGER NOT NULL DEFAULT 0,
    stars INTEGER NOT NULL DEFAULT 0,
    flag TEXT NOT NULL DEFAULT '',
    label TEXT NOT NULL DEFAULT '',
    deleted REAL
);
-- Narrow, so that a question about all pictures reads a tenth of the table.
CREATE INDEX pictures_asked ON pictures (
    number, deleted, kind, stars, flag, label, operation, model, added, root, recipe,
    bytes
);
CREATE INDEX pictures_by_sha256 ON pictures (sha256);
CREATE INDEX pictures_by_path ON pictures (path);
CREATE INDEX pictures_by_vault ON pictures (vault) WHERE vault != '';
CREATE INDEX pictures_by_parent ON pictures (parent) WHERE parent != '';
CREATE INDEX pictures_by_root ON pictures (root);
CREATE INDEX pictures_first ON pictures (number, key) WHERE number = root;
CREATE INDEX pictures_by_job ON pictures (job) WHERE job != '';
CREATE INDEX photos_by_bytes ON pictures (bytes) WHERE kind = 'photo';
CREATE INDEX results_by_bytes ON pictures (bytes) WHERE kind = 'result';
CREATE INDEX photos_unmeasured ON pictures (number) WHERE kind = 'photo' AND width = 0;
CREATE TABLE picture_profiles (
    profile TEXT NOT NULL,
    picture INTEGER NOT NULL,
    PRIMARY KEY (profile, picture)
) WITHOUT ROWID;
CREATE TABLE picture_recipes (
    number INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE
);
-- `people` holds the ids of profiles, spelled as one word each: their names change.
CREATE VIRTUAL TABLE picture_words USING fts5 (
    prompt, name, operation, model, people, tokenize = "unicode61 remove_diacritics 2"
);
-- Files on their way to the system's trash: on record before they are moved. `lies` is where one
-- lies now, NULL where nobody can tell.
CREATE TABLE disposals (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    picture INTEGER NOT NULL,
    path BLOB NOT NULL,
    is_vault INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    moved INTEGER NOT NULL DEFAULT 0,
    lies BLOB
);
CREATE INDEX disposals_by_picture ON disposals (picture);
-- Every photo that a job was given, also of jobs that brought nothing.
CREATE TABLE job_inputs (
    job TEXT NOT NULL,
    place INTEGER NOT NULL,
    path BLOB NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (job, place)
) WITHOUT ROWID;
CREATE INDEX job_inputs_by_path ON job_inputs (path);
CREATE INDEX job_inputs_by_sha256 ON job_inputs (sha256) WHERE sha256 != '';
-- 0 for a job whose pictures may not all be in the library as they are now.
ALTER TABLE jobs ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX jobs_to_index ON jobs (sequence) WHERE indexed = 0;
