"""The bill of materials holds all of the lock, says what each part's licence is, and no address."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import sysconfig
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from phota_desktop import __version__

ROOT = Path(__file__).resolve().parents[3]
LOCKS = {"run": "requirements.lock", "test": "requirements-test.lock"}
WITHOUT_LICENCE = {"pywin32-ctypes", "colorama", "pyreadline3", "wmi"}
"""Packages of other systems: they are not installed here and cannot be asked."""


@pytest.fixture(scope="module")
def sbom() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sbom", ROOT / "packaging" / "sbom.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["sbom"] = module  # dataclasses look there
    spec.loader.exec_module(module)
    return module


def bill(sbom: ModuleType, lock: str) -> dict[str, Any]:
    packages = Path(sysconfig.get_path("purelib"))
    made: dict[str, Any] = json.loads(
        sbom.written(sbom.bill(ROOT / "packaging" / LOCKS[lock], packages, __version__, "MIT"))
    )
    return made


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_of_the_lock_is_in_the_bill(sbom: ModuleType, lock: str) -> None:
    text = (ROOT / "packaging" / LOCKS[lock]).read_text("utf-8")
    made = bill(sbom, lock)
    locked = re.findall(r"^([a-z0-9-]+)==([^\s;]+)", text, re.MULTILINE)
    assert [(one["name"], one["version"]) for one in made["components"]] == locked
    hashes = [each["content"] for one in made["components"] for each in one["hashes"]]
    assert hashes == re.findall(r"--hash=sha256:([0-9a-f]{64})", text)
    assert all(one["hashes"] for one in made["components"])


@pytest.mark.parametrize("lock", LOCKS)
def test_every_part_tells_its_licence_and_none_an_address(sbom: ModuleType, lock: str) -> None:
    made = bill(sbom, lock)
    silent = {one["name"] for one in made["components"] if not one.get("licenses")}
    assert silent <= WITHOUT_LICENCE
    text = json.dumps({**made, "$schema": ""})
    assert "://" not in text.replace("http://cyclonedx.org", "")
    assert str(ROOT) not in text


def test_the_bill_has_the_form_of_cyclonedx(sbom: ModuleType) -> None:
    made = bill(sbom, "run")
    assert (made["bomFormat"], made["specVersion"], made["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", made["serialNumber"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", made["metadata"]["timestamp"])
    root = made["metadata"]["component"]
    assert (root["name"], root["version"]) == ("phota-desktop", __version__)
    refs = [one["bom-ref"] for one in made["components"]]
    assert len(refs) == len(set(refs))
    known = {*refs, root["bom-ref"]}
    assert {one["ref"] for one in made["dependencies"]} == known
    assert all(set(one["dependsOn"]) <= known for one in made["dependencies"])
    for one in made["components"]:
        assert (one["type"], one["purl"]) == ("library", one["bom-ref"])
        assert re.fullmatch(r"pkg:pypi/[a-z0-9-]+@[0-9][0-9a-z.]*", one["purl"])
        for licence in one.get("licenses", []):
            assert set(licence) == {"expression"} or set(licence["license"]) == {"name"}
        if any("expression" in licence for licence in one.get("licenses", [])):
            assert len(one["licenses"]) == 1
        assert {each["alg"] for each in one["hashes"]} == {"SHA-256"}
    needs = {one["ref"].partition("@")[0]: one["dependsOn"] for one in made["dependencies"]}
    assert any("pkg:pypi/httpcore@" in one for one in needs["pkg:pypi/httpx"])


def test_the_same_lock_gives_the_same_bill(
    sbom: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795000000")
    assert bill(sbom, "run") == bill(sbom, "run")
    assert bill(sbom, "run")["serialNumber"] != bill(sbom, "test")["serialNumber"]


@pytest.mark.parametrize(
    "line",
    [
        "odd==1.0",
        "odd==1.0 \\\n    --hash=md5:00",
        "odd @ https://example.org/odd.whl",
        "odd>=1.0 \\\n    --hash=sha256:" + "0" * 64,
        "--extra-index-url somewhere",
    ],
)
def test_a_lock_that_pins_nothing_makes_no_bill(sbom: ModuleType, line: str) -> None:
    with pytest.raises(ValueError, match=r"odd|lock"):
        sbom.read_lock(line)


def test_one_command_writes_the_bill(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "packaging" / "dev.py"), "sbom"]
    whole = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert json.loads(whole.stdout)["bomFormat"] == "CycloneDX"
    file = tmp_path / "sbom.json"
    subprocess.run([*command, str(file)], check=True, cwd=tmp_path)
    assert len(json.loads(file.read_text("utf-8"))["components"]) > 20
    wrong = subprocess.run([*command, "a", "b"], capture_output=True, check=False, cwd=tmp_path)
    assert wrong.returncode == 2
