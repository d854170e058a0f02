"""Fixtures of the tests that drive the real program."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end2end.screen import Screen


@pytest.fixture
def screen() -> Iterator[Screen]:
    on = Screen()
    yield on
    on.close()


@pytest.fixture
def photographs(tmp_path: Path) -> list[Path]:
    """Copy three real photographs that ship with the test packages."""
    folder = tmp_path / "photos"
    folder.mkdir()
    found = []
    for package, inner in (
        ("sklearn", "datasets/images/china.jpg"),
        ("sklearn", "datasets/images/flower.jpg"),
        ("skimage", "data/rocket.jpg"),
    ):
        spec = importlib.util.find_spec(package)
        assert spec is not None
        assert spec.origin is not None
        copy = folder / Path(inner).name
        shutil.copy(Path(spec.origin).parent / inner, copy)
        found.append(copy)
    return found
