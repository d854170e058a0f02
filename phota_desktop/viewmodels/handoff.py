"""Hand-off to other programs: an editor, the file manager, the clipboard."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, QProcess, QProcessEnvironment, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.environment import persons_own
from phota_desktop.viewmodels.notices import Notice, NoticesViewModel, Tone
from phota_desktop.viewmodels.words import count, plain

if TYPE_CHECKING:
    from phota_desktop.core.jobs import Job
    from phota_desktop.core.recipes import Recipe
    from phota_desktop.services.composition import Services
    from phota_desktop.viewmodels.export_subjects import Chosen
    from phota_desktop.viewmodels.form import RequestForm
    from phota_desktop.viewmodels.settings import SettingsViewModel

EDITOR = "editor"
"""Name of the setting: the program's path; empty for the one the system opens pictures with."""
MOST_OPENED = 20
NO_RECIPE = "This picture was not asked for here, so it has no recipe."
RECIPE_TYPE = "application/x-phota-desktop-recipes+json"
_OURS = "PHOTA_"
"""Environment of ours, a key may be in it, that no other program gets."""


class HandOff(QObject):
    """Gives pictures and recipes to other programs; what lies in the vault alone is copied out."""

    def __init__(
        self, settings: SettingsViewModel, notices: NoticesViewModel, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._notices = notices
        self._services: Services | None = None
        self.ask_file_manager: Callable[[Path], bool] = lambda _path: False
        """Asks the desktop to show a file selected; False where it cannot be asked."""

    def attach(self, services: Services) -> None:
        """Take over worker threads and folders."""
        self._services = services

    def detach(self) -> None:
        """Let the services go, before they close."""
        self._services = None

    # -- an editor ------------------------------------------------------------------------

    @property
    def editor(self) -> Path | None:
        """The program that a person chose; None for the system's own."""
        name = self._settings.value.extra.get(EDITOR)
        return Path(name) if isinstance(name, str) and name else None

    def set_editor(self, program: Path | None) -> None:
        """Open pictures in this program from now on."""
        extra = {**self._settings.value.extra, EDITOR: str(program) if program else ""}
        self._settings.change(extra=extra)

    def open_in(self, chosen: Sequence[Chosen]) -> None:
        """Open pictures in the editor: photos themselves, results as copies to work on."""
        if self._services is None or not chosen:
            return
        if len(chosen) > MOST_OPENED:
            words = f"An editor gets at most {MOST_OPENED} pictures at once."
            self._notices.show(Notice(words, Tone.WARN, hint="Select fewer of them."))
            return
        work = self._open_in(self._services, tuple(chosen))
        self._services.tasks.spawn(work, name="open in the editor")

    async def _open_in(self, services: Services, chosen: Sequence[Chosen]) -> None:
        from phota_desktop.viewmodels.export_subjects import find_subjects
        from phota_desktop.viewmodels.working_copies import working_copy

        folder = self._settings.results_folder or services.folders.results
        paths = []
        try:
            for subject in await find_subjects(services, chosen):
                if subject.provenance is None and not subject.is_sample:
                    paths.append(subject.path)  # a person's own photo: they edit it, as ever
                else:
                    paths.append(await services.threads.files(working_copy, subject, folder))
        except PhotaError as error:
            self._notices.show_error(error, subject="Editor")
            return
        problem = start_editor(self.editor, paths)
        if problem is not None:
            self._notices.show_error(problem, subject="Editor")
        else:
            self._notices.show(Notice(f"{count(len(paths), 'picture')} opened in the editor."))

    # -- the file manager -----------------------------------------------------------------

    def reveal(self, path: Path) -> None:
        """Show a file selected in its folder; where the system cannot, show the folder."""
        if sys.platform == "darwin":
            with persons_own():
                QProcess.startDetached("open", ["-R", str(path)])
        elif os.name == "nt":
            QProcess.startDetached("explorer", [f"/select,{path}"])
        elif not self.ask_file_manager(path):
            show_folder(path)

    # -- recipes --------------------------------------------------------------------------

    def copy_recipe(self, chosen: Chosen) -> None:
        """Put the settings that made a picture into the clipboard."""
        if self._services is not None:
            work = self._copy_recipe(self._services, chosen)
            self._services.tasks.spawn(work, name="copy the recipe", replace=True)

    async def _copy_recipe(self, services: Services, chosen: Chosen) -> None:
        key = chosen.key
        try:
            if not chosen.job_id:
                picture = await services.library.at(chosen.path)
                key = picture.key if picture is not None else ""
            job = await services.library.job_of(key) if key else None
        except PhotaError as error:
            self._notices.show_error(error, subject="Recipe")
            return
        if job is None:
            self._notices.show(Notice(NO_RECIPE))
            return
        QGuiApplication.clipboard().setMimeData(self.recipe_data(job))
        self._notices.show(Notice("Recipe copied. It can be pasted here, or sent as text."))

    def recipe_data(self, job: Job) -> QMimeData:
        """Return what made a job's pictures, for the clipboard: as text and as our own type."""
        from phota_desktop.core.catalogue import choice_of
        from phota_desktop.core.recipes import Recipe, to_json

        words = " ".join(job.request.prompt.split())[:60]
        name = f"{job.request.operation.value.capitalize()}{f': {words}' if words else ''}"
        text = to_json([Recipe(name, choice_of(job.request))])
        mime = QMimeData()
        mime.setText(text)
        mime.setData(RECIPE_TYPE, text.encode())
        return mime

    def recipe_in(self, mime: QMimeData | None) -> Recipe | None:
        """Return the recipe that the clipboard holds; also one that came as text, in a mail."""
        from phota_desktop.core.recipes import FORMAT, from_json

        if mime is None:
            return None
        if mime.hasFormat(RECIPE_TYPE):
            text = bytes(mime.data(RECIPE_TYPE).data()).decode("utf-8", "replace")
        else:
            text = mime.text() if mime.hasText() else ""
        if FORMAT not in text:
            return None
        try:
            recipes = from_json(text)
        except PhotaError as error:
            self._notices.show_error(error, subject="Recipe")
            return None
        return recipes[0] if recipes else None

    def paste_recipe(self, form: RequestForm, mime: QMimeData | None) -> bool:
        """Put a recipe of the clipboard into the form; False where there is none."""
        recipe = self.recipe_in(mime)
        if recipe is None:
            return False
        form.apply(recipe.choice, match_original=recipe.match_original)
        self._notices.show(Notice(f"Settings of “{plain(recipe.name, 80)}” are in the form."))
        return True


def start_editor(program: Path | None, paths: Sequence[Path]) -> PhotaError | None:
    """Start a program with files, or the system's own; the error where it cannot be started.

    The program gets no variable of ours: an API key may be among them.
    """
    if program is None:
        with persons_own():
            failed = [one for one in paths if not QDesktopServices.openUrl(_url(one))]
        if not failed:
            return None
        words = f"No program is known that opens “{plain(failed[0].name, 80)}”."
        return PhotaError(ErrorKind.INVALID, words, hint="Choose an editor.", field=EDITOR)
    process = QProcess()
    arguments = [str(path) for path in paths]
    if sys.platform == "darwin" and program.suffix == ".app":
        process.setProgram("open")
        arguments = ["-a", str(program), *arguments]
    else:
        process.setProgram(str(program))
    process.setArguments(arguments)
    process.setProcessEnvironment(_environment())
    with persons_own():
        started = process.startDetached()
    if started[0] if isinstance(started, tuple) else started:
        return None
    words = f"“{plain(program.name, 80)}” could not be started."
    return PhotaError(ErrorKind.INVALID, words, hint="Choose another editor.", field=EDITOR)


def show_folder(path: Path) -> None:
    """Open the folder that holds a file."""
    with persons_own():
        QDesktopServices.openUrl(_url(path.parent))


def _environment() -> QProcessEnvironment:
    environment = QProcessEnvironment.systemEnvironment()
    for name in environment.keys():  # noqa: SIM118 - Qt's own, no mapping
        if name.startswith(_OURS):
            environment.remove(name)
    return environment


def _url(path: Path) -> QUrl:
    return QUrl.fromLocalFile(str(path))
