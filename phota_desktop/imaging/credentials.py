"""Content credentials (C2PA): read, and signed anew with the file they replace as parent.

Needs the optional extra ``c2pa``. The signer's certificate is made on this machine and nobody
trusts it: readers show who it says it is and "untrusted". It tells that the file was not changed
since, and what was done to it; it does not prove who did it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from phota_desktop import __version__
from phota_desktop.core.options import Operation
from phota_desktop.core.provenance import Provenance, source_type
from phota_desktop.imaging.formats import HEAD_BYTES, PhotoFormat, sniff
from phota_desktop.imaging.signing_key import signing_key

if TYPE_CHECKING:
    import c2pa

MEDIA = {
    PhotoFormat.JPEG: "image/jpeg",
    PhotoFormat.PNG: "image/png",
    PhotoFormat.WEBP: "image/webp",
    PhotoFormat.TIFF: "image/tiff",
}
_PARENTS = {**MEDIA, PhotoFormat.HEIC: "image/heic"}
UNTRUSTED = "signingCredential.untrusted"
_SETTINGS = {
    # Nothing is fetched from anywhere, and no pictures are put in besides the picture.
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_after_sign": True},
    "builder": {"thumbnail": {"enabled": False}},
}


class State(StrEnum):
    """What can be said of a file's credentials."""

    NONE = "none"
    TRUSTED = "trusted"
    UNTRUSTED = "untrusted"
    """Unchanged since it was signed, by somebody whom nobody vouches for."""
    BROKEN = "broken"
    """Changed since, or damaged."""


@dataclass(frozen=True)
class Credentials:
    """What a file's newest manifest says; ``generator`` is the program that wrote it."""

    state: State
    generator: str = ""
    actions: tuple[str, ...] = ()
    parents: int = 0


class SigningError(Exception):
    """The file could not be signed; the words say why."""


def is_available() -> bool:
    """Tell whether the extra is installed, without loading it."""
    return find_spec("c2pa") is not None and find_spec("cryptography") is not None


def read(content: bytes) -> Credentials:
    """Read a file's credentials; no server is asked. Raises ImportError without the extra."""
    import c2pa

    kind = sniff(content[:HEAD_BYTES])
    if kind not in MEDIA:
        return Credentials(State.NONE)
    try:
        with c2pa.Context.from_dict(_SETTINGS) as context:
            found = c2pa.Reader.try_create(MEDIA[kind], BytesIO(content), context=context)
            if found is None:
                return Credentials(State.NONE)
            with found as reader:
                return _read(reader)
    except (c2pa.C2paError, ValueError):
        return Credentials(State.BROKEN)


def sign(
    content: bytes,
    provenance: Provenance,
    folder: Path,
    *,
    parent: bytes | None = None,
    source: str = "",
) -> bytes:
    """Sign a JPEG, PNG, WebP or TIFF with the key in ``folder``; return the signed file.

    ``parent`` is the file that it was made from, with its credentials where it had any; ``source``
    the source type where it is known better than from what was done. The
    manifest says that it was opened and edited (a picture made from nothing: created), with the
    source type of all that was done. Raises ``SigningError``, also for an edit without the parent:
    credentials cannot say "edited" without what was opened, and "created" would not be true.
    """
    kind = sniff(content[:HEAD_BYTES])
    if kind not in MEDIA:
        raise SigningError("This format cannot be signed.")
    parent_kind = sniff(parent[:HEAD_BYTES]) if parent else None
    if parent_kind not in _PARENTS:
        parent = None
    if parent is None and provenance.operation is not Operation.GENERATE:
        raise SigningError("The photo that it was made from is not there, or of another format.")
    try:
        import c2pa
    except ImportError as error:
        raise SigningError("Signing needs the optional c2pa extra.") from error
    try:
        key = signing_key(folder)
        info = c2pa.C2paSignerInfo(b"es256", key.chain.encode(), key.private.encode(), None)
        signed = BytesIO()
        with (
            c2pa.Context.from_dict(_SETTINGS) as context,
            c2pa.Signer.from_info(info) as signer,
            c2pa.Builder.from_json(
                json.dumps(_manifest(provenance, source, opens=parent is not None)), context
            ) as builder,
        ):
            if parent is not None and parent_kind is not None:
                ingredient = {
                    "title": provenance.source_name or "source",
                    "relationship": "parentOf",
                    "label": "parent",
                }
                builder.add_ingredient(
                    json.dumps(ingredient), _PARENTS[parent_kind], BytesIO(parent)
                )
            builder.sign(signer, MEDIA[kind], BytesIO(content), signed)
    except (c2pa.C2paError, OSError, ValueError, ImportError) as error:
        raise SigningError("The picture could not be signed.") from error
    return signed.getvalue()


def _manifest(provenance: Provenance, source: str, *, opens: bool) -> dict[str, object]:
    when = datetime.fromtimestamp(provenance.made, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    agent = {"name": "Phota" if provenance.engine.value == "phota" else "Phota Desktop"}
    last: dict[str, object] = {
        "action": "c2pa.edited",
        "digitalSourceType": source or str(source_type(provenance.done)),
        "softwareAgent": agent,
        "parameters": {"description": provenance.operation.value},
    }
    if provenance.made:
        last["when"] = when
    actions: list[dict[str, object]] = []
    if opens:
        opened = {"ingredientIds": ["parent"]}
        actions.append({"action": "c2pa.opened", "parameters": opened})
    else:
        last["action"] = "c2pa.created"
    return {
        "claim_generator_info": [{"name": "Phota Desktop", "version": __version__}],
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [*actions, last]}}],
    }


def _read(reader: c2pa.Reader) -> Credentials:
    active = reader.get_active_manifest() or {}
    told = json.loads(reader.json())
    codes = {one.get("code", "") for one in told.get("validation_status", ())}
    state = State.UNTRUSTED if codes else State.TRUSTED
    if codes - {UNTRUSTED}:
        state = State.BROKEN
    actions = tuple(
        str(one.get("action", ""))
        for assertion in active.get("assertions", ())
        if str(assertion.get("label", "")).startswith("c2pa.actions")
        for one in assertion.get("data", {}).get("actions", ())
    )
    generators = active.get("claim_generator_info") or [{}]
    parents = [
        one for one in active.get("ingredients", ()) if one.get("relationship") == "parentOf"
    ]
    return Credentials(state, str(generators[0].get("name", "")), actions, len(parents))
