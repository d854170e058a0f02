"""Results written where a person wants them: as they came, with metadata, or in another format."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps

from phota_desktop.core.file_names import safe_name
from phota_desktop.core.options import OutputFormat
from phota_desktop.imaging import metadata
from phota_desktop.imaging.embedded import Embedded
from phota_desktop.imaging.files import write_new
from phota_desktop.imaging.formats import HEAD_BYTES, PhotoFormat, sniff
from phota_desktop.imaging.problems import BadImage, BadImageError
from phota_desktop.imaging.reading import (
    PILLOW_ERRORS,
    PhotoInfo,
    inspect,
    load,
    opened,
    read_photo,
)
from phota_desktop.imaging.stored import eight_bits

__all__ = ["Exported", "export", "safe_name", "write_export"]

_FORMATS = {OutputFormat.JPG: PhotoFormat.JPEG, OutputFormat.PNG: PhotoFormat.PNG}
_SUFFIXES = {
    PhotoFormat.JPEG: (".jpg", ".jpeg", ".jpe", ".jfif"),
    PhotoFormat.TIFF: (".tif", ".tiff"),
    PhotoFormat.HEIC: (".heic", ".heif"),
}
CREDENTIALS_LOST = "Content credentials do not survive the change of format."


@dataclass(frozen=True)
class Exported:
    """The file that was written, and sentences about what could not be carried into it."""

    path: Path
    warnings: tuple[str, ...] = ()


def export(
    variant: Path,
    target: Path,
    *,
    original: Path | None = None,
    format: OutputFormat | None = None,  # noqa: A002 - the word of the command line
    quality: int = 95,
) -> Path:
    """Write a result like ``write_export`` and return the path alone."""
    return write_export(variant, target, original=original, format=format, quality=quality).path


def write_export(
    variant: Path,
    target: Path,
    *,
    original: Path | None = None,
    format: OutputFormat | None = None,  # noqa: A002 - the word of the command line
    quality: int = 95,
    keep_gps: bool = True,
) -> Exported:
    """Write a result to ``target``, or the next free name (``stem-2``, ``stem-3`` …).

    The bytes stay untouched unless ``format`` differs from the result's or ``original`` is given,
    whose metadata is then carried in without recompression. JPEG is written 4:4:4 at ``quality``.
    The extension is put right if it does not fit the format. Nothing is ever overwritten.
    Raises ``BadImageError`` for an unusable result, ``PhotaError`` DISK when it cannot be written;
    metadata that cannot be carried is a warning, never a failure.
    """
    content = read_photo(variant)
    kind = sniff(content[:HEAD_BYTES])
    if kind is None:
        raise BadImageError(BadImage.NOT_A_PHOTO, variant)
    wanted = kind if format is None else _FORMATS[format]
    warnings: list[str] = []
    info: PhotoInfo | None = None
    if wanted != kind or original is not None:
        info, embedded = inspect(BytesIO(content), kind, len(content), variant)
        if wanted != kind:
            content = _transcoded(content, info, embedded, wanted, quality)
            if embedded.has_credentials:
                warnings.append(CREDENTIALS_LOST)
        if original is not None:
            size = info.stored_size if wanted == kind else (info.width, info.height)
            carried = metadata.carry(original, content, size, keep_gps=keep_gps)
            content = carried.content
            warnings.extend(carried.warnings)
    return Exported(write_new(_named(target, wanted), content), tuple(warnings))


def _named(target: Path, kind: PhotoFormat) -> Path:
    """Give the extension of the format, unless the name has one that fits."""
    if target.suffix.lower() in _SUFFIXES.get(kind, (f".{kind.value}",)):
        return target
    known = {f".{f.value}" for f in PhotoFormat} | {
        s for group in _SUFFIXES.values() for s in group
    }
    stem = target.stem if target.suffix.lower() in known else target.name
    return target.with_name(f"{stem}.{kind.value}")


def _transcoded(
    content: bytes, info: PhotoInfo, embedded: Embedded, wanted: PhotoFormat, quality: int
) -> bytes:
    """Encode in another format: upright, in its own colours, with its own profile."""
    out = BytesIO()
    with opened(BytesIO(content), info.format, info.path) as opened_image:
        load(opened_image, info.path)
        try:
            image = ImageOps.exif_transpose(opened_image)
            icc = embedded.icc or b""
            if wanted == PhotoFormat.PNG:
                if image.mode == "CMYK":
                    image, icc = image.convert("RGB"), b""
                image.save(out, "PNG", icc_profile=icc, exif=b"", compress_level=4)
            else:
                _flat(image).save(
                    out,
                    "JPEG",
                    quality=quality,
                    subsampling=0,
                    icc_profile=icc,
                    exif=b"",
                    optimize=False,
                )
        except PILLOW_ERRORS as error:
            raise BadImageError(BadImage.UNSUPPORTED, info.path) from error
    return out.getvalue()


def _flat(image: Image.Image) -> Image.Image:
    """Return what JPEG can hold: RGB or gray, transparency put on white."""
    if image.mode in ("L", "RGB", "CMYK"):
        if "transparency" not in image.info:
            return image
    elif image.mode == "F" or image.mode.startswith("I"):
        return Image.fromarray(eight_bits(image))
    rgba = image.convert("RGBA")
    white = Image.new("RGB", rgba.size, "white")
    white.paste(rgba, mask=rgba.getchannel("A"))
    return white
