"""What a person had in the drawer is there again: after a restart, and out of an earlier job."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from phota_desktop.core.jobs import Engine, Job, JobState
from phota_desktop.core.requests import RemixRequest
from phota_desktop.store.settings import SettingsStore
from phota_desktop.viewmodels import form_supply
from phota_desktop.viewmodels.form import RequestForm
from phota_desktop.viewmodels.form_supply import FormSupply
from phota_desktop.viewmodels.jobs import JobListModel
from phota_desktop.viewmodels.settings import SettingsViewModel
from phota_desktop.viewmodels.studio import StudioViewModel


@pytest.fixture
def store(tmp_path: Path) -> SettingsStore:
    return SettingsStore(tmp_path / "settings.json")


def start(store: SettingsStore) -> tuple[RequestForm, FormSupply, SettingsViewModel]:
    settings, form = SettingsViewModel(store, store.load()), RequestForm()
    return form, FormSupply(form, settings), settings


def test_the_prompt_that_was_not_sent_is_there_after_a_restart(
    qapp: object, store: SettingsStore
) -> None:
    form, supply, settings = start(store)
    form.set_operation("edit")
    form.set_resolution("4K")
    told: list[int] = []
    settings.changed.connect(lambda: told.append(1))
    for n in range(1, 8):
        form.set_prompt("[[anna]] "[:n])
    assert not told, "the settings are not told of every letter"
    form.set_prompt("[[anna]] in warm light")
    supply.detach()
    form, supply, _ = start(store)
    assert (form.operation, form.prompt) == ("edit", "[[anna]] in warm light")
    assert form.choice.resolution == "4K"
    form.set_prompt("")
    supply.detach()
    assert start(store)[0].prompt == ""


def test_the_prompt_is_kept_a_while_after_the_last_letter(
    qapp: object, store: SettingsStore, qtbot: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(form_supply, "DRAFT_MS", 20)
    form, _supply, settings = start(store)
    form.set_prompt("warmer")
    qtbot.waitUntil(lambda: settings.value.drawer.get("prompt") == "warmer")  # type: ignore[attr-defined]
    form.set_prompt("x" * 30_000)  # pasted by mistake; the settings stay small
    qtbot.waitUntil(lambda: "prompt" not in settings.value.drawer)  # type: ignore[attr-defined]


def test_a_reference_that_is_gone_leaves_no_other_in_its_place(
    qapp: object, store: SettingsStore, tmp_path: Path
) -> None:
    photo, style, other = (tmp_path / name for name in ("photo.jpg", "style.jpg", "other.jpg"))
    for path in (photo, style, other):
        path.write_bytes(b"x")
    studio = StudioViewModel(JobListModel(), SettingsViewModel(store, store.load()))
    studio.form.set_reference(other)
    request = RemixRequest(photo, style, "calm")
    job = Job("j", "c", Engine.LOCAL, request, 0.0, JobState.FAILED)
    studio.change_and_retry(job)
    assert studio.form.request(studio.photo) == request
    studio.form.set_reference(other)
    style.unlink()
    studio.change_and_retry(replace(job, id="k"))
    assert studio.form.reference is None
    assert studio.form.request(studio.photo) is None, "it cannot be sent with another style"
    current = studio.notices.current
    assert current is not None
    assert "style.jpg" in current.text
