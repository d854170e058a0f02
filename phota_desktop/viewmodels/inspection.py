"""What the info overlay says: facts of the pictures on the canvas, tones, the pixel in question."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QImage

from phota_desktop.core.alignment import Point
from phota_desktop.core.errors import PhotaError
from phota_desktop.core.jobs import Engine, Job
from phota_desktop.core.requests import EditRequest, GenerateRequest
from phota_desktop.viewmodels.comparison import Shown
from phota_desktop.viewmodels.image_cache import LoadedImage
from phota_desktop.viewmodels.images import ImageLoader
from phota_desktop.viewmodels.newest import IsCancelled, NewestWorker
from phota_desktop.viewmodels.variants import picture_cost
from phota_desktop.viewmodels.words import count, plain

if TYPE_CHECKING:
    from phota_desktop.imaging.camera import PhotoFacts
    from phota_desktop.imaging.tones import Tones

_log = logging.getLogger(__name__)

_COUNTED = 2_100_000
"""Pixels of the level whose tones are counted: enough for 256 bars, 5 ms of work."""
_KEPT = 64
_BYTES = ("", "kB", "MB", "GB")
Line = tuple[str, str]
"""What is said, and what of it: “Camera”, “Nikon Z 6”."""


@dataclass(frozen=True)
class Reading:
    """A pixel of one picture, as sRGB; ``is_exact`` is False for a preview's."""

    label: str
    red: int
    green: int
    blue: int
    alpha: int = 255
    is_exact: bool = True

    @property
    def hex(self) -> str:
        """The colour as web pages write it."""
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"

    def words(self, *, lab: bool = False) -> str:
        """Return ``118 117 120  #767578``, with Lab after it on wish."""
        if not self.alpha:
            return "transparent"
        told = f"{self.red} {self.green} {self.blue}  {self.hex}"
        if lab:
            from phota_desktop.imaging.tones import lab_d50

            bright, a, b = lab_d50(self.red, self.green, self.blue)
            told += f"  L {bright:.1f}  a {a:.1f}  b {b:.1f}".replace("-", "−")
        return told if self.is_exact else f"≈ {told}"


