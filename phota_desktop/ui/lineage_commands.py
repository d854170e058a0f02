"""What the keys of descent do: the tree, continue, recall, final version."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from phota_desktop.core.errors import PhotaError
from phota_desktop.core.jobs import Job, Variant
from phota_desktop.core.library import Picture, result_key
from phota_desktop.ui.lineage_view import LineageView
from phota_desktop.viewmodels.comparison import Shown, View
from phota_desktop.viewmodels.lineage import LineageViewModel
from phota_desktop.viewmodels.lineage_words import title_of
from phota_desktop.viewmodels.origins import Origins
from phota_desktop.viewmodels.reusing import Reuser
from phota_desktop.viewmodels.variants import Entry, EntryKind

if TYPE_CHECKING:
    from phota_desktop.services.composition import Services
    from phota_desktop.ui.main_window import MainWindow

Put = Callable[[QWidget | None], object]
"""Shows a view in the window's centre; None brings the canvas back."""


@dataclass(frozen=True)
class Meant:
    """The picture that a command is about; ``key`` is empty where the library need not know it.

    ``title`` is what the person reads below it; ``job`` is what it came from, where that is known
    at once.
    """

    path: Path | None
    key: str = ""
    title: str = ""
    job: Job | None = None


class LineageCommands(QObject):
    """The verbs of one window; made with its services, let go before they close.

    They are about the chosen place of the tree while that is in front, else about what is chosen
    in the library (see ``library``), else about what the canvas shows.
    """

    export_asked = Signal(list)
    """Pictures of the tree that shall be exported."""

    def __init__(self, window: MainWindow, services: Services, put: Put) -> None:
        super().__init__(window)
        self.library: Callable[[], Sequence[Picture] | None] = lambda: None
        self._window = window
        self._studio = window.studio
        self._services = services
        self._put = put
        self._is_open = False
        self._origins = Origins(services.library, services.tasks, self)
        self._origins.failed.connect(self._tell)
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
        lineage.failed.connect(self._tell)
        view = LineageView(lineage, self._window.art)
        view.closed.connect(self.close)
        view.open_asked.connect(self.open)
        view.compare_asked.connect(self.compare)
        view.continue_asked.connect(lambda _picture: self.continue_from())
        view.recall_asked.connect(lambda _job: self.recall())
        view.recall_prompt_asked.connect(lambda _job: self.recall_prompt())
        view.finalize_asked.connect(lambda _picture: self.finalize())
        view.export_asked.connect(self.export_asked)
        view.delete_asked.connect(studio.marks.trash)
        return view

    @property
    def is_open(self) -> bool:
        """Whether the tree is in front."""
        return self._is_open

    def chosen(self) -> list[Picture] | None:
        """Return the chosen picture of the tree, if it has one; None while that is not in front."""
        if not self._is_open:
            return None
        picture = self.view.lineage.picture
        return [picture] if picture is not None and picture.deleted is None else []

    def detach(self) -> None:
        """Let the services go, before they close."""
        if "view" in vars(self):
            self.view.lineage.detach()

    # -- the tree ---------------------------------------------------------------------------

    def toggle(self) -> None:
        """Show the tree of what is chosen, or the canvas again."""
        if self._is_open:
            self.close()
            return
        meant = self._meant()
        if meant.key:
            self.show(meant.key)
        elif meant.path is not None:
            self._origins.with_key(meant.path, self.show)
        else:
            self._studio.say("Open a photo first: its tree begins with it.")

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

    def open(self, picture: Picture) -> None:
        """Show a picture of the tree on the canvas."""
        self._studio.shelf.show_picture(picture, self.close)

    def compare(self, pair: Sequence[Picture]) -> None:
        """Show a picture beside what it was made from."""
        parent, picture = pair
        tree = self.view.lineage.tree
        label = title_of(tree, tree.nodes[parent.key]) if parent.key in tree.nodes else ""

        def lay_out() -> None:
            self.close()
            beside = None
            if parent.path != self._studio.photo:
                beside = Shown(str(parent.path), label or parent.name)
            self._window.canvas.comparison.pin(beside)
            self._window.canvas.set_view(View.SIDE)

        self._studio.shelf.show_picture(picture, lay_out)

    # -- what can be done with one picture --------------------------------------------------

    def continue_from(self) -> None:
        """Make the chosen variant the source of the next request."""
        meant = self._meant()
        variant = _variant(meant)
        path = meant.path
        if path is not None and variant is not None and not path.exists():
            path = variant.vault_path  # the person's copy is gone, ours is not
        if path is None:
            self._studio.say("There is no finished picture to continue from here yet.")
        elif self._reuser.continue_from(path):
            self.close()
            self._window.drawer.show()

    def recall(self) -> None:
        """Load all that the chosen picture was asked for with."""
        self._with_job(self._recall)

    def recall_prompt(self) -> None:
        """Load the prompt alone."""
        self._with_job(self._recall_prompt)

    def finalize(self) -> None:
        """Ask for the chosen picture larger or of another model; a dialog with the price."""
        self._with_job(self._finalize)

    def _recall(self, meant: Meant, job: Job) -> None:
        self.close()
        self._studio.change_and_retry(job)

    def _recall_prompt(self, meant: Meant, job: Job) -> None:
        if self._reuser.recall_prompt(job):
            self._studio.prompt_wanted.emit()

    def _finalize(self, meant: Meant, job: Job) -> None:
        from phota_desktop.ui.finalize_dialog import FinalizeDialog
        from phota_desktop.viewmodels.finalizing import Finalizer, why_not_final

        problem = why_not_final(job)
        if not problem and (not meant.key or meant.path is None):
            problem = "There is no finished picture here yet."
        if problem:
            self._studio.say(problem)
            return
        studio = self._studio
        finalizer = Finalizer(job, meant.key, meant.title, studio.form, studio.submitter)
        dialog = FinalizeDialog(finalizer, meant.path, self._window.art, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    # -- which picture is meant ---------------------------------------------------------------

    def _meant(self) -> Meant:
        if self._is_open:
            lineage = self.view.lineage
            picture, job = lineage.picture, lineage.job
            if picture is None:
                return Meant(None, job=job)
            title = title_of(lineage.tree, lineage.tree.nodes[picture.key])
            return Meant(None if picture.deleted else picture.path, picture.key, title, job)
        pictures = self.library()
        if pictures is not None:
            return self._in_library(pictures[0]) if pictures else Meant(None)
        entry = self._studio.entry
        return self._on_canvas(entry) if entry is not None else Meant(None)

    def _in_library(self, picture: Picture) -> Meant:
        job = self._studio.jobs.job(picture.job_id) if picture.job_id else None
        return Meant(picture.path, picture.key, picture.name, job)

    def _on_canvas(self, entry: Entry) -> Meant:
        job = self._studio.jobs.job(entry.group) if entry.group else None
        if job is None and entry.kind is EntryKind.ORIGINAL and entry.path is not None:
            job = self._studio.generated.job_of(entry.path)
        meant = Meant(entry.path, "", entry.title, job)
        variant = _variant(meant)
        if job is None or variant is None:
            return meant
        return Meant(entry.path, result_key(job, variant), entry.title, job)

    def _with_job(self, call: Callable[[Meant, Job], None]) -> None:
        """Call with what is meant and its job, at once if that is known; say where none is."""
        meant = self._meant()
        if meant.job is not None:
            call(meant, meant.job)
            return

        def take(key: str, job: Job | None) -> None:
            if job is not None:
                call(replace(meant, key=key, job=job), job)
            else:
                self._studio.say("This picture was not asked for here: there is nothing to recall.")

        self._origins.with_job(meant.key, meant.path, take)

    def _tell(self, error: PhotaError) -> None:
        self._studio.notices.show_error(error, subject="Family tree")


def _variant(meant: Meant) -> Variant | None:
    """Return the saved picture of a job that is meant."""
    for variant in meant.job.variants if meant.job is not None else ():
        if meant.path in (variant.path, variant.vault_path):
            return variant
    return None
