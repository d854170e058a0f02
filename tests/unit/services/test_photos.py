"""Opening photos: what is taken, what is passed over, and what is said."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from phota_desktop.core.errors import ErrorKind
from phota_desktop.services.photos import keep_pasted, open_paths


def _photo(path: Path, colour: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (40, 30), colour).save(path)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    _photo(tmp_path / "f" / "b.jpg", "red")
    _photo(tmp_path / "f" / "A.png", "green")
    _photo(tmp_path / "f" / "copy of b.jpg", "red")
    _photo(tmp_path / "f" / ".hidden.jpg", "blue")
    _photo(tmp_path / "f" / "sub" / "c.jpg", "yellow")
    (tmp_path / "f" / "notes.txt").write_text("no photo")
    return tmp_path / "f"


def test_a_folder_gives_its_photos_each_content_once(folder: Path) -> None:
    found = open_paths([folder])
    assert [path.name for path in found.photos] == ["A.png", "b.jpg"]
    assert [path.name for path in found.folders] == ["sub"]
    assert not found.problems


def test_subfolders_only_when_asked(folder: Path) -> None:
    names = [path.name for path in open_paths([folder], recursive=True).photos]
    assert names == ["A.png", "b.jpg", "c.jpg"]


def test_a_loop_of_links_ends(folder: Path) -> None:
    (folder / "sub" / "loop").symlink_to(folder)
    assert len(open_paths([folder], recursive=True).photos) == 3


def test_links_into_nowhere_and_loops_of_links_stop_nothing(folder: Path) -> None:
    (folder / "gone.jpg").symlink_to("nowhere.jpg")
    (folder / "itself.jpg").symlink_to("itself.jpg")
    os.mkfifo(folder / "pipe.jpg")
    found = open_paths([folder, folder / "gone.jpg", folder / "itself.jpg", folder / "pipe.jpg"])
    assert [path.name for path in found.photos] == ["A.png", "b.jpg"]
    assert len(found.problems) == 3


def test_a_name_that_no_disk_takes_is_a_problem_of_its_own(folder: Path) -> None:
    found = open_paths([folder / ("x" * 300), folder / "b.jpg"])
    assert [path.name for path in found.photos] == ["b.jpg"]
    assert len(found.problems) == 1


def test_copies_are_kept_where_every_file_counts(folder: Path) -> None:
    found = open_paths([folder / "b.jpg", folder / "copy of b.jpg"], unique=False)
    assert len(found.photos) == 2


def test_a_named_file_that_is_no_photo_is_said_and_the_others_stay(folder: Path) -> None:
    named = [folder / "notes.txt", folder / "gone.jpg", folder / "b.jpg"]
    found = open_paths(named)
    assert [path.name for path in found.photos] == ["b.jpg"]
    assert [problem.kind for problem in found.problems] == [ErrorKind.BAD_IMAGE] * 2
    assert found.refused == (str(named[0]), str(named[1]))
    assert "notes.txt" in found.problems[0].message


def test_what_is_open_already_is_not_repeated(folder: Path) -> None:
    assert not open_paths([folder / "b.jpg"], known=[folder / "b.jpg"]).photos


def test_a_pasted_picture_becomes_a_file(tmp_path: Path) -> None:
    data = _photo(tmp_path / "x.png", "red").read_bytes()
    kept = keep_pasted(data, tmp_path / "pasted")
    assert kept.read_bytes() == data
    assert kept.suffix == ".png"
