"""Our own icon family: stroke drawings on a 24 px grid, recoloured from the theme's tokens."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRectF
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPixmap

from phota_desktop.resources import resource
from phota_desktop.ui.theme import tokens

SIZES = (16, 20, 24)


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
    from PySide6.QtSvg import QSvgRenderer

    drawn = QPixmap(width, height)
    drawn.fill(QColor(0, 0, 0, 0))
    painter = QPainter(drawn)
    QSvgRenderer(QByteArray(source.encode())).render(painter, QRectF(0, 0, width, height))
    painter.end()
    drawn.setDevicePixelRatio(scale)
    return drawn


def icon(name: str, *, size: int = 20, colour: str = "", can_be_disabled: bool = False) -> QIcon:
    """Return icon ``name`` in the text colour (or ``colour``), with a grey twin on wish."""
    app = QGuiApplication.instance()
    scale = app.devicePixelRatio() if isinstance(app, QGuiApplication) else 1.0
    made = QIcon(pixmap(name, colour or tokens().text, size, scale))
    if can_be_disabled:
        made.addPixmap(pixmap(name, tokens().disabled, size, scale), QIcon.Mode.Disabled)
    return made
