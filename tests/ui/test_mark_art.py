"""Marks are drawn within their place, readable on any picture, and not told by colour alone."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter
from PySide6.QtWidgets import QApplication

from phota_desktop.core.library import Flag, Label, Marks
from phota_desktop.ui.mark_art import (
    LABEL_COLOURS,
    draw_label,
    draw_marks,
    draw_marks_on,
    marks_width,
)
from phota_desktop.ui.mark_keys import has_caps_lock, unshifted
from phota_desktop.ui.theme import THEMES, ThemeName, apply_theme, contrast
from phota_desktop.viewmodels.mark_words import given_words, marks_words

ALL = [
    Marks(stars, flag, label)
    for stars, flag, label in itertools.product(range(6), Flag, (Label.NONE, Label.PURPLE))
]
Mods = Qt.KeyboardModifier


def painted(marks: Marks, ground: str, frame: QRectF) -> QImage:
    image = QImage(160, 100, QImage.Format.Format_RGB32)
    image.fill(QColor(ground))
    painter = QPainter(image)
    draw_marks_on(painter, frame, marks)
    painter.end()
    return image


@pytest.mark.parametrize("ground", ["#ffffff", "#000000", "#808080"])
def test_marks_stay_in_their_frame_and_differ(qapp: QApplication, ground: str) -> None:
    apply_theme(qapp, "dark")
    frame = QRectF(20, 10, 108, 72)
    seen = set()
    for marks in ALL:
        image = painted(marks, ground, frame)
        outside = [
            image.pixelColor(x, y).name()
            for x, y in itertools.product(range(160), range(100))
            if not frame.adjusted(-1, -1, 1, 1).contains(x, y)
        ]
        assert set(outside) == {ground}
        seen.add(bytes(image.constBits()))
    assert len(seen) == len(ALL)


@pytest.mark.usefixtures("qapp")
def test_a_narrow_frame_shrinks_them() -> None:
    frame = QRectF(20, 10, 48, 36)
    image = painted(Marks(5, Flag.PICK, Label.RED), "#ffffff", frame)
    assert all(image.pixelColor(x, 40).name() == "#ffffff" for x in range(69, 160))
    assert marks_width(Marks()) == 0


@pytest.mark.usefixtures("qapp")
def test_labels_are_told_by_their_letters_too() -> None:
    greys = set()
    for label, colour in LABEL_COLOURS.items():
        assert contrast("#141414", colour) >= 4.5
        image = QImage(16, 16, QImage.Format.Format_RGB32)
        image.fill(QColor("#202020"))
        painter = QPainter(image)
        draw_label(painter, QRectF(0, 0, 16, 16), label)
        painter.end()
        mono = image.convertToFormat(QImage.Format.Format_Mono)
        greys.add(bytes(mono.constBits()))
    assert len(greys) == len(LABEL_COLOURS)


@pytest.mark.parametrize("theme", list(ThemeName))
def test_rows_draw_them_in_the_themes_colours(qapp: QApplication, theme: ThemeName) -> None:
    apply_theme(qapp, theme)
    image = QImage(120, 20, QImage.Format.Format_RGB32)
    image.fill(QColor(THEMES[theme].panel))
    painter = QPainter(image)
    width = draw_marks(painter, QRectF(4, 3, 112, 14), Marks(3))
    painter.end()
    assert width == pytest.approx(marks_width(Marks(3)))
    found = {image.pixelColor(x, 10).name() for x in range(120)}
    assert THEMES[theme].text in found
    apply_theme(qapp, "dark")


def test_marks_read_well() -> None:
    assert marks_words(Marks()) == ""
    assert marks_words(Marks(1, Flag.REJECT, Label.BLUE)) == "1 star, rejected, blue label"
    assert given_words(1, stars=0) == "No stars"
    assert given_words(3, flag=Flag.PICK) == "Picked on 3 pictures"
    assert given_words(1, label=Label.NONE) == "No label"


def test_a_letter_tells_caps_lock_by_itself(qapp: QApplication) -> None:
    press = QEvent.Type.KeyPress
    for text, modifiers, is_on in (
        ("p", Mods.NoModifier, False),
        ("P", Mods.NoModifier, True),
        ("P", Mods.ShiftModifier, False),
        ("p", Mods.ShiftModifier, True),
        ("3", Mods.NoModifier, False),
    ):
        assert has_caps_lock(QKeyEvent(press, Qt.Key.Key_P, modifiers, text)) is is_on
    shifted = QKeyEvent(press, Qt.Key.Key_3, Mods.ShiftModifier, "3")
    assert unshifted(shifted, "Shift+3") == "3"
    loud = QKeyEvent(press, Qt.Key.Key_3, Mods.ShiftModifier | Mods.ControlModifier, "3")
    assert unshifted(loud, "Ctrl+Shift+3") == ""
