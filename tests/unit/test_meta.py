"""Rules about the code itself that no single module's test can hold."""

from __future__ import annotations

import ast
import importlib.metadata
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

from phota_desktop import __version__
from phota_desktop.core.errors import WORDS, ErrorKind

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "phota_desktop"
MODULES = sorted(PACKAGE.rglob("*.py"))
HEAVY = ("numpy", "cv2", "PIL", "httpx", "keyring", "starlette", "uvicorn", "simplejpeg")
QT_OF_LAYER = {
    "viewmodels": {"QtCore", "QtGui"},
    "ui": {"QtCore", "QtDBus", "QtGui", "QtSvg", "QtWidgets"},
    "app.py": {"QtCore", "QtGui", "QtWidgets"},
    "single_instance.py": {"QtCore", "QtNetwork"},
}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def loaded_after(code: str) -> set[str]:
    """Return the names of all modules that a fresh interpreter has loaded after ``code``."""
    told = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert told.returncode == 0, told.stderr
    return set(told.stdout.split())


def import_of_all(*packages: str) -> str:
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for package in packages
        for path in sorted((PACKAGE / package).rglob("*.py"))
    ]
    return "\n".join(f"import {name}" for name in names)


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_says_in_one_sentence_what_it_is(path: Path) -> None:
    said = ast.get_docstring(tree(path))
    assert said, "no docstring"
    assert said.partition("\n\n")[0].endswith("."), said


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_stays_readable(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 400


def test_the_median_module_is_short() -> None:
    lengths = sorted(len(path.read_text("utf-8").splitlines()) for path in MODULES)
    assert lengths[len(lengths) // 2] < 150


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_layer_takes_only_its_part_of_qt(path: Path) -> None:
    room = path.relative_to(PACKAGE).parts[0]
    allowed = QT_OF_LAYER.get(room, set())
    taken: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "PySide6":
                taken |= {alias.name for alias in node.names}
            elif node.module.startswith("PySide6."):
                taken.add(node.module.split(".")[1])
        elif isinstance(node, ast.Import):
            taken |= {
                alias.name.partition(".")[2].partition(".")[0] or "all of PySide6"
                for alias in node.names
                if alias.name.split(".")[0] == "PySide6"
            }
    assert taken <= allowed


@pytest.mark.parametrize("path", sorted((PACKAGE / "ui").rglob("*.py")), ids=named)
def test_no_widget_is_async(path: Path) -> None:
    assert not [
        node.name for node in ast.walk(tree(path)) if isinstance(node, ast.AsyncFunctionDef)
    ]


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_no_nested_qt_loop_runs_under_asyncio(path: Path) -> None:
    called = {
        ast.unparse(node.func)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr in ("exec", "exec_", "processEvents")
    }
    # A drag has no other way and starts in a mouse event; app.py waits before asyncio is there.
    allowed = {"drag.exec"} | ({"loop.exec"} if path.name == "app.py" else set())
    assert called <= allowed


def test_services_and_below_load_no_qt() -> None:
    below = ("core", "api", "store", "imaging", "engine", "services")
    loaded = loaded_after(import_of_all(*below))
    assert "phota_desktop.services.queue" in loaded
    assert not {name for name in loaded if name.startswith(("PySide6", "shiboken6", "qasync"))}


def test_the_command_line_loads_no_qt() -> None:
    loaded = loaded_after(import_of_all("cli"))
    assert not {name for name in loaded if name.startswith(("PySide6", "shiboken6", "qasync"))}


def test_the_view_models_load_no_widgets() -> None:
    loaded = loaded_after(import_of_all("viewmodels"))
    assert "PySide6.QtWidgets" not in loaded


def test_the_way_to_the_window_loads_nothing_heavy() -> None:
    loaded = loaded_after(
        "import phota_desktop.__main__, phota_desktop.preflight, phota_desktop.app\n"
        "import phota_desktop.viewmodels.images, phota_desktop.ui.main_window"
    )
    assert "PySide6.QtWidgets" in loaded
    assert sorted(loaded & {*HEAVY, "asyncio", "ssl", "sqlite3"}) == []


def test_every_error_kind_has_words() -> None:
    assert set(WORDS) == set(ErrorKind)
    for words in WORDS.values():
        assert words.message.endswith(".")


def test_the_version_stands_in_one_place() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert "version" not in project
    assert project["dynamic"] == ["version"]
    written = [path for path in MODULES if __version__ in path.read_text("utf-8")]
    assert written == [PACKAGE / "__init__.py"]


def test_an_installed_copy_has_the_same_version() -> None:
    try:
        installed = importlib.metadata.version("phota-desktop")
    except importlib.metadata.PackageNotFoundError:
        return  # a checkout that dev.py runs is not installed
    assert installed == __version__
