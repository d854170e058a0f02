"""A family tree in words: what stands below each picture and on the way to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from phota_desktop.core.jobs import Engine, JobState
from phota_desktop.core.library import Marks
from phota_desktop.core.lineage import Edge, Node, NodeKind, Tree
from phota_desktop.core.options import Operation
from phota_desktop.core.pricing import show_range
from phota_desktop.core.request_changes import readable_prompt
from phota_desktop.viewmodels.job_words import sum_words
from phota_desktop.viewmodels.mark_words import marks_words
from phota_desktop.viewmodels.offers import offer_for
from phota_desktop.viewmodels.variants import LOCAL_LOOKS
from phota_desktop.viewmodels.words import count, plain

_ENDS = {
    JobState.FAILED: ("Failed", "failed"),
    JobState.PARTIAL: ("Did not come", "failed"),
    JobState.REFUSED: ("Refused", "refused"),
    JobState.UNKNOWN: ("Answer lost", "unknown"),
}


@dataclass(frozen=True)
class Card:
    """One place of the tree as it is shown; all texts are harmless.

    ``path`` is the file to show, None for a place without a picture: then ``icon`` or ``quote``
    stands there. ``width`` and ``height`` are those of the picture, 0 where nobody knows.
    """

    key: str
    title: str
    detail: str = ""
    path: Path | None = None
    width: int = 0
    height: int = 0
    icon: str = ""
    tone: str = "quiet"
    quote: str = ""
    final_of: str = ""
    is_gone: bool = False
    marks: Marks = field(default_factory=Marks)


@dataclass(frozen=True)
class Link:
    """One request as it is shown between a picture and what came of it."""

    edge: Edge
    title: str
    cost: str
    lines: tuple[str, ...] = ()
    is_open: bool = False

    @property
    def words(self) -> str:
        """All of it on one line."""
        return " · ".join((self.title, self.cost, *self.lines))


def card_of(tree: Tree, node: Node, names: Mapping[str, str]) -> Card:
    """Return the words of one place."""
    edge = tree.edge_to(node.key)
    if node.kind is NodeKind.WORDS:
        first = next(iter(tree.edges_from(node.key)), None)
        prompt = first.job.request.prompt if first is not None and first.job is not None else ""
        quote = plain(" ".join(readable_prompt(prompt, names).split()), 200)
        return Card(node.key, "From words alone", quote=quote or "…")
    if node.kind is NodeKind.UNKNOWN:
        return Card(node.key, "Source not known", "a link, or of long ago", icon="unknown")
    if node.picture is None:
        return _place_card(node, edge)
    picture = node.picture
    size = f"{picture.width} × {picture.height}" if picture.width and picture.height else ""
    gone = picture.deleted is not None
    return Card(
        node.key,
        title_of(tree, node),
        "Deleted" if gone else size,
        None if gone else picture.path,
        picture.width,
        picture.height,
        "trash" if gone else "photo",
        final_of=_final_of(tree, edge),
        is_gone=gone,
        marks=picture.marks,
    )


def title_of(tree: Tree, node: Node) -> str:
    """Return what a picture is called: a photo by its file, a result as in its strip."""
    if node.picture is None:
        return ""
    if node.kind is NodeKind.PHOTO:
        return plain(node.picture.name, 80)
    if node.picture.engine is Engine.LOCAL and node.picture.operation is Operation.ENHANCE:
        edge = tree.edge_to(node.key)
        look = edge.children.index(node.key) if edge is not None else len(LOCAL_LOOKS)
        if look < len(LOCAL_LOOKS):
            return LOCAL_LOOKS[look]
    return f"v{node.number}"


def _place_card(node: Node, edge: Edge | None) -> Card:
    job = edge.job if edge is not None else None
    pictures = count(node.missing, "picture")
    if job is None or node.kind is NodeKind.OPEN:
        waits = job is not None and job.state is JobState.QUEUED
        title = "Waiting" if waits else "Running"
        return Card(node.key, title, pictures, icon="waiting", tone="accent")
    title, icon = _ENDS.get(job.state, ("Failed", "failed"))
    reason = plain(job.error.message, 160) if job.error is not None else f"{pictures} did not come"
    tone = "bad" if icon == "failed" else "warn"
    return Card(node.key, title, pictures, icon=icon, tone=tone, quote=reason)


def _final_of(tree: Tree, edge: Edge | None) -> str:
    draft = tree.nodes.get(edge.draft) if edge is not None and edge.draft else None
    return title_of(tree, draft) if draft is not None else ""


def link_of(tree: Tree, edge: Edge) -> Link:
    """Return the words of one request: its name and number of pictures, cost, what changed."""
    title = offer_for(edge.operation).title if edge.operation is not None else "Made"
    job = edge.job
    variants = job.request.variants if job is not None else len(edge.children)
    if variants > 1:
        title = f"{title} {variants}"
    lines = [plain(words, 240) for words in edge.changes]
    if tree.nodes[edge.parent].kind is NodeKind.WORDS and job is not None:
        del lines[:1]  # the prompt stands in the place of the photo
    draft = _final_of(tree, edge)
    if draft:
        title = f"Final of {draft}"
    return Link(
        edge,
        title,
        "price unknown" if edge.cost is None else show_range(edge.cost),
        tuple(lines) or (("same again",) if _repeats(tree, edge) else ()),
        job is not None and not job.state.is_final,
    )


def _repeats(tree: Tree, edge: Edge) -> bool:
    before = tree.edge_to(edge.parent)
    return (
        edge.job is not None
        and before is not None
        and before.operation is edge.operation
        and before.job is not None
    )


def spent_words(edges: Iterable[Edge]) -> str:
    """Return what requests cost together: ``$0.27``, a range, ``free``."""
    return sum_words(edge.cost for edge in edges)


def total_words(tree: Tree) -> str:
    """Return ``9 pictures · 4 requests · $0.63`` for the whole tree."""
    kinds = (NodeKind.PHOTO, NodeKind.RESULT)
    there = [node for node in tree.nodes.values() if node.kind in kinds]
    gone = sum(node.picture is not None and node.picture.deleted is not None for node in there)
    parts = [count(len(there), "picture")]
    if gone:
        parts.append(f"{gone} deleted")
    if tree.edges:
        parts += [count(len(tree.edges), "request"), spent_words(tree.edges)]
    return " · ".join(parts)


def branch_words(tree: Tree, key: str) -> str:
    """Return what it cost to come to a picture, and what followed from it."""
    way, branch = tree.edges_on_way(key), tree.edges_below(key)
    parts = []
    if way:
        parts.append(f"To here: {spent_words(way)}")
    if branch:
        parts.append(f"From here on: {spent_words(branch)}")
    return " · ".join(parts)


def way_words(tree: Tree, key: str) -> str:
    """Return ``IMG_4711.jpg › v2 › v1``: a picture with all that it was made from."""
    titles = [title_of(tree, tree.nodes[one]) for one in tree.way_to(key)]
    return " › ".join(title for title in titles if title)


def spoken(tree: Tree, card: Card, links: Mapping[str, Link]) -> str:
    """Return one place for a screen reader: what it is, where from, what came of it."""
    parts = [card.title, card.detail, card.quote, marks_words(card.marks)]
    edge = tree.edge_to(card.key)
    if edge is not None:
        link = links[edge.job_id]
        source = way_words(tree, edge.parent)
        parts.append(f"made from {source}" if source else "")
        parts += [link.title, link.cost, *link.lines]
        place = edge.children.index(card.key) + 1
        parts.append(f"{place} of {len(edge.children)}" if len(edge.children) > 1 else "")
    below = len(tree.children(card.key))
    parts.append(f"{below} made from it" if below else "")
    return ", ".join(part for part in parts if part)
