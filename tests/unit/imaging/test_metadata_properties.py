"""What holds for any file: pixels stay the same bytes, what is written is read back."""

from __future__ import annotations

import time
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from phota_desktop.core.jobs import Engine
from phota_desktop.core.library import Marks
from phota_desktop.core.options import Operation
from phota_desktop.core.provenance import (
    MetadataChoice,
    Provenance,
    SourceType,
    Step,
    document_id,
    source_type,
)
from phota_desktop.imaging import (
    exif,
    iptc,
    jpeg_segments,
    metadata,
    png_chunks,
    tiff_tags,
    webp_chunks,
    xmp_extended,
)
from phota_desktop.imaging import xmp_values as v
from phota_desktop.imaging.embedded import read_embedded
from phota_desktop.imaging.formats import PhotoFormat
from phota_desktop.imaging.xmp import Packet
from phota_desktop.imaging.xmp_carrying import SOURCE_TYPE
from tests.unit.imaging import outside, samples
from tests.unit.imaging.test_segments import coded

PHOTO = samples.photo(60)
MADE = Provenance(Operation.EDIT, Engine.PHOTA, "nb2", "a hat", 1.79e9, "a.jpg", "ab" * 32)
PLAIN = {
    PhotoFormat.JPEG: samples.saved(PHOTO, "JPEG"),
    PhotoFormat.PNG: samples.saved(PHOTO, "PNG"),
    PhotoFormat.WEBP: samples.saved(PHOTO, "WEBP"),
    PhotoFormat.TIFF: samples.saved(PHOTO, "TIFF"),
}
rubbish = st.binary(max_size=400)


def finished(content: bytes, original: Path | None = None, **choice: bool) -> metadata.Carried:
    return metadata.finish(
        content,
        PHOTO.size,
        original=original,
        provenance=MADE,
        choice=MetadataChoice(**choice),
        marks=Marks(3),
        now=1.79e9,
    )


def pixels(content: bytes, kind: PhotoFormat) -> object:
    if kind is PhotoFormat.TIFF:
        with Image.open(BytesIO(content)) as image:
            return image.tobytes()
    return coded(content, kind)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([0xE0, 0xE1, 0xE2, 0xEB, 0xED, 0xEE, 0xFE]),
            st.sampled_from(
                [
                    *(b"", b"Exif\x00\x00", b"Exif\x00\x00II*\x00", b"JFIF\x00"),
                    *(jpeg_segments.XMP_ID, jpeg_segments.PHOTOSHOP_ID, jpeg_segments.ICC_ID),
                    *(jpeg_segments.XMP_EXTENSION_ID, b"JP\x00\x01", b"8BIM\x04\x04"),
                ]
            ),
            rubbish,
        ),
        max_size=6,
    ),
    rubbish,
)
def test_any_order_of_segments_keeps_pixels(
    segments: list[tuple[int, bytes, bytes]], behind: bytes
) -> None:
    kind = PhotoFormat.JPEG
    content = jpeg_segments.replace(PLAIN[kind], (), [(m, p + r) for m, p, r in segments]) + behind
    done = finished(content, keep_credentials=False)
    assert coded(done.content, kind) == coded(content, kind)
    assert done.content.endswith(behind)
    found = read_embedded(BytesIO(done.content), kind)
    assert found.xmp is not None
    packet = Packet(found.xmp)
    assert packet.text(SOURCE_TYPE) == SourceType.COMPOSITE_TRAINED
    assert packet.text((v.XMP, "Rating")) == "3"
    assert not list(jpeg_segments.payloads(done.content, *jpeg_segments.CREDENTIALS))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"caBX", b"abCd", b"tIME"]),
            st.sampled_from([b"", png_chunks.XMP_KEYWORD, png_chunks.IPTC_KEYWORD]),
            rubbish,
        ),
        max_size=5,
    ),
    st.sampled_from([PhotoFormat.PNG, PhotoFormat.WEBP]),
)
def test_any_chunks_keep_pixels(
    chunks: list[tuple[bytes, bytes, bytes]], kind: PhotoFormat
) -> None:
    if kind is PhotoFormat.PNG:
        content = png_chunks.replace(PLAIN[kind], (), [(k, p + r) for k, p, r in chunks])
    else:
        names = {b"eXIf": b"EXIF", b"iTXt": b"XMP ", b"caBX": b"C2PA"}
        content = webp_chunks.replace(
            PLAIN[kind], {names.get(k, k): p + r for k, p, r in chunks}, PHOTO.size
        )
    done = finished(content, keep_credentials=False)
    assert coded(done.content, kind) == coded(content, kind)
    found = read_embedded(BytesIO(done.content), kind)
    assert found.xmp is not None
    assert Packet(found.xmp).text(SOURCE_TYPE) == SourceType.COMPOSITE_TRAINED
    assert not found.has_credentials
    assert _opens(done.content) >= _opens(content)


