"""What a person does with the canvas, and what they see there."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from phota_desktop.ui.image_canvas import ImageCanvas

Key = Qt.Key
LEFT = Qt.MouseButton.LeftButton
MIDDLE = Qt.MouseButton.MiddleButton
NONE = Qt.KeyboardModifier.NoModifier


def show(canvas: ImageCanvas, qtbot: QtBot, original: Path, variant: Path | None) -> None:
    canvas.show_pair(original, variant, original_label="Original", variant_label="v2")
    qtbot.waitUntil(canvas.is_settled)
    assert str(variant or original) in canvas.shown_paths


def level(canvas: QWidget, x: int, y: int) -> int:
    return QColor(canvas.grab().toImage().pixel(x, y)).red()


def wheel(
    canvas: QWidget,
    at: QPoint,
    angle: int,
    modifiers: Qt.KeyboardModifier = NONE,
    pixels_moved: QPoint | None = None,
) -> None:
    phase = Qt.ScrollPhase.ScrollUpdate if pixels_moved else Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(
        QPointF(at),
        QPointF(canvas.mapToGlobal(at)),
        pixels_moved or QPoint(),
        QPoint(0, angle),
        Qt.MouseButton.NoButton,
        modifiers,
        phase,
        False,
    )
    QCoreApplication.sendEvent(canvas, event)


def drag(
    canvas: QWidget,
    start: QPoint,
    end: QPoint,
    button: Qt.MouseButton = LEFT,
    modifiers: Qt.KeyboardModifier = NONE,
) -> None:
    QTest.mousePress(canvas, button, modifiers, start)
    for at in (start + (end - start) / 2, end):
        event = QMouseEvent(
            QEvent.Type.MouseMove,
            QPointF(at),
            QPointF(canvas.mapToGlobal(at)),
            Qt.MouseButton.NoButton,
            button,
            modifiers,
        )
        QCoreApplication.sendEvent(canvas, event)
    QTest.mouseRelease(canvas, button, modifiers, end)
