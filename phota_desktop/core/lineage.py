"""The family tree of a picture: what was made from what, by which request, and what it cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from phota_desktop.core.jobs import Engine, Job, JobState
from phota_desktop.core.ledger import entry_of
from phota_desktop.core.library import Picture, PictureKind, result_key
from phota_desktop.core.options import Operation
from phota_desktop.core.pricing import Estimate
from phota_desktop.core.request_changes import Names, changes
from phota_desktop.core.tidy_tree import Place, tidy

BETWEEN_JOBS = 1.22
"""The distance of two neighbours that were not asked for together; together it is 1."""
_FREE = Estimate(Decimal(0), Decimal(0))


class NodeKind(StrEnum):
    """What stands at one place of the tree."""

    PHOTO = "photo"
    RESULT = "result"
    OPEN = "open"
    """Pictures that are on their way."""
    ENDED = "ended"
    """Pictures that did not come: failed, refused, or nobody knows."""
    WORDS = "words"
    """The beginning of pictures that were made from words alone."""
    UNKNOWN = "unknown"
    """A source that the library does not have: a link, or a file of long ago."""


@dataclass(frozen=True)
class Node:
    """One place of the tree.

    ``number`` counts from 1 all that was made of the same parent, as its strip does. ``missing``
    is how many pictures are on their way or did not come.
    """

    key: str
    kind: NodeKind
    parent: str = ""
    job_id: str = ""
    number: int = 0
    missing: int = 0
    picture: Picture | None = None


@dataclass(frozen=True)
class Edge:
    """One request, leading from its primary photo to what came of it.

    ``cost`` is a range while nobody knows better, None where no price is published.
    ``draft`` is the key of the result of which this makes the final version. ``changes`` hold
    foreign text, and tell of further photos that went in: the edge is drawn at the primary one.
    """

    job_id: str
    parent: str
    children: tuple[str, ...]
    operation: Operation | None
    job: Job | None = None
    cost: Estimate | None = None
    changes: tuple[str, ...] = ()
    draft: str = ""


@dataclass(frozen=True)
class Tree:
    """A family of pictures, laid out: parents at the left, generation by generation.

    ``nodes`` are in the order of reading (a picture, then all that was made of it). ``places``
    count generations and distances between neighbours.
    """

    nodes: Mapping[str, Node] = field(default_factory=dict)
    edges: tuple[Edge, ...] = ()
    places: Mapping[str, Place] = field(default_factory=dict)
    roots: tuple[str, ...] = ()

    def children(self, key: str) -> tuple[str, ...]:
        """Return what was made of a node, in order."""
        return tuple(one for edge in self.edges_from(key) for one in edge.children)

    def edges_from(self, key: str) -> tuple[Edge, ...]:
        """Return the requests about a node, oldest first."""
        return self._from.get(key, ())

    def edge_to(self, key: str) -> Edge | None:
        """Return the request that a node came from; None for a root."""
        return self._to.get(key)

    def way_to(self, key: str) -> tuple[str, ...]:
        """Return the nodes from the root to this one, both included."""
        way: list[str] = []
        while key in self.nodes:
            way.append(key)
            key = self.nodes[key].parent
        return tuple(reversed(way))

    def below(self, key: str) -> tuple[str, ...]:
        """Return all that was made of a node, at any remove."""
        found: list[str] = []
        waiting = list(self.children(key))
        while waiting:
            one = waiting.pop()
            found.append(one)
            waiting.extend(self.children(one))
        return tuple(found)

    def edges_on_way(self, key: str) -> tuple[Edge, ...]:
        """Return the requests that led to a node, oldest first."""
        return tuple(edge for one in self.way_to(key) if (edge := self._to.get(one)))

    def edges_below(self, key: str) -> tuple[Edge, ...]:
        """Return the requests that followed from a node, at any remove."""
        return tuple(edge for one in (key, *self.below(key)) for edge in self.edges_from(one))

    @property
    def _to(self) -> Mapping[str, Edge]:
        return self._index[0]

    @property
    def _from(self) -> Mapping[str, tuple[Edge, ...]]:
        return self._index[1]

    @property
    def _index(self) -> tuple[dict[str, Edge], dict[str, tuple[Edge, ...]]]:
        known = self.__dict__.get("_known_index")
        if known is None:
            starts: defaultdict[str, tuple[Edge, ...]] = defaultdict(tuple)
            for edge in self.edges:
                starts[edge.parent] += (edge,)
            known = ({one: edge for edge in self.edges for one in edge.children}, dict(starts))
            object.__setattr__(self, "_known_index", known)
        return known


def cost_of(job: Job) -> Estimate | None:
    """Return what a job cost, as far as one can tell; None where no price is published."""
    if job.engine is Engine.LOCAL:
        return _FREE
    if job.cost is not None:
        return Estimate(job.cost, job.cost)
    if job.state.is_final and entry_of(job) is None:
        return _FREE  # the ledger knows that it was not charged
    return job.estimate


def build_tree(
    pictures: Iterable[Picture], jobs: Iterable[Job] = (), names: Names | None = None
) -> Tree:
    """Return the tree of a family.

    ``jobs`` are those that the pictures came from, and those about them that brought nothing
    (yet); others are left out, as are canceled and hidden ones without pictures. A parent that is
    not in the family, or a circle of parents, makes a root.
    """
    return _Builder(pictures, jobs, names or {}).tree()


class _Builder:
    def __init__(self, pictures: Iterable[Picture], jobs: Iterable[Job], names: Names) -> None:
        self._pictures = {one.key: one for one in sorted(pictures, key=lambda one: one.number)}
        self._jobs = {job.id: job for job in sorted(jobs, key=lambda job: job.sequence)}
        self._names = names
        self._nodes: dict[str, Node] = {}
        self._brought: defaultdict[str, list[Picture]] = defaultdict(list)
        for picture in self._pictures.values():
            if picture.kind is PictureKind.RESULT:
                self._brought[picture.job_id].append(picture)
        for brought in self._brought.values():
            brought.sort(key=_variant)
        self._paths = {one.path: one.key for one in self._pictures.values()}
        self._contents = {one.sha256: one.key for one in self._pictures.values() if one.sha256}
        for job in self._jobs.values():
            for variant in job.variants:
                key = result_key(job, variant)
                if key in self._pictures:
                    self._paths |= {variant.vault_path: key, variant.path: key}

    def tree(self) -> Tree:
        starts: defaultdict[str, list[str]] = defaultdict(list)  # parent → job ids, oldest first
        roots: list[str] = []
        for picture in self._pictures.values():
            if picture.kind is PictureKind.PHOTO:
                self._nodes[picture.key] = Node(picture.key, NodeKind.PHOTO, picture=picture)
                roots.append(picture.key)
        for job_id in self._order():
            parent = self._parent(job_id)
            if parent is None:
                continue
            if parent not in self._pictures:
                self._nodes[parent] = Node(parent, self._kind_of_root(job_id), job_id=job_id)
                roots.append(parent)
            starts[parent].append(job_id)
        edges = [edge for root in roots for edge in self._edges_below(root, starts)]
        children: defaultdict[str, list[str]] = defaultdict(list)
        for edge in edges:
            children[edge.parent].extend(edge.children)
        places = tidy(children, roots, self._apart)
        return Tree(self._in_order(roots, children), tuple(edges), places, tuple(roots))

    def _order(self) -> list[str]:
        ids = [*self._jobs, *(one for one in self._brought if one not in self._jobs)]
        first = {one: brought[0].number for one, brought in self._brought.items()}
        # Jobs whose rows are gone are known by their pictures alone: those came in between.
        return sorted(ids, key=lambda one: (self._when(one), first.get(one, 0)))

    def _when(self, job_id: str) -> float:
        job = self._jobs.get(job_id)
        return job.created if job is not None else self._brought[job_id][0].added

    def _parent(self, job_id: str) -> str | None:
        """Return the key of what a job was made from; of a root of its own where that is none.

        None for a job that is not of this family, or of which nothing is to be seen.
        """
        brought = self._brought.get(job_id)
        if brought:
            parent = brought[0].parent
            inside = parent in self._pictures and not self._is_circle(brought[0])
            return parent if inside else f"job:{job_id}"
        job = self._jobs[job_id]
        if job.hidden or job.state is JobState.CANCELED or not _is_missing_any(job):
            return None
        if job.source_sha256 and job.source_sha256[0] in self._contents:
            return self._contents[job.source_sha256[0]]
        first = next(iter(job.request.images), None)
        return self._paths.get(first) if isinstance(first, Path) else None

    def _is_circle(self, picture: Picture) -> bool:
        seen = {one.key for one in self._brought[picture.job_id]}
        parent = self._pictures.get(picture.parent)
        while parent is not None:
            if parent.key in seen:
                return True
            seen.add(parent.key)
            siblings = self._brought.get(parent.job_id)  # the first one's parent is that of all
            parent = self._pictures.get(siblings[0].parent) if siblings else None
        return False

    def _kind_of_root(self, job_id: str) -> NodeKind:
        operation = self._brought[job_id][0].operation
        return NodeKind.WORDS if operation is Operation.GENERATE else NodeKind.UNKNOWN

    def _edges_below(self, root: str, starts: Mapping[str, Sequence[str]]) -> list[Edge]:
        edges: list[Edge] = []
        waiting = [root]
        while waiting:
            parent = waiting.pop()
            number = 0
            for job_id in starts.get(parent, ()):
                nodes = self._made_by(job_id, parent, number)
                last = nodes[-1]
                number = last.number + (last.missing - 1 if last.kind is NodeKind.OPEN else 0)
                self._nodes |= {node.key: node for node in nodes}
                edges.append(self._edge(job_id, parent, nodes))
                waiting.extend(node.key for node in nodes if node.picture is not None)
        return edges

    def _made_by(self, job_id: str, parent: str, number: int) -> list[Node]:
        nodes = [
            Node(one.key, NodeKind.RESULT, parent, job_id, number + n, picture=one)
            for n, one in enumerate(self._brought.get(job_id, ()), 1)
        ]
        job = self._jobs.get(job_id)
        if job is not None and not job.hidden and _is_missing_any(job):
            missing = max(1, job.request.variants - len(job.variants))
            kind = NodeKind.ENDED if job.state.is_final else NodeKind.OPEN
            number += len(nodes) + 1
            nodes.append(Node(f"{job_id}:missing", kind, parent, job_id, number, missing))
        return nodes

    def _edge(self, job_id: str, parent: str, nodes: Sequence[Node]) -> Edge:
        keys = tuple(node.key for node in nodes)
        job = self._jobs.get(job_id)
        if job is None:
            first = self._brought[job_id][0]
            shares = [one.cost for one in self._brought[job_id]]
            total = sum((one for one in shares if one is not None), Decimal(0))
            known = all(one is not None for one in shares) or first.engine is Engine.LOCAL
            said = (f"“{' '.join(first.prompt.split())}”",) if first.prompt else ()
            cost = Estimate(total, total) if known else None
            return Edge(job_id, parent, keys, first.operation, None, cost, said)
        draft = job.draft_of if job.draft_of in self._pictures else ""
        before = self._job_of(draft or parent)
        return Edge(
            job_id,
            parent,
            keys,
            job.request.operation,
            job,
            cost_of(job),
            changes(job.request, before.request if before else None, self._names),
            draft,
        )

    def _job_of(self, key: str) -> Job | None:
        picture = self._pictures.get(key)
        return self._jobs.get(picture.job_id) if picture is not None else None

    def _apart(self, one: str, other: str) -> float:
        together = self._nodes[one].job_id == self._nodes[other].job_id != ""
        return 1.0 if together else BETWEEN_JOBS

    def _in_order(
        self, roots: Sequence[str], children: Mapping[str, Sequence[str]]
    ) -> dict[str, Node]:
        order: dict[str, Node] = {}
        waiting = list(reversed(roots))
        while waiting:
            key = waiting.pop()
            order[key] = self._nodes[key]
            waiting.extend(reversed(children.get(key, ())))
        return order


def _variant(picture: Picture) -> tuple[int, int]:
    index = picture.key.rpartition(":")[2]
    return (int(index) if index.isdecimal() else 0, picture.number)


def _is_missing_any(job: Job) -> bool:
    """Tell whether pictures of a job are on their way or did not come."""
    return not job.state.is_final or job.state in (
        JobState.PARTIAL,
        JobState.FAILED,
        JobState.REFUSED,
        JobState.UNKNOWN,
    )
