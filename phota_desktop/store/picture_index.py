"""Makes the library's rows from jobs: pictures, what they were made from, and the words in them."""

from __future__ import annotations

import os
import re
import sqlite3
import unicodedata
from collections.abc import Iterable
from decimal import ROUND_DOWN, Decimal
from pathlib import Path

from phota_desktop.core.jobs import Job, Variant
from phota_desktop.core.library import PictureKind, photo_key, result_key
from phota_desktop.core.requests import (
    EditRequest,
    GenerateRequest,
    RemixRequest,
    StudioRequest,
    mentions,
)

_SHARE = Decimal("0.0001")
_SPACES = re.compile(r"\s+")


def stored(path: Path) -> str | bytes:
    """Return a path as SQLite takes it; a name that is not UTF-8 as its bytes."""
    text = str(path)
    try:
        text.encode()
    except UnicodeEncodeError:
        return os.fsencode(text)
    return text


def path_of(value: str | bytes) -> Path:
    """Return the path of :func:`stored`."""
    return Path(os.fsdecode(value) if isinstance(value, bytes) else value)


def storable(text: str) -> str:
    """Return ``text`` as SQLite takes it: what is not Unicode is written with escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def searchable(text: str) -> str:
    """Return ``text`` as the index of words has it: macOS writes letters and accents apart."""
    return unicodedata.normalize("NFC", storable(text))


def profile_word(profile_id: str) -> str:
    """Return the one word that stands for a profile in the index, whatever its id holds."""
    return f"profile{profile_id.encode('utf-8', 'backslashreplace').hex()}"


def profiles_of(request: StudioRequest) -> tuple[str, ...]:
    """Return the ids of everybody who rides along or is mentioned, each once."""
    return tuple(dict.fromkeys((*request.profile_ids, *mentions(request.prompt))))


def model_of(request: StudioRequest) -> str:
    """Return the base model that was asked for, empty where the operation takes none."""
    return request.base_model if isinstance(request, EditRequest | GenerateRequest) else ""


def recipe_of(request: StudioRequest) -> str:
    """Return what was asked for as one line, the same for every photo that it was asked for."""
    parts = [str(request.operation)]
    if isinstance(request, EditRequest | GenerateRequest):
        parts += [request.base_model, request.resolution, request.aspect_ratio]
        parts += [request.quality] if request.quality else []
    parts += [f"[[{profile_id}]]" for profile_id in request.profile_ids]
    if isinstance(request, RemixRequest) and isinstance(request.reference_image, Path):
        parts.append(request.reference_image.name)
    parts.append(_SPACES.sub(" ", request.prompt).strip())
    return storable(" · ".join(part for part in parts if part))


def shares(cost: Decimal | None, count: int) -> list[Decimal | None]:
    """Return what each of ``count`` pictures costs; together they are ``cost`` to the last digit.

    A ten-thousandth is the least; what is left over is the first one's.
    """
    if cost is None:
        return [None] * count
    each = (cost / count).quantize(_SHARE, ROUND_DOWN)
    return [cost - each * (count - 1), *[each] * (count - 1)]


def inputs_of(job: Job) -> list[tuple[Path, str]]:
    """Return the photos a job was given, the primary first, each with its SHA-256 (or empty)."""
    photos = [image for image in job.request.images if isinstance(image, Path)]
    known = job.source_sha256 if len(job.source_sha256) == len(photos) else ("",) * len(photos)
    return list(zip(photos, known, strict=True))


def index(database: sqlite3.Connection, job: Job) -> list[str]:
    """Write the rows of one job inside a transaction; return the keys that are new or changed.

    What a person decided about its pictures (marks, deletion) stays as it is.
    """
    inputs = inputs_of(job)
    database.execute("DELETE FROM job_inputs WHERE job = ?", (job.id,))
    database.executemany(
        "INSERT INTO job_inputs (job, place, path, sha256) VALUES (?, ?, ?, ?)",
        [(job.id, place, stored(path), sha256) for place, (path, sha256) in enumerate(inputs)],
    )
    changed: list[str] = []
    if job.variants:
        parent, root = _parent(database, job, inputs, changed)
        recipe = _recipe(database, recipe_of(job.request))
        costs = shares(job.cost, len(job.variants))
        for variant, cost in zip(job.variants, costs, strict=True):
            if _result(database, job, variant, cost, (parent, root, recipe)):
                changed.append(result_key(job, variant))
    database.execute("UPDATE jobs SET indexed = 1 WHERE id = ?", (job.id,))
    return changed


def _parent(
    database: sqlite3.Connection, job: Job, inputs: list[tuple[Path, str]], changed: list[str]
) -> tuple[str, int]:
    """Return the key of what a job's pictures were made from, and the number of its root."""
    if not inputs:
        return "", 0
    path, sha256 = inputs[0]
    row = None
    if sha256:
        row = database.execute(
            "SELECT key, root, kind, path FROM pictures WHERE sha256 = ? AND job != ?"
            " ORDER BY kind = 'result' DESC, number LIMIT 1",
            (sha256, job.id),
        ).fetchone()
    if row is None:
        # A result that was changed by another program is still what this was made from.
        row = _at(database, path, job.id, photos_too=not sha256)
    elif row[2] == PictureKind.PHOTO and _lies_elsewhere(path_of(row[3]), path):
        place(database, row[0], path)
        changed.append(row[0])
    if row is None and sha256:
        key = photo_key(sha256)
        row = key, add_photo(database, path, sha256, added=job.created)
        changed.append(key)
    return (str(row[0]), int(row[1])) if row else ("", 0)


