"""What the keys of descent do: the tree, continue, recall, final version."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QWidget

from phota_desktop.core.errors import PhotaError
from phota_desktop.core.jobs import Job
from phota_desktop.core.library import Picture, result_key
from phota_desktop.ui.lineage_view import LineageView
from phota_desktop.viewmodels.comparison import Shown, View
from phota_desktop.viewmodels.lineage import LineageViewModel
from phota_desktop.viewmodels.lineage_words import title_of
from phota_desktop.viewmodels.reusing import Reuser
from phota_desktop.viewmodels.variants import Entry, EntryKind

if TYPE_CHECKING:
    from phota_desktop.services.composition import Services
    from phota_desktop.ui.main_window import MainWindow

Put = Callable[[QWidget | None], object]
"""Shows a view in the window's centre; None brings the canvas back."""


class LineageCommands(QObject):
    """The verbs of one window; made with its services, let go before they close.

    They are about the chosen place of the tree while that is shown, else about what the canvas
    shows.
    """

    def __init__(self, window: MainWindow, services: Services, put: Put) -> None:
        super().__init__(window)
        self._window = window
        self._studio = window.studio
        self._services = services
        self._put = put
        self._is_open = False
        self._reuser = Reuser(window.studio.form, window.studio.notices, window.studio.show_photo)

    def calls(self) -> dict[str, Callable[[], object]]:
        """Return what each command of the key table does."""
        return {
            "lineage": self.toggle,
            "continue": self.continue_from,
            "recall": self.recall,
            "recall_prompt": self.recall_prompt,
            "finalize": self.finalize,
        }

    @cached_property
    def view(self) -> LineageView:
        """The tree; made when it is first asked for."""
        services, studio = self._services, self._studio
        lineage = LineageViewModel(self._window.jobs, self)
        lineage.attach(services.library, services.tasks, lambda: services.people.names)
        lineage.failed.connect(
            lambda error: studio.notices.show_error(error, subject="Family tree")
        )
        view = LineageView(lineage, self._window.art)
        view.closed.connect(self.close)
        view.open_asked.connect(self.open)
        view.compare_asked.connect(self.compare)
        view.continue_asked.connect(lambda picture: self.continue_from())
        view.recall_asked.connect(lambda job: self.recall())
        view.recall_prompt_asked.connect(lambda job: self.recall_prompt())
        view.finalize_asked.connect(lambda picture: self.finalize())
        view.delete_asked.connect(studio.marks.trash)
        return view

    def detach(self) -> None:
        """Let the services go, before they close."""
        if "view" in vars(self):
            self.view.lineage.detach()

    # -- the tree ---------------------------------------------------------------------------

    def toggle(self) -> None:
        """Show the tree of what is looked at, or the canvas again."""
        if self._is_open:
            self.close()
            return
        entry = self._studio.entry
        if entry is None or entry.path is None:
            self._studio.say("Open a photo first: its tree begins with it.")
            return
        look = self._show_of(entry)
        self._services.tasks.spawn(look, name="family tree of", replace=True)

    def show(self, key: str) -> None:
        """Show the tree that a picture of the library is in."""
        self._put(self.view)
        self._is_open = True
        self._window.commands.marking.set_target(self.view)
        self.view.show_family(key)

    def close(self) -> None:
        """Bring the canvas back."""
        if self._is_open:
            self._is_open = False
            self.view.lineage.close()
            self._window.commands.marking.set_target(None)
            self._put(None)
            self._window.canvas.setFocus()

    async def _show_of(self, entry: Entry) -> None:
        library = self._services.library
        job = self._job_of(entry)
        try:
            if entry.kind is EntryKind.RESULT and job is not None:
                self.show(entry.key)
            elif entry.path is not None:
                picture = await library.at(entry.path)
                self.show((picture or await library.remember_photo(entry.path)).key)
        except PhotaError as error:
            self._studio.notices.show_error(error, subject="Family tree", path=entry.path)

    def open(self, picture: Picture) -> None:
        """Show a picture of the tree on the canvas."""
        self.close()
        self._studio.show_picture(picture)

    def compare(self, pair: list[Picture]) -> None:
        """Show a picture beside what it was made from."""
        parent, picture = pair
        tree = self.view.lineage.tree
        label = title_of(tree, tree.nodes[parent.key]) if parent.key in tree.nodes else ""
        self.open(picture)
        canvas, photo = self._window.canvas, self._studio.photo
        beside = None if parent.path == photo else Shown(str(parent.path), label or parent.name)
        canvas.comparison.pin(beside)
        canvas.set_view(View.SIDE)

    # -- what can be done with one picture --------------------------------------------------

    def continue_from(self) -> None:
        """Make the chosen variant the source of the next request."""
        entry = self._studio.entry
        picture = self.view.lineage.picture if self._is_open else None
        path = picture.path if picture is not None else entry.path if entry is not None else None
        if path is None:
            self._studio.say("There is no finished picture to continue from here yet.")
        elif self._reuser.continue_from(path):
            self.close()
            self._window.drawer.show()

    def recall(self) -> None:
        """Load all that the chosen picture was asked for with."""
        job = self._job()
        if job is not None:
            self.close()
            self._studio.change_and_retry(job)

    def recall_prompt(self) -> None:
        """Load the prompt alone."""
        job = self._job()
        if job is not None and self._reuser.recall_prompt(job):
            self._studio.prompt_wanted.emit()

    def finalize(self) -> None:
        """Ask for the chosen picture larger or of another model; a dialog with the price."""
        from phota_desktop.viewmodels.finalizing import Finalizer, why_not_final

        job = self._job()
        if job is None:
            return
        problem = why_not_final(job)
        if problem:
            self._studio.say(problem)
            return
        from phota_desktop.ui.finalize_dialog import FinalizeDialog

        draft = self._draft(job)
        if draft is None:
            self._studio.say("There is no finished picture here yet.")
            return
        key, title, path = draft
        finalizer = Finalizer(job, key, title, self._studio.form, self._studio.submitter)
        dialog = FinalizeDialog(finalizer, path, self._window.art, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _draft(self, job: Job) -> tuple[str, str, Path] | None:
        """Return key, name and file of the result that is meant."""
        if self._is_open:
            lineage = self.view.lineage
            picture = lineage.picture
            if picture is None:
                return None
            return (
                picture.key,
                title_of(lineage.tree, lineage.tree.nodes[picture.key]),
                picture.path,
            )
        entry = self._studio.entry
        for variant in job.variants if entry is not None else ():
            if entry is not None and entry.path in (variant.path, variant.vault_path):
                return result_key(job, variant), entry.title, variant.path
        return None

    def _job(self) -> Job | None:
        """Return the job that is meant; says so where there is none."""
        entry = self._studio.entry
        job = self.view.lineage.job if self._is_open else self._job_of(entry)
        if job is None:
            self._studio.say("This picture was not asked for here: there is nothing to recall.")
        return job

    def _job_of(self, entry: Entry | None) -> Job | None:
        if entry is None:
            return None
        job = self._studio.jobs.job(entry.group) if entry.group else None
        if job is None and entry.kind is EntryKind.ORIGINAL and entry.path is not None:
            job = self._studio.generated.job_of(entry.path)
        return job
