"""A varied set of photos with tags of every group, and what becomes of each group."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.unit.imaging import outside, samples

CAPTURE = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"

KEPT = {
    "IFD0:Make": "Maker",
    "IFD0:Model": "Model 5",
    "IFD0:Software": "Firmware 1.2",
    "IFD0:Artist": "Jö Doe",
    "IFD0:Copyright": "(c) Jo Doe",
    "IFD0:ImageDescription": "A market",
    "IFD0:XPKeywords": "one;two",
    "ExifIFD:DateTimeOriginal": "2026:05:01 10:00:00",
    "ExifIFD:CreateDate": "2026:05:01 10:00:01",
    "ExifIFD:OffsetTimeOriginal": "+02:00",
    "ExifIFD:SubSecTimeOriginal": 12,
    "ExifIFD:ISO": 100,
    "ExifIFD:FNumber": 2.8,
    "ExifIFD:FocalLength": 50,
    "ExifIFD:ExposureTime": 0.005,
    "ExifIFD:LensModel": "RF50 F1.8",
    "ExifIFD:LensSerialNumber": "L-17",
    "ExifIFD:SerialNumber": "S-17",
    "ExifIFD:OwnerName": "Jo",
    "ExifIFD:UserComment": "hällo wörld",
    "XMP-dc:Title": "Title",
    "XMP-dc:Description": "A märket",
    "XMP-dc:Creator": "Jo Doe",
    "XMP-dc:Rights": "(c) Jo Doe",
    "XMP-photoshop:City": "Berlin",
    "XMP-photoshop:Headline": "Market",
    "XMP-photoshop:Credit": "Agency",
    "XMP-photoshop:Instructions": "No crop",
    "XMP-photoshop:DateCreated": "2026:05:01 10:00:00",
    "XMP-xmp:CreateDate": "2026:05:01 10:00:00+02:00",
    "XMP-xmpRights:UsageTerms": "Editorial",
    "XMP-xmpRights:WebStatement": "https://example.org/rights",
    "XMP-xmpRights:Marked": True,
    "XMP-iptcCore:Location": "Square",
    "XMP-iptcCore:CountryCode": "DE",
    "XMP-iptcCore:CreatorWorkEmail": "jo@example.org",
    "XMP-iptcExt:LocationCreatedCity": "Berlin",
    "XMP-iptcExt:Event": "Fair",
    "XMP-lr:HierarchicalSubject": "Places|Berlin",
    "XMP-aux:Lens": "RF50 F1.8",
    "XMP-plus:LicensorURL": "https://example.org/licence",
    "IPTC:By-line": "Jo Doe",
    "IPTC:City": "Berlin",
    "IPTC:Headline": "Market",
    "IPTC:Caption-Abstract": "A market",
    "IPTC:CopyrightNotice": "(c) Jo Doe",
    "IPTC:DateCreated": "2026:05:01",
}
PLACE = {
    "GPS:GPSLatitudeRef": "N",
    "GPS:GPSLatitude": 52.5,
    "GPS:GPSLongitudeRef": "E",
    "GPS:GPSLongitude": 13.5,
    "GPS:GPSAltitude": 30,
    "GPS:GPSImgDirection": 17,
    "GPS:GPSDateStamp": "2026:05:01",
    "XMP-exif:GPSLatitude": 52.5,
    "XMP-exif:GPSLongitude": 13.5,
    "XMP-iptcExt:LocationCreatedGPSLatitude": 52.5,
    "XMP-iptcExt:LocationCreatedGPSLongitude": 13.5,
}
CHANGED = {
    "IFD0:ModifyDate": "2026:05:02 10:00:00",
    "XMP-tiff:Orientation": 6,
    "XMP-tiff:ImageWidth": 6000,
    "XMP-exif:ExifImageWidth": 6000,
    "XMP-xmp:CreatorTool": "Lightroom",
    "XMP-xmp:ModifyDate": "2026:05:02 10:00:00",
    "XMP-xmp:Rating": 5,
    "XMP-xmp:Label": "Blue",
    "XMP-dc:Format": "image/x-raw",
    "XMP-dc:Subject": "market",
    "XMP-xmpMM:DocumentID": "xmp.did:orig",
    "XMP-xmpMM:InstanceID": "xmp.iid:orig",
    "XMP-xmpMM:OriginalDocumentID": "xmp.did:first",
    "XMP-iptcExt:DigitalSourceType": CAPTURE,
    "XMP-iptcExt:PersonInImage": "Ann",
    "IPTC:Keywords": "market",
}
DROPPED = {
    "ExifIFD:ImageUniqueID": "0123456789abcdef0123456789abcdef",
    "ExifIFD:RelatedSoundFile": "A.WAV",
    "IFD0:Rating": 5,
    "IFD0:RatingPercent": 99,
    "XMP-microsoft:RatingPercent": 99,
    "XMP-crs:Exposure2012": 1.5,
    "XMP-photoshop:ColorMode": 3,
    "XMP-photoshop:DocumentAncestors": "xmp.did:other",
    "XMP-tiff:Compression": 1,
    "XMP-exif:ImageUniqueID": "0123456789abcdef0123456789abcdef",
    "XMP-iptcExt:DigitalImageGUID": "guid",
    "XMP-digiKam:ColorLabel": 2,
    "XMP-GPano:FullPanoWidthPixels": 9000,
    "XMP-mwg-rs:RegionName": "Ann",
}
HISTORY = ("-XMP-xmpMM:HistoryAction=saved", "-XMP-xmpMM:HistoryWhen=2026:05:02 10:00:00Z")


@dataclass(frozen=True)
class Case:
    """One original and how it was made."""

    name: str
    kind: str
    options: dict[str, object]
    orientation: int = 1
    mode: str = "RGB"
    order: str = "MM"


CASES = (
    *(
        Case(f"phone{n}.jpg", "JPEG", {"icc_profile": samples.wide_profile()}, n)
        for n in range(1, 9)
    ),
    Case("camera.jpg", "JPEG", {"icc_profile": samples.adobe_profile()}, order="II"),
    Case("bare.jpg", "JPEG", {}),
    Case("press.jpg", "JPEG", {}, mode="CMYK"),
    Case("grey.jpg", "JPEG", {}, mode="L"),
    Case("screen.png", "PNG", {}),
    Case("web.webp", "WEBP", {"lossless": True}),
    Case("scan.tif", "TIFF", {}, order="II"),
    Case("phone.heic", "HEIC", {}),
)


def originals(folder: Path) -> dict[Path, outside.Tags]:
    """Make every original, tagged by exiftool, and read it back."""
    table = {**KEPT, **PLACE, **CHANGED, **DROPPED}
    shared = [f"-{name}={value}" for name, value in table.items()]
    thumbnail = folder / "small"
    thumbnail.write_bytes(samples.saved(samples.photo(100), "JPEG"))
    arguments: dict[Path, list[str]] = {}
    for case in CASES:
        path = folder / case.name
        if case.kind == "HEIC":
            heic = Path(__file__).parent / "heic" / "1.heic"
            shutil.copy(heic, path)
        else:
            path.write_bytes(
                samples.saved(samples.photo(160).convert(case.mode), case.kind, **case.options)
            )
        fixed = [f"-IFD0:Orientation={case.orientation}", f"-ExifByteOrder={case.order}"]
        if case.kind == "JPEG":
            fixed.append(f"-ThumbnailImage<={thumbnail}")
        arguments[path] = ["-n", *shared, *HISTORY, *fixed]
    outside.write(arguments)
    thumbnail.unlink()
    return outside.tags(sorted(folder.iterdir()))
