"""Which of a loaded picture's levels are compared, and their pixels for imaging."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from phota_desktop.viewmodels.image_cache import LoadedImage

if TYPE_CHECKING:
    from phota_desktop.imaging.colour import Pixels

_ROWS = 256


def level_of(image: LoadedImage, side: int) -> QImage | None:
    """Return the smallest level whose long side is at least ``side``, else the whole picture.

    None where a preview alone is there that is too small, or that does not fill its frame: JPEG's
    reduced decodes round up to whole blocks, by up to 7 pixels of the picture, and so do not lie
    where the picture lies.
    """
    exact = [level for level in image.levels if _fills(level, image)]
    for level in sorted(exact, key=QImage.width):
        if max(level.width(), level.height()) >= side:
            return level
    return image.levels[0] if image.complete else None


def _fills(level: QImage, image: LoadedImage) -> bool:
    across, down = (
        divmod(image.full_width, level.width()),
        divmod(image.full_height, level.height()),
    )
    return across == down and not across[1]


def pixels_of(level: QImage) -> Pixels:
    """Return a level's pixels as HxWx4 BGRA, without copying those of an opaque one.

    They are good as long as the level lives. A transparent one is put on white, as a photo is
    before it is sent, so that it compares with what comes back.
    """
    import numpy as np  # in a worker; the window's thread only asks for levels

    height, width, line = level.height(), level.width(), level.bytesPerLine()
    flat = np.frombuffer(level.constBits(), np.uint8, height * line)
    bgra = flat.reshape(height, line)[:, : width * 4].reshape(height, width, 4)
    if level.format() is not QImage.Format.Format_ARGB32_Premultiplied:
        return bgra
    white = np.empty_like(bgra)
    for top in range(0, len(bgra), _ROWS):
        rows = slice(top, top + _ROWS)
        np.add(bgra[rows], 255 - bgra[rows, :, 3:], out=white[rows])
    return white
