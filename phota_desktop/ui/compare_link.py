"""Joins what is compared with its alignment, its difference and the bar that tells of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QRect, SignalInstance, Slot

from phota_desktop.core.alignment import Alignment
from phota_desktop.viewmodels.comparison import Comparison, Pair, View

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from phota_desktop.ui.compare_bar import CompareBar
    from phota_desktop.viewmodels.aligning import Aligner
    from phota_desktop.viewmodels.difference import Differ
    from phota_desktop.viewmodels.viewport import Viewport


class Canvas(Protocol):
    """What is used of the canvas."""

    zoom_changed: SignalInstance
    gain_asked: SignalInstance

    @property
    def viewport(self) -> Viewport:
        """The shared zoom and place."""

    def set_alignment(self, pair: Pair, alignment: Alignment | None) -> None:
        """Draw the variant so that it lies over the reference; None: frame on frame."""

    def set_foot(self, foot: QRect) -> None:
        """Keep words clear of the bar, which stands there."""

    def set_heat(self, pair: Pair, heat: QImage | None) -> None:
        """Show this over the variant's frame in the difference view."""


class CompareLink(QObject):
    """Asks for what the view on the canvas needs, and for no more; made after the first paint."""

    def __init__(
        self,
        canvas: Canvas,
        comparison: Comparison,
        aligner: Aligner,
        differ: Differ,
        bar: CompareBar,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._canvas, self._comparison, self._bar = canvas, comparison, bar
        self._aligner, self._differ = aligner, differ
        self._pairs: tuple[Pair, ...] = ()
        self._failed: set[Pair] = set()
        comparison.changed.connect(self._on_comparison)
        aligner.aligned.connect(self._on_aligned)
        aligner.failed.connect(self._on_not_aligned)
        differ.heated.connect(self._on_heated)
        differ.told.connect(self._on_told)
        differ.failed.connect(self._on_told)
        differ.gain_changed.connect(bar.set_gain)
        canvas.zoom_changed.connect(self._on_zoom)
        canvas.gain_asked.connect(differ.step_gain)
        bar.align_toggled.connect(self._on_align)
        bar.gain_asked.connect(differ.set_gain)
        bar.pin_toggled.connect(self._on_pin)
        bar.placed.connect(canvas.set_foot)
        canvas.set_foot(bar.geometry() if bar.isVisible() else QRect())
        bar.set_gain(differ.gain)
        self._on_comparison()

    @Slot()
    def toggle_alignment(self) -> None:
        """Turn the tick as a click does, where there is something to align."""
        if self._bar.align_box.isEnabled():
            self._bar.align_box.click()

    @Slot()
    def _on_comparison(self) -> None:
        comparison, bar = self._comparison, self._bar
        if comparison.showing_original:
            return  # for a moment: all that is known stays
        bar.set_pinned(comparison.pinned is not None)
        bar.show_difference(comparison.shown_view is View.DIFFERENCE)
        pairs = comparison.pairs()
        bar.setVisible(bool(pairs) or self._is_pin_alone())
        if pairs != self._pairs:
            self._pairs = pairs
            self._failed.clear()
            self._show_leader()
            if pairs:
                # The leader's first: the bar speaks of it.
                self._aligner.want(pairs[0][0], *(pair[1] for pair in reversed(pairs)))
            else:
                self._aligner.stop()
        elif not pairs:
            self._show_leader()
        self._lay()
        self._compare()

    def _is_pin_alone(self) -> bool:
        """Tell whether the pinned picture is looked at: then it can be unpinned here too."""
        comparison = self._comparison
        return comparison.pinned is not None and comparison.view is not View.SINGLE

    def _compare(self) -> None:
        """Want a heat picture in the difference view, once it is known how the pair lies."""
        if self._comparison.shown_view is not View.DIFFERENCE or not self._pairs:
            self._differ.stop()
            return
        pair = self._pairs[-1]
        alignment = self._aligner.find(*pair)
        if alignment is None and pair not in self._failed:
            self._differ.stop()
            self._bar.show_changed("comparing…")
            return
        self._on_zoom()
        self._differ.want(*pair, alignment if self._bar.wants_alignment else None)
        self._bar.show_changed(self._differ.words or "comparing…")

    def _show_leader(self) -> None:
        if not self._pairs:
            alone = self._is_pin_alone()
            self._bar.show_alignment(None, "this is the pinned picture" if alone else "")
            return
        alignment = self._aligner.find(*self._pairs[-1])
        if alignment is None:
            self._bar.show_aligning()
        else:
            self._bar.show_alignment(alignment)

    @Slot(object, object, object)
    def _on_aligned(self, reference: str, variant: str, alignment: Alignment) -> None:
        pair = (reference, variant)
        if pair not in self._pairs:
            return
        self._failed.discard(pair)
        self._canvas.set_alignment(pair, alignment if self._bar.wants_alignment else None)
        if pair == self._pairs[-1]:
            self._bar.show_alignment(alignment)
            self._compare()

    @Slot(object, object, str)
    def _on_not_aligned(self, reference: str, variant: str, words: str) -> None:
        pair = (reference, variant)
        if pair not in self._pairs:
            return
        self._failed.add(pair)
        self._canvas.set_alignment(pair, None)
        if pair == self._pairs[-1]:
            self._bar.show_alignment(None, words)
            self._compare()

    @Slot(object, object, object)
    def _on_heated(self, reference: str, variant: str, heat: QImage) -> None:
        self._canvas.set_heat((reference, variant), heat)

    @Slot(object, object, str)
    def _on_told(self, _reference: str, _variant: str, words: str) -> None:
        self._bar.show_changed(words)

    @Slot()
    def _on_zoom(self) -> None:
        viewport = self._canvas.viewport
        placed = viewport.place(viewport.leader)
        self._differ.set_side(max(placed.width, placed.height))

    @Slot()
    def _on_align(self) -> None:
        self._lay()
        self._compare()

    def _lay(self) -> None:
        """Tell the canvas again: it forgets what a view between did not need."""
        for pair in self._pairs:
            alignment = self._aligner.find(*pair)
            self._canvas.set_alignment(pair, alignment if self._bar.wants_alignment else None)

    @Slot(bool)
    def _on_pin(self, pinned: bool) -> None:
        self._comparison.pin(self._comparison.subject if pinned else None)
        self._bar.set_pinned(self._comparison.pinned is not None)
