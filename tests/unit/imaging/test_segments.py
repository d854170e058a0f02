"""Segment code: nothing private survives, pixels stay the same bytes, rubbish never crashes it."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from phota_desktop.imaging import exif, jpeg_segments, metadata, png_chunks, webp_chunks
from phota_desktop.imaging.chunks import MAX_PAYLOAD, Chunk, payload
from phota_desktop.imaging.embedded import Embedded, read_embedded
from phota_desktop.imaging.formats import HEAD_BYTES, PhotoFormat, sniff
from tests.unit.imaging import samples

FILES = {
    PhotoFormat.JPEG: samples.tagged_jpeg(samples.photo(90)),
    PhotoFormat.PNG: samples.tagged_png(samples.photo(60)),
    PhotoFormat.WEBP: samples.tagged_webp(samples.photo(60)),
}
PLAIN = {
    PhotoFormat.JPEG: samples.saved(samples.photo(90), "JPEG"),
    PhotoFormat.PNG: samples.saved(samples.photo(60), "PNG"),
    PhotoFormat.WEBP: samples.saved(samples.photo(60), "WEBP"),
}


def coded(data: bytes, kind: PhotoFormat) -> list[bytes]:
    """Return the pieces of a file that hold its pixels."""
    if kind == PhotoFormat.JPEG:
        return [
            data[s.start : s.end] for s in jpeg_segments.walk(data) if s.marker == jpeg_segments.SOS
        ]
    stream = BytesIO(data)
    if kind == PhotoFormat.PNG:
        chunks = [c for c in png_chunks.walk(stream) if c.kind == b"IDAT"]
        return [payload(stream, c) for c in chunks]
    return [payload(stream, c) for c in webp_chunks.walk(stream) if c.kind[:3] == b"VP8"][-1:]


@pytest.mark.parametrize("kind", FILES)
def test_stripping_leaves_pixels_and_nothing_else(kind: PhotoFormat) -> None:
    clean = metadata.strip_private(FILES[kind])
    assert samples.SECRET not in clean
    found = read_embedded(BytesIO(clean), kind)
    assert (found.exif, found.xmp, found.iptc) == (None, None, None)
    assert coded(clean, kind) == coded(FILES[kind], kind)
    assert metadata.strip_private(clean) is clean
    with Image.open(BytesIO(FILES[kind])) as before, Image.open(BytesIO(clean)) as after:
        assert before.tobytes() == after.tobytes()


@pytest.mark.parametrize("kind", PLAIN)
def test_a_file_without_secrets_stays_the_same_object(kind: PhotoFormat) -> None:
    assert metadata.strip_private(PLAIN[kind]) is PLAIN[kind]


@pytest.mark.parametrize("progressive", [False, True])
def test_profile_and_all_scans_survive(progressive: bool) -> None:
    profile = samples.wide_profile()
    data = samples.tagged_jpeg(samples.photo(), icc_profile=profile, progressive=progressive)
    clean = jpeg_segments.strip(data)
    assert jpeg_segments.icc_profile(clean) == profile
    assert len(coded(clean, PhotoFormat.JPEG)) == (10 if progressive else 1)
    with Image.open(BytesIO(data)) as before, Image.open(BytesIO(clean)) as after:
        assert before.tobytes() == after.tobytes()


def test_pictures_behind_the_end_go() -> None:
    second = samples.quarters(50, 30)
    data = samples.saved(samples.photo(90), "MPO", save_all=True, append_images=[second])
    clean = metadata.strip_private(data)
    assert len(clean) < len(data) - 100
    with Image.open(BytesIO(data)) as before, Image.open(BytesIO(clean)) as after:
        assert (before.format, after.format) == ("MPO", "JPEG")
        assert before.tobytes() == after.tobytes()


def test_the_jfif_thumbnail_goes_too() -> None:
    plain = PLAIN[PhotoFormat.JPEG]
    small = b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x02\x02" + samples.SECRET[:12]
    data = plain[:2] + jpeg_segments.encode(jpeg_segments.APP0, small) + plain[20:]
    clean = jpeg_segments.strip(data)
    assert samples.SECRET[:12] not in clean
    with Image.open(BytesIO(clean)) as image:
        image.load()


def looked_at(data: bytes) -> None:
    """Do all that is done with a foreign file's segments; only ValueError may come out."""
    for act in (metadata.strip_private, jpeg_segments.frame, exif.parse):
        try:
            act(data)  # type: ignore[operator]
        except ValueError:
            continue
    for kind in PhotoFormat:
        assert isinstance(read_embedded(BytesIO(data), kind), Embedded)
    try:
        png_chunks.check(BytesIO(data))
    except ValueError:
        return


