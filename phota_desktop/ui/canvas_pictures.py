"""What the canvas has of its pictures: pixels, reasons why not, alignments, difference pictures."""

from __future__ import annotations

from collections.abc import Callable, Collection

from PySide6.QtGui import QImage

from phota_desktop.core.alignment import Alignment, FrameMap, Size
from phota_desktop.ui.panes import frames_of, full_size
from phota_desktop.viewmodels.comparison import Pair
from phota_desktop.viewmodels.image_cache import LoadedImage


class CanvasPictures:
    """Pictures by path and what is known of pairs of them, never by place."""

    def __init__(self) -> None:
        self._images: dict[str, LoadedImage] = {}
        self._errors: dict[str, str] = {}
        self._alignments: dict[Pair, Alignment] = {}
        self._heats: dict[Pair, QImage] = {}
        self.thought: Callable[[str], str] = lambda _path: ""
        """Says what a person thinks of a picture."""

    def image(self, path: str) -> LoadedImage | None:
        """Return a picture that is there."""
        return self._images.get(path)

    def error(self, path: str) -> str:
        """Return why a picture cannot be shown, "" where nothing is known against it."""
        return self._errors.get(path, "")

    def size(self, path: str) -> Size:
        """Return a picture's own pixels, none where it is not there."""
        return full_size(self._images.get(path))

    def is_known(self, path: str) -> bool:
        """Tell whether a picture can be shown, or surely not."""
        return path in self._images or path in self._errors

    def is_settled(self, path: str) -> bool:
        """Tell whether a picture is there in full, or surely not."""
        image = self._images.get(path)
        return path in self._errors or (image is not None and image.complete)

    def put(self, path: str, image: LoadedImage) -> None:
        """Take a picture."""
        self._images[path] = image
        self._errors.pop(path, None)

    def fail(self, path: str, message: str) -> None:
        """Take the reason why a picture cannot be shown."""
        self._errors[path] = message

    def ask_again(self, paths: Collection[str]) -> None:
        """Forget why pictures could not be shown, since they are tried again."""
        self._errors = {path: text for path, text in self._errors.items() if path not in paths}

    def set_alignment(self, pair: Pair, alignment: Alignment | None) -> None:
        """Take how the second of a pair lies over the first."""
        if alignment is None:
            self._alignments.pop(pair, None)
        else:
            self._alignments[pair] = alignment

    def frames(self, pair: Pair | None) -> FrameMap | None:
        """Return the map to draw the second of a pair through, none where it stays as it is."""
        if pair is None or not all(all(self.size(path)) for path in pair):
            return None
        return frames_of(self._alignments.get(pair))

    def set_heat(self, pair: Pair, heat: QImage | None) -> None:
        """Take the picture of the difference of a pair, on the frame of the second."""
        if heat is None or heat.isNull():
            self._heats.pop(pair, None)
        else:
            self._heats[pair] = heat

    def heat(self, pair: Pair | None) -> LoadedImage | None:
        """Return the difference as a picture of the second one's size; never true pixels of it."""
        if pair is None or pair not in self._heats:
            return None
        return LoadedImage((self._heats[pair],), *self.size(pair[1]), complete=False)

    def keep(self, paths: Collection[str]) -> None:
        """Forget all others, and what is known of pairs with them."""
        self._images = {path: image for path, image in self._images.items() if path in paths}
        for known in (self._alignments, self._heats):
            for pair in [pair for pair in known if not set(pair) <= set(paths)]:
                del known[pair]