def _at(
    database: sqlite3.Connection, path: Path, but: str, *, photos_too: bool
) -> tuple[str, int, str, str | bytes] | None:
    """Return key, root, kind and path of what lies at ``path``, not of the job ``but`` itself."""
    for column in ("path", "vault"):
        row: tuple[str, int, str, str | bytes] | None = database.execute(
            "SELECT key, root, kind, path FROM pictures"  # noqa: S608  (ours)
            f" WHERE {column} = ? AND {column} != ''"
            " AND job != ? AND (kind = 'result' OR ?) AND deleted IS NULL LIMIT 1",
            (stored(path), but, photos_too),
        ).fetchone()
        if row is not None:
            return row
    return None


def _lies_elsewhere(before: Path, now: Path) -> bool:
    return before != now and not before.exists() and now.exists()


def add_photo(
    database: sqlite3.Connection,
    path: Path,
    sha256: str,
    *,
    added: float,
    size: tuple[int, int] = (0, 0),
) -> int:
    """Write the row of a photo that has none; return its number."""
    row = database.execute(
        "INSERT INTO pictures (key, kind, path, sha256, width, height, bytes, added)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(photo_key(sha256), PictureKind.PHOTO, stored(path), sha256),
            *(*size, bytes_of([path]), added),
        ),
    )
    number = row.lastrowid or 0
    database.execute("UPDATE pictures SET root = number WHERE number = ?", (number,))
    database.execute(
        "INSERT INTO picture_words (rowid, prompt, name, operation, model, people)"
        " VALUES (?, '', ?, '', '', '')",
        (number, searchable(path.name)),
    )
    return number


def place(database: sqlite3.Connection, key: str, path: Path) -> None:
    """Write where a picture's file is, inside a transaction."""
    row = database.execute(
        "UPDATE pictures SET path = ?, bytes = CASE WHEN kind = 'photo' THEN ? ELSE bytes END"
        " WHERE key = ? RETURNING number",
        (stored(path), bytes_of([path]), storable(key)),
    ).fetchone()
    if row is not None:
        database.execute(
            "UPDATE picture_words SET name = ? WHERE rowid = ?", (searchable(path.name), row[0])
        )


def _recipe(database: sqlite3.Connection, text: str) -> int:
    database.execute("INSERT OR IGNORE INTO picture_recipes (text) VALUES (?)", (text,))
    row = database.execute("SELECT number FROM picture_recipes WHERE text = ?", (text,)).fetchone()
    return int(row[0])


def _result(
    database: sqlite3.Connection,
    job: Job,
    variant: Variant,
    cost: Decimal | None,
    belongs: tuple[str, int, int],
) -> bool:
    """Write the row of one result; False when it was there and is the same."""
    key, request = result_key(job, variant), job.request
    parent, root, recipe = belongs
    facts = {
        "path": stored(variant.path),
        "vault": stored(variant.vault_path),
        "sha256": variant.sha256,
        "cost": None if cost is None else str(cost),
    }
    old = database.execute(
        f"SELECT number, {', '.join(facts)}, deleted FROM pictures WHERE key = ?",  # noqa: S608
        (key,),
    ).fetchone()
    if old is not None:
        if old[1:5] == tuple(facts.values()):
            return False
        if old[5] is not None:
            facts.pop("path")  # a deleted one comes back from the trash to where it was
        change = ", ".join(f"{name} = ?" for name in facts)
        database.execute(
            f"UPDATE pictures SET {change} WHERE number = ?",  # noqa: S608  (ours)
            (*facts.values(), old[0]),
        )
        database.execute(
            "UPDATE picture_words SET name = ? WHERE rowid = ?",
            (searchable(variant.path.name), old[0]),
        )
        return True
    profiles = profiles_of(request)
    prompt = storable(request.prompt)
    files = {variant.vault_path, variant.path}
    row = database.execute(
        "INSERT INTO pictures (key, kind, job, root, parent, path, vault, sha256, width, height,"
        " bytes, added, operation, engine, model, prompt, profiles, cost, recipe)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(key, PictureKind.RESULT, job.id, root, parent, facts["path"], facts["vault"]),
            *(variant.sha256, variant.width, variant.height, bytes_of(files)),
            *(job.finished or job.created, request.operation, job.engine, model_of(request)),
            *(prompt, storable("\n".join(profiles)), facts["cost"], recipe),
        ),
    )
    number = row.lastrowid or 0
    if not root:
        # What one request made from nothing belongs together, under the first of it.
        database.execute(
            "UPDATE pictures SET root = "
            " (SELECT min(number) FROM pictures WHERE job = ? AND job != '')"
            " WHERE number = ?",
            (job.id, number),
        )
    database.executemany(
        "INSERT OR IGNORE INTO picture_profiles (profile, picture) VALUES (?, ?)",
        [(storable(profile), number) for profile in profiles],
    )
    database.execute(
        "INSERT INTO picture_words (rowid, prompt, name, operation, model, people)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            *(number, searchable(prompt), searchable(variant.path.name), str(request.operation)),
            *(model_of(request), " ".join(map(profile_word, profiles))),
        ),
    )
    return True


def bytes_of(paths: Iterable[Path]) -> int:
    """Return how much room the files at ``paths`` take together; one that is gone takes none."""
    size = 0
    for path in paths:
        try:
            size += path.stat().st_size
        except (OSError, ValueError):
            continue
    return size
