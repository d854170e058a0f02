"""Looks at training photos in a worker: which can be decoded, and the profile picture."""

from __future__ import annotations

import io
import stat
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from phota_desktop.engine.errors import RefusalError
from phota_desktop.engine.files import write_atomically
from phota_desktop.engine.intake import FORMATS, MOST_BYTES, check_header
from phota_desktop.engine.orders import Looked

PICTURE_SIDE = 512
"""Pixels; the profile picture is square."""
_LOOK_SIDE = 1024
"""Decoding at about this size shows whether a photo is whole, at a fraction of the time."""


def look(photos: tuple[Path, ...], picture: Path) -> Looked:
    """Decode every photo and write the first usable one as a square JPEG to ``picture``.

    The photos themselves are not kept: the local engine recognises nobody, so they serve for
    nothing more.
    """
    usable = 0
    problems = []
    for number, path in enumerate(photos, start=1):
        try:
            portrait = _opened(path)
        except RefusalError as refusal:
            problems.append(refusal.detail)
        except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
            problems.append(f"Photo {number} cannot be read ({type(error).__name__}).")
        else:
            usable += 1
            if usable == 1:
                write_atomically(picture, _square(portrait))
    return Looked(usable, tuple(problems))


def _opened(path: Path) -> Image.Image:
    # A pipe or a device would block for ever.
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise OSError("not a file")
    if found.st_size > MOST_BYTES:
        raise OSError("too large")
    data = path.read_bytes()
    check_header(path.name, data)
    with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
        picture.draft("RGB", (_LOOK_SIDE, _LOOK_SIDE))
        picture.load()
        return picture.copy()


def _square(picture: Image.Image) -> bytes:
    upright = ImageOps.exif_transpose(picture).convert("RGB")
    side = (PICTURE_SIDE, PICTURE_SIDE)
    out = io.BytesIO()
    ImageOps.fit(upright, side, Image.Resampling.LANCZOS).save(out, "JPEG", quality=88)
    return out.getvalue()
