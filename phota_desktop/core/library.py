"""The library's values: pictures with their marks, and the questions that are asked about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from phota_desktop.core.jobs import Engine, Job, Variant
from phota_desktop.core.options import Operation

MAX_STARS = 5


class Flag(StrEnum):
    """What a person decided about a picture."""

    NONE = ""
    PICK = "pick"
    REJECT = "reject"


class Label(StrEnum):
    """The five colour labels that photo programs share, in the order of the keys 6 to 9."""

    NONE = ""
    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"
    BLUE = "blue"
    PURPLE = "purple"


@dataclass(frozen=True)
class Marks:
    """A person's judgement of one picture; ``stars`` is 0 to 5."""

    stars: int = 0
    flag: Flag = Flag.NONE
    label: Label = Label.NONE


class PictureKind(StrEnum):
    """Whether a picture came back from a request, or is a photo that one was made from."""

    RESULT = "result"
    PHOTO = "photo"


def result_key(job: Job, variant: Variant) -> str:
    """Return the key of a result; it never changes."""
    return f"{job.id}:{variant.index}"


def photo_key(sha256: str) -> str:
    """Return the key of a photo by the SHA-256 of its file: it may be moved and renamed."""
    return f"photo:{sha256}"


@dataclass(frozen=True)
class Picture:
    """One picture of the library.

    ``number`` is the library's own and orders by arrival. ``path`` is where the file was seen last:
    of a result its copy, else the vault's file. ``added`` and ``deleted`` are wall-clock seconds.
    ``parent`` is the key of the picture it was made from, empty for none. ``cost`` is this
    picture's share of what its job cost, None where nobody can tell.
    """

    number: int
    key: str
    kind: PictureKind
    path: Path
    sha256: str
    width: int
    height: int
    added: float
    job_id: str = ""
    operation: Operation | None = None
    engine: Engine | None = None
    model: str = ""
    prompt: str = ""
    profile_ids: tuple[str, ...] = ()
    cost: Decimal | None = None
    parent: str = ""
    marks: Marks = field(default_factory=Marks)
    deleted: float | None = None

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name


class Grouping(StrEnum):
    """What stands together under one heading."""

    NONE = "none"
    DAY = "day"
    PHOTO = "photo"
    RECIPE = "recipe"


@dataclass(frozen=True)
class LibraryQuery:
    """Which pictures, in which order; every empty field lets all through.

    ``text`` is searched in prompt, file name, people's names, operation and model: all words, each
    by its beginning, without case and accents. ``stars`` with ``stars_exactly`` asks for that many,
    else for at least so many. ``since`` and ``until`` are local days, both included. ``source`` is
    the key of a picture: what was made from it, at any remove, and itself.
    """

    text: str = ""
    stars: int = 0
    stars_exactly: bool = False
    flags: frozenset[Flag] = frozenset()
    labels: frozenset[Label] = frozenset()
    kinds: frozenset[PictureKind] = frozenset()
    operations: frozenset[Operation] = frozenset()
    models: frozenset[str] = frozenset()
    profile_ids: frozenset[str] = frozenset()
    since: date | None = None
    until: date | None = None
    source: str = ""
    grouping: Grouping = Grouping.NONE
    newest_first: bool = True


@dataclass(frozen=True)
class PictureGroup:
    """A run of pictures under one heading: ``first`` is its place in the whole, ``size`` >= 1.

    ``key`` tells what it stands for: an ISO day, a picture's key, a recipe's text.
    """

    key: str
    first: int
    size: int


@dataclass(frozen=True)
class Found:
    """The answer to a query: the numbers of all pictures in order, and how they are grouped."""

    numbers: tuple[int, ...]
    groups: tuple[PictureGroup, ...] = ()


@dataclass(frozen=True)
class LibraryChange:
    """What changed; ``everything`` where it cannot be told by keys."""

    keys: frozenset[str] = frozenset()
    everything: bool = False


@dataclass(frozen=True)
class Facets:
    """What occurs among the pictures that are not deleted, each with how many have it.

    ``stars``, ``flags`` and ``labels`` do not count those without any.
    """

    operations: Mapping[Operation, int] = field(default_factory=dict)
    models: Mapping[str, int] = field(default_factory=dict)
    profile_ids: Mapping[str, int] = field(default_factory=dict)
    labels: Mapping[Label, int] = field(default_factory=dict)
    flags: Mapping[Flag, int] = field(default_factory=dict)
    stars: Mapping[int, int] = field(default_factory=dict)
    kinds: Mapping[PictureKind, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Room:
    """How many pictures, and the bytes that their files take."""

    pictures: int = 0
    bytes: int = 0


@dataclass(frozen=True)
class DiskUse:
    """The room that results take; photos of the person are not ours and not counted.

    ``deletable`` are those a clean-up may choose from: no picks, nothing with stars. ``by_month``
    has the local months (``2026-11``) in which something came, newest first.
    """

    all: Room = Room()
    rejected: Room = Room()
    deletable: Room = Room()
    by_month: tuple[tuple[str, Room], ...] = ()
