"""The security rules at zero: every exception has its reason here, and some things never are."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SOURCES = sorted([*(ROOT / "phota_desktop").rglob("*.py"), *(ROOT / "packaging").rglob("*.py")])

_OURS = "the SQL is put together of our own names; every value is bound"
_DRAWN = "spreads retries in time; nobody must be unable to guess it"
_TYPES = "tells the type checker; nothing depends on it"
REASONS = {
    ("packaging/dev.py", "S606"): "starts the program in this one's place, without a shell",
    ("phota_desktop/api/download.py", "S311"): _DRAWN,
    ("phota_desktop/api/spill.py", "S101"): _TYPES,
    ("phota_desktop/api/streams.py", "S101"): _TYPES,
    ("phota_desktop/bytecode.py", "S302"): "our own file of compiled code, as Python's own are",
    ("phota_desktop/cli/stopping.py", "S101"): _TYPES,
    ("phota_desktop/decoder/warming.py", "S101"): _TYPES,
    ("phota_desktop/imaging/cage.py", "S603"): "our own interpreter and bwrap, by whole paths",
    ("phota_desktop/services/collecting.py", "S311"): _DRAWN,
    ("phota_desktop/services/queue.py", "S101"): _TYPES,
    ("phota_desktop/services/runner.py", "S101"): _TYPES,
    ("phota_desktop/services/runner.py", "S311"): _DRAWN,
    ("phota_desktop/services/training_photos.py", "S101"): _TYPES,
    ("phota_desktop/services/training_steps.py", "S311"): _DRAWN,
    ("phota_desktop/store/bucket_keys.py", "S105"): "the name of a variable, not what is in it",
    ("phota_desktop/store/charges.py", "S608"): _OURS,
    ("phota_desktop/store/disposals.py", "S608"): _OURS,
    ("phota_desktop/store/journal.py", "S608"): _OURS,
    ("phota_desktop/store/looking.py", "S608"): _OURS,
    ("phota_desktop/store/notebook.py", "S608"): _OURS,
    ("phota_desktop/store/picture_index.py", "S608"): _OURS,
    ("phota_desktop/store/picture_search.py", "S608"): _OURS,
    ("phota_desktop/store/pictures.py", "S101"): _TYPES,
    ("phota_desktop/store/pictures.py", "S608"): _OURS,
    ("phota_desktop/store/trainings.py", "S608"): _OURS,
}
FOR_FOLDERS = {
    ("tests/**", "S101"): "tests assert",
    ("tests/**", "S603"): "tests start the program",
    ("tests/**", "S607"): "tests start tools by their names",
    ("packaging/**", "S101"): "smoke tests assert",
    ("packaging/**", "S603"): "these start pip, uv and the program",
    ("packaging/**", "S607"): "these start apt-get by its name",
}
ALLOWED = {
    "phota_desktop/bytecode.py": {"imports marshal"},  # our own file, see above
    "phota_desktop/decoder/warming.py": {"calls __import__"},  # of two names that stand there
}

_MODULES = ("pickle", "dill", "shelve", "cPickle", "jsonpickle", "yaml", "xmlrpc", "telnetlib")
_CALLS = ("eval", "exec", "compile", "__import__")
_ATTRIBUTES = (
    *("os.system", "os.popen", "os.spawnl", "ssl._create_unverified_context", "ssl.CERT_NONE"),
    *(
        "numpy.fromregex",
        "tempfile.mktemp",
        "subprocess.getoutput",
        "asyncio.create_subprocess_shell",
    ),
)
_QML = ("QtQml", "QtQuick", "QtWebEngineWidgets", "QtWebEngineCore", "QtScript")


def excused(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (file, rule) for every security rule that a line of ``path`` asks to be spared."""
    name = path.relative_to(ROOT).as_posix()
    text = path.read_text("utf-8")
    for token in tokenize.generate_tokens(StringIO(text).readline):
        if token.type != tokenize.COMMENT or "noqa" not in token.string:
            continue
        found = re.search(r"noqa:\s*([A-Z]+\d+(?:[,\s]+[A-Z]+\d+)*)", token.string)
        assert found, f"{name}:{token.start[0]} spares everything"
        for rule in re.findall(r"[A-Z]+\d+", found[1]):
            if re.fullmatch(r"S\d+", rule):
                yield name, rule


