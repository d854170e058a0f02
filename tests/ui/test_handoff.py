"""Hand-off over real services: what other programs get, and that the vault stays as it is."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from PySide6.QtCore import QMimeData, QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication

from phota_desktop.core.errors import ErrorKind
from phota_desktop.core.jobs import Job, JobState
from phota_desktop.core.library import result_key
from phota_desktop.ui.chosen_pictures import ChosenPictures
from phota_desktop.ui.file_manager import uri
from phota_desktop.ui.handoff_commands import HandOffCommands
from phota_desktop.viewmodels.export_subjects import Chosen, find_subjects, subjects_at_hand
from phota_desktop.viewmodels.handoff import start_editor
from phota_desktop.viewmodels.working_copies import DRAGGED_SECONDS

from .conftest import Desk, until


@dataclass
class Bench:
    """A window with two results of one photo; the second has no copy but in the vault."""

    desk: Desk
    handing: HandOffCommands
    photo: Path
    job: Job

    @property
    def vault_only(self) -> Chosen:
        return Chosen(self.job.variants[1].vault_path, result_key(self.job, self.job.variants[1]))

    @property
    def said(self) -> str:
        notice = self.desk.studio.notices.current
        return notice.text if notice else ""


@pytest_asyncio.fixture
async def bench(live: Desk, photos: list[Path]) -> AsyncIterator[Bench]:
    studio = live.studio
    studio.opener.open(photos[:1])
    await until(lambda: studio.photo == photos[0])
    studio.form.set_variants(2)
    studio.submit()
    await until(
        lambda: (
            [job.state for job in live.jobs.jobs()] == [JobState.DONE]
            and len(studio.strip.entries()) == 3
        )
    )
    studio.choose_entry(studio.strip.entries()[1].key)
    handing = HandOffCommands(live.window, live.running, ChosenPictures(live.window))
    yield Bench(live, handing, photos[0], live.jobs.jobs()[0])
    handing.detach()


class Opened(QObject):
    """Stands where the system's own programs would be started."""

    def __init__(self) -> None:
        super().__init__()
        self.paths: list[Path] = []
        QDesktopServices.setUrlHandler("file", self, "take")

    @Slot(QUrl)
    def take(self, url: QUrl) -> None:
        self.paths.append(Path(url.toLocalFile()))


@pytest.fixture
def opened(qapp: object) -> object:
    made = Opened()
    yield made
    QDesktopServices.unsetUrlHandler("file")


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


async def test_an_editor_gets_a_copy_that_stacks_and_never_the_vault(
    bench: Bench, tmp_path: Path
) -> None:
    asked = tmp_path / "asked.json"
    editor = tmp_path / "editor"
    editor.write_text(
        f"#!{sys.executable}\nimport json, os, sys\n"
        "told = json.dumps([sys.argv[1:], sorted(os.environ)])\n"
        f"open({str(asked)!r} + '.part', 'w').write(told)\n"
        f"os.replace({str(asked)!r} + '.part', {str(asked)!r})\n"
    )
    editor.chmod(0o755)
    vault = bench.job.variants[0].vault_path
    before = digest(vault)
    bench.handing._take_editor(editor)
    os.environ["PHOTA_API_KEY"] = "secret"
    try:
        bench.handing.open_in()
        await until(asked.exists)
    finally:
        del os.environ["PHOTA_API_KEY"]
    arguments, environment = json.loads(asked.read_text())
    (copy,) = map(Path, arguments)
    assert copy.name == "IMG_1-enhance-1-edited.jpg"
    assert copy.parent == bench.desk.settings.results_folder
    assert os.access(copy, os.W_OK)
    assert copy.stat().st_ino != vault.stat().st_ino
    assert not [name for name in environment if name.startswith("PHOTA_")]

    asked.unlink()
    bench.handing.open_in()  # unchanged: used again
    await until(asked.exists)
    assert json.loads(asked.read_text())[0] == [str(copy)]
    copy.write_bytes(b"edited by hand")
    asked.unlink()
    bench.handing.open_in()  # changed: a fresh one beside it
    await until(asked.exists)
    assert Path(json.loads(asked.read_text())[0][0]).name == "IMG_1-enhance-1-edited-2.jpg"
    assert copy.read_bytes() == b"edited by hand"
    assert digest(vault) == before


async def test_a_photo_opens_itself_and_results_by_the_system(bench: Bench, opened: Opened) -> None:
    bench.desk.studio.choose_entry("original")
    bench.handing.open_in()
    await until(lambda: opened.paths == [bench.photo])
    bench.handing.hand_off.set_editor(None)
    bench.handing.hand_off.open_in([bench.vault_only])
    await until(lambda: len(opened.paths) == 2)
    assert opened.paths[1].name == "IMG_1-enhance-2-edited.jpg"


