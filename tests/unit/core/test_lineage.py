"""Family trees: who came from whom, by which request, at what cost."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phota_desktop.core.jobs import Engine, JobState
from phota_desktop.core.lineage import NodeKind, Tree, build_tree
from phota_desktop.core.options import Operation, Resolution
from phota_desktop.core.pricing import Estimate
from tests.unit.core.families import Family, edit, enhance, generate


def dollars(low: str, high: str = "") -> Estimate:
    return Estimate(Decimal(low), Decimal(high or low))


@pytest.fixture
def family() -> Family:
    return Family()


def test_photo_results_and_their_results(family: Family) -> None:
    photo = family.photo(Path("/p/IMG.jpg"))
    first, (one, two) = family.job(enhance(photo, 2), cost="0.24")
    second, (three,) = family.job(edit(two, "warmer"), cost="0.15")
    tree = build_tree(family.pictures, family.jobs)
    assert list(tree.nodes) == [photo.key, one.key, two.key, three.key]
    assert tree.roots == (photo.key,)
    assert tree.children(photo.key) == (one.key, two.key)
    assert [tree.nodes[key].number for key in tree.nodes] == [0, 1, 2, 1]
    assert tree.way_to(three.key) == (photo.key, two.key, three.key)
    assert tree.below(photo.key) == (two.key, three.key, one.key)
    into = tree.edge_to(three.key)
    assert into is not None
    assert into.job == second
    assert into.changes == ("“warmer”", "1K")
    assert tree.edge_to(photo.key) is None
    assert [edge.cost for edge in tree.edges_on_way(three.key)] == [
        dollars("0.24"),
        dollars("0.15"),
    ]
    assert [edge.cost for edge in tree.edges_below(two.key)] == [dollars("0.15")]
    assert tree.edges_below(photo.key) == tree.edges
    assert tree.edges[0].job == first


def test_open_and_ended_jobs_are_leaves(family: Family) -> None:
    photo = family.photo(Path("/p/IMG.jpg"))
    family.job(enhance(photo, 3), state=JobState.ACCEPTED)
    family.job(enhance(photo), state=JobState.REFUSED)
    family.job(enhance(photo, 2), state=JobState.PARTIAL, files=(Path("/p/part.jpg"),))
    family.job(enhance(photo), state=JobState.CANCELED)
    family.job(enhance(photo), state=JobState.SENT, hidden=True)
    tree = build_tree(family.pictures, family.jobs)
    found = [(node.kind, node.number, node.missing) for node in tree.nodes.values() if node.job_id]
    assert found == [
        (NodeKind.OPEN, 1, 3),
        (NodeKind.ENDED, 4, 1),
        (NodeKind.RESULT, 5, 0),
        (NodeKind.ENDED, 6, 1),
    ]
    assert [edge.cost for edge in tree.edges][:2] == [dollars("0.36"), dollars("0")]


def test_a_job_finds_its_source_by_content_too(family: Family) -> None:
    photo = family.photo(Path("/p/IMG.jpg"))
    moved = replace(photo, path=Path("/moved/IMG.jpg"))
    family.job(enhance(photo), state=JobState.FAILED, source_sha256=(photo.sha256,))
    tree = build_tree([moved], family.jobs)
    assert tree.children(photo.key) == ("j001:missing",)


def test_a_job_on_a_vault_file_is_below_its_result(family: Family) -> None:
    photo = family.photo(Path("/p/IMG.jpg"))
    job, (one,) = family.job(enhance(photo))
    vault = Path("/vault/x.jpg")
    family.jobs[0] = replace(job, variants=(replace(job.variants[0], vault_path=vault),))
    family.job(edit(replace(one, path=vault), "x"), state=JobState.ACCEPTED)
    tree = build_tree(family.pictures, family.jobs)
    assert tree.children(one.key) == ("j002:missing",)


def test_words_alone_and_unknown_sources_begin_a_tree(family: Family) -> None:
    family.job(generate("a beach", 2))
    tree = build_tree(family.pictures, family.jobs)
    assert tree.roots == ("job:j001",)
    assert tree.nodes["job:j001"].kind is NodeKind.WORDS
    assert len(tree.children("job:j001")) == 2
    other = Family()
    gone = other.photo(Path("/p/gone.jpg"))
    other.job(enhance(gone))
    tree = build_tree(other.pictures[1:], other.jobs)
    assert tree.nodes[tree.roots[0]].kind is NodeKind.UNKNOWN


def test_draft_and_final_are_siblings_that_know_each_other(family: Family) -> None:
    photo = family.photo(Path("/p/IMG.jpg"))
    draft = edit(photo, "sunset sky")
    _, (one,) = family.job(draft)
    family.job(replace(draft, resolution=Resolution.R4K), draft_of=one.key)
    tree = build_tree(family.pictures, family.jobs)
    final = tree.edges[1]
    assert final.parent == photo.key
    assert final.draft == one.key
    assert final.changes == ("1K → 4K",)
    without = build_tree([one for one in family.pictures if one.job_id != "j001"], family.jobs)
    assert without.edges[-1].draft == ""


def test_pictures_whose_jobs_are_gone(family: Family) -> None:
    photo = family.photo(Path("/p/IMG.jpg"))
    _, (one, _two) = family.job(edit(photo, "sky", 2), cost="0.30")
    tree = build_tree(family.pictures)
    edge = tree.edge_to(one.key)
    assert edge is not None
    assert (edge.job, edge.operation, edge.cost) == (None, Operation.EDIT, dollars("0.30"))
    assert edge.changes == ("“sky”",)


def test_costs_that_nobody_knows_and_local_work(family: Family) -> None:
    photo = family.photo(Path("/p/IMG.jpg"))
    family.job(edit(photo, "sky"), cost=None)
    family.job(enhance(photo), engine=Engine.LOCAL)
    tree = build_tree(family.pictures, family.jobs)
    assert [edge.cost for edge in tree.edges] == [None, dollars("0")]


def test_a_circle_ends(family: Family) -> None:
    photo = family.photo(Path("/p/IMG.jpg"))
    _, (one,) = family.job(enhance(photo), parent="j002:0")
    family.job(edit(one, "x"), parent="j001:0")
    tree = build_tree(family.pictures, family.jobs)
    assert set(tree.nodes) >= {one.key for one in family.pictures}


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 4)), max_size=25))
@settings(max_examples=60, deadline=None)
def test_every_picture_is_in_the_tree_once(wishes: list[tuple[int, int]]) -> None:
    family = Family()
    family.photo(Path("/p/IMG.jpg"))
    for source, variants in wishes:
        family.job(enhance(family.pictures[source % len(family.pictures)], variants))
    tree: Tree = build_tree(reversed(family.pictures), reversed(family.jobs))
    assert set(tree.nodes) == set(tree.places) == {one.key for one in family.pictures}
    for picture in family.pictures:
        assert tree.nodes[picture.key].parent == picture.parent
    assert len(tree.edges) == len(wishes)
