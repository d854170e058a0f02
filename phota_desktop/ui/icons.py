"""Our own icon family: stroke drawings on a 24 px grid, recoloured from the theme's tokens."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from pathlib import Path
from zlib import crc32

from PySide6.QtGui import QGuiApplication, QIcon, QPixmap

from phota_desktop.resources import resource
from phota_desktop.ui.theme import tokens

SIZES = (16, 20, 24)


class _Kept:
    folder: Path | None = None


def keep_in(folder: Path) -> None:
    """Keep drawn icons in ``folder``: a start that finds them is painted 4 ms sooner."""
    _Kept.folder = folder


def pixmap(name: str, colour: str, size: int, scale: float) -> QPixmap:
    """Draw icon ``name`` with ``size`` logical pixels a side for a display of that scale."""
    return _pixmap(name, colour, size, scale)


@cache
def _pixmap(name: str, colour: str, size: int, scale: float) -> QPixmap:
    source = resource("icons", f"{name}.svg").read_text("utf-8").replace("currentColor", colour)
    side = round(size * scale)
    return _drawn(source, side, side, scale)


@cache
def dot(colour: str) -> QPixmap:
    """Draw a disc 8 pixels wide with room to the right of it, for words that follow."""
    disc = f'<circle cx="4" cy="4" r="4" fill="{colour}"/>'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 14 8">{disc}</svg>'
    return _drawn(svg, 28, 16, 2.0)


def _drawn(source: str, width: int, height: int, scale: float) -> QPixmap:
    made = _kept(source, width, height)
    if made is None:
        made = _draw(source, width, height)
        _keep(made, source, width, height)
    made.setDevicePixelRatio(scale)
    return made


def _draw(source: str, width: int, height: int) -> QPixmap:
    from PySide6.QtCore import QByteArray, QRectF
    from PySide6.QtGui import QColor, QPainter
    from PySide6.QtSvg import QSvgRenderer

    drawn = QPixmap(width, height)
    drawn.fill(QColor(0, 0, 0, 0))
    painter = QPainter(drawn)
    QSvgRenderer(QByteArray(source.encode())).render(painter, QRectF(0, 0, width, height))
    painter.end()
    return drawn


def _file(folder: Path, source: str, width: int, height: int) -> Path:
    return folder / f"{crc32(source.encode()):08x}-{len(source)}-{width}x{height}.png"


def _kept(source: str, width: int, height: int) -> QPixmap | None:
    if _Kept.folder is None:
        return None
    found = QPixmap(os.fspath(_file(_Kept.folder, source, width, height)))
    return found if found.width() == width and found.height() == height else None


def _keep(drawn: QPixmap, source: str, width: int, height: int) -> None:
    """Write a drawn icon; a folder that cannot be written costs only the time."""
    if _Kept.folder is None:
        return
    file = _file(_Kept.folder, source, width, height)
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(exist_ok=True)
        if drawn.save(os.fspath(fresh), "PNG"):
            fresh.replace(file)
    except OSError:
        with suppress(OSError):
            fresh.unlink()


def icon(name: str, *, size: int = 20, colour: str = "", can_be_disabled: bool = False) -> QIcon:
    """Return icon ``name`` in the text colour (or ``colour``), with a grey twin on wish."""
    app = QGuiApplication.instance()
    scale = app.devicePixelRatio() if isinstance(app, QGuiApplication) else 1.0
    made = QIcon(pixmap(name, colour or tokens().text, size, scale))
    if can_be_disabled:
        made.addPixmap(pixmap(name, tokens().disabled, size, scale), QIcon.Mode.Disabled)
    return made
