"""Flat pictures in files, and what a loader tells of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QThread
from PySide6.QtGui import QColor

from phota_desktop.viewmodels.image_cache import LoadedImage
from phota_desktop.viewmodels.images import ImageLoader

Told = list[tuple[str, str, object]]


def photo(folder: Path, name: str, level: int, size: tuple[int, int] = (640, 480)) -> Path:
    path = folder / name
    Image.new("RGB", size, (level, level, level)).save(path, quality=95)
    return path


def grey(image: LoadedImage) -> int:
    return QColor(image.levels[-1].pixel(5, 5)).red()


def listen(loader: ImageLoader) -> Told:
    told: Told = []
    main = QThread.currentThread()

    def note(kind: str) -> Callable[[str, object], None]:
        def keep(path: str, value: object) -> None:
            assert QThread.currentThread() is main
            told.append((kind, path, value))

        return keep

    loader.preview.connect(note("preview"))
    loader.ready.connect(note("ready"))
    loader.failed.connect(note("failed"))
    return told
