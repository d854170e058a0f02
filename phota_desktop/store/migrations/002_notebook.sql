-- What people wrote and named. `folded` is the text without case, to be searched in.
CREATE TABLE prompts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    text TEXT NOT NULL,
    folded TEXT NOT NULL,
    operation TEXT NOT NULL,
    used REAL NOT NULL,
    pinned INTEGER NOT NULL DEFAULT 0,
    times INTEGER NOT NULL DEFAULT 1,
    UNIQUE (text, operation)
);
CREATE INDEX prompts_by_use ON prompts (pinned, used);
-- `photo` is a content digest or a path: the row stays when the picture is gone.
CREATE TABLE prompt_photos (
    prompt INTEGER NOT NULL,
    photo TEXT NOT NULL,
    used REAL NOT NULL,
    PRIMARY KEY (photo, prompt)
) WITHOUT ROWID;
CREATE INDEX prompt_photos_by_prompt ON prompt_photos (prompt);
CREATE TABLE recipes (
    name TEXT PRIMARY KEY,
    document TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE profile_names (
    account TEXT NOT NULL,
    profile TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    PRIMARY KEY (account, profile)
) WITHOUT ROWID;