@given(st.binary(max_size=400))
@settings(max_examples=150, deadline=None)
def test_arbitrary_bytes_are_no_danger(data: bytes) -> None:
    looked_at(data)
    for head in (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x40\x00\x00\x00WEBP", b"II*\x00"):
        looked_at(head + data)
    exif.orientation(b"MM\x00*" + data)


@given(
    kind=st.sampled_from(list(FILES)),
    at=st.floats(0, 1),
    change=st.binary(min_size=0, max_size=6),
    cut=st.booleans(),
)
@settings(max_examples=200, deadline=None)
def test_damaged_files_are_stripped_clean_or_refused(
    kind: PhotoFormat,
    at: float,
    change: bytes,
    cut: bool,
) -> None:
    whole = FILES[kind]
    place = int(at * len(whole))
    data = whole[:place] + change + (b"" if cut else whole[place + len(change) :])
    looked_at(data)
    try:
        clean = metadata.strip_private(data)
    except ValueError:
        return
    again = sniff(clean[:HEAD_BYTES])
    assert again is not None
    found = read_embedded(BytesIO(clean), again)
    assert (found.exif, found.xmp, found.iptc) == (None, None, None)
    assert metadata.strip_private(clean) == clean


@given(
    segments=st.lists(
        st.tuples(
            st.sampled_from([0xE0, 0xE1, 0xE2, 0xE5, 0xED, 0xEE, 0xFE]), st.binary(max_size=80)
        ),
        max_size=8,
    )
)
@settings(max_examples=100, deadline=None)
def test_any_application_segments_go_and_pixels_stay(segments: list[tuple[int, bytes]]) -> None:
    plain = PLAIN[PhotoFormat.JPEG]
    clean = jpeg_segments.strip(jpeg_segments.replace(plain, (), segments))
    assert coded(clean, PhotoFormat.JPEG) == coded(plain, PhotoFormat.JPEG)
    for segment in jpeg_segments.walk_head(clean):
        body = clean[segment.body : segment.end]
        if segment.marker in (jpeg_segments.APP0, jpeg_segments.APP2, jpeg_segments.APP14):
            assert body.startswith((b"JFIF\x00", jpeg_segments.ICC_ID, b"Adobe"))
        else:
            assert segment.marker < jpeg_segments.APP0


numbers = st.integers(0, 65535)
entries = st.dictionaries(
    numbers.filter(lambda tag: tag not in (0x8769, 0x8825, 0x0201, 0x0202)),
    st.binary(max_size=40).map(lambda raw: exif.Entry(7, len(raw), raw) if raw else None),
    max_size=12,
).map(lambda found: {tag: entry for tag, entry in found.items() if entry})


@given(order=st.sampled_from(["little", "big"]), image=entries, photo=entries, gps=entries)
@settings(max_examples=100, deadline=None)
def test_exif_written_is_exif_read(order, image, photo, gps) -> None:  # type: ignore[no-untyped-def]
    block = exif.write(exif.Exif(order, image, photo, gps))
    assert exif.parse(block) == exif.Exif(order, exif.parse(block).image, photo, gps)
    found = dict(exif.parse(block).image)
    found.pop(exif.EXIF_POINTER, None)
    found.pop(exif.GPS_POINTER, None)
    assert found == image


def test_a_directory_that_points_at_itself_ends() -> None:
    rows = b"\x02\x00" + b"\x69\x87\x04\x00\x01\x00\x00\x00\x08\x00\x00\x00" * 2
    found = exif.parse(b"II*\x00\x08\x00\x00\x00" + rows + b"\x08\x00\x00\x00")
    assert found.orientation == 1


def test_a_payload_larger_than_any_metadata_is_not_read() -> None:
    class Never(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise AssertionError(size)

    with pytest.raises(ValueError, match="too large"):
        payload(Never(), Chunk(b"iTXt", 8, MAX_PAYLOAD + 1))
