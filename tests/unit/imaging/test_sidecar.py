"""Sidecars say what we know and leave what others wrote as it is, to the byte."""

from __future__ import annotations

import string
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.jobs import Engine
from phota_desktop.core.library import Flag, Label, Marks
from phota_desktop.core.options import Operation
from phota_desktop.core.provenance import Provenance, SidecarNaming, SourceType
from phota_desktop.imaging import sidecar as made
from phota_desktop.imaging import xmp_values as v
from phota_desktop.imaging.xmp import Packet
from phota_desktop.imaging.xmp_carrying import SOURCE_TYPE
from phota_desktop.imaging.xmp_provenance import read_marks
from tests.unit.imaging import outside

DARKTABLE = b"""<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"
    xmlns:darktable="http://darktable.sf.net/"
   xmp:Rating="1"
   xmpMM:DerivedFrom="IMG_1.CR3"
   darktable:history_end="7">
   <darktable:history>
    <rdf:Seq>
     <rdf:li darktable:operation="exposure" darktable:params="0000c0bf"/>
    </rdf:Seq>
   </darktable:history>
   <darktable:colorlabels><rdf:Seq><rdf:li>3</rdf:li></rdf:Seq></darktable:colorlabels>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""
PROVENANCE = Provenance(Operation.ENHANCE, Engine.PHOTA)

every_mark = st.builds(
    Marks, st.integers(0, 5), st.sampled_from(list(Flag)), st.sampled_from(list(Label))
)
words = st.text(max_size=12).map(v.clean)
names = st.text(string.ascii_letters, min_size=1, max_size=6)


@st.composite
def foreign(draw: st.DrawFn) -> tuple[bytes, list[bytes]]:
    """Make a sidecar of another program, and the pieces of it that must not change."""
    pieces: list[bytes] = []
    space = draw(st.sampled_from(["", " ", "\n  ", "\t"]))
    blocks = []
    for _ in range(draw(st.integers(1, 3))):
        attributes, children = [], []
        for name in draw(st.lists(names, max_size=3, unique=True)):
            attributes.append(f"o:A{name}={quoteattr(draw(words))}")
        for name in draw(st.lists(names, max_size=3, unique=True)):
            text = escape(draw(words))
            inner = draw(
                st.sampled_from(
                    [
                        text,
                        f"<rdf:Bag>{space}<rdf:li>{text}</rdf:li></rdf:Bag>",
                        f'<rdf:Description o:x="1">{space}<o:y>{text}</o:y></rdf:Description>',
                        f"<!-- xmp:Rating --><![CDATA[{text.replace(']]>', '')}]]>",
                    ]
                )
            )
            children.append(f"<o:E{name}>{inner}</o:E{name}>")
        pieces += [one.encode() for one in (*attributes, *children)]
        ours = draw(st.sampled_from(['xmp:Rating="5"', "", 'xmp:Label="Blue" xmp:Rating="-1"']))
        listed = " ".join(["", *attributes, ours])
        blocks.append(
            f'<rdf:Description rdf:about=""{listed}>{space}{space.join(children)}</rdf:Description>'
        )
    head = draw(st.sampled_from(["", '<?xml version="1.0"?>\n', '<?xpacket begin="" id="W5"?>']))
    tail = draw(st.sampled_from(["", "\n", '<?xpacket end="w"?>'])) if "xpacket" in head else "\n"
    whole = (
        f'{head}<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{v.RDF}" xmlns:o="urn:o/"'
        f' xmlns:xmp="{v.XMP}">{space}{space.join(blocks)}</rdf:RDF></x:xmpmeta>{tail}'
    )
    return whole.encode(), pieces


@settings(max_examples=150, deadline=None)
@given(foreign(), every_mark, st.lists(words.filter(str.strip), max_size=2))
def test_what_others_wrote_stays_to_the_byte(
    their: tuple[bytes, list[bytes]], marks: Marks, people: list[str]
) -> None:
    existing, pieces = their
    merged = made.sidecar(marks, PROVENANCE, people, existing)
    for piece in pieces:
        assert merged.count(piece) >= existing.count(piece)
    packet = Packet(merged)
    # A pick takes a rejection back, which is the rating -1.
    lost = {(v.XMP, "Rating")} if marks.flag is Flag.PICK else set()
    assert Packet(existing).names - lost <= packet.names
    told = read_marks(packet)
    if marks.label is not Label.NONE:
        assert told.label is marks.label
    if marks.flag is Flag.REJECT:
        assert told.flag is Flag.REJECT
    elif marks.stars:
        assert told.stars == marks.stars
    assert packet.text(SOURCE_TYPE) == SourceType.COMPOSITE_TRAINED
    assert made.sidecar(marks, PROVENANCE, people, merged) == merged
    start = existing[: existing.index(b"<x:xmpmeta")]
    assert merged.startswith(start)


@given(every_mark)
def test_marks_come_back(marks: Marks) -> None:
    told = read_marks(Packet(made.sidecar(marks)))
    # A rejected picture has no stars besides: XMP's one number says both.
    expected = Marks(0, marks.flag, marks.label) if marks.flag is Flag.REJECT else marks
    assert told == expected


def test_darktables_sidecar_keeps_its_edits_and_shows_our_label() -> None:
    merged = made.sidecar(Marks(4, Flag.PICK, Label.GREEN), existing=DARKTABLE)
    packet = Packet(merged)
    assert b'<rdf:li darktable:operation="exposure" darktable:params="0000c0bf"/>' in merged
    assert b'xmpMM:DerivedFrom="IMG_1.CR3"' in merged
    assert packet.text((v.XMP, "Rating")) == "4"
    assert packet.texts((v.DARKTABLE, "colorlabels")) == ["2"]
    assert made.sidecar(Marks(), existing=DARKTABLE) == DARKTABLE


def test_a_pick_takes_a_rejection_back() -> None:
    rejected = made.sidecar(Marks(0, Flag.REJECT))
    assert read_marks(Packet(rejected)).flag is Flag.REJECT
    picked = made.sidecar(Marks(0, Flag.PICK), existing=rejected)
    assert read_marks(Packet(picked)) == Marks(0, Flag.PICK)


def test_no_other_rating_contradicts_ours() -> None:
    theirs = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF'
        b' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
        b' xmlns:MicrosoftPhoto="http://ns.microsoft.com/photo/1.0/"'
        b' xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        b' MicrosoftPhoto:Rating="25" xmp:Rating="2" xmp:Label="Red"/></rdf:RDF></x:xmpmeta>'
    )
    assert made.sidecar(Marks(), existing=theirs) == theirs
    packet = Packet(made.sidecar(Marks(5), existing=theirs))
    assert packet.text((v.XMP, "Rating")) == "5"
    assert packet.text((v.XMP, "Label")) == "Red"
    assert (v.MICROSOFT, "Rating") not in packet.names


@outside.needs_exiftool
def test_exiftool_reads_what_other_programs_will(tmp_path: Path) -> None:
    picture = tmp_path / "photo-edit-1.jpg"
    marks = Marks(3, Flag.PICK, Label.PURPLE)
    place = made.write_sidecar(picture, marks, provenance=PROVENANCE, people=["Zoë"])
    assert place.name == "photo-edit-1.jpg.xmp"
    told = outside.tags([place])[place]
    assert told["XMP-xmp:Rating"] == 3
    assert told["XMP-xmp:Label"] == "Purple"
    assert told["XMP-digiKam:ColorLabel"] == 6
    assert told["XMP-digiKam:PickLabel"] == 3
    assert told["XMP-dc:Subject"] == "Zoë"
    assert told["XMP-iptcExt:DigitalSourceType"] == SourceType.COMPOSITE_TRAINED


def test_files_are_made_merged_and_never_destroyed(tmp_path: Path) -> None:
    picture = tmp_path / "a.jpg"
    place = made.write_sidecar(picture, Marks(2), naming=SidecarNaming.STEM)
    assert place == tmp_path / "a.xmp"
    place.write_bytes(DARKTABLE)
    place.chmod(0o640)
    made.write_sidecar(picture, Marks(5), naming=SidecarNaming.STEM)
    assert read_marks(Packet(place.read_bytes())).stars == 5
    assert b"darktable:history" in place.read_bytes()
    assert place.stat().st_mode & 0o777 == 0o640
    stamp = place.stat().st_mtime_ns
    made.write_sidecar(picture, Marks(5), naming=SidecarNaming.STEM)
    assert place.stat().st_mtime_ns == stamp
    assert {one.name for one in tmp_path.iterdir()} == {"a.xmp"}


@pytest.mark.parametrize(
    "content",
    [b"notes of mine", b"", b"<xml/>", b'<!DOCTYPE a [<!ENTITY b "c">]>' + DARKTABLE[39:]],
)
def test_a_file_that_is_no_xmp_is_left_alone(tmp_path: Path, content: bytes) -> None:
    place = tmp_path / "a.jpg.xmp"
    place.write_bytes(content)
    with pytest.raises(PhotaError) as refused:
        made.write_sidecar(tmp_path / "a.jpg", Marks(5))
    assert refused.value.kind is ErrorKind.INVALID
    assert place.read_bytes() == content


def test_a_link_is_followed_and_a_dead_one_not_written_through(tmp_path: Path) -> None:
    real = tmp_path / "elsewhere" / "real.xmp"
    real.parent.mkdir()
    real.write_bytes(DARKTABLE)
    link = tmp_path / "a.jpg.xmp"
    link.symlink_to(real)
    made.write_sidecar(tmp_path / "a.jpg", Marks(5))
    assert link.is_symlink()
    assert read_marks(Packet(real.read_bytes())).stars == 5
    real.unlink()
    with pytest.raises(PhotaError):
        made.write_sidecar(tmp_path / "a.jpg", Marks(5))
    assert link.is_symlink()
    assert not real.exists()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(PhotaError) as refused:
        made.write_sidecar(tmp_path / "gone" / "a.jpg", Marks(5))
    assert refused.value.kind is ErrorKind.DISK


def test_other_encodings_are_read() -> None:
    text = DARKTABLE.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"')
    for encoding in ("utf-16-le", "utf-16-be"):
        mark = "\ufeff".encode(encoding)
        merged = made.sidecar(Marks(5), existing=mark + text.encode(encoding))
        assert read_marks(Packet(merged)).stars == 5
        assert b'encoding="UTF-8"' in merged