def _opens(content: bytes) -> bool:
    try:
        with Image.open(BytesIO(content)) as image:
            image.load()
    except (OSError, SyntaxError, ValueError):
        return False  # rubbish in a text chunk is enough for Pillow
    return True


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(list(PLAIN)), st.data())
def test_broken_files_never_raise(kind: PhotoFormat, data: st.DataObject) -> None:
    content = bytearray(PLAIN[kind])
    for _ in range(data.draw(st.integers(1, 12))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(content[: data.draw(st.integers(0, len(content)))])
    done = finished(cut)
    assert done.content == cut or read_embedded(BytesIO(done.content), kind).xmp


@pytest.mark.parametrize(
    ("order", "compression"),
    [("little", "raw"), ("little", "tiff_lzw"), ("little", "tiff_deflate"), ("big", "raw")],
)
def test_strips_stay_where_they_are(order: str, compression: str, tmp_path: Path) -> None:
    content = samples.saved(PHOTO, "TIFF", compression=compression)
    if order == "big":
        content = _big(PHOTO)
    original = tmp_path / "o.jpg"
    original.write_bytes(samples.tagged_jpeg(PHOTO, 6))
    done = finished(content, original)
    assert not done.warnings
    assert done.content[8 : len(content)] == content[8:]
    assert pixels(done.content, PhotoFormat.TIFF) == pixels(content, PhotoFormat.TIFF)
    block = exif.parse(done.content)
    assert block.order == order
    assert block.photo[0x9003].raw == b"2026:11:01 10:20:30\x00"
    assert exif.parse(content).image.items() <= block.image.items()


def _big(image: Image.Image) -> bytes:
    """Write a big-endian TIFF of one strip by hand."""
    raw = image.tobytes()
    rows = [(256, 3, 1, image.width << 16), (257, 3, 1, image.height << 16), (258, 3, 1, 8 << 16)]
    rows += [(259, 3, 1, 1 << 16), (262, 3, 1, 2 << 16), (273, 4, 1, 8), (277, 3, 1, 3 << 16)]
    rows += [(278, 3, 1, image.height << 16), (279, 4, 1, len(raw))]
    table = b"".join(
        tag.to_bytes(2, "big")
        + kind.to_bytes(2, "big")
        + n.to_bytes(4, "big")
        + x.to_bytes(4, "big")
        for tag, kind, n, x in rows
    )
    at = 8 + len(raw)
    return (
        b"MM\x00*" + at.to_bytes(4, "big") + raw + len(rows).to_bytes(2, "big") + table + bytes(4)
    )


def test_a_big_tiff_is_left_alone() -> None:
    content = b"II+\x00" + PLAIN[PhotoFormat.TIFF][4:]
    assert finished(content).content == content
    with pytest.raises(ValueError, match="no TIFF"):
        tiff_tags.byte_order(content)


values = st.dictionaries(
    st.tuples(st.sampled_from([v.DC, v.XMP, v.PHOTOSHOP, v.RECIPE]), st.sampled_from("abcdef")),
    st.text(max_size=20).map(v.clean)
    | st.lists(st.text(max_size=9).map(v.clean), min_size=1, max_size=3).map(
        lambda words: v.Bag(tuple(words))
    ),
    max_size=5,
)


@settings(max_examples=100, deadline=None)
@given(values, values)
def test_what_is_written_is_read_and_ours_win(
    first: dict[v.Name, v.Value], second: dict[v.Name, v.Value]
) -> None:
    packet = (
        Packet.empty()
        .adding(v.block("", first))
        .joined(Packet.empty().adding(v.block("urn:other", second)))
    )
    again = Packet(packet.wrapped)
    assert again.names == {*first, *second}
    for name, value in {**first, **second}.items():
        wanted = [value] if isinstance(value, str) else list(value.items)  # type: ignore[union-attr]
        assert again.texts(name) == wanted
    assert again.without(lambda name: True).names == frozenset()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 255), st.binary(max_size=50))), rubbish)
