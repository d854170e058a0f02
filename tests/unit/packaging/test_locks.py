"""The locks hold versions and hashes for every supported Python, and no addresses."""

from __future__ import annotations

import itertools
import re
import tomllib
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[3]
RUN = ROOT / "packaging" / "requirements.lock"
TEST = ROOT / "packaging" / "requirements-test.lock"
PYTHONS = ("3.11", "3.12", "3.13")


def pins(lock: Path, python: str, system: str = "linux") -> dict[str, str]:
    """Return name → version of what ``lock`` installs on ``python``."""
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.4",
        "sys_platform": system,
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    found: dict[str, str] = {}
    for line in re.findall(r"^[^#\s].*$", lock.read_text("utf-8"), re.MULTILINE):
        wanted = Requirement(line.removesuffix("\\").strip())
        if wanted.marker is None or wanted.marker.evaluate(environment):
            assert wanted.name not in found, f"{wanted.name} twice"
            found[wanted.name] = str(wanted.specifier).removeprefix("==")
    return found


@pytest.mark.parametrize("lock", [RUN, TEST], ids=lambda path: path.name)
def test_a_lock_holds_hashes_and_no_addresses(lock: Path) -> None:
    text = lock.read_text("utf-8")
    assert not re.search(r"://|file:|--(extra-)?index|--find-links|@", text)
    for entry in re.split(r"\n(?=[^\s#])", text.partition("lock\n")[2].strip()):
        assert re.match(r"[a-z0-9-]+==[0-9][^\s]*( ; [^\\]+)? \\\n +--hash=sha256:", entry), entry


@pytest.mark.parametrize("python", PYTHONS)
def test_the_test_lock_runs_the_same_versions(python: str) -> None:
    run, test = pins(RUN, python), pins(TEST, python)
    assert run == {name: test.get(name) for name in run}


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize(("lock", "group"), [(RUN, None), (TEST, "test")])
def test_a_lock_answers_the_project(lock: Path, group: str | None, python: str) -> None:
    document = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = [*document["project"]["dependencies"]]
    wanted += document["dependency-groups"][group] if group else []
    extras = document["project"]["optional-dependencies"]
    # Everybody opens every photo; to sign exports is a person's own choice.
    names = ("heif", "raw") if group is None else tuple(extras)
    wanted += itertools.chain.from_iterable(extras[name] for name in names)
    held = pins(lock, python)
    for text in wanted:
        requirement = Requirement(text)
        environment = {"python_version": python, "sys_platform": "linux"}
        if requirement.marker and not requirement.marker.evaluate(environment):
            continue
        assert requirement.specifier.contains(held[canonicalize_name(requirement.name)]), text


def test_qt_does_not_abort_on_python_3_11() -> None:
    assert pins(RUN, "3.11")["pyside6-essentials"].startswith("6.11.")
    assert pins(RUN, "3.11")["shiboken6"] == pins(RUN, "3.11")["pyside6-essentials"]


def test_markers_are_only_about_python_and_system() -> None:
    texts = re.findall(r" ; (.+?) \\$", RUN.read_text("utf-8"), re.MULTILINE)
    assert texts
    for text in texts:
        assert Marker(text)
        assert "extra" not in text
