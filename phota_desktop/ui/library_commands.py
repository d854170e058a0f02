"""The menu of chosen pictures, and what a drag out of the library carries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag
from PySide6.QtWidgets import QMenu

from phota_desktop.core.library import MAX_STARS, Flag, Label, Picture, PictureKind
from phota_desktop.viewmodels.library_filter import FLAG_WORDS, LABEL_WORDS
from phota_desktop.viewmodels.words import count

if TYPE_CHECKING:
    from phota_desktop.ui.library_view import LibraryView

DragFiles = Callable[[Sequence[Picture]], list[Path]]
"""Gives pictures as files with readable names, ready to be handed to another program."""

MOST_COMPARED = 6
_GHOST = 120


def fill_picture_menu(menu: QMenu, view: LibraryView) -> None:
    """Offer what can be done with the chosen pictures; what cannot is absent."""
    model = view.model
    chosen = model.known_chosen()
    number = len(model.selection)
    if not chosen or not number:
        return
    one = chosen[0] if number == 1 else None
    if one is not None:
        menu.addAction("Open\tReturn").triggered.connect(lambda: view.open_asked.emit(one))
    elif number <= MOST_COMPARED:
        menu.addAction(f"Compare {number}\tC").triggered.connect(view.compare)
    if one is not None:
        menu.addAction("Show its family tree\tT").triggered.connect(
            lambda: view.lineage_asked.emit(one)
        )
        menu.addAction("Find what was made from it").triggered.connect(
            lambda: model.change_query(source=one.key)
        )
    menu.addSeparator()
    _add_marks(menu, view)
    menu.addSeparator()
    words = "Export…" if one is not None else f"Export {count(number, 'picture')}…"
    menu.addAction(f"{words}\tCtrl+S").triggered.connect(view.export)
    if one is not None:
        menu.addAction("Show in folder").triggered.connect(lambda: view.reveal_asked.emit(one))
    results = any(picture.kind is PictureKind.RESULT for picture in chosen) or number > len(chosen)
    if results:
        menu.addSeparator()
        words = "Move to the trash" if one else f"Move {count(number, 'picture')} to the trash"
        menu.addAction(f"{words}\tDel").triggered.connect(view.trash)


def _add_marks(menu: QMenu, view: LibraryView) -> None:
    stars = menu.addMenu("Stars")
    for n in range(MAX_STARS, -1, -1):
        words = count(n, "star") if n else "No stars"
        stars.addAction(f"{words}\t{n}").triggered.connect(
            lambda _on=False, n=n: view.mark(stars=n)
        )
    flags = menu.addMenu("Flag")
    for flag, key in ((Flag.PICK, "P"), (Flag.REJECT, "X"), (Flag.NONE, "U")):
        words = {Flag.PICK: "Pick", Flag.REJECT: "Reject"}.get(flag, FLAG_WORDS[flag])
        flags.addAction(f"{words}\t{key}").triggered.connect(
            lambda _on=False, flag=flag: view.mark(flag=flag)
        )
    labels = menu.addMenu("Colour label")
    keys = {Label.RED: "6", Label.YELLOW: "7", Label.GREEN: "8", Label.BLUE: "9"}
    for label, words in LABEL_WORDS.items():
        text = f"{words}\t{keys[label]}" if label in keys else words
        labels.addAction(text).triggered.connect(
            lambda _on=False, label=label: view.mark(label=label)
        )


def begin_drag(view: LibraryView, files: DragFiles) -> None:
    """Drag the chosen pictures out as files, one of them as pixels too."""
    pictures = view.model.known_chosen()
    paths = files(pictures) if pictures else []
    if not paths:
        return
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    if len(paths) == 1:
        from phota_desktop.viewmodels.decoding import whole_picture

        image = whole_picture(paths[0])
        if not image.isNull():
            mime.setImageData(image)
    drag = QDrag(view)
    drag.setMimeData(mime)
    place = view.model.selection.current
    wanted = view.grid.wanted(place) if place >= 0 else None
    small = view.art.find_fitted(wanted) if wanted is not None else None
    if small is not None:
        smooth = Qt.TransformationMode.SmoothTransformation
        aspect = Qt.AspectRatioMode.KeepAspectRatio
        drag.setPixmap(small.scaled(_GHOST, _GHOST, aspect, smooth))
    drag.exec(Qt.DropAction.CopyAction)


def plain_files(pictures: Sequence[Picture]) -> list[Path]:
    """Return the files that are there, as they are named."""
    return [picture.path for picture in pictures if picture.path.is_file()]