def test_iptc_records_come_back(sets: list[tuple[int, int, bytes]], behind: bytes) -> None:
    records = tuple(iptc.DataSet(*one) for one in sets)
    assert iptc.parse(iptc.write(records)) == records
    assert iptc.parse(iptc.write(records) + b"\x00" + behind) == records
    iptc.as_xmp(iptc.parse(behind))


def test_long_records_come_back() -> None:
    records = (iptc.DataSet(2, 120, b"x" * 70_000), iptc.DataSet(2, 5, b"y"))
    assert iptc.parse(iptc.write(records)) == records


def test_keywords_are_added_in_utf8_without_spoiling_what_was_latin() -> None:
    sets = (iptc.DataSet(2, 25, "Zürich".encode("cp1252")), iptc.DataSet(2, 90, b"K\xf6ln"))
    told = iptc.with_keywords(sets, ["Zoë", "x" * 65])
    assert told[0] == iptc.DataSet(1, 90, b"\x1b%G")
    assert [one.raw.decode() for one in told[1:]] == ["Zürich", "Köln", "Zoë"]


def test_xmp_that_is_too_large_for_a_segment_is_split_and_joined(tmp_path: Path) -> None:
    large = {(v.PHOTOSHOP, f"Large{n}"): f"{n}" * 50_000 for n in range(4)}
    packet = Packet.empty().adding(v.block("", {**large, (v.DC, "title"): v.Alt("Title")}))
    main, pieces = xmp_extended.split(packet)
    assert len(main) <= xmp_extended.MAX_MAIN
    assert all(len(piece) <= 65_440 for piece in pieces)
    insert = [(jpeg_segments.APP1, jpeg_segments.XMP_ID + main)]
    insert += [(jpeg_segments.APP1, jpeg_segments.XMP_EXTENSION_ID + one) for one in pieces]
    original = tmp_path / "o.jpg"
    original.write_bytes(jpeg_segments.replace(PLAIN[PhotoFormat.JPEG], (), insert))
    for kind, content in PLAIN.items():
        done = finished(content, original)
        found = read_embedded(BytesIO(done.content), kind)
        assert not done.warnings
        assert found.xmp is not None
        told = Packet(found.xmp)
        if found.more_xmp:
            told = told.joined(Packet(found.more_xmp))
        assert told.text((v.DC, "title")) == "Title"
        assert all(told.text(name) == text for name, text in large.items())


