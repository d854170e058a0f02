"""The four operations over the real services and the local engine: what each one ends in."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from phota_desktop.core.jobs import Engine, Job, JobState
from phota_desktop.core.options import AspectRatio, Operation
from phota_desktop.core.requests import EditRequest, RemixRequest
from phota_desktop.store.settings import SettingsStore
from phota_desktop.viewmodels.notices import Notice, NoticeAction
from phota_desktop.viewmodels.settings import SettingsViewModel
from phota_desktop.viewmodels.submitting import BURST
from phota_desktop.viewmodels.variants import EntryKind

from .conftest import LEFT, Desk, picture, until

pytest.importorskip("phota_desktop.engine.app")


async def ask(desk: Desk) -> Job:
    """Submit as a person does, some time after the last click; return the ended job."""
    before = {job.id for job in desk.jobs.jobs()}
    desk.studio.submitter._last_wish = -BURST
    assert desk.studio.can_submit, desk.studio.form.problems(desk.studio.photo)
    desk.studio.submit()
    await until(lambda: {job.id for job in desk.jobs.jobs()} - before)
    (new,) = {job.id for job in desk.jobs.jobs()} - before

    def ended() -> bool:
        job = desk.jobs.job(new)
        return job is not None and job.state.is_final

    await until(ended, 60)
    job = desk.jobs.job(new)
    assert job is not None
    return job


async def opened(desk: Desk, photos: list[Path]) -> None:
    desk.studio.opener.open(photos)
    await until(lambda: desk.studio.photo == photos[0])
    await until(lambda: desk.studio.form._size is not None)


def shown(desk: Desk) -> Notice:
    assert desk.studio.notices.current is not None
    return desk.studio.notices.current


async def test_an_edit_of_two_photos_stands_beside_both(live: Desk, photos: list[Path]) -> None:
    studio, form = live.studio, live.studio.form
    await opened(live, photos)
    form.set_operation("edit")
    assert not studio.can_submit, "an edit needs words"
    form.set_prompt("brighter")
    form.set_match_original(True)
    form.add_sources([photos[2]])
    job = await ask(live)
    assert job.state is JobState.DONE, job.error
    assert job.request == EditRequest(
        (photos[0], photos[2]), "brighter", aspect_ratio=AspectRatio.LANDSCAPE_4_3
    )
    for photo, results in ((photos[0], 1), (photos[1], 0), (photos[2], 1)):
        studio.choose_photo(photo)
        kinds = [entry.kind for entry in studio.strip.entries()]
        assert kinds == [EntryKind.ORIGINAL] + [EntryKind.RESULT] * results
    await until(lambda: not studio.submitter._recording)
    (kept,) = await live.running.prompts.search()
    assert (kept.text, kept.operation) == ("brighter", Operation.EDIT)
    assert form.expected_size(photos[0]) == (job.variants[0].width, job.variants[0].height)


async def test_a_remix_stands_beside_its_photo_and_not_its_reference(
    live: Desk, photos: list[Path]
) -> None:
    studio, form = live.studio, live.studio.form
    await opened(live, photos)
    form.set_operation("remix")
    assert not studio.can_submit
    form.set_reference(photos[1])
    job = await ask(live)
    assert job.request == RemixRequest(photos[0], photos[1])
    assert len(studio.strip.entries()) == 2
    studio.choose_photo(photos[1])
    assert len(studio.strip.entries()) == 1


async def test_a_generated_picture_becomes_a_photo_and_steals_no_view(
    live: Desk, photos: list[Path]
) -> None:
    studio, form = live.studio, live.studio.form
    form.set_operation("generate")
    form.set_prompt("a red boat")
    form.set_variants(2)
    first = await ask(live)
    assert first.state is JobState.DONE, first.error
    assert studio.photo == first.variants[0].path, "nothing else was shown"
    titles = [entry.title for entry in studio.strip.entries()]
    assert titles == ["Generated", "v2"]
    await opened(live, photos)
    second = await ask(live)
    assert studio.photo == photos[0]
    assert shown(live).action is NoticeAction.SHOW_PHOTO
    assert shown(live).text == "Generated 2 pictures."
    QTest.mouseClick(live.window.findChild(QWidget, "noticeAction"), LEFT)
    assert studio.photo == second.variants[0].path
    studio.choose_photo(photos[0])
    studio.show_generated()
    assert studio.photo == second.variants[0].path
    form.set_operation("enhance")
    form.set_prompt("")
    form.set_variants(1)
    await ask(live)
    assert [entry.title for entry in studio.strip.entries()] == ["Generated", "v2", "Natural"]


async def test_a_running_generation_is_seen_without_a_photo(live: Desk) -> None:
    studio, form = live.studio, live.studio.form
    form.set_operation("generate")
    form.set_prompt("practice-moderation")
    job = await ask(live)
    assert job.state is JobState.REFUSED
    assert studio.photo is None
    assert [entry.kind for entry in studio.strip.entries()] == [EntryKind.REFUSED]


async def test_a_refusal_is_called_so_and_brings_its_prompt_back(
    live: Desk, photos: list[Path]
) -> None:
    studio, form = live.studio, live.studio.form
    await opened(live, photos)
    form.set_operation("edit")
    form.set_prompt("practice-moderation")
    job = await ask(live)
    assert job.state is JobState.REFUSED
    assert shown(live).text.startswith("Refused")
    assert shown(live).action is NoticeAction.EDIT_PROMPT
    assert [entry.title for entry in studio.strip.entries()] == ["Original", "Refused"]
    form.set_prompt("something else")
    QTest.mouseClick(live.window.findChild(QWidget, "noticeAction"), LEFT)
    assert form.prompt == "practice-moderation"


async def test_an_unknown_profile_is_named_and_nothing_is_recorded(
    live: Desk, photos: list[Path]
) -> None:
    await opened(live, photos)
    live.studio.form.set_prompt("[[nobody]] smiles")
    live.studio.submit()
    await until(lambda: live.studio.notices.current is not None)
    assert "nobody" in shown(live).text
    assert shown(live).action is NoticeAction.BACK
    assert live.jobs.jobs() == []
    assert live.studio.can_submit, "the next click is free again"


async def test_retry_with_changes_brings_the_whole_request_back(
    live: Desk, photos: list[Path], tmp_path: Path
) -> None:
    studio, form = live.studio, live.studio.form
    await opened(live, photos)
    wanted: list[int] = []
    studio.prompt_wanted.connect(lambda: wanted.append(1))
    request = EditRequest((photos[1], photos[0]), "warmer", base_model="reve", variants=3)
    job = Job("j", "c", Engine.LOCAL, request, 0.0, JobState.FAILED)
    studio.change_and_retry(job)
    assert studio.photo == photos[1]
    assert form.request(studio.photo) == request
    gone = replace(request, images=(photos[2], tmp_path / "gone.jpg"))
    studio.change_and_retry(replace(job, request=gone))
    assert "gone.jpg" in shown(live).text
    assert form.request(studio.photo) == replace(request, images=(photos[2],))
    new = picture(tmp_path / "new.jpg")
    remix = RemixRequest(new, photos[0], "calm")
    studio.change_and_retry(replace(job, request=remix))
    assert form.request(studio.photo) == remix
    assert new in studio.photos.paths()
    assert len(wanted) == 3
    assert live.jobs.jobs() == [], "nothing starts by it"


async def test_the_drawer_is_as_it_was_after_a_restart(live: Desk) -> None:
    form = live.studio.form
    form.set_operation("generate")
    form.set_base_model("reve")
    live.settings.change(daily_cap=Decimal(7))
    assert live.running.settings.daily_cap == 7, "the services see a change at once"
    live.settings.change(concurrency=4)
    assert live.running.queue.concurrency == 4
    live.settings.flush()
    store = SettingsStore(live.folders.settings_file)
    again = SettingsViewModel(store, store.load())
    assert again.value.drawer["operation"] == "generate"
    assert again.value.drawer["generate.base_model"] == "reve"
