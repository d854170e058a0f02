"""Tries a bucket with all that hosting needs of it, and says what is wrong and what helps."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from phota_desktop.core.errors import ErrorKind, PhotaError

if TYPE_CHECKING:
    from phota_desktop.api.bucket import Bucket

_CONTENT = b"Phota Desktop tried whether it can host training photos here. This can be deleted.\n"
_LINK_SECONDS = 300


class Part(StrEnum):
    """What is tried, in this order."""

    WRITE = "write"
    READ = "read"
    PRIVATE = "private"
    LIST = "list"
    DELETE = "delete"
    GONE = "gone"


class StepMark(StrEnum):
    """What came of it."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True)
class TestStep:
    """One thing that was tried; ``words`` say what came of it and, if need be, the way out."""

    __test__ = False  # not a class of tests, whatever its name

    part: Part
    mark: StepMark
    words: str


@dataclass(frozen=True)
class TestReport:
    """All that was tried; what follows a failure to write is not."""

    __test__ = False

    steps: tuple[TestStep, ...]

    @property
    def is_usable(self) -> bool:
        """Tell whether photos can be hosted, perhaps with a warning."""
        return bool(self.steps) and all(one.mark is not StepMark.BAD for one in self.steps)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What should be known although it works."""
        return tuple(one.words for one in self.steps if one.mark is StepMark.WARN)


def new_name(prefix: str, folder: str = "", ending: str = "jpg") -> str:
    """Return an object's name that nobody guesses and that says nothing: 144 and 96 random bits."""
    return f"{prefix}/{folder or secrets.token_urlsafe(18)}/{secrets.token_urlsafe(12)}.{ending}"


async def check_bucket(bucket: Bucket, on_step: Callable[[TestStep], None]) -> TestReport:
    """Write, read, list and delete one small object; never raises PhotaError."""
    steps: list[TestStep] = []
    name = new_name(bucket.address.prefix, ending="txt")

    async def take(part: Part, act: Awaitable[tuple[StepMark, str]]) -> bool:
        try:
            mark, words = await act
        except PhotaError as error:
            mark, words = StepMark.BAD, f"{error.message} {error.hint}".strip()
        step = TestStep(part, mark, words)
        steps.append(step)
        on_step(step)
        return mark is not StepMark.BAD

    if not await take(Part.WRITE, _write(bucket, name)):
        return TestReport(tuple(steps))
    try:
        await take(Part.READ, _read(bucket, name))
        await take(Part.PRIVATE, _read_unsigned(bucket, name))
        await take(Part.LIST, _list(bucket, name))
    finally:
        # Also when it is cancelled: nothing is left behind.
        deleted = await asyncio.shield(take(Part.DELETE, _delete(bucket, name)))
    if deleted:
        await take(Part.GONE, _gone(bucket, name))
    return TestReport(tuple(steps))


async def _write(bucket: Bucket, name: str) -> tuple[StepMark, str]:
    answer = await bucket.put(name, _CONTENT, "text/plain")
    if answer.version:
        return StepMark.WARN, (
            "Writing works, but this bucket keeps old versions: deleted photos can be brought back"
            " there. Turn versioning off, or use another bucket."
        )
    return StepMark.OK, "Writing works."


async def _read(bucket: Bucket, name: str) -> tuple[StepMark, str]:
    answer = await bucket.read(await bucket.link(name, _LINK_SECONDS))
    if not answer.is_success:
        raise bucket.refusal(answer)
    if answer.body != _CONTENT:
        raise PhotaError(
            ErrorKind.INVALID,
            "The link gives something else than what was written.",
            field="bucket",
        )
    if not bucket.is_public_address():
        return StepMark.WARN, (
            "Reading through a link works from here, but the endpoint is not on the internet:"
            " Phota cannot fetch photos from it."
        )
    return StepMark.OK, "Reading through a link works without the key."


async def _read_unsigned(bucket: Bucket, name: str) -> tuple[StepMark, str]:
    answer = await bucket.read(bucket.plain_address(name))
    if answer.is_success:
        return StepMark.WARN, (
            "This bucket is public: whoever learns a photo's address can read it until it is"
            " deleted. Block public access to the bucket."
        )
    return StepMark.OK, "Nobody reads without a link."


async def _list(bucket: Bucket, name: str) -> tuple[StepMark, str]:
    found = await bucket.list(name.rpartition("/")[0])
    if [one.name for one in found] != [name]:
        return StepMark.BAD, "The bucket does not list what was written a moment ago."
    return StepMark.OK, "Listing works."


async def _delete(bucket: Bucket, name: str) -> tuple[StepMark, str]:
    try:
        await bucket.delete([name])
    except PhotaError as error:
        error.hint = f"{error.hint} One small text file is left: {name}".strip()
        raise
    return StepMark.OK, "Deleting works."


async def _gone(bucket: Bucket, name: str) -> tuple[StepMark, str]:
    if await bucket.exists(name):
        return StepMark.BAD, f"It is still there after it was deleted: {name}"
    return StepMark.OK, "What is deleted is gone."
