"""Profiles in training: their photos are fetched as the server would, and their state has a time.

Only addresses of this machine are fetched: a test opens no connection to anywhere else.
"""

from __future__ import annotations

import hashlib
import http.client
import io
import ipaddress
import threading
import time
import traceback
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from PIL import Image

from tests.fake_phota.chaos import Traits
from tests.fake_phota.ledger import Ledger

if TYPE_CHECKING:
    from tests.fake_phota.memory import Memory

CENTS = {"standard": 290, "fast": 149}
NO_SUBJECT = "No subject detected in training images."
_FETCH_S = 10.0
_LARGEST = 100_000_000
_HEIC = (b"heic", b"heix", b"heif", b"hevc", b"mif1", b"msf1")


@dataclass
class FakeProfile:
    """One subject in training; ``problem`` is why its photos cannot be used, empty for none."""

    id: str
    tag: str | None
    tier: str = "standard"
    created: float = field(default_factory=time.monotonic)
    fetched: float | None = None
    problem: str = ""

    def timeline(self, traits: Traits) -> tuple[float, float, float] | None:
        """Return when VALIDATING, QUEUING and IN_PROGRESS end; None while photos are fetched."""
        if self.fetched is None:
            return None
        third = traits.training_seconds / 3
        lengths = (
            third if seconds is None else seconds
            for seconds in (
                traits.validating_seconds,
                traits.queuing_seconds,
                traits.in_progress_seconds,
            )
        )
        validating, queuing, in_progress = lengths
        validated = max(self.created + validating, self.fetched)
        return validated, validated + queuing, validated + queuing + in_progress

    def state(self, traits: Traits) -> tuple[str, str]:
        """Return the status and its message as of now."""
        ends = self.timeline(traits)
        now = time.monotonic()
        if ends is None or now < ends[0]:
            return traits.training_states[0], ""
        problem = self.problem or (NO_SUBJECT if traits.no_subject == "training" else "")
        if problem:
            return "ERROR", problem
        for end, word in zip(ends[1:], traits.training_states[1:], strict=True):
            if now < end:
                return word, ""
        said = traits.training_message
        if traits.training_ends == "ERROR":
            said = said or "No subject detected."
        return traits.training_ends, said

    def has_picture(self, traits: Traits) -> bool:
        """Tell whether the picture is there: some seconds after the profile is READY."""
        ends = self.timeline(traits)
        ready = self.state(traits)[0] == "READY"
        return ready and ends is not None and time.monotonic() >= ends[2] + traits.picture_after


class Trainees:
    """The profiles of the account."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.profiles: dict[str, FakeProfile] = {}

    def make(self, memory: Memory, tag: str | None, tier: str, urls: list[str]) -> FakeProfile:
        """Make and charge a profile, and begin to fetch its photos."""
        made = FakeProfile(f"prof_{uuid.uuid4().hex[:16]}", tag, tier)
        self.profiles[made.id] = made
        cents = CENTS[tier]
        self._ledger.write(
            "training", profile_id=made.id, tag=tag, tier=tier, photos=len(urls), cents=cents
        )
        if any(map(_is_here, urls)):
            looking = threading.Thread(
                target=self._look, args=(memory, made, urls), name="fake training", daemon=True
            )
            looking.start()
            if memory.chaos.traits.fetch_first:
                looking.join()
        else:
            self._look(memory, made, urls)
        return made

    def _look(self, memory: Memory, profile: FakeProfile, urls: list[str]) -> None:
        try:
            memory.closing.wait(memory.chaos.traits.fetch_after if any(map(_is_here, urls)) else 0)
            for number, url in enumerate(urls, start=1):
                if memory.closing.is_set():
                    return
                problem = self._fetch(memory, profile, number, url)
                profile.problem = profile.problem or problem
        except Exception:  # noqa: BLE001  (whoever closes the fake fails by it)
            self._ledger.write("crash", text=traceback.format_exc())
        profile.fetched = time.monotonic()
        self._ledger.write("fetched", profile_id=profile.id, problem=profile.problem)

    def _fetch(self, memory: Memory, profile: FakeProfile, number: int, url: str) -> str:
        """Fetch one photo without key or cookies and return what is wrong with it."""
        parts = urlsplit(url)
        row: dict[str, object] = {
            "profile_id": profile.id,
            "number": number,
            "url": f"{parts.scheme}://{parts.netloc}{parts.path}",
        }
        if not _is_here(url):
            self._ledger.write("fetch", **row, status=None)
            return ""
        status, content, error = get(url)
        seen = look(content) if status == 200 else None
        self._ledger.write(
            "fetch",
            **row,
            status=status,
            error=error,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            format=seen.format if seen else None,
            pixels=seen.pixels if seen else None,
            exif=seen.exif if seen else None,
        )
        folder = memory.chaos.traits.keep_photos
        if folder and status == 200:
            (Path(folder) / f"{profile.id}-{number}.bin").write_bytes(content)
        memory.closing.wait(memory.chaos.traits.fetch_pause)
        if status != 200:
            return f"Could not download image {number}."
        if seen is None:
            return f"Image {number} is not a valid JPEG, PNG, WebP or HEIC image."
        return ""


@dataclass(frozen=True)
class Seen:
    """What a photo is: its format, its pixels where it was decoded, whether it carries EXIF."""

    format: str
    pixels: tuple[int, int] | None
    exif: bool


def look(content: bytes) -> Seen | None:
    """Sniff and decode a photo; None for one that is no whole JPEG, PNG, WebP or HEIC."""
    kinds = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG"}
    kind = next((name for magic, name in kinds.items() if content.startswith(magic)), "")
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        kind = "WEBP"
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC:
        return Seen("HEIC", None, b"Exif\x00\x00" in content)  # not everybody can decode it
    if not kind:
        return None
    try:
        with Image.open(io.BytesIO(content), formats=[kind]) as opened:
            opened.load()
            return Seen(kind, opened.size, bool(opened.getexif()) or "exif" in opened.info)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def get(url: str) -> tuple[int | None, bytes, str]:
    """Return status, body and trouble of a plain GET; the status is None where nobody answers."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=_FETCH_S) as answer:
            return answer.status, answer.read(_LARGEST), ""
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read(4096), ""
    except (OSError, http.client.HTTPException, ValueError) as error:
        return None, b"", type(error).__name__


def _is_here(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        return False
    if parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False
