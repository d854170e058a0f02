"""Killed anywhere between twelve photos and a profile: one profile, one charge, no photo left."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest

from tests.fake_bucket import KEY_ID, SECRET, start_moto
from tests.fake_phota.running import KEY
from tests.faults.gate import Hold
from tests.faults.training import PHOTOS, Point, Trainee, photographs

WORKERS = 2
LONG = 600.0
ADD, ASK = "/profiles/add$", "/profiles/(ids|prof)"
UPLOAD = r"\.jpg"

POINTS = [
    Point("before the first upload", "bucket", Hold("PUT", UPLOAD)),
    Point("after the first upload", "bucket", Hold("PUT", UPLOAD, 1, after=True)),
    Point("after six uploads", "bucket", Hold("PUT", UPLOAD, 7)),
    Point("after the last upload", "bucket", Hold("PUT", UPLOAD, PHOTOS, after=True)),
    Point("sent, but lost on the way", "phota", Hold("POST", ADD)),
    Point("sent, and made after the kill", "phota", Hold("POST", ADD, lets_go=True)),
    Point("made, and its answer lost", "phota", Hold("POST", ADD, after=True)),
    Point("validating", "phota", Hold("GET", ASK), {"validating_seconds": LONG}),
    Point("queuing", "phota", Hold("GET", ASK, after=True), {"queuing_seconds": LONG}),
    Point("training", "phota", Hold("GET", ASK, after=True), {"in_progress_seconds": LONG}),
    Point("ready, before it is known", "phota", Hold("GET", ASK, after=True)),
    Point("ready, before the cleaning", "bucket", Hold("DELETE", UPLOAD)),
    Point("amid the cleaning", "bucket", Hold("DELETE", UPLOAD, 6, after=True)),
    Point("at the end of the cleaning", "bucket", Hold("DELETE", UPLOAD, PHOTOS, after=True)),
    Point(
        "amid the uploads, and amid their cleaning",
        *("bucket", Hold("PUT", UPLOAD, 7), {}),
        ("bucket", Hold("DELETE", UPLOAD, 3, after=True)),
    ),
    Point(
        "amid the uploads, and when it is sent again",
        *("bucket", Hold("PUT", UPLOAD, 7), {}),
        ("phota", Hold("POST", ADD, after=True)),
    ),
    Point(
        "its answer lost, and then its looks",
        *("phota", Hold("POST", ADD, after=True), {}),
        ("phota", Hold("GET", ASK, after=True)),
    ),
]

One = TypeVar("One")
Outcome = tuple[str, list[str], int]


def _each(work: Callable[[One], Outcome], things: Sequence[One]) -> list[Outcome]:
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(work, things))


@pytest.mark.timeout(300)
@pytest.mark.faults
def test_a_kill_at_any_step_costs_nothing(tmp_path: Path) -> None:
    photos = photographs(tmp_path / "photos")

    def killed(point: Point) -> Outcome:
        folder = tmp_path / point.name.replace(" ", "-")
        with Trainee(folder, moto, photos).open() as trainee:
            trainee.kill_at(point)
            trainee.finish()
            return point.name, trainee.problems(), trainee.kills

    with start_moto() as moto:
        found = _each(killed, POINTS)
    assert [(name, problems) for name, problems, _ in found if problems] == []
    assert sum(kills for *_, kills in found) == len(POINTS) + sum(1 for p in POINTS if p.then)


def _point(name: str) -> Point:
    return next(point for point in POINTS if point.name == name)


@pytest.mark.timeout(300)
@pytest.mark.faults
def test_every_way_back_after_a_kill_costs_nothing(tmp_path: Path) -> None:
    """A person adds the same photos once more, or two programs take the training up at once."""
    photos = photographs(tmp_path / "photos")

    def killed(way: tuple[str, int, str]) -> Outcome:
        name, programs, verb = way
        with Trainee(tmp_path / f"{name}-{programs}".replace(" ", "-"), moto, photos).open() as it:
            it.kill_at(_point(name))
            it.age()
            words = it.add() if verb == "add" else ["resume", "--yes"]
            with ThreadPoolExecutor(programs) as pool:
                list(pool.map(lambda _: it.run(*words), range(programs)))
            it.finish()
            return f"{name}, {programs} times {verb}", it.problems(), it.kills

    names = ("after six uploads", "made, and its answer lost", "training")
    ways = [(name, *how) for name in names for how in ((1, "add"), (2, "resume"))]
    with start_moto() as moto:
        found = _each(killed, ways)
    assert [(name, problems) for name, problems, _ in found if problems] == []


@pytest.mark.timeout(300)
@pytest.mark.faults
def test_kills_at_random_moments_cost_nothing(tmp_path: Path) -> None:
    rounds = max(2, int(os.environ.get("PHOTA_TEST_KILLS", "200")) // 25)
    photos = photographs(tmp_path / "photos")

    def killed(seed: int) -> Outcome:
        dice = random.Random(seed)  # noqa: S311  (a test)
        with Trainee(tmp_path / str(seed), moto, photos).open() as trainee:
            trainee.kill_after(dice.uniform(0.4, 1.8), *trainee.add())
            trainee.finish(dice)
            return str(seed), trainee.problems(), trainee.kills

    with start_moto() as moto:
        found = _each(killed, range(rounds))
    assert [(name, problems) for name, problems, _ in found if problems] == []
    assert sum(kills for *_, kills in found) >= rounds // 2


@pytest.mark.timeout(120)
@pytest.mark.faults
def test_a_fresh_tag_without_asking_is_caught(tmp_path: Path) -> None:
    photos = photographs(tmp_path / "photos")
    with start_moto() as moto, Trainee(tmp_path / "it", moto, photos, "fresh-tag").open() as it:
        it.kill_at(_point("made, and its answer lost"))
        it.finish()
        assert any("2 profiles were made" in problem for problem in it.problems())


@pytest.mark.parametrize(
    "text", ["x?X-Amz-Signature=1", f'{{"secret": "{SECRET}"}}', f"id {KEY_ID}", f"key {KEY}"]
)
def test_a_secret_in_any_file_is_found(tmp_path: Path, text: str) -> None:
    trainee = Trainee(tmp_path / "it", 0, [])
    assert trainee.leaks() == []
    (trainee.home / "logs").mkdir()
    (trainee.home / "logs" / "a.log").write_text(f"some {text} words")
    assert len(trainee.leaks()) == 1
