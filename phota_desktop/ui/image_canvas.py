"""The canvas: shows pictures in any view, with one zoom and place for all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize, QTimer, Signal, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from phota_desktop.core.alignment import Alignment
from phota_desktop.ui.canvas_screen import CanvasScreen, Frame
from phota_desktop.viewmodels.comparison import Comparison, Pair, Shown, View
from phota_desktop.viewmodels.image_cache import LoadedImage
from phota_desktop.viewmodels.images import ImageLoader
from phota_desktop.viewmodels.viewport import ZoomMode

_STILL_MS = 100
_NAMES = {
    View.SINGLE: "Photo canvas",
    View.SWIPE: "Photo canvas, before and after",
    View.SIDE: "Photo canvas, side by side",
    View.SURVEY: "Photo canvas, survey",
    View.DIFFERENCE: "Photo canvas, difference",
}


class ImageCanvas(CanvasScreen):
    """One engine for every view; panes share one ``Viewport``.

    A new picture appears when all that its view needs has a preview; until then the last one
    stays with its own label, so that words and pixels always belong together.
    """

    view_changed = Signal(object)
    original_shown = Signal(bool)
    compared = Signal(object, object)
    """Paths of a reference and of a picture that is now compared with it."""

    def __init__(
        self,
        loader: ImageLoader,
        parent: QWidget | None = None,
        *,
        comparison: Comparison | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("imageCanvas")
        self.setAccessibleName(_NAMES[View.SINGLE])
        self._loader = loader
        self.comparison = comparison or Comparison(self)
        self._told: tuple[View, bool] = (View.SINGLE, False)
        self._still = QTimer(self, singleShot=True, interval=_STILL_MS)
        self._still.timeout.connect(self._on_still)
        self.comparison.changed.connect(self._on_comparison)
        loader.preview.connect(self._on_image)
        loader.ready.connect(self._on_image)
        loader.failed.connect(self._on_failed)
        if self.comparison.slots():
            self._on_comparison()

    @property
    def view(self) -> View:
        """The chosen view; a photo without a variant is always shown alone."""
        return self.comparison.view

    @property
    def showing_original(self) -> bool:
        """Whether the original stands in for the variant."""
        return self.comparison.showing_original

    def is_settled(self) -> bool:
        """Tell whether all that was asked for is there in full, or known to be unreadable."""
        return all(self._pictures.is_settled(path) for path in self._wanted())

    def show_pair(
        self,
        original: Path,
        variant: Path | None,
        *,
        original_label: str = "Original",
        variant_label: str = "",
    ) -> None:
        """Show a photo and, where there is one, a variant of it.

        Zoom and place stay for another variant of the same photo; another photo begins at fit.
        """
        first = Shown(os.fspath(original), original_label)
        second = Shown(os.fspath(variant), variant_label) if variant else None
        if (first, second) == (self.comparison.original, self.comparison.variant):
            self._on_comparison()
        else:
            self.comparison.set_pair(first, second)

    def tell_thoughts(self, thought: Callable[[str], str]) -> None:
        """Say on each picture what a person thinks of it; call again when that is another."""
        before = self.accessibleDescription()
        self._pictures.thought = thought
        words = "; ".join(self.labels())
        if words != before:
            self.setAccessibleDescription(words)
            self.update()

    def clear(self) -> None:
        """Show no picture, only the message."""
        self.comparison.set_pair(None, None)

    def set_view(self, view: View) -> None:
        """Change how the pictures are shown; place and true scale stay."""
        self.comparison.set_view(view)

    @Slot(bool)
    def set_showing_original(self, shown: bool) -> None:
        """Let the original stand in for the variant."""
        self.comparison.set_showing_original(shown)

    @Slot()
    def flick(self) -> None:
        """Swap variant and reference in place."""
        self.comparison.flick()

    def set_alignment(self, pair: Pair, alignment: Alignment | None) -> None:
        """Lay the second picture of a pair (paths) over the first; unsure or None: as it is."""
        if pair in self._frame.pairs or pair in self.comparison.pairs():
            self._pictures.set_alignment(pair, alignment)
            self.arrange()
            self.update()

    def set_heat(self, pair: Pair, heat: QImage | None) -> None:
        """Show what changed between a pair (paths), on the frame of the second."""
        if pair in self._frame.pairs or pair in self.comparison.pairs():
            self._pictures.set_heat(pair, heat)
            self.arrange()
            self.update()

    def set_target(self, size: QSize) -> None:
        """Tell the loader how large a picture is seen, in device pixels."""
        self._loader.set_target(size.width(), size.height())

    def mark_moving(self) -> None:
        """Say that the person is panning or zooming: frames get lighter, decoders fewer."""
        if not self._moving:
            self._moving = True
            self._loader.set_moving(True)
        self._still.start()

    def _wanted(self) -> dict[str, None]:
        """Return the paths of all that may be shown next, the needed ones first."""
        wish = self.comparison
        others = (wish.variant, wish.original, wish.pinned)
        return dict.fromkeys(slot.path for slot in (*wish.slots(), *others) if slot is not None)

    @Slot()
    def _on_comparison(self) -> None:
        """Load what is wanted, and go over to it when it is there."""
        wish, wanted = self.comparison, self._wanted()
        self._pictures.ask_again(wanted)
        self._loader.request(*(Path(path) for path in wanted))
        (view, original), self._told = self._told, (wish.view, wish.showing_original)
        if view is not wish.view:
            self.view_changed.emit(wish.view)
        if original != wish.showing_original:
            self.original_shown.emit(wish.showing_original)
        self._compose()

    def _compose(self) -> None:
        """Go over to what is wanted as soon as every picture of it can be shown."""
        wish = self.comparison
        slots = wish.slots()
        if all(self._pictures.is_known(slot.path) for slot in slots):
            photo = wish.original.path if wish.original is not None else ""
            self._show(Frame(photo, wish.shown_view, slots, wish.pairs()))

    def _show(self, frame: Frame) -> None:
        before, self._frame = self._frame, frame
        self._pictures.keep({*self.shown_paths, *self._wanted()})
        if before.photo != frame.photo:
            self._offsets = {}
            self._viewport.set_mode(ZoomMode.FIT)
        swipe = frame.view is View.SWIPE
        if self.compare.hasFocus() and not swipe:
            self.setFocus()
        self.compare.setVisible(swipe)
        if swipe:
            self.compare.set_sides(*(slot.label for slot in frame.slots))
        self.setAccessibleName(_NAMES[frame.view])
        self.arrange()
        self.update()
        for pair in frame.pairs:
            if pair not in before.pairs:
                self.compared.emit(*pair)

    @Slot(object, object)
    def _on_image(self, path: str, image: LoadedImage) -> None:
        if path in self._wanted():
            self._pictures.put(path, image)
            self._compose()

    @Slot(object, str)
    def _on_failed(self, path: str, message: str) -> None:
        if path in self._wanted():
            self._pictures.fail(path, message)
            self._compose()

    @Slot()
    def _on_still(self) -> None:
        self._moving = False
        self._loader.set_moving(False)
        self.update()
        self.setAccessibleDescription("; ".join(self.labels()))