async def test_a_program_that_is_gone_is_said(bench: Bench, tmp_path: Path) -> None:
    problem = start_editor(tmp_path / "none", [bench.photo])
    assert problem is not None
    assert problem.kind is ErrorKind.INVALID
    assert "“none” could not be started" in problem.message


async def test_reveal_without_a_bus_opens_the_folder(bench: Bench, opened: Opened) -> None:
    bench.handing.reveal()
    entry = bench.desk.studio.entry
    assert entry is not None
    assert entry.path is not None
    assert opened.paths == [entry.path.parent]


def test_addresses_for_other_programs_are_encoded() -> None:
    assert uri(Path("/a b/ü#?.jpg")) == "file:///a%20b/%C3%BC%23%3F.jpg"


async def test_a_recipe_comes_back_from_the_clipboard_and_from_a_mail(bench: Bench) -> None:
    form = bench.desk.studio.form
    bench.handing.copy_recipe()
    await until(lambda: bench.said.startswith("Recipe copied"))
    text = QGuiApplication.clipboard().text()
    assert json.loads(text)["recipes"][0]["variants"] == 2
    form.set_variants(4)
    assert bench.handing.paste_recipe()
    assert form.choice.variants == 2

    mail = QMimeData()
    mail.setText(text.replace('"variants": 2', '"variants": 3'))
    assert bench.handing.paste_recipe(mail)
    assert form.choice.variants == 3
    other = QMimeData()
    other.setText("no recipe")
    assert not bench.handing.paste_recipe(other)
    broken = QMimeData()
    broken.setText(text.replace('"variants": 2', '"variants": 99'))
    assert not bench.handing.paste_recipe(broken)
    assert form.choice.variants == 3
    assert "variants" in bench.said

    bench.desk.studio.choose_entry("original")
    bench.handing.copy_recipe()
    await until(lambda: "has no recipe" in bench.said)


async def test_what_the_vault_alone_has_is_dragged_as_a_named_copy(bench: Bench) -> None:
    saver, services = bench.desk.studio.saver, bench.desk.running
    picture = await services.library.picture(bench.vault_only.key)
    assert picture is not None
    chosen = [bench.vault_only, Chosen(bench.photo)]
    saver.template = "{stem} {counter:02}"
    first, photo = saver.files_of(chosen)
    assert photo == bench.photo
    assert first.name == "IMG_1 01.jpg"
    vault = bench.vault_only.path
    assert digest(first) == digest(vault)
    assert first.stat().st_ino != vault.stat().st_ino
    assert os.access(first, os.W_OK)
    assert saver.drag_pictures([picture]) == [bench.job.variants[1].copy_path]

    old = time.time() - DRAGGED_SECONDS - 60
    os.utime(first.parent, (old, old))
    (again, _) = saver.files_of(chosen)
    assert again != first
    assert not first.exists()


async def test_names_and_story_of_a_result_of_a_result(bench: Bench) -> None:
    studio, services = bench.desk.studio, bench.desk.running
    source = bench.job.variants[0].path
    studio.show_photo(source)
    studio.form.set_variants(1)
    await until(lambda: studio.can_submit)
    studio.submit()
    await until(
        lambda: (
            len(bench.desk.jobs.jobs()) == 2
            and all(job.state is JobState.DONE for job in bench.desk.jobs.jobs())
        )
    )
    child = next(job for job in bench.desk.jobs.jobs() if job.id != bench.job.id)
    chosen = [Chosen(child.variants[0].path, result_key(child, child.variants[0]))]
    (subject,) = await find_subjects(services, chosen, with_dates=True)
    assert subject.original == bench.photo
    assert subject.tokens.stem == "IMG_1"
    assert subject.provenance is not None
    assert len(subject.provenance.earlier) == 1
    assert len(subject.provenance.ancestors) == 2
    assert subjects_at_hand(services, chosen)[0].tokens.stem == "IMG_1"
    (plain,) = await find_subjects(services, [Chosen(bench.photo)])
    assert plain.provenance is None
    assert plain.original is None
    # A photo that was moved since, and found again, is still what the words are carried from.
    elsewhere = bench.photo.with_name("moved").with_suffix(bench.photo.suffix)
    bench.photo.rename(elsewhere)
    assert await services.library.find_missing(elsewhere.parent) == 1
    (moved,) = await find_subjects(services, chosen)
    assert moved.original == elsewhere
    assert moved.tokens.stem == "IMG_1"
