"""A home with a library of any size: jobs, pictures, people and marks, made fast and the same.

As a script: ``python -m tests.benchmarks.many_pictures HOME COUNT [--thumbnails]``.
"""

from __future__ import annotations

import hashlib
import os
import random
import sqlite3
import sys
import time
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from phota_desktop.core.jobs import Engine, Job, JobState, Variant
from phota_desktop.core.options import Resolution
from phota_desktop.core.pricing import Estimate
from phota_desktop.core.requests import (
    EditRequest,
    EnhanceRequest,
    GenerateRequest,
    RemixRequest,
    StudioRequest,
)
from phota_desktop.store.codec import job_to_json
from phota_desktop.store.journal import Journal
from phota_desktop.store.notebook import Notebook
from phota_desktop.store.paths import AppFolders
from phota_desktop.store.picture_index import index
from phota_desktop.store.vault import Vault

END = 1_795_260_000.0
"""When the newest picture came: 2026-11-21 in the morning, as seconds since 1970."""
DAY = 86_400.0
PEOPLE = {f"profile-{name.lower()}": name for name in ("Anna", "Bjørn", "Cléo", "Dávid", "Élise")}
SUBJECTS = ("girl", "wedding couple", "harbour", "mountain", "café", "dog", "old bridge", "orchard")
LIGHTS = ("warm evening light", "soft window light", "fog", "clear blue sky", "rain", "snow")
CHANGES = ("remove the cables", "add autumn leaves", "brighten the face", "straighten", "blur")
MODELS = ("nano_banana_2", "nano_banana_pro", "gpt-image-2")
_BATCH = 2000


def fill(home: Path, count: int, thumbnails: bool = False) -> AppFolders:
    """Fill a new home with ``count`` results (and the photos they came from); return its folders.

    ``thumbnails`` writes a small real JPEG for each result, one of two dozen; without it the
    files are not there and only their sizes are on record. 100,000 take some 15 s.
    """
    folders = AppFolders.find({"PHOTA_DESKTOP_HOME": str(home)})
    folders.create()
    Vault(folders)
    pictures = _jpegs(folders.cache / "made") if thumbnails else []
    chance = random.Random(7)  # noqa: S311
    with closing(Journal(folders.journal_file)) as journal:
        notebook = Notebook(journal)
        for profile, name in PEOPLE.items():
            notebook.name("local", profile, name)
        database = journal._database  # a generator may: what it writes need not last
        database.execute("PRAGMA synchronous=OFF")
        made = number = 0
        earlier: list[tuple[Path, str]] = []
        while made < count:
            with journal.transaction():
                until = min(count, made + _BATCH)
                while made < until:
                    most = min(4, count - made)
                    job = _job(folders, number, chance, most, END - DAY * 700, earlier)
                    job = _timed(job, made / count)
                    _write(database, job)
                    for variant in job.variants:
                        if pictures:
                            os.link(pictures[made % len(pictures)], variant.vault_path)
                        made += 1
                    index(database, job)
                    number += 1
        _mark(database, chance)
    return folders


def _job(
    folders: AppFolders,
    number: int,
    chance: random.Random,
    most: int,
    created: float,
    earlier: list[tuple[Path, str]],
) -> Job:
    name = f"{number:032x}"
    source, sha256 = _source(folders, number, chance, earlier)
    request = _request(source, chance)
    variants = tuple(
        Variant(
            n,
            folders.vault / f"{name}-{n}.jpg",
            hashlib.sha256(f"{name}-{n}".encode()).hexdigest(),
            *chance.choice(((1024, 768), (768, 1024), (2048, 2048), (4096, 3072))),
            "jpg",
        )
        for n in range(chance.randint(1, most))
    )
    engine = Engine.PHOTA if chance.random() < 0.7 else Engine.LOCAL
    price = Decimal("0.15") * len(variants) if engine is Engine.PHOTA else Decimal(0)
    earlier.append((variants[0].vault_path, variants[0].sha256))
    del earlier[:-200]
    return Job(
        id=name,
        client_request_id=f"request-{name}",
        engine=engine,
        request=request,
        created=created,
        state=JobState.DONE,
        source_sha256=(sha256,) * len(request.images),
        estimate=Estimate(price, price),
        cost=price,
        variants=variants,
        remote_job_id=f"remote-{number}",
        raw='{"status": "COMPLETED", "images": []}',
    )


