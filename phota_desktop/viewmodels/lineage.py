"""The family tree of one picture: kept up to date, walked by keys, told in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from phota_desktop.core.errors import PhotaError
from phota_desktop.core.events import Event
from phota_desktop.core.jobs import Job
from phota_desktop.core.library import LibraryChange, Picture
from phota_desktop.core.lineage import NodeKind, Tree, build_tree
from phota_desktop.viewmodels.lineage_words import (
    Card,
    Link,
    branch_words,
    card_of,
    link_of,
    spoken,
    title_of,
    total_words,
    way_words,
)

if TYPE_CHECKING:
    from phota_desktop.services.tasks import Tasks
    from phota_desktop.viewmodels.jobs import JobListModel

_SOON_MS = 60
"""Changes that come together (a job's pictures, marks of many) are read once."""
_MOST_ASKED = 40
"""Sources whose older jobs without pictures are asked for; a tree of more shows the newest."""


class Families(Protocol):
    """What a tree is read from: the library service."""

    changed: Event[LibraryChange]

    async def family(self, key: str) -> list[Picture]:
        """Return the whole tree that a picture is in."""

    async def job_of(self, key: str) -> Job | None:
        """Return the job that a picture came from."""

    async def jobs_from(self, path: Path) -> list[Job]:
        """Return every job with that photo among its inputs."""


class Walk(StrEnum):
    """Where an arrow key leads."""

    PARENT = "parent"
    CHILD = "child"
    PREVIOUS = "previous"
    NEXT = "next"
    ROOT = "root"


class LineageViewModel(QObject):
    """One tree and the chosen picture in it; it follows library and jobs while it is shown."""

    changed = Signal()
    """The tree is another one, or something in it is."""
    current_changed = Signal()
    failed = Signal(object)
    """The tree could not be read: a PhotaError."""

    def __init__(self, jobs: JobListModel | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tree = Tree()
        self.cards: Mapping[str, Card] = {}
        self.links: Mapping[str, Link] = {}
        self.current = ""
        self._visited: dict[str, str] = {}
        self._key = ""
        self._library: Families | None = None
        self._tasks: Tasks | None = None
        self._jobs = jobs
        self._names: Callable[[], Mapping[str, str]] = dict
        self._leave: Callable[[], None] | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SOON_MS)
        self._soon.timeout.connect(self._reload)
        if jobs is not None:
            jobs.job_changed.connect(self._on_job)
            jobs.job_removed.connect(lambda _id: self._later())

    def attach(
        self,
        library: Families,
        tasks: Tasks,
        names: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        """Take over the library; ``names`` gives the people's names by profile id."""
        self.detach()
        self._library, self._tasks, self._names = library, tasks, names
        self._leave = library.changed.subscribe(self._on_library)

    def detach(self) -> None:
        """Stop listening, before the services close."""
        if self._leave is not None:
            self._leave()
        self._leave = self._library = self._tasks = None
        self._soon.stop()

    # -- what is shown ----------------------------------------------------------------------

    def show(self, key: str) -> None:
        """Read the family of a picture and choose it there."""
        self._key = key
        if key in self.tree.nodes:
            self.choose(key)
        self._reload()

    def close(self) -> None:
        """Follow nothing until a picture is shown again."""
        self._key = ""
        self._soon.stop()

    def set_family(
        self,
        pictures: Iterable[Picture],
        jobs: Iterable[Job],
        names: Mapping[str, str] | None = None,
        current: str = "",
    ) -> None:
        """Show a family given as plain values."""
        names = names or {}
        self.tree = build_tree(pictures, jobs, names)
        self.cards = {key: card_of(self.tree, node, names) for key, node in self.tree.nodes.items()}
        self.links = {edge.job_id: link_of(self.tree, edge) for edge in self.tree.edges}
        wanted = (current, self.current, next(iter(self.tree.nodes), ""))
        before = self.current
        self.current = next((key for key in wanted if key in self.tree.nodes), "")
        self.changed.emit()
        if self.current != before:
            self.current_changed.emit()

    @property
    def picture(self) -> Picture | None:
        """The chosen picture; None where a place without one is chosen."""
        node = self.tree.nodes.get(self.current)
        return node.picture if node is not None else None

    @property
    def job(self) -> Job | None:
        """The job that the chosen place came from."""
        edge = self.tree.edge_to(self.current)
        return edge.job if edge is not None else None

    @property
    def parent_picture(self) -> Picture | None:
        """The picture that the chosen one was made from."""
        node = self.tree.nodes.get(self.current)
        parent = self.tree.nodes.get(node.parent) if node is not None else None
        return parent.picture if parent is not None else None

    # -- in words ---------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """The heading: whose family it is."""
        root = self.tree.nodes.get(self.tree.roots[0]) if self.tree.roots else None
        name = title_of(self.tree, root) if root is not None else ""
        return f"Family of {name}" if name else "Family tree"

    @property
    def totals(self) -> str:
        """How many pictures and requests, and what all of it cost."""
        return total_words(self.tree)

    @property
    def chosen_words(self) -> str:
        """The chosen place on one line: what it is and how it was asked for."""
        card = self.cards.get(self.current)
        if card is None:
            return ""
        edge = self.tree.edge_to(self.current)
        how = self.links[edge.job_id].words if edge is not None else card.detail
        node = self.tree.nodes[self.current]
        who = way_words(self.tree, self.current) if node.picture is not None else card.title
        if card.quote and node.picture is None:
            how = card.quote
        return f"{who} — {how}" if how else who

    @property
    def branch(self) -> str:
        """What it cost to come to the chosen picture, and what followed from it."""
        return branch_words(self.tree, self.current)

    def spoken(self, key: str) -> str:
        """Return a place for a screen reader."""
        return spoken(self.tree, self.cards[key], self.links)

    # -- walking ----------------------------------------------------------------------------

    def choose(self, key: str) -> None:
        """Choose a place of the tree."""
        if key in self.tree.nodes and key != self.current:
            self.current = key
            parent = self.tree.nodes[key].parent
            if parent:
                self._visited[parent] = key
            self.current_changed.emit()

    def walk(self, where: Walk) -> None:
        """Choose a relative: the parent, the child seen last, or who is beside it."""
        node = self.tree.nodes.get(self.current)
        if node is None:
            return
        if where is Walk.PARENT:
            self._visited[node.parent] = node.key
            self.choose(node.parent)
        elif where is Walk.CHILD:
            children = self.tree.children(node.key)
            seen = self._visited.get(node.key, "")
            if children:
                self.choose(seen if seen in children else children[(len(children) - 1) // 2])
        elif where is Walk.ROOT:
            self.choose(self.tree.way_to(node.key)[0])
        else:
            self.choose(self._beside(node.key, 1 if where is Walk.NEXT else -1))

    def advance(self) -> None:
        """Choose the next picture, as after rating one."""
        pictures = [key for key, node in self.tree.nodes.items() if node.picture is not None]
        if self.current in pictures[:-1]:
            self.choose(pictures[pictures.index(self.current) + 1])

    def targets(self) -> list[str]:
        """Return the keys that marks are for: the chosen result."""
        node = self.tree.nodes.get(self.current)
        marked = node is not None and node.kind in (NodeKind.RESULT, NodeKind.PHOTO)
        return [self.current] if marked else []

    def _beside(self, key: str, by: int) -> str:
        places = self.tree.places
        at = places[key]
        row = sorted(
            (one for one, place in places.items() if place.depth == at.depth),
            key=lambda one: places[one].across,
        )
        return row[max(0, min(len(row) - 1, row.index(key) + by))]

    # -- staying up to date -----------------------------------------------------------------

    def _on_library(self, change: LibraryChange) -> None:
        if change.everything or not change.keys.isdisjoint(self.tree.nodes):
            self._later()
        elif any(key.partition(":")[0] in self.links for key in change.keys):
            self._later()  # pictures that have just come of a job that is in the tree

    def _on_job(self, job: Job) -> None:
        paths = {node.picture.path for node in self.tree.nodes.values() if node.picture}
        if job.id in self.links or not paths.isdisjoint(
            image for image in job.request.images if isinstance(image, Path)
        ):
            self._later()

    def _later(self) -> None:
        if self._key:
            self._soon.start()

    def _reload(self) -> None:
        if self._key and self._library is not None and self._tasks is not None:
            reading = self._read(self._library, self._key)
            self._tasks.spawn(reading, name="family tree", replace=True)

    async def _read(self, library: Families, key: str) -> None:
        try:
            pictures = await library.family(key)
            jobs = await self._jobs_of(library, pictures)
        except PhotaError as error:
            self.failed.emit(error)
            return
        if key == self._key:
            # Where it is shown already, the person may have gone on to another one.
            self.set_family(pictures, jobs, self._names(), "" if key in self.tree.nodes else key)

    async def _jobs_of(self, library: Families, pictures: Sequence[Picture]) -> list[Job]:
        known = {job.id: job for job in self._jobs.jobs()} if self._jobs is not None else {}
        found: dict[str, Job] = dict(known)
        for picture in pictures:
            if picture.job_id and picture.job_id not in found:
                job = await library.job_of(picture.key)
                if job is not None:
                    found[job.id] = job
        parents = {picture.parent for picture in pictures}
        sources = [one for one in pictures if one.key in parents or not one.parent]
        for picture in sources[-_MOST_ASKED:]:
            for job in await library.jobs_from(picture.path):
                found.setdefault(job.id, job)
        return list(found.values())
