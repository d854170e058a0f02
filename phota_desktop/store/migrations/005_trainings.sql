-- Trainings of profiles, each written down before it is sent, and the photos that lie in a person's
-- own bucket meanwhile: on record before they are uploaded, until they are known to be gone.
CREATE TABLE trainings (
    tag TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    profile TEXT NOT NULL,
    created REAL NOT NULL,
    document TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX trainings_by_profile ON trainings (profile);
CREATE TABLE hosted_photos (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    tag TEXT NOT NULL,
    state TEXT NOT NULL,
    document TEXT NOT NULL
);
CREATE INDEX hosted_photos_by_tag ON hosted_photos (tag);
