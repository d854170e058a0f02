"""A chain of jobs becomes a provenance that names every step, and no secret."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from phota_desktop.core.jobs import Engine, Job, Variant
from phota_desktop.core.options import Operation
from phota_desktop.core.provenance import (
    MetadataChoice,
    SourceType,
    document_id,
    instance_id,
    provenance_of,
    recipe_words,
    source_type,
)
from phota_desktop.core.requests import (
    EditRequest,
    EnhanceRequest,
    GenerateRequest,
    RemixRequest,
    RemoteImage,
    StudioRequest,
)


def job(request: StudioRequest, name: str, source: str = "", engine: Engine = Engine.PHOTA) -> Job:
    variant = Variant(0, Path(f"/vault/{name}.jpg"), name * 32, 10, 10, "jpg")
    made = Job(name, name, engine, request, 100.0, finished=200.0, variants=(variant,))
    return replace(made, source_sha256=(source,) if source else ())


def of(*jobs: Job) -> list[tuple[Job, Variant]]:
    return [(one, one.variants[0]) for one in jobs]


def test_a_photo_edited_twice_has_the_photo_and_the_first_result_before_it() -> None:
    first = job(EditRequest((Path("/p/IMG_1.JPG"),), "a hat", base_model="nb2"), "aa", "cc" * 32)
    second = job(EnhanceRequest(Path("/vault/aa.jpg")), "bb", "aa" * 32, Engine.LOCAL)
    made = provenance_of(of(first, second))
    assert made.ancestors == (document_id("cc" * 32), document_id("aa" * 32))
    assert made.step == (Operation.ENHANCE, Engine.LOCAL)
    assert made.done == ((Operation.EDIT, Engine.PHOTA), (Operation.ENHANCE, Engine.LOCAL))
    assert source_type(made.done) == SourceType.COMPOSITE_TRAINED
    assert (made.source_name, made.source_sha256) == ("aa.jpg", "aa" * 32)
    assert made.sha256 == "bb" * 32
    assert [one.model for one in made.earlier] == ["nb2"]


def test_what_was_generated_begins_with_itself() -> None:
    made = provenance_of(of(job(GenerateRequest("a hat"), "aa")))
    assert made.ancestors == ()
    assert (made.source_name, made.source_sha256) == ("", "")
    again = provenance_of(
        of(
            job(GenerateRequest("a hat"), "aa"),
            job(EnhanceRequest(Path("/a.jpg")), "bb", "aa" * 32),
        )
    )
    assert again.ancestors == (document_id("aa" * 32),)
    assert source_type(again.done) == SourceType.TRAINED


def test_an_address_does_not_get_into_files() -> None:
    address = RemoteImage("https://bucket.example.org/a.jpg?signature=secret")
    made = provenance_of(of(job(RemixRequest(address, Path("/b.jpg")), "aa")))
    assert "secret" not in repr(made)


def test_the_recipe_holds_settings_by_name() -> None:
    words = recipe_words(EditRequest((Path("/a.jpg"),), "a hat"))
    assert words["operation"] == "edit"
    assert words["resolution"] == "1K"
    assert "prompt" not in words
    assert all(words.values())


def test_ids_are_the_same_everywhere_and_differ_by_content() -> None:
    assert document_id("ab" * 32) == "xmp.did:" + document_id("ab" * 32)[8:]
    assert document_id("ab" * 32) == document_id("ab" * 32) != document_id("ac" * 32)
    assert instance_id("ab").startswith("xmp.iid:")


def test_by_default_nothing_private_is_added() -> None:
    choice = MetadataChoice()
    assert not any((choice.recipe, choice.people, choice.sign))
    assert choice.provenance
    assert choice.keep_credentials