class Inspector(QObject):
    """Reads and counts in a thread of its own, and only while somebody looks.

    ``changed`` tells of facts and tones, ``pointed`` of readings alone.
    """

    changed = Signal()
    pointed = Signal()
    _read = Signal(str, object)
    _counted = Signal(str, object, object)

    def __init__(
        self,
        loader: ImageLoader,
        jobs: Callable[[], Iterable[Job]] = tuple,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._loader = loader
        self._jobs = jobs
        self._worker = NewestWorker("inspection")
        self._is_on = False
        self._with_lab = False
        self._slots: tuple[Shown, ...] = ()
        self._subject: Shown | None = None
        self._points: Mapping[str, Point] = {}
        self._facts: dict[str, PhotoFacts | str] = {}
        self._tones: dict[str, tuple[LoadedImage, Tones]] = {}
        self._screen = b""
        queued = Qt.ConnectionType.QueuedConnection
        self._read.connect(self._on_read, queued)
        self._counted.connect(self._on_counted, queued)
        loader.preview.connect(self._on_image)
        loader.ready.connect(self._on_image)

    def close(self) -> None:
        """End the thread."""
        self._worker.close()

    @property
    def is_on(self) -> bool:
        """Whether somebody looks."""
        return self._is_on

    @property
    def with_lab(self) -> bool:
        """Whether readings tell Lab as well."""
        return self._with_lab

    def set_on(self, on: bool) -> None:
        """Begin or end to read and count."""
        if on != self._is_on:
            self._is_on = on
            self._want()
            self.changed.emit()

    def toggle_lab(self) -> None:
        """Tell Lab, or tell it no longer."""
        self._with_lab = not self._with_lab
        self.changed.emit()

    def set_screen(self, icc: bytes) -> None:
        """Tell which profile loaded pictures are in, empty for sRGB: what is told stays sRGB."""
        if icc != self._screen:
            self._screen = icc
            self._tones.clear()
            self._want()

    def show(self, slots: Sequence[Shown], subject: Shown | None = None) -> None:
        """Take over what the canvas shows; the last picture is spoken of, unless another is named.

        ``subject`` counts by its path, and only where it is among the ``slots``.
        """
        named = next((slot for slot in slots if subject and slot.path == subject.path), None)
        spoken_of = named or (slots[-1] if slots else None)
        if (tuple(slots), spoken_of) != (self._slots, self._subject):
            if tuple(slots) != self._slots:
                self._points = {}
            self._slots, self._subject = tuple(slots), spoken_of
            self._want()
            self.changed.emit()

    def point(self, fractions: Mapping[str, Point]) -> None:
        """Tell which place of which picture is in question, in fractions of its frame."""
        if fractions != self._points:
            self._points = dict(fractions)
            self.pointed.emit()

    @property
    def count(self) -> int:
        """How many pictures are shown."""
        return len(self._slots)

    @property
    def subject(self) -> Shown | None:
        """The picture that is spoken of."""
        return self._subject

    def lines(self) -> tuple[Line, ...]:
        """Return the facts of the picture that is spoken of, as far as they are known."""
        subject = self.subject
        if subject is None:
            return ()
        found = self._facts.get(subject.path)
        name = ("File", plain(Path(subject.path).name, 120))
        if found is None:
            return (name, ("", "Reading…"))
        if isinstance(found, str):
            return (name, ("", found))
        loaded = self._loader.find(Path(subject.path))
        told = [name, *_facts_lines(found), ("Shown", loaded.note if loaded else "")]
        told += self._job_lines(subject.path)
        return tuple((what, words) for what, words in told if words)

    @property
    def tones(self) -> Tones | None:
        """The tones of the picture that is spoken of, once they are counted."""
        return self._tones_of(self.subject)

    @property
    def reference_tones(self) -> Tones | None:
        """The tones of what it is compared with, if something is."""
        return self._tones_of(self._slots[0]) if len(self._slots) == 2 else None

    def readings(self) -> tuple[Reading, ...]:
        """Return the pixel in question of each picture that has one there."""
        found = (self._reading(shown) for shown in self._slots)
        return tuple(reading for reading in found if reading is not None)

    def text(self) -> str:
        """Return all of it in words, for screen readers."""
        told = [f"{what}: {words}" if what else words for what, words in self.lines()]
        told += [
            f"{plain(reading.label, 80)}: {reading.words(lab=self._with_lab)}"
            for reading in self.readings()
        ]
        return "; ".join(told)

    def _tones_of(self, shown: Shown | None) -> Tones | None:
        found = self._tones.get(shown.path) if shown is not None else None
        return found[1] if found is not None else None

    def _reading(self, shown: Shown) -> Reading | None:
        at, image = self._points.get(shown.path), self._loader.find(Path(shown.path))
        if at is None or image is None or not (0 <= at[0] < 1 and 0 <= at[1] < 1):
            return None
        level = image.levels[0]
        # Of a transparent picture, unlike ``pixel``, without its alpha multiplied in.
        colour = level.pixelColor(int(at[0] * level.width()), int(at[1] * level.height()))
        red, green, blue = colour.red(), colour.green(), colour.blue()
        if self._screen:
            red, green, blue = _as_srgb((red, green, blue), self._screen)
        return Reading(shown.label, red, green, blue, colour.alpha(), image.complete)

    def _job_lines(self, path: str) -> list[Line]:
        for job in self._jobs():
            if any(path in (str(one.path), str(one.vault_path)) for one in job.variants):
                return _job_lines(job)
        return []

    def _want(self) -> None:
        """Have done what is not known yet, and nothing else."""
        if not self._is_on or not self._slots:
            self._worker.cancel()
            return
        first = self._subject or self._slots[-1]
        paths = list(dict.fromkeys((first.path, *(slot.path for slot in reversed(self._slots)))))
        unread = [path for path in paths[:2] if path not in self._facts]
        uncounted = [
            (path, image)
            for path in (paths if len(paths) <= 2 else paths[:1])
            if (image := self._loader.find(Path(path))) is not None
            and (path not in self._tones or self._tones[path][0] is not image)
        ]
        if unread or uncounted:
            screen = self._screen
            self._worker.start(lambda ended: self._work(unread, uncounted, screen, ended))

    def _work(
        self,
        unread: list[str],
        uncounted: list[tuple[str, LoadedImage]],
        screen: bytes,
        is_ended: IsCancelled,
    ) -> None:
        from phota_desktop.imaging.camera import read_facts

        for path in unread:
            if is_ended():
                raise CancelledError
            try:
                self._read.emit(path, read_facts(Path(path)))
            except PhotaError as error:
                self._read.emit(path, error.message)
        for path, image in uncounted:
            if is_ended():
                raise CancelledError
            self._counted.emit(path, image, _tones_of(image, screen))

    @Slot(str, object)
    def _on_read(self, path: str, found: PhotoFacts | str) -> None:
        self._facts[path] = found
        while len(self._facts) > _KEPT:
            del self._facts[next(iter(self._facts))]
        self.changed.emit()

    @Slot(str, object, object)
    def _on_counted(self, path: str, image: LoadedImage, tones: Tones) -> None:
        # The picture is kept to know it again, so only as long as it is on the screen.
        shown = {slot.path for slot in self._slots}
        self._tones = {one: kept for one, kept in self._tones.items() if one in shown}
        if path in shown:
            self._tones[path] = (image, tones)
            self.changed.emit()

    @Slot(object, object)
    def _on_image(self, path: str, _image: LoadedImage) -> None:
        if path in {slot.path for slot in self._slots}:
            self._want()
            if self._is_on:
                self.changed.emit()


def size_words(size: int) -> str:
    """Return ``812 bytes`` or ``5.2 MB``."""
    if size < 1000:
        return count(size, "byte")
    amount, unit = float(size), 0
    while amount >= 999.5 and unit < len(_BYTES) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{amount:.0f} {_BYTES[unit]}" if unit == 1 else f"{amount:.1f} {_BYTES[unit]}"


def _facts_lines(facts: PhotoFacts) -> list[Line]:
    million = facts.width * facts.height / 1e6
    return [
        ("Size", f"{size_words(facts.bytes)} · {facts.format.value.upper()}"),
        ("Pixels", f"{facts.width} × {facts.height} · {million:.1f} MP"),
        ("Colours", f"{plain(facts.profile, 80)} · {facts.bits} bit"),
        ("Camera", plain(facts.camera, 120)),
        ("Lens", plain(facts.lens, 120)),
        ("Exposure", plain(facts.exposure, 120)),
        ("Taken", plain(facts.taken, 40)),
    ]


def _job_lines(job: Job) -> list[Line]:
    request = job.request
    parts = [request.operation.value.capitalize()]
    if isinstance(request, EditRequest | GenerateRequest):
        parts += [request.base_model, request.resolution.value]
    local = job.engine is Engine.LOCAL
    parts += ["local engine"] if local else []
    return [
        ("Made by", plain(" · ".join(parts), 120)),
        ("Prompt", plain(request.prompt, 240)),
        ("Cost", "free" if local else picture_cost(job)),
    ]


def _tones_of(image: LoadedImage, screen: bytes) -> Tones:
    import numpy as np

    from phota_desktop.imaging.colour import convert
    from phota_desktop.imaging.tones import tones

    level = next(
        (one for one in image.levels if one.width() * one.height() <= _COUNTED), image.levels[-1]
    )
    height, width, line = level.height(), level.width(), level.bytesPerLine()
    rows = np.frombuffer(level.constBits(), np.uint8, height * line).reshape(height, line)
    bgra = rows[:, : width * 4].reshape(height, width, 4)
    if screen:
        bgra = bgra.copy()
        convert(bgra, "BGRA", screen)
    return tones(bgra, has_alpha=level.format() is not QImage.Format.Format_RGB32)


def _as_srgb(rgb: tuple[int, int, int], screen: bytes) -> tuple[int, int, int]:
    import numpy as np

    from phota_desktop.imaging.colour import convert

    pixel = np.array([[rgb[::-1]]], np.uint8)
    convert(pixel, "BGR", screen)
    blue, green, red = (int(value) for value in pixel[0, 0])
    return red, green, blue
