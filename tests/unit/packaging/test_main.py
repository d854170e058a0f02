"""The first arguments decide between the window and the command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from phota_desktop import __version__, environment
from phota_desktop.__main__ import VERBS, for_command_line, main, photos

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    "arguments", [[], ["photo.jpg"], ["a.jpg", "enhance"], ["./enhance"], ["--", "-odd.jpg"]]
)
def test_the_window(arguments: list[str]) -> None:
    assert not for_command_line(arguments)


@pytest.mark.parametrize(
    "arguments",
    [["enhance", "a.jpg"], ["--json", "jobs"], ["--help"], ["--version"], ["--wrong", "a.jpg"]],
)
def test_the_command_line(arguments: list[str]) -> None:
    assert for_command_line(arguments)


def test_every_verb_of_the_public_interface() -> None:
    image = {"enhance", "edit", "generate", "remix"}
    assert set(VERBS) == image | {"profiles", "bucket", "jobs", "resume", "key", "serve", "doctor"}


def test_a_photo_may_begin_with_a_dash() -> None:
    assert photos(["a.jpg", "--", "-b.jpg", "c.jpg"]) == ["a.jpg", "./-b.jpg", "c.jpg"]
    assert photos(["a.jpg"]) == ["a.jpg"]


def test_the_version_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"phota-desktop {__version__}\n"


def test_the_version_loads_nothing() -> None:
    code = "import sys; b = set(sys.modules); import phota_desktop.__main__ as m; "
    code += "m.main(['--version']); print(*sorted(set(sys.modules) - b))"
    told = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); {code}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")[1]
    assert set(told.split()) <= {"__future__", "phota_desktop", "phota_desktop.__main__"}


def test_an_unknown_option_is_wrong_usage(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # What makes a process private stays with it: this one is the tests'.
    monkeypatch.setattr(environment, "keep_private", lambda: None)
    assert main(["--wrong"]) == 2
    assert "usage" in capsys.readouterr().err
