"""Training photos: upright, small enough, sRGB, and nothing but a picture in them."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

from phota_desktop.imaging import jpeg_segments
from phota_desktop.imaging.training_photo import TrainingPhoto, prepare_training_photo
from tests.unit.imaging import raw_samples, samples
from tests.unit.imaging.conftest import Keep

MAKERS = {
    "jpg": samples.tagged_jpeg,
    "png": samples.tagged_png,
    "webp": samples.tagged_webp,
    "tif": samples.tagged_tiff,
}


def opened(photo: TrainingPhoto) -> np.ndarray:
    """Decode what was made, having seen that it is a bare JPEG and what is told of it is true."""
    assert hashlib.sha256(photo.content).hexdigest() == photo.sha256
    assert samples.SECRET not in photo.content
    with Image.open(BytesIO(photo.content)) as image:
        assert (image.format, image.mode) in (("JPEG", "RGB"), ("JPEG", "L"))
        assert image.size == (photo.width, photo.height)
        assert set(image.info) <= {
            *("jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi"),
            *("progressive", "progression", "adobe", "adobe_transform"),
        }
        return np.asarray(image.convert("RGB")).astype(int)


def furthest(a: np.ndarray, b: np.ndarray) -> int:
    assert a.shape == b.shape
    return int(np.abs(a.astype(int) - b.astype(int)).max())


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_stands_upright(keep: Keep, kind: str, orientation: int) -> None:
    content = MAKERS[kind](samples.quarters(160, 120), orientation)
    with Image.open(BytesIO(content)) as image:
        image.load()  # Pillow turns a TIFF while loading
        expected = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    made = opened(prepare_training_photo(keep(f"a.{kind}", content)))
    assert furthest(made, expected) <= 8


def test_a_jpeg_that_may_stay_keeps_its_coded_pixels(keep: Keep) -> None:
    plain = samples.saved(samples.photo(), "JPEG", quality=88)
    profile = samples.srgb_profile()
    tagged = samples.tagged_jpeg(samples.photo(), quality=88, subsampling=2, icc_profile=profile)
    scan = plain[plain.index(b"\xff\xda") :]
    for n, content in enumerate((plain, tagged)):
        photo = prepare_training_photo(keep(f"{n}.jpg", content))
        opened(photo)
        assert photo.content.endswith(scan)
        assert b"ICC_PROFILE" not in photo.content


@pytest.mark.parametrize("size", [(5000, 3000), (3000, 5000), (4097, 10)])
def test_the_long_side_is_at_most_4096(keep: Keep, size: tuple[int, int]) -> None:
    content = samples.saved(samples.photo(640).resize(size), "JPEG")
    photo = prepare_training_photo(keep("a.jpg", content))
    assert max(photo.width, photo.height) == 4096
    assert abs(photo.width * size[1] - photo.height * size[0]) <= max(size)
    opened(photo)


def by_profile(image: Image.Image, profile: bytes) -> np.ndarray:
    """Convert with LittleCMS, as the reference."""
    done = ImageCms.profileToProfile(
        image,
        ImageCms.ImageCmsProfile(BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        "RGB",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    assert done is not None
    return np.asarray(done)


@pytest.mark.parametrize("profile", [samples.wide_profile(), samples.adobe_profile()])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_wide_colours_become_srgb(keep: Keep, profile: bytes, kind: str) -> None:
    options = {"JPEG": {"quality": 100, "subsampling": 0}, "WEBP": {"lossless": True}}.get(kind, {})
    content = samples.saved(samples.quarters(), kind, icc_profile=profile, **options)
    made = opened(prepare_training_photo(keep("a", content)))
    expected = by_profile(samples.quarters(), profile)
    assert furthest(made[4:20, 4:20], expected[4:20, 4:20]) <= 4
    assert furthest(expected, np.asarray(samples.quarters())) > 8


def test_cmyk_gray_and_sixteen_bits_become_what_they_look_like(keep: Keep) -> None:
    colours, gray = samples.quarters(), samples.quarters().convert("L")
    wide = Image.fromarray(np.asarray(gray).astype(np.uint16) * 257)
    expected = {
        "cmyk.jpg": (samples.saved(colours.convert("CMYK"), "JPEG", quality=98), colours),
        "gray.jpg": (samples.saved(gray, "JPEG", quality=98), gray),
        "gray.tif": (samples.saved(gray, "TIFF"), gray),
        "wide.png": (samples.saved(wide, "PNG"), gray),
        "wide.tif": (samples.saved(wide, "TIFF"), gray),
        "palette.gif": (samples.saved(colours, "GIF"), colours),
    }
    for name, (content, image) in expected.items():
        made = opened(prepare_training_photo(keep(name, content)))
        flat = np.asarray(image.convert("RGB"))
        for y, x in ((8, 8), (8, 50), (40, 8), (40, 50)):
            assert furthest(made[y, x], flat[y, x]) <= 6, name


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_what_is_transparent_becomes_white(keep: Keep, kind: str) -> None:
    image = samples.quarters().convert("RGBA")
    image.paste((10, 20, 30, 0), (0, 0, 32, 24))
    image.paste((255, 0, 0, 128), (32, 24, 64, 48))
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    made = opened(prepare_training_photo(keep("a", samples.saved(image, kind, **options))))
    assert made[4:20, 4:28].min() >= 252
    assert furthest(made[36, 48], np.array((255, 127, 127))) <= 4


def test_the_same_photo_gives_the_same_bytes(keep: Keep, tmp_path: Path) -> None:
    path = keep("a.png", samples.tagged_png(samples.photo(), 6))
    assert prepare_training_photo(path) == prepare_training_photo(path)


EXIFTOOL = shutil.which("exiftool")
needs_exiftool = pytest.mark.skipif(
    EXIFTOOL is None, reason="exiftool is not installed, so there is no outside judge"
)

# What exiftool tells of any bare JPEG: the file, its frame header, and sums of both.
BASICS = frozenset(
    (
        *("SourceFile", "ExifTool:ExifToolVersion", "File:FileType", "File:FileTypeExtension"),
        *("File:MIMEType", "File:ImageWidth", "File:ImageHeight", "File:EncodingProcess"),
        *("File:BitsPerSample", "File:ColorComponents", "File:YCbCrSubSampling"),
        *("JFIF:JFIFVersion", "JFIF:ResolutionUnit", "JFIF:XResolution", "JFIF:YResolution"),
        *("Composite:ImageSize", "Composite:Megapixels"),
    )
)
ADOBE = frozenset(("APP14:DCTEncodeVersion", "APP14:APP14Flags0", "APP14:APP14Flags1"))

WRITTEN = {
    "gps": ("-GPSLatitude=52.5", "-GPSLongitude=13.4", "-GPSAltitude=34", "-GPSDateStamp=now"),
    "serial": ("-SerialNumber=S", "-LensSerialNumber=S", "-XMP-aux:SerialNumber=S"),
    "owner": ("-OwnerName=S", "-XMP-aux:OwnerName=S", "-CameraOwnerName=S"),
    "creator": ("-Artist=S", "-XMP-dc:Creator=S", "-XMP-photoshop:AuthorsPosition=S"),
    "copyright": ("-Copyright=S", "-XMP-dc:Rights=S", "-IPTC:CopyrightNotice=S"),
    "faces": (
        "-RegionInfo={AppliedToDimensions={W=400,H=267,Unit=pixel},RegionList=[{Area={X=0.5,Y=0.5,"
        "W=0.2,H=0.2,Unit=normalized},Name=S,Type=Face}]}",
        "-XMP-MP:RegionInfoMP={Regions=[{PersonDisplayName=S,Rectangle=0.1\\, 0.1\\, 0.2\\, 0.2}]}",
        "-XMP-iptcExt:PersonInImage=S",
    ),
    "iptc": ("-IPTC:Caption-Abstract=S", "-IPTC:By-line=S", "-IPTC:City=S", "-IPTC:Keywords=S"),
    "xmp": ("-XMP-xmpMM:DocumentID=S", "-XMP-xmp:CreatorTool=S", "-XMP-dc:Description=S"),
    "comments": ("-Comment=S", "-UserComment=S", "-XPComment=S", "-ImageDescription=S"),
    "unique": ("-ImageUniqueID=0123456789abcdef0123456789abcdef", "-XMP-exif:ImageUniqueID=S"),
    "times": ("-AllDates=2026:11:01 10:20:30", "-OffsetTimeOriginal=+01:00"),
    "device": ("-Make=Phota", "-Model=S", "-LensModel=S", "-Software=S", "-HostComputer=S"),
}
SOUGHT = frozenset(
    (
        *("EXIF:GPSLatitude", "XMP:GPSLatitude", "EXIF:SerialNumber", "EXIF:OwnerName"),
        *("EXIF:Artist", "EXIF:Copyright", "EXIF:ThumbnailImage", "EXIF:UserComment"),
        *("XMP:RegionName", "XMP:PersonInImage", "XMP:Creator", "XMP:SerialNumber"),
        *("IPTC:By-line", "IPTC:City", "File:Comment", "MPF:MPImage2", "ICC_Profile:ProfileClass"),
        *("EXIF:MakerNoteUnknownText", "EXIF:CameraSerialNumber"),
    )
)
KINDS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "tif": "TIFF"}


def judged(paths: list[Path]) -> list[dict[str, object]]:
    """Ask exiftool for every tag, unknown ones too, by group."""
    command = [str(EXIFTOOL), "-j", "-G0", "-a", "-u", "-U", "-ee", "-x", "System:all"]
    told = subprocess.run([*command, *map(str, paths)], capture_output=True, check=True)
    return list(json.loads(told.stdout))


def tagged_by_exiftool(folder: Path, orientations: tuple[int, ...] = (1, 6)) -> list[Path]:
    """Write each kind of private tag into each kind of file, in these orientations."""
    photo, small = samples.photo(), samples.photo(160)
    written: list[Path] = []
    calls: list[str] = []
    (folder / "small.jpg").write_bytes(samples.saved(small, "JPEG"))
    for kind, name in KINDS.items():
        for tags, arguments in WRITTEN.items():
            wide = samples.wide_profile() if tags in ("gps", "faces") else b""
            secret = [text.replace("=S", f"={samples.SECRET.decode()}") for text in arguments]
            for orientation in orientations:
                path = folder / f"{tags}-{orientation}.{kind}"
                options = {"icc_profile": wide} if wide and orientation == 6 else {}
                path.write_bytes(samples.saved(photo, name, **options))
                extra = [f"-IFD0:Orientation#={orientation}"]
                if kind == "jpg":
                    extra.append(f"-ThumbnailImage<={folder / 'small.jpg'}")
                calls += [*secret, *extra, str(path), "-execute"]
                written.append(path)
    # One process for all: it takes a while to start.
    (folder / "calls").write_text("\n".join(calls) + "\n", "utf-8")
    common = ["-common_args", "-q", "-q", "-m", "-struct", "-overwrite_original"]
    subprocess.run([str(EXIFTOOL), "-@", str(folder / "calls"), *common], check=True)
    return written


def with_previews(folder: Path) -> list[Path]:
    """JPEGs as cameras write them: MPF with more pictures behind the end, maker notes, and more."""
    photo = samples.photo()
    main = samples.tagged_jpeg(photo)
    second = samples.tagged_jpeg(samples.photo(200))
    out = BytesIO()
    photo.save(out, "MPO", save_all=True, append_images=[samples.photo(200), samples.photo(80)])
    extra = [
        (0xE2, b"FPXR\x00" + samples.SECRET),
        (0xE2, b"MPF\x00" + samples.SECRET),
        (0xE3, b"Meta\x00\x00" + samples.SECRET),
        (0xE4, b"Ducky" + samples.SECRET),
        (0xEB, b"JP\x00\x01\x00\x00\x00\x01" + samples.SECRET),
        (0xEC, b"Ducky\x00\x01\x00\x04" + samples.SECRET),
        (0xEF, b"Q\x00" + samples.SECRET),
        (0xE1, b"http://ns.adobe.com/xmp/extension/\x00" + b"0" * 32 + samples.SECRET),
        (0xE0, b"JFXX\x00\x10" + samples.saved(samples.photo(80), "JPEG")),
        (0xFE, samples.SECRET),
    ]
    files = {
        "mpo.jpg": out.getvalue(),
        "behind.jpg": main + second,
        "segments.jpg": jpeg_segments.replace(main, (), extra),
        "progressive.jpg": samples.tagged_jpeg(photo, progressive=True),
        "cmyk.jpg": samples.tagged_jpeg(photo.convert("CMYK")),
        "rgb.jpg": samples.tagged_jpeg(photo, keep_rgb=True),
        "phone.heic": (Path(__file__).parent / "heic" / "6.heic").read_bytes(),
        "sensor.dng": raw_samples.dng(photo, 6),
        "preview.dng": raw_samples.dng(photo, 1, samples.tagged_jpeg(photo.resize((2400, 1600)))),
    }
    for orientation in range(1, 9):
        for kind, make in MAKERS.items():
            files[f"{orientation}.{kind}"] = make(photo, orientation)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in files]


@needs_exiftool
def test_exiftool_finds_no_private_tag_in_what_is_made(tmp_path: Path) -> None:
    """Acceptance 3 of the issue, on more than a hundred files."""
    inputs, outputs = tmp_path / "in", tmp_path / "out"
    inputs.mkdir()
    outputs.mkdir()
    sources = tagged_by_exiftool(inputs) + with_previews(inputs)
    assert len(sources) > 120
    found: set[str] = set()
    for path, told in zip(sources, judged(sources), strict=True):
        found |= set(told)
        assert set(told) - BASICS - ADOBE, f"{path.name} has nothing to lose"
    assert found >= SOUGHT, SOUGHT - found
    made = []
    for source in sources:
        photo = prepare_training_photo(source)
        assert samples.SECRET not in photo.content
        target = outputs / f"{source.name}.jpg"
        target.write_bytes(photo.content)
        made.append(target)
    for path, told in zip(made, judged(made), strict=True):
        left = set(told) - BASICS - (ADOBE | {"APP14:ColorTransform"})
        assert not left, (path.name, {tag: told[tag] for tag in left})
