"""Strip and photo list in step with the library: marks, the trash, older jobs, missing photos."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from phota_desktop.core.errors import PhotaError
from phota_desktop.core.jobs import Job
from phota_desktop.core.library import Picture, PictureKind, result_key
from phota_desktop.core.options import Operation
from phota_desktop.viewmodels.notices import Notice, NoticeAction, Tone
from phota_desktop.viewmodels.trash import SystemTrash
from phota_desktop.viewmodels.variants import source_photos
from phota_desktop.viewmodels.words import count, plain

if TYPE_CHECKING:
    from phota_desktop.services.composition import Services
    from phota_desktop.viewmodels.studio import StudioViewModel

_MISSING = "missing photo"


class Shelf(QObject):
    """Tells the library what is shown, and the studio what became of it."""

    def __init__(self, studio: StudioViewModel) -> None:
        super().__init__(studio)
        self._studio = studio
        self._services: Services | None = None
        self._closed: dict[str, Path] = {}
        self._searching = False
        self._alone: Path | None = None
        """A result whose photo is missing, which is still said while it is shown."""

    def attach(self, services: Services) -> None:
        """Follow the library."""
        studio, marks = self._studio, self._studio.marks
        self._services = services
        services.library.use_trash(SystemTrash())
        studio.strip.words_of = studio.photos.words_of = studio.words_of
        marks.changed.connect(studio.strip.repaint)
        marks.changed.connect(studio.photos.repaint)
        marks.changed.connect(self._on_places)
        marks.deleted_changed.connect(self._on_deleted)
        studio.photo_changed.connect(self._on_photo)
        for signal in (
            *(studio.photos.rowsInserted, studio.photos.rowsRemoved),
            *(studio.strip.rowsInserted, studio.strip.modelReset),
            *(studio.jobs.loaded, studio.jobs.job_changed),
        ):
            signal.connect(self.watch)
        self.watch()
        marks.attach(services)
        services.tasks.spawn(services.library.start(), name="start of the library")
        self._on_photo()

    def detach(self) -> None:
        """Let the library go; what is shown stays as it is."""
        self._services = None
        self._studio.marks.detach()

    def watch(self) -> None:
        """Tell what is shown: opened photos, places of the strip, and what was made of them."""
        studio = self._studio
        photos = set(studio.photos.paths())
        shown = {entry.path for entry in studio.strip.entries() if entry.path is not None}
        keys = set(self._closed)  # they may come back
        for job in studio.jobs.jobs():
            own = not photos.isdisjoint(studio.photos_of(job))
            for variant in job.variants:
                if own or variant.path in photos or variant.vault_path in photos:
                    keys.add(result_key(job, variant))
        studio.marks.watch(photos | shown, keys)

    def _on_places(self) -> None:
        """Show what is there of a result whose copy was moved, or came back."""
        studio = self._studio
        if any(studio.where(entry) is not entry for entry in studio.strip.entries()):
            studio.refresh()
            self.watch()

    # -- the trash ------------------------------------------------------------------------

    def _on_deleted(self) -> None:
        studio = self._studio
        for job in studio.jobs.jobs():
            for variant in job.variants:
                key = result_key(job, variant)
                deleted = studio.is_deleted(key)
                if deleted and studio.photos.row(variant.path) >= 0:
                    self._closed[key] = variant.path
                    studio.close_photo(variant.path)
                elif not deleted and studio.marks.picture(key) and key in self._closed:
                    back = self._closed.pop(key)
                    studio.photos.add([back])
                    if studio.photo is None:
                        studio.choose_photo(back)
        studio.refresh()

    # -- photos that are gone ---------------------------------------------------------------

    def _on_photo(self) -> None:
        """Look where the shown photo is, and for what was made of it long ago."""
        photo, services = self._studio.photo, self._services
        if photo is not None and services is not None:
            look = self._look(services, photo)
            services.tasks.spawn(look, name="look for the shown photo", replace=True)

    async def _look(self, services: Services, photo: Path) -> None:
        is_there = await services.threads.files(photo.is_file)
        self._studio.photos.set_missing(photo, not is_there)
        if not is_there:
            self._tell_missing(photo)
        elif photo != self._alone:
            self._studio.notices.withdraw(_MISSING)
        await self._know(services, photo)

    async def _know(self, services: Services, photo: Path) -> None:
        """Learn all that was ever made of a photo."""
        jobs = await services.library.jobs_from(photo)
        # A remix's reference is no photo that its pictures stand beside.
        ids = [job.id for job in jobs if job.request.operation is not Operation.REMIX]
        is_new = self._studio.stand_beside(photo, ids)
        self._studio.jobs.add_older(jobs)
        if is_new:
            self._studio.refresh()
            self.watch()

    def _tell_missing(self, photo: Path, hint: str = "") -> None:
        words = f"{plain(photo.name, 120)} is not where it was."
        self._studio.notices.show(
            Notice(
                *(words, Tone.WARN, NoticeAction.FIND_IT, "Find it…"),
                hint=hint,
                path=photo,
                group=_MISSING,
            )
        )

    def find_missing(self, folder: Path) -> None:
        """Look for photos that are gone below a folder, by what is in them."""
        services = self._services
        if services is not None and not self._searching:
            services.tasks.spawn(self._find(services, folder), name="find missing photos")

    async def _find(self, services: Services, folder: Path) -> None:
        studio, library = self._studio, services.library
        lost = {path: await library.at(path) for path in studio.photos.paths()}
        studio.notices.withdraw(_MISSING)
        studio.say(f"Looking for missing photos in {plain(folder.name, 120)}…")
        self._searching = True
        try:
            found = await library.find_missing(folder, _ignore, lambda: self._services is None)
        except PhotaError as error:
            studio.notices.show_error(error, subject=folder.name)
            return
        finally:
            self._searching = False
        for old, before in lost.items():
            now = await library.picture(before.key) if before is not None else None
            if now is not None and now.path != old:
                await self._moved(services, old, now.path)
        words = f"Found {count(found, 'missing photo')}." if found else "No missing photo is there."
        studio.say(words, Tone.GOOD if found else Tone.INFO)

    async def _moved(self, services: Services, old: Path, new: Path) -> None:
        studio = self._studio
        was_shown = studio.photo == old
        studio.photos.replace(old, new)
        if was_shown:
            studio.choose_photo(new)
        studio.refresh()

    # -- from the library to the canvas -------------------------------------------------------

    def show_picture(self, picture: Picture, then: Callable[[], object] | None = None) -> None:
        """Show a photo, or a result beside the photo that it was made of; ``then`` comes after."""
        services = self._services
        if services is not None:
            show = self._show_and(services, picture, then)
            services.tasks.spawn(show, name="show a picture of the library", replace=True)

    async def _show_and(
        self, services: Services, picture: Picture, then: Callable[[], object] | None
    ) -> None:
        await self._show(services, picture)
        if then is not None:
            then()

    async def _show(self, services: Services, picture: Picture) -> None:
        studio = self._studio
        if picture.deleted is not None:
            studio.say(f"{plain(picture.name, 120)} is in the trash.")
            return
        if picture.kind is PictureKind.PHOTO:
            studio.show_photo(picture.path)
            studio.choose_entry("original")  # one of its variants may have been chosen before
            return
        job = await services.library.job_of(picture.key)
        source = await self._source(services, picture, job)
        if job is not None:
            studio.jobs.add_older([job])
        if source is not None:
            if job is not None:
                studio.stand_beside(source, [job.id])
            studio.show_photo(source)
            studio.refresh()
            studio.choose_entry(picture.key)
            return
        self._alone = picture.path
        studio.show_photo(picture.path)
        if job is not None and source_photos(job):
            self._tell_missing(source_photos(job)[0], "The result is shown alone.")

    async def _source(self, services: Services, picture: Picture, job: Job | None) -> Path | None:
        """Return the photo beside which a result stands, if its file is there."""
        places: list[Path] = list(source_photos(job)) if job is not None else []
        if picture.parent:
            parent = await services.library.picture(picture.parent)
            places += [parent.path] if parent is not None else []
        is_there: Callable[[Path], bool] = Path.is_file
        for place in places:
            if await services.threads.files(is_there, place):
                return place
        return None


def _ignore(*_progress: object) -> None:
    """Take no notice of how far a search is."""
