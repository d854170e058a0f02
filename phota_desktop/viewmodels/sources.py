"""The input pictures of the next request: photos chosen by hand, and the reference of a remix."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from phota_desktop.core.options import MAX_EDIT_IMAGES, Operation
from phota_desktop.core.requests import ImageInput


class RequestPictures(QObject):
    """The photos of an edit in order, first the primary one; none means the shown photo."""

    changed = Signal()
    """Something of the request or its price is another one."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._chosen: list[ImageInput] = []
        self._reference: ImageInput | None = None
        self._shown: Path | None = None

    @property
    def sources(self) -> tuple[ImageInput, ...]:
        """The photos chosen by hand for an edit; empty means the shown photo."""
        return tuple(self._chosen)

    @property
    def reference(self) -> ImageInput | None:
        """The picture whose style a remix takes."""
        return self._reference

    def set_photo(self, photo: Path | None) -> None:
        """Follow the shown photo, to which :meth:`add_sources` adds."""
        self._shown = photo

    def set_reference(self, picture: ImageInput | None) -> None:
        """Take the picture whose style a remix takes, or none."""
        if picture != self._reference:
            self._reference = picture
            self.changed.emit()

    def add_sources(self, pictures: Iterable[ImageInput]) -> int:
        """Append photos to the chosen ones or the shown one; return how many were too many.

        A photo that is there already is not taken twice and not counted.
        """
        chosen = list(self._chosen)
        if not chosen and self._shown is not None:
            chosen.append(self._shown)
        refused = 0
        for picture in pictures:
            if picture not in chosen:
                if len(chosen) < MAX_EDIT_IMAGES:
                    chosen.append(picture)
                else:
                    refused += 1
        self._choose(chosen)
        return refused

    def move_source(self, from_row: int, to_row: int) -> None:
        """Give a photo another row; the first one is the primary."""
        if 0 <= from_row < len(self._chosen):
            chosen = list(self._chosen)
            picture = chosen.pop(from_row)
            chosen.insert(max(0, min(len(chosen), to_row)), picture)
            self._choose(chosen)

    def remove_source(self, row: int) -> None:
        """Take a photo out of the request; with the last one the shown photo is back."""
        if 0 <= row < len(self._chosen):
            self._choose([*self._chosen[:row], *self._chosen[row + 1 :]])

    def clear_sources(self) -> None:
        """Work on the shown photo again."""
        self._choose([])

    def _choose(self, chosen: list[ImageInput]) -> None:
        if chosen != self._chosen:
            self._chosen = chosen
            self.changed.emit()

    def _sources_of(self, operation: Operation, shown: Path | None) -> tuple[ImageInput, ...]:
        """Return what an operation works on: only an edit takes photos chosen by hand."""
        if operation is Operation.GENERATE:
            return ()
        if operation is Operation.EDIT and self._chosen:
            return tuple(self._chosen)
        return (shown,) if shown is not None else ()

    def _images(self, operation: Operation, shown: Path | None) -> tuple[ImageInput, ...] | None:
        """Return the pictures in the order they are sent; None when one is missing."""
        found = self._sources_of(operation, shown)
        if operation is Operation.GENERATE:
            return found
        if operation is Operation.REMIX:
            return (*found, self._reference) if found and self._reference is not None else None
        return found or None