def dangers(tree: ast.AST) -> list[str]:
    """Return what a module does that none of ours may."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names]
            inside = node.module or "" if isinstance(node, ast.ImportFrom) else ""
            parts = {part for name in [inside, *names] for part in name.split(".")}
            found += [f"imports {one}" for one in (*_MODULES, *_QML, "marshal") if one in parts]
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if isinstance(node.func, ast.Name) and called in _CALLS:
                found.append(f"calls {called}")
            found += [
                f"passes {danger}" for keyword in node.keywords if (danger := _danger(keyword))
            ]
            if called.endswith(("np.load", "numpy.load")):
                found.append("loads an array file")
        elif isinstance(node, ast.Attribute):
            name = ast.unparse(node)
            found += [f"uses {one}" for one in _ATTRIBUTES if name.endswith(one)]
        elif isinstance(node, ast.Assign):
            value = node.value.value if isinstance(node.value, ast.Constant) else None
            names = [ast.unparse(target) for target in node.targets]
            if value is False and any(name.endswith(".check_hostname") for name in names):
                found.append("checks no host name")
    return found


def _danger(keyword: ast.keyword) -> str:
    value = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
    if keyword.arg == "shell" and value is not False:
        return "shell"
    if keyword.arg == "verify" and value is False:
        return "verify=False"
    if keyword.arg == "allow_pickle" and value is not False:
        return "allow_pickle"
    if keyword.arg in ("follow_redirects", "trust_env") and value is True:
        return f"{keyword.arg}=True"
    return ""


def test_every_exception_to_a_security_rule_has_its_reason() -> None:
    asked = {pair for path in SOURCES for pair in excused(path)}
    assert not asked - REASONS.keys(), "a line with noqa: S… needs its reason in REASONS above"
    stale = {pair for pair in REASONS.keys() - asked if (ROOT / pair[0]).exists()}
    assert not stale, "these need no reason any more"


def test_whole_folders_are_spared_by_the_same_rule() -> None:
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["ruff"]["lint"]
    assert "S" in lint["select"]
    assert "RUF" in lint["select"], "an exception that nothing needs is told by RUF100"
    spared = {
        (folder, rule)
        for folder, rules in lint["per-file-ignores"].items()
        for rule in rules
        if re.fullmatch(r"S\d*", rule)
    }
    assert spared == FOR_FOLDERS.keys()
    assert not [rule for rule in lint["ignore"] if re.fullmatch(r"S\d*", rule)]


def test_the_security_rules_are_at_zero() -> None:
    command = [sys.executable, "-m", "ruff", "check", "--select", "S", "--no-cache", "."]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_source_does_what_none_may(path: Path) -> None:
    found = dangers(ast.parse(path.read_text("utf-8")))
    assert set(found) <= ALLOWED.get(path.relative_to(ROOT).as_posix(), set())


@pytest.mark.parametrize(
    "planted",
    [
        "import pickle",
        "from multiprocessing import reduction, pickle",
        "import marshal",
        "eval(words)",
        "exec(words)",
        "__import__(name)",
        "subprocess.run(words, shell=True)",
        "subprocess.run(words, shell=bool(1))",
        "os.system(words)",
        "httpx.get(url, verify=False)",
        "client = httpx.AsyncClient(follow_redirects=True)",
        "httpx.Client(trust_env=True)",
        "context.check_hostname = False",
        "context.verify_mode = ssl.CERT_NONE",
        "ssl._create_unverified_context()",
        "np.load(path)",
        "numpy.load(path, allow_pickle=True)",
        "from PySide6.QtQml import QQmlEngine",
        "import yaml",
    ],
)
def test_a_planted_danger_is_found(planted: str) -> None:
    assert dangers(ast.parse(planted))


@pytest.mark.parametrize(
    "harmless",
    ["re.compile(words)", "json.load(file)", "loop.exec()", "subprocess.run(w, shell=False)"],
)
def test_what_is_harmless_is_left_alone(harmless: str) -> None:
    assert dangers(ast.parse(harmless)) == []
