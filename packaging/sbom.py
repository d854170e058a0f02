"""Writes a bill of materials (CycloneDX 1.6, JSON) of what a lock installs; standard library only.

Names, versions, markers and hashes are the lock's; licences and who needs whom are what the
installed packages say of themselves.
"""

from __future__ import annotations

import json
import os
import re
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

_ENTRY = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)(?:\s*;\s*(.*?))?\s*\\?$")
_HASH = re.compile(r"--hash=(sha\d+):([0-9a-f]+)")
_WANTED = re.compile(r"^([A-Za-z0-9._-]+)")
_LONGEST_NAME = 80
"""Characters; a longer "licence" is a licence's whole text."""
_NAMES = {"sha256": "SHA-256", "sha384": "SHA-384", "sha512": "SHA-512"}
_SPACE = uuid.UUID("5a0d3f5e-3f4b-5d0a-9c61-0f2d7a8b9e11")


@dataclass
class Locked:
    """One entry of a lock: a package in the version for the systems that ``marker`` names."""

    name: str
    version: str
    marker: str = ""
    hashes: list[tuple[str, str]] = field(default_factory=list)

    @property
    def purl(self) -> str:
        """The package's name in the way that all such bills use; no address."""
        return f"pkg:pypi/{self.name}@{self.version}"


def read_lock(text: str) -> list[Locked]:
    """Return the entries of a lock; ValueError for a line that is none, or one without a hash."""
    found: list[Locked] = []
    for line in text.splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        digest = _HASH.match(line)
        entry = _ENTRY.match(line)
        if digest and found:
            found[-1].hashes.append((digest[1], digest[2]))
        elif entry:
            found.append(Locked(normal(entry[1]), entry[2], entry[3] or ""))
        else:
            raise ValueError(f"not understood in the lock: {line}")
    for one in found:
        if not one.hashes:
            raise ValueError(f"{one.name} {one.version} has no hash")
    return found


def normal(name: str) -> str:
    """Return a package's name as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def bill(lock: Path, site_packages: Path, version: str, licence: str) -> dict[str, object]:
    """Return the bill of what ``lock`` installs, as JSON's own types."""
    text = lock.read_text("utf-8")
    entries = read_lock(text)
    known = {normal(one.metadata["Name"]): one for one in _installed(site_packages)}
    root = f"pkg:pypi/phota-desktop@{version}"
    by_name: dict[str, list[Locked]] = {}
    for entry in entries:
        by_name.setdefault(entry.name, []).append(entry)
    needs: list[dict[str, object]] = [{"ref": root, "dependsOn": sorted(e.purl for e in entries)}]
    for entry in entries:
        found = _matching(known, entry)
        wanted = _requirements(found) & set(by_name) if found else set()
        refs = sorted(one.purl for name in wanted for one in by_name[name])
        needs.append({"ref": entry.purl, "dependsOn": refs})
    number = uuid.uuid5(_SPACE, f"{root}\n{text}")
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{number}",
        "version": 1,
        "metadata": {
            "timestamp": _moment(),
            "tools": {"components": [{"type": "application", "name": "packaging/sbom.py"}]},
            "component": {
                "type": "application",
                "bom-ref": root,
                "name": "phota-desktop",
                "version": version,
                "purl": root,
                "licenses": [{"license": {"id": licence}}],
            },
        },
        "components": [_component(entry, known.get(entry.name)) for entry in entries],
        "dependencies": needs,
    }


def _component(entry: Locked, found: metadata.Distribution | None) -> dict[str, object]:
    here = found.version if found else "no"
    properties = [{"name": "phota:installed-here", "value": here}]
    if entry.marker:
        properties.append({"name": "phota:marker", "value": entry.marker})
    made: dict[str, object] = {
        "type": "library",
        "bom-ref": entry.purl,
        "name": entry.name,
        "version": entry.version,
        "purl": entry.purl,
        "scope": "required",
        "hashes": [{"alg": _NAMES[name], "content": value} for name, value in entry.hashes],
        "properties": properties,
    }
    licences = licences_of(found) if found else []
    if licences:
        made["licenses"] = licences
    return made


def licences_of(found: metadata.Distribution) -> list[dict[str, object]]:
    """Return what a package says of its licence: an expression, else its names."""
    said = found.metadata
    for expression in said.get_all("License-Expression") or []:
        return [{"expression": expression}]
    marks = (one for one in said.get_all("Classifier") or [] if one.startswith("License ::"))
    names = sorted({one.rpartition(" :: ")[2] for one in marks} - {"OSI Approved"})
    if not names:
        texts = (text.strip() for text in said.get_all("License") or [])
        names = [text for text in texts if text and "\n" not in text][:1]
        names = [name for name in names if len(name) <= _LONGEST_NAME]
    return [{"license": {"name": name}} for name in names]


def _installed(site_packages: Path) -> Iterable[metadata.Distribution]:
    return metadata.distributions(path=[str(site_packages)])


def _matching(
    known: dict[str, metadata.Distribution], entry: Locked
) -> metadata.Distribution | None:
    """Return the installed package if it is of the locked version: else it says nothing of it."""
    found = known.get(entry.name)
    return found if found is not None and found.version == entry.version else None


def _requirements(found: metadata.Distribution) -> set[str]:
    """Return whom a package needs without its extras, whatever the system."""
    names = set()
    for text in found.requires or []:
        wanted = _WANTED.match(text)
        if wanted and "extra ==" not in text.replace("extra==", "extra =="):
            names.add(normal(wanted[1]))
    return names


def _moment() -> str:
    """Return now, or the moment that reproducible builds are given."""
    seconds = float(os.environ.get("SOURCE_DATE_EPOCH") or time.time())
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def written(document: dict[str, object]) -> str:
    """Return the bill as the text of its file."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
