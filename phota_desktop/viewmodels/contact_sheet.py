"""Contact sheets: pictures in rows on paper, as a PDF of vector text and JPEG pictures."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QMarginsF, QRectF
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QGuiApplication,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
)

from phota_desktop.core.proofing import Paper, ProofPicture, ProofSettings, printable

if TYPE_CHECKING:
    from phota_desktop.imaging.colour import Pixels

DPI = 300
_MARGIN_MM = 12.0
_MM = DPI / 25.4
_GAP = 4 * _MM
_PAPERS = {Paper.A4: QPageSize.PageSizeId.A4, Paper.LETTER: QPageSize.PageSizeId.Letter}
_INK = QColor("#1d1d1d")
_QUIET = QColor("#6a6a6a")

Read = Callable[[Path, int], "Pixels"]


class ContactSheet:
    """A PDF in the making: one page holds ``columns`` x ``rows`` pictures.

    For one worker thread: nothing in it is a widget. ``make`` gives the bytes.
    """

    def __init__(self, pictures: Sequence[ProofPicture], settings: ProofSettings) -> None:
        self._pictures = pictures
        self._settings = settings
        self._per_page = settings.columns * settings.rows
        self.pages = max(1, math.ceil(len(pictures) / self._per_page))
        self.problems: list[str] = []

    def make(
        self,
        read: Read,
        progress: Callable[[int], None] = lambda done: None,
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> bytes | None:
        """Return the PDF, None after a cancel; ``read`` gives opaque BGRA pixels."""
        from phota_desktop.core.errors import PhotaError

        buffer = QBuffer()
        buffer.open(QBuffer.OpenModeFlag.WriteOnly)
        writer = QPdfWriter(buffer)
        writer.setTitle(printable(self._settings.title))
        writer.setCreator("Phota Desktop")
        writer.setResolution(DPI)
        writer.setPageSize(QPageSize(_PAPERS[self._settings.paper]))
        margins = QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM)
        writer.setPageMargins(margins, QPageLayout.Unit.Millimeter)
        painter = QPainter(writer)
        try:
            for n, one in enumerate(self._pictures):
                if is_cancelled():
                    return None
                place = n % self._per_page
                if n and not place:
                    writer.newPage()
                if not place:
                    self._frame(painter, n // self._per_page)
                try:
                    pixels = read(one.path, self._side(painter))
                except PhotaError as error:
                    self.problems.append(error.message)
                    self._place(painter, place, one, None)
                else:
                    self._place(painter, place, one, _image(pixels))
                progress(n + 1)
        finally:
            painter.end()
        return bytes(buffer.data().data())

    def _cell(self, painter: QPainter) -> tuple[float, float, float]:
        """Return the width and height of a place, and where the first row begins."""
        page = painter.viewport()
        top = 14 * _MM
        columns, rows = self._settings.columns, self._settings.rows
        width = (page.width() - (columns - 1) * _GAP) / columns
        height = (page.height() - top - 6 * _MM - (rows - 1) * _GAP) / rows
        return width, height, top

    def _side(self, painter: QPainter) -> int:
        """Return the pixels that a place can show at the paper's resolution."""
        width, height, _ = self._cell(painter)
        return math.ceil(max(width, height))

    def _frame(self, painter: QPainter, page: int) -> None:
        paper = painter.viewport()
        painter.setPen(_INK)
        painter.setFont(_font(5.0, bold=True))
        title = printable(self._settings.title)
        self._line(painter, QRectF(0, 0, paper.width(), 8 * _MM), title)
        painter.setPen(_QUIET)
        painter.setFont(_font(3.0))
        foot = QRectF(0, paper.height() - 4 * _MM, paper.width(), 4 * _MM)
        self._line(painter, foot, f"{page + 1} / {self.pages}")

    def _place(
        self, painter: QPainter, place: int, one: ProofPicture, picture: QImage | None
    ) -> None:
        width, height, top = self._cell(painter)
        row, column = divmod(place, self._settings.columns)
        x, y = column * (width + _GAP), top + row * (height + _GAP)
        lines = [printable(one.name)] if self._settings.names else []
        lines += [printable(one.detail)] if self._settings.names and one.detail else []
        below = len(lines) * 4 * _MM + (_MM if lines else 0)
        room = QRectF(x, y, width, height - below)
        if picture is not None and not picture.isNull():
            scale = min(room.width() / picture.width(), room.height() / picture.height())
            drawn = QRectF(0, 0, picture.width() * scale, picture.height() * scale)
            drawn.moveBottomLeft(room.bottomLeft())  # where its name begins
            painter.drawImage(drawn, picture)
        else:
            painter.setPen(_QUIET)
            painter.drawRect(room)
            self._line(painter, room.adjusted(2 * _MM, 0, -2 * _MM, 0), "Cannot be read")
        for n, words in enumerate(lines):
            painter.setPen(_QUIET if n else _INK)
            painter.setFont(_font(2.8 if n else 3.0))
            at = QRectF(x, room.bottom() + _MM + n * 4 * _MM, width, 4 * _MM)
            self._line(painter, at, words)

    def _line(self, painter: QPainter, at: QRectF, words: str) -> None:
        from PySide6.QtCore import Qt

        metrics = QFontMetricsF(painter.font(), painter.device())
        shown = metrics.elidedText(words, Qt.TextElideMode.ElideMiddle, at.width())
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(at, int(flags | Qt.TextFlag.TextSingleLine), shown)


def _font(millimetres: float, *, bold: bool = False) -> QFont:
    font = QFont(QGuiApplication.font())
    font.setPointSizeF(millimetres * 72 / 25.4 * 0.75)
    font.setBold(bold)
    return font


def _image(pixels: Pixels) -> QImage:
    """Return a picture that shares the pixels' memory; they must outlive it."""
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
