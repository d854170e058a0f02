"""What a picture may keep of the XMP of the photo that it was made from."""

from __future__ import annotations

from phota_desktop.core.provenance import CAPTURED
from phota_desktop.imaging import xmp_values as v
from phota_desktop.imaging.xmp import Packet
from phota_desktop.imaging.xmp_values import Name

_GOOGLE = "http://ns.google.com/photos/"
_STALE_SPACES = frozenset(
    (
        # Development settings: a program would apply them a second time.
        *(v.CAMERA_RAW, v.CAMERA_RAW_SAVED, v.DARKTABLE),
        # What describes pixels that are not in this file: depth, gain maps, panoramas, clips.
        *(f"{_GOOGLE}1.0/{word}/" for word in ("depthmap", "image", "audio", "panorama")),
        *(f"{_GOOGLE}1.0/{word}/" for word in ("camera", "container", "container/item")),
        *("http://ns.adobe.com/hdr-gain-map/1.0/", "http://ns.apple.com/HDRGainMap/1.0/"),
        *("http://ns.apple.com/pixeldatainfo/1.0/", v.NOTE),
    )
)
_REGION_SPACES = frozenset(
    (v.REGIONS, v.MICROSOFT_REGIONS, "http://ns.apple.com/faceinfo/1.0/"),
)
_STALE = {
    v.XMP: ("Thumbnails",),
    v.TIFF: (
        *("ImageWidth", "ImageLength", "BitsPerSample", "Compression", "Orientation"),
        *("PhotometricInterpretation", "SamplesPerPixel", "PlanarConfiguration", "NativeDigest"),
        *("YCbCrSubSampling", "YCbCrPositioning", "YCbCrCoefficients", "ReferenceBlackWhite"),
        *("TransferFunction", "WhitePoint", "PrimaryChromaticities"),
    ),
    v.EXIF: (
        *("PixelXDimension", "PixelYDimension", "ColorSpace", "ComponentsConfiguration"),
        *("CompressedBitsPerPixel", "MakerNote", "ImageUniqueID", "NativeDigest"),
        "RelatedSoundFile",
    ),
    v.PHOTOSHOP: ("ICCProfile", "ColorMode", "DocumentAncestors", "SidecarForExtension"),
    v.DC: ("format",),
    v.TERMS: ("provenance",),
    v.MM: (
        *("DocumentID", "InstanceID", "OriginalDocumentID", "DerivedFrom", "History"),
        *("Pantry", "VersionID", "Versions", "RenditionOf"),
    ),
    v.IPTC_EXT: ("DigImageGUID",),
}
JUDGED: frozenset[Name] = frozenset(
    (
        *((v.XMP, "Rating"), (v.XMP, "Label"), (v.MICROSOFT, "Rating")),
        (v.MICROSOFT.rstrip("/"), "Rating"),
        *((v.DIGIKAM, "ColorLabel"), (v.DIGIKAM, "PickLabel")),
    )
)
"""Ratings and labels: they judge one picture and say nothing of another."""
_STALE_NAMES = frozenset((space, word) for space, words in _STALE.items() for word in words)
SOURCE_TYPE: Name = (v.IPTC_EXT, "DigitalSourceType")


def is_place(name: Name) -> bool:
    """Tell whether a property or field holds coordinates: EXIF's, IPTC's, a drone's."""
    word = name[1]
    ends = word.lower().endswith(("latitude", "longitude", "altitude"))
    short = word.endswith(("Lat", "Lon", "Lng")) or word in ("lat", "lon", "long", "lng")
    return "gps" in word.lower() or ends or short


def carried(
    original: Packet,
    *,
    size: tuple[int, int],
    orientation: int,
    gps: bool,
    regions: bool,
    judged: bool = False,
) -> Packet:
    """Return the original's packet as a picture made from it may carry it.

    ``size`` (width, height) and ``orientation`` are the new picture's as stored. Ids and history
    go too: they are written anew. Of a source type only what speaks of a machine stays.
    ``regions`` and ``judged`` tell whether faces and the rating are of this picture as well.
    """

    def stale(name: Name) -> bool:
        return (
            name in _STALE_NAMES
            or name[0] in _STALE_SPACES
            or (not judged and name in JUDGED)
            or (not regions and name[0] in _REGION_SPACES)
            or (not gps and is_place(name))
            or (name == SOURCE_TYPE and original.text(name) in CAPTURED)
        )

    facts: dict[Name, v.Value] = {
        (v.TIFF, "Orientation"): str(orientation),
        (v.TIFF, "ImageWidth"): str(size[0]),
        (v.TIFF, "ImageLength"): str(size[1]),
        (v.EXIF, "PixelXDimension"): str(size[0]),
        (v.EXIF, "PixelYDimension"): str(size[1]),
    }
    told = {name: value for name, value in facts.items() if name in original.names}
    kept = original.without(stale, None if gps else is_place)
    return kept.adding(v.block(kept.about, told)) if told else kept
