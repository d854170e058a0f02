"""What may not be installed, and in which versions at least: the floors of reliability.md."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[3]
LOCKS = [ROOT / "packaging" / name for name in ("requirements.lock", "requirements-test.lock")]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

FLOORS = {
    "pillow": "13.0.0",  # older JPEG decoders have critical overflows
    "keyring": "25.7",
    "pi-heif": "1.1",  # see also the version of libheif below
}
NEVER = {
    "keyrings-alt": "keeps keys in plain files",
    "pyside6": "brings the add-ons, and opens PDFs as images",
    "pyside6-addons": "parts that nobody needs read foreign data",
    "pillow-heif": "its wheels hold a GPL encoder",
    "pyexiv2": "GPL",
}
OLD_PYTHON = {"python_version": "3.11", "python_full_version": "3.11.9", "sys_platform": "linux"}
MOST_DIRECT = 25
MOST_INSTALLED = 40


def pins(lock: Path) -> list[tuple[str, Version, str]]:
    """Return (name, version, marker) of every line of a lock."""
    found = []
    for line in re.findall(r"^[^#\s].*$", lock.read_text("utf-8"), re.MULTILINE):
        wanted = Requirement(line.removesuffix("\\").strip())
        version = Version(str(wanted.specifier).removeprefix("=="))
        found.append((wanted.name, version, str(wanted.marker or "")))
    return found


def faults(lock: list[tuple[str, Version, str]]) -> list[str]:
    """Return what is wrong with the lines of a lock."""
    found = [f"{name}: {NEVER[name]}" for name, _, _ in lock if name in NEVER]
    for name, version, marker in lock:
        if name in FLOORS and version < Version(FLOORS[name]):
            found.append(f"{name} {version} is below {FLOORS[name]}")
        aborts = name in ("pyside6-essentials", "shiboken6") and version >= Version("6.12")
        if aborts and (not marker or Marker(marker).evaluate(OLD_PYTHON)):
            found.append(f"{name} {version} aborts Python 3.11")
    missing = FLOORS.keys() - {name for name, _, _ in lock}
    return found + [f"{name} is missing" for name in sorted(missing)]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_is_above_every_floor(lock: Path) -> None:
    assert faults(pins(lock)) == []


@pytest.mark.parametrize(
    ("name", "version", "marker", "said"),
    [
        ("pillow", "12.9.9", "", "below"),
        ("keyring", "25.6", "", "below"),
        ("keyrings-alt", "5.0", "", "plain files"),
        ("pyside6-addons", "6.11.3", "", "foreign"),
        ("pyside6-essentials", "6.12.0", "", "aborts"),
        ("shiboken6", "6.12.1", "python_full_version < '3.12'", "aborts"),
    ],
)
def test_a_planted_package_is_found(name: str, version: str, marker: str, said: str) -> None:
    planted = [one for one in pins(LOCKS[0]) if one[0] != name]
    planted.append((name, Version(version), marker))
    assert any(said in fault for fault in faults(planted))


def test_the_project_itself_asks_for_the_floors() -> None:
    wanted = {}
    extras = PROJECT["optional-dependencies"]
    for text in [*PROJECT["dependencies"], *extras["heif"], *extras["raw"]]:
        requirement = Requirement(text)
        wanted.setdefault(requirement.name.lower(), []).append(requirement)
    assert len(wanted) <= MOST_DIRECT
    assert not NEVER.keys() & wanted.keys()
    for name, floor in FLOORS.items():
        for requirement in wanted[name]:
            assert not requirement.specifier.contains(_below(floor)), name
    for requirement in wanted["pyside6-essentials"]:
        old = requirement.marker is not None and requirement.marker.evaluate(
            {"python_version": "3.11"}
        )
        assert requirement.specifier.contains("6.12.0") is not old


def _below(floor: str) -> str:
    first, *rest = floor.split(".")
    return f"{int(first) - 1}.99" if not any(map(int, rest)) else f"{first}.0"


def test_no_more_is_installed_than_a_person_can_know() -> None:
    here = 0
    for line in re.findall(r"^[^#\s].*$", LOCKS[0].read_text("utf-8"), re.MULTILINE):
        marker = Requirement(line.removesuffix("\\").strip()).marker
        here += marker is None or marker.evaluate(OLD_PYTHON)
    assert here <= MOST_INSTALLED


def test_what_runs_here_is_above_the_floors_too() -> None:
    for name, floor in FLOORS.items():
        assert Version(metadata.version(name)) >= Version(floor), name
    for name in NEVER:
        with pytest.raises(metadata.PackageNotFoundError):
            metadata.version(name)
    import pi_heif

    assert Version(pi_heif.libheif_version()) >= Version("1.23")