def _source(
    folders: AppFolders, number: int, chance: random.Random, earlier: list[tuple[Path, str]]
) -> tuple[Path, str]:
    if earlier and chance.random() < 0.2:
        return chance.choice(earlier)
    photo = number // 3  # some three requests for each photo
    path = folders.home / "photos" / f"2026-{photo % 12 + 1:02}" / f"IMG_{photo:05}.jpg"
    return path, hashlib.sha256(f"photo {photo}".encode()).hexdigest()


def _request(source: Path, chance: random.Random) -> StudioRequest:
    people = tuple(chance.sample(sorted(PEOPLE), chance.choice((0, 0, 0, 1, 1, 2))))
    prompt = f"{chance.choice(CHANGES)}, {chance.choice(SUBJECTS)} in {chance.choice(LIGHTS)}"
    prompt += f", take {chance.randint(1, 3000)}"
    kind = chance.random()
    if kind < 0.4:
        return EnhanceRequest(source, profile_ids=people)
    model, size = chance.choice(MODELS), chance.choice((Resolution.R1K, Resolution.R2K))
    if kind < 0.8:
        return EditRequest((source,), prompt, people, base_model=model, resolution=size)
    if kind < 0.9:
        return RemixRequest(source, source, prompt, people)
    mentioned = " ".join(f"[[{profile}]]" for profile in people)
    return GenerateRequest(f"{prompt} {mentioned}".strip(), base_model=model, resolution=size)


def _timed(job: Job, share: float) -> Job:
    when = job.created + share * (END - job.created)
    return replace(job, created=when, sent=when + 1, finished=when + 20)


def _write(database: sqlite3.Connection, job: Job) -> None:
    database.execute(
        "INSERT INTO jobs (id, client_request_id, state, sent, document) VALUES (?, ?, ?, ?, ?)",
        (job.id, job.client_request_id, job.state, job.sent, job_to_json(job)),
    )


def _mark(database: sqlite3.Connection, chance: random.Random) -> None:
    rows = database.execute("SELECT number FROM pictures ORDER BY number").fetchall()
    marks = [
        (
            chance.choice((0, 0, 0, 0, 1, 2, 3, 3, 4, 5)),
            chance.choice(("", "", "", "pick", "reject")),
            chance.choice(("", "", "", "", "", "red", "yellow", "green", "blue", "purple")),
            chance.randint(300_000, 3_000_000),
            number,
        )
        for (number,) in rows
    ]
    database.execute("BEGIN")
    database.executemany(
        "UPDATE pictures SET stars = ?, flag = ?, label = ?,"
        " bytes = CASE WHEN bytes = 0 THEN ? ELSE bytes END WHERE number = ?",
        marks,
    )
    database.execute("UPDATE pictures SET width = 6000, height = 4000 WHERE kind = 'photo'")
    database.execute("COMMIT")


def _jpegs(folder: Path) -> list[Path]:
    """Write two dozen small pictures that can be told apart."""
    from PIL import Image, ImageDraw

    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for n in range(24):
        path = folder / f"{n}.jpg"
        size = (320, 240) if n % 3 else (240, 320)
        picture = Image.new("RGB", size, (40 + n * 8, 200 - n * 7, 60 + n * 5 % 190))
        draw = ImageDraw.Draw(picture)
        for line in range(0, 320, 8 + n):
            draw.line((line, 0, 320 - line, 320), fill=(n * 10, 255 - n * 5, line % 255), width=2)
        picture.save(path, quality=85)
        made.append(path)
    return made


if __name__ == "__main__":
    began = time.perf_counter()
    fill(Path(sys.argv[1]), int(sys.argv[2]), thumbnails="--thumbnails" in sys.argv)
    print(f"{time.perf_counter() - began:.1f} s")
