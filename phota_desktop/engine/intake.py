"""Large bodies are read in a worker: JSON parsed, rules checked, pictures written out as files."""

from __future__ import annotations

import binascii
import hashlib
import io
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import numpy as np
import pybase64
from numpy.typing import NDArray
from PIL import (
    Image,
    JpegImagePlugin,
    PngImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from phota_desktop.engine import validation
from phota_desktop.engine.errors import RefusalError, invalid
from phota_desktop.engine.fields import Operation
from phota_desktop.engine.orders import Taken, TakenProfile

MOST_BYTES = 100_000_000
"""Largest picture in bytes; the documents name no limit, this one is ours."""
MOST_PIXELS = 100_000_000
FORMATS = (
    JpegImagePlugin.JpegImageFile.format,
    PngImagePlugin.PngImageFile.format,
    WebPImagePlugin.WebPImageFile.format,
)
"""What is decoded; importing the plugins is what registers them."""

_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")


def take(operation: Operation, body: bytes | Path, folder: Path) -> Taken:
    """Read and check a body, and write its pictures into ``folder``.

    A body file is removed once it is read. Raises RefusalError.
    """
    document = validation.parse(_content(body))
    submission = validation.submission(operation, document)
    _check_words(submission)
    photos = []
    digest = hashlib.sha256(operation.value.encode())
    for number, (place, text) in enumerate(submission.images):
        data = decoded(place, text)
        check_header(place, data)
        digest.update(hashlib.sha256(data).digest())
        photo = folder / f"{number}.photo"
        photo.write_bytes(data)
        photos.append(photo)
    callback = document.get("callback_url") if isinstance(document, dict) else None
    # repr of a frozen value is the same for equal values, in every process.
    rest = replace(submission, images=(), client_request_id=None)
    digest.update(f"{rest!r} {callback!r}".encode())
    bare = replace(submission, images=())
    return Taken(bare, tuple(photos), digest.hexdigest(), callback is not None)


def take_profile(body: bytes | Path, folder: Path, *, may_read_files: bool) -> TakenProfile:
    """Read and check the body of ``/profiles/add``; pictures in it go into ``folder``.

    Files of this computer are not opened yet: like an address that leads nowhere, one that
    cannot be read shows in the profile's status. Raises RefusalError.
    """
    order = validation.profile_order(validation.parse(_content(body)))
    photos = []
    for number, source in enumerate(order.sources):
        place = f"image_urls.{number}"
        if source[:5].lower() == "data:":
            photo = folder / f"{number}.photo"
            photo.write_bytes(decoded(place, validation.raw_base64(place, source)[1]))
        elif may_read_files:
            photo = _local_path(place, source)
        else:
            raise invalid(f"{place}: files are read only for programs on this computer.")
        photos.append(photo)
    return TakenProfile(order.tier, order.tag, tuple(photos))


def decoded(place: str, text: str) -> bytes:
    """Return the bytes behind base64; RefusalError 400 that names ``place``."""
    try:
        data = pybase64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _bad(place, "this is no base64") from None
    if len(data) > MOST_BYTES:
        raise _bad(place, f"the picture is larger than {MOST_BYTES // 1_000_000} MB")
    return data


def check_header(place: str, data: bytes) -> None:
    """Refuse what is no picture by its first bytes, or too large; pixels are read later."""
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
        raise _bad(place, "the local engine does not read HEIC; send JPEG, PNG or WebP")
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            width, height = picture.size
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise _bad(place, "the picture cannot be decoded; send JPEG, PNG or WebP") from None
    if width * height > MOST_PIXELS:
        raise _bad(place, f"the picture has more than {MOST_PIXELS // 1_000_000} megapixels")


def _local_path(place: str, address: str) -> Path:
    try:
        parts = urlsplit(address)
        path = Path(url2pathname(parts.path))
    except ValueError:
        raise invalid(f"{place}: this file address cannot be read.") from None
    if parts.netloc not in ("", "localhost") or "\0" in str(path) or not path.is_absolute():
        raise invalid(f"{place}: this is no file address of this computer.")
    return path


def _bad(place: str, reason: str) -> RefusalError:
    return invalid(f"{place}: {reason}.", "INVALID_IMAGE")


def _check_words(wanted: validation.Submission) -> None:
    """Refuse words that the pixel modules do not know, before a job is made of them."""
    from phota_desktop.engine import adjust, enhance, remix

    prompt = wanted.prompt
    try:
        if wanted.operation is Operation.EDIT:
            if not adjust.parse(prompt) and wanted.aspect_ratio == "auto":
                # Neither words nor a shape: there is nothing to do.
                raise adjust.UnknownEdit(())
        elif prompt.strip() and wanted.operation is Operation.ENHANCE:
            # Each module has its own words; on a stamp they are tried in no time.
            enhance.enhance(_stamp(), 1, prompt)
        elif prompt.strip() and wanted.operation is Operation.REMIX:
            remix.remix(_stamp(), _stamp(), prompt, 0)
    except adjust.UnknownEdit as unknown:
        raise invalid(str(unknown), "UNKNOWN_EDIT") from None


def _stamp() -> NDArray[np.uint8]:
    ramp = np.linspace(20, 235, 64, dtype=np.uint8)
    return np.ascontiguousarray(np.broadcast_to(ramp[None, :, None], (48, 64, 3)))


def _content(body: bytes | Path) -> bytes:
    if isinstance(body, bytes):
        return body
    data = body.read_bytes()
    body.unlink()
    return data
