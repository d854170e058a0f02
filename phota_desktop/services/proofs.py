"""Makes proof sheets file by file, and reads back what was chosen on them."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.picks import MAX_BYTES, Picks, from_json
from phota_desktop.core.proofing import MAX_PICTURES, ProofPicture, ProofReport, ProofSettings
from phota_desktop.services.proof_page import original_numbers, pieces
from phota_desktop.services.threads import Threads

Progress = Callable[[int, int], None]
"""Pictures done, and all of them; called in the loop."""


class Proofs:
    """The work behind a proof sheet; cancelling the coroutine leaves nothing behind."""

    def __init__(self, threads: Threads) -> None:
        self._threads = threads

    async def write_page(
        self,
        pictures: Sequence[ProofPicture],
        target: Path,
        settings: ProofSettings,
        progress: Progress = lambda done, total: None,
    ) -> ProofReport:
        """Write the page to ``target``, or its next free name.

        A picture that cannot be read is left out and told. Raises PhotaError: INVALID for none or
        too many pictures, BAD_IMAGE when none could be read, DISK.
        """
        check(pictures)
        read = await self._threads.files(_importer)
        numbers = original_numbers(pictures) if settings.originals else {}
        total, done = len(pictures) + len(numbers), 0
        good: list[ProofPicture] = []
        jpegs: list[bytes] = []
        problems: list[str] = []
        for one in pictures:
            try:
                jpegs.append(await self._threads.files(read, one.path, settings.side))
                good.append(one if settings.originals else replace(one, original=None))
            except PhotaError as error:
                problems.append(error.message)
            done += 1
            progress(done, total)
        if not good:
            raise PhotaError(ErrorKind.BAD_IMAGE, f"No picture could be read: {problems[0]}")
        numbers = original_numbers(good)
        originals: list[tuple[int, bytes]] = []
        for path, number in numbers.items():
            try:
                jpeg = await self._threads.files(read, path, settings.side)
                originals.append((number, jpeg))
            except PhotaError as error:
                problems.append(f"{error.message} It is shown without its original.")
            done += 1
            progress(done, max(total, done))
        sheet = secrets.token_hex(8)
        page = pieces(good, jpegs, originals, settings, sheet, f"{target.stem}-picks.json")
        given_up = threading.Event()
        try:
            path = await self._threads.files(write_pieces, target, _until(given_up, page))
        except asyncio.CancelledError:
            given_up.set()  # the thread goes on by itself otherwise
            raise
        return ProofReport(path, len(good), tuple(problems))

    async def read_picks(self, path: Path) -> Picks:
        """Read a picks file; PhotaError INVALID or DISK."""
        return await self._threads.files(_read_picks, path)


def check(pictures: Sequence[ProofPicture]) -> None:
    """Raise PhotaError INVALID when there is nothing to show, or more than one file should hold."""
    if not pictures:
        raise PhotaError(ErrorKind.INVALID, "There is no picture to put on a proof sheet.")
    if len(pictures) > MAX_PICTURES:
        raise PhotaError(
            ErrorKind.INVALID,
            f"A proof sheet takes {MAX_PICTURES} pictures; these are {len(pictures)}.",
            hint="Choose fewer, or make several sheets.",
        )


def write_pieces(target: Path, content: Iterable[bytes]) -> Path:
    """Write pieces under ``target`` or the next free name, whole or not at all, durably."""
    from phota_desktop.imaging.files import write_pieces as write

    return write(target, content)


def _until(given_up: threading.Event, content: Iterable[bytes]) -> Iterator[bytes]:
    for piece in content:
        if given_up.is_set():
            raise PhotaError(ErrorKind.CANCELED)
        yield piece


def _importer() -> Callable[[Path, int], bytes]:
    from phota_desktop.imaging.proofs import proof_jpeg

    return proof_jpeg


def _read_picks(path: Path) -> Picks:
    try:
        with path.open("rb") as file:
            return from_json(file.read(MAX_BYTES + 1))
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        raise PhotaError(ErrorKind.DISK, f"{path.name} cannot be read: {reason}.") from error
