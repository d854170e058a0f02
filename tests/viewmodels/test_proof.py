"""Proof sheets through the view-model: real files on a real loop, and picks into the library."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from phota_desktop.core.proofing import Paper, ProofKind, ProofPicture, ProofSettings
from phota_desktop.imaging.proofs import proof_pixels
from phota_desktop.viewmodels.contact_sheet import ContactSheet


def pictures_in(folder: Path, number: int) -> list[ProofPicture]:
    found = []
    for n in range(number):
        path = folder / f"p{n}.png"
        Image.new("RGB", (90, 60 + n), (20 * n % 255, 90, 120)).save(path)
        found.append(ProofPicture(f"job:{n}", path, path.name, "Enhance"))
    return found


@pytest.mark.parametrize(("paper", "box"), [(Paper.A4, (595, 842)), (Paper.LETTER, (612, 792))])
def test_a_contact_sheet_has_as_many_pages_as_it_needs(
    qtbot: QtBot, tmp_path: Path, paper: Paper, box: tuple[int, int]
) -> None:
    settings = ProofSettings(title="A <b>title</b>", kind=ProofKind.PAPER, paper=paper)
    sheet = ContactSheet(pictures_in(tmp_path, 25), settings)
    steps: list[int] = []
    content = sheet.make(proof_pixels, steps.append)
    assert content is not None
    assert content.startswith(b"%PDF-")
    assert sheet.pages == 3
    assert content.count(b"/Type /Page\n") == 3
    assert content.count(b"/Subtype /Image") == 25
    assert f"/MediaBox [0 0 {box[0]} {box[1]}]".encode() in content.replace(b".000000", b"")
    assert steps == list(range(1, 26))


def test_a_picture_that_cannot_be_read_leaves_its_place_and_a_sentence(
    qtbot: QtBot, tmp_path: Path
) -> None:
    pictures = pictures_in(tmp_path, 3)
    pictures[1].path.write_bytes(b"broken")
    sheet = ContactSheet(pictures, ProofSettings(kind=ProofKind.PAPER))
    content = sheet.make(proof_pixels)
    assert content is not None
    assert content.count(b"/Subtype /Image") == 2
    assert len(sheet.problems) == 1
    assert "p1.png" in sheet.problems[0]


def test_a_cancelled_contact_sheet_is_nothing(qtbot: QtBot, tmp_path: Path) -> None:
    sheet = ContactSheet(pictures_in(tmp_path, 3), ProofSettings(kind=ProofKind.PAPER))
    assert sheet.make(proof_pixels, is_cancelled=lambda: True) is None