@pytest.mark.parametrize(
    "packet",
    [
        b"<a" * 200 + b"/>",
        b"<a>" * 100 + b"</a>" * 100,
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b"<x:xmpmeta/>",
        b"<p:RDF xmlns:q='urn:q'/>",
        b"<a" + b"".join(b" xmlns:n%d='u'" % n for n in range(400)) + b"/>",
        b"<a>" + b"<b/>" * 60_000 + b"</a>",
        b"<a>" + b" " * 5_000_000 + b"</a>",
        b"\xff\xfe<",
        b"",
    ],
    ids=lambda packet: str(len(packet)),
)
def test_hostile_packets_are_refused(packet: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Packet(packet)


def test_a_packet_of_very_many_properties_is_written_in_time(tmp_path: Path) -> None:
    many = b"".join(b"<o:p%d>x</o:p%d>" % (n, n) for n in range(20_000))
    head = f'<rdf:RDF xmlns:rdf="{v.RDF}" xmlns:o="urn:o/"><rdf:Description>'.encode()
    packet = head + many + b"</rdf:Description></rdf:RDF>"
    original = tmp_path / "o.png"
    chunk = (b"iTXt", png_chunks.XMP_KEYWORD + b"\x00\x00\x00\x00" + packet)
    original.write_bytes(png_chunks.replace(PLAIN[PhotoFormat.PNG], (), [chunk]))
    before = time.process_time()
    done = finished(PLAIN[PhotoFormat.JPEG], original)
    assert time.process_time() - before < 10
    assert not done.warnings
    found = read_embedded(BytesIO(done.content), PhotoFormat.JPEG)
    assert len(Packet(found.more_xmp or b"").names) > 15_000


E, G, R = Operation.ENHANCE, Operation.GENERATE, Operation.REMIX
CLOUD, HERE = Engine.PHOTA, Engine.LOCAL
BASE = "http://cv.iptc.org/newscodes/digitalsourcetype/"


@pytest.mark.parametrize(
    ("done", "said", "expected"),
    [
        ([(E, CLOUD)], "", SourceType.COMPOSITE_TRAINED),
        ([(Operation.EDIT, CLOUD)], BASE + "digitalCapture", SourceType.COMPOSITE_TRAINED),
        ([(R, CLOUD)], "", SourceType.COMPOSITE_TRAINED),
        ([(G, CLOUD)], "", SourceType.TRAINED),
        ([(E, HERE)], "", SourceType.ENHANCED),
        ([(R, HERE)], BASE + "digitalCapture", SourceType.ENHANCED),
        ([(G, HERE)], "", SourceType.ALGORITHMIC),
        # A model's part is never taken back by what is done afterwards.
        ([(G, CLOUD), (E, HERE)], "", SourceType.TRAINED),
        ([(E, CLOUD), (E, HERE)], "", SourceType.COMPOSITE_TRAINED),
        ([(G, HERE), (E, CLOUD)], "", SourceType.COMPOSITE_TRAINED),
        ([(G, HERE), (E, HERE)], "", SourceType.ALGORITHMIC),
        ([(E, HERE)], "trainedAlgorithmicMedia", SourceType.TRAINED),
        ([(E, HERE)], "https" + SourceType.COMPOSITE_TRAINED[4:], SourceType.COMPOSITE_TRAINED),
        ([(E, CLOUD)], SourceType.TRAINED, SourceType.TRAINED),
    ],
)
def test_the_source_type_tells_all_that_was_done(
    done: list[tuple[Operation, Engine]], said: str, expected: str
) -> None:
    assert source_type(done, said) == expected


def test_a_chain_of_results_tells_every_step(tmp_path: Path) -> None:
    original = tmp_path / "o.jpg"
    original.write_bytes(PLAIN[PhotoFormat.JPEG])
    photo, first = document_id("11" * 32), document_id("22" * 32)
    made = Provenance(
        E,
        HERE,
        made=200.0,
        source_name="first.jpg",
        source_sha256="22" * 32,
        ancestors=(photo, first),
        sha256="33" * 32,
        earlier=(Step(Operation.EDIT, CLOUD, "nb2", 100.0, first),),
    )
    done = metadata.finish(
        PLAIN[PhotoFormat.PNG],
        PHOTO.size,
        original=original,
        provenance=made,
        choice=MetadataChoice(),
    )
    packet = Packet(read_embedded(BytesIO(done.content), PhotoFormat.PNG).xmp or b"")
    assert packet.text(SOURCE_TYPE) == SourceType.COMPOSITE_TRAINED
    derived = packet.fields((v.MM, "DerivedFrom"))
    assert derived[v.REF, "documentID"] == first
    assert derived[v.REF, "originalDocumentID"] == photo
    assert packet.text((v.MM, "OriginalDocumentID")) == photo
    assert packet.text((v.MM, "DocumentID")) == document_id("33" * 32)
    assert len(packet.entries((v.MM, "History"))) == 3


def test_the_choice_is_heeded(tmp_path: Path) -> None:
    original = tmp_path / "o.jpg"
    original.write_bytes(samples.tagged_jpeg(PHOTO))
    kind = PhotoFormat.JPEG
    nothing = finished(PLAIN[kind], original, carry=False, provenance=False, marks=False)
    assert nothing.content is PLAIN[kind] or nothing.content == PLAIN[kind]
    told = finished(PLAIN[kind], None, recipe=True, provenance=False, marks=False)
    packet = Packet(read_embedded(BytesIO(told.content), kind).xmp or b"")
    assert packet.text((v.RECIPE, "Prompt")) == "a hat"
    assert packet.text(SOURCE_TYPE) is None
    assert packet.text((v.XMP, "Rating")) is None


def test_finishing_twice_changes_nothing(tmp_path: Path) -> None:
    original = tmp_path / "o.jpg"
    original.write_bytes(samples.tagged_jpeg(PHOTO))
    for kind in (PhotoFormat.JPEG, PhotoFormat.PNG, PhotoFormat.WEBP):
        once = finished(PLAIN[kind], original).content
        twice = finished(once, original).content
        assert len(finished(twice, original).content) == len(twice)


@outside.needs_exiftool
def test_a_place_is_gone_from_the_bytes_of_a_photo_too(tmp_path: Path) -> None:
    """Where a photo itself goes out without its place, no dead bytes tell it either."""
    for kind, content in PLAIN.items():
        path = tmp_path / f"a.{kind.value}"
        path.write_bytes(content)
    wanted = [
        "-n",
        "-Make=Maker",
        "-GPSLatitude=52.5",
        "-GPSLatitudeRef=N",
        "-GPSMapDatum=SECRETLAND",
    ]
    wanted += [
        "-XMP-exif:GPSMapDatum=SECRETLAND",
        "-XMP-dc:Title=Title",
        "-ISO=100",
        "-IFD0:Rating=4",
    ]
    outside.write(dict.fromkeys(tmp_path.iterdir(), wanted))
    for path in sorted(tmp_path.iterdir()):
        content = path.read_bytes()
        assert b"SECRETLAND" in content
        done = metadata.finish(
            content,
            PHOTO.size,
            original=None,
            provenance=None,
            choice=MetadataChoice(gps=False),
        )
        assert b"SECRETLAND" not in done.content, path
        path.write_bytes(done.content)
        with Image.open(BytesIO(content)) as before, Image.open(path) as after:
            assert before.tobytes() == after.tobytes()
    for told in outside.tags(tmp_path.iterdir()).values():
        assert not [tag for tag in told if "GPS" in tag or "Warning" in tag]
        assert told["IFD0:Make"] == "Maker"
        assert told["IFD0:Rating"] == 4
        assert told["ExifIFD:ISO"] == 100
        assert told["XMP-dc:Title"] == "Title"


REGIONS = v.REGIONS


@pytest.mark.parametrize(
    ("made", "orientation", "shape", "kept"),
    [
        (None, 1, (1, 1), True),
        (Operation.ENHANCE, 1, (1, 1), True),
        (Operation.EDIT, 1, (1, 1), False),
        (Operation.ENHANCE, 6, (1, 1), False),
        (Operation.ENHANCE, 1, (2, 1), False),
    ],
)
def test_faces_are_told_where_they_still_are(
    tmp_path: Path, made: Operation | None, orientation: int, shape: tuple[int, int], kept: bool
) -> None:
    packet = samples.XMP.replace(
        b"<dc:title>",
        b'<m:Regions xmlns:m="' + REGIONS.encode() + b'" rdf:parseType="Resource"/><dc:title>',
    ).replace(
        b"tiff:Orientation",
        b'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="5" tiff:Orientation',
    )
    insert = [
        (jpeg_segments.APP1, jpeg_segments.EXIF_ID + samples.exif_block(orientation)),
        (jpeg_segments.APP1, jpeg_segments.XMP_ID + packet),
    ]
    original = tmp_path / "o.jpg"
    original.write_bytes(jpeg_segments.replace(PLAIN[PhotoFormat.JPEG], (), insert))
    done = metadata.finish(
        PLAIN[PhotoFormat.PNG],
        (PHOTO.width * shape[0], PHOTO.height * shape[1]),
        original=original,
        provenance=Provenance(made, Engine.LOCAL) if made else None,
        choice=MetadataChoice(),
    )
    told = Packet(read_embedded(BytesIO(done.content), PhotoFormat.PNG).xmp or b"")
    assert ((REGIONS, "Regions") in told.names) == kept
    # A rating judges one picture: it holds for the photo itself, not for what is made of it.
    assert told.text((v.XMP, "Rating")) == ("5" if made is None else None)
