"""Proof pages as files: whole or not there, self-contained, and plain about foreign text."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.proofing import MAX_PICTURES, ProofPicture, ProofSettings
from phota_desktop.services.proofs import Proofs, write_pieces
from phota_desktop.services.threads import Threads

HOSTILE = '</script><img src=x onerror=alert(1)>"\u202egpj.exe\n'


@pytest.fixture
def threads() -> Iterator[Threads]:
    made = Threads()
    yield made
    made.close()


def photo(path: Path, size: tuple[int, int] = (300, 200), **saved: object) -> Path:
    Image.new("RGB", size, (200, 90, 40)).save(path, **saved)  # type: ignore[arg-type]
    return path


def sheet_of(folder: Path) -> list[ProofPicture]:
    original = photo(folder / "original.jpg", (600, 400))
    made = [photo(folder / f"v{n}.png") for n in range(3)]
    listed = [ProofPicture(f"job:{n}", one, one.name, "", original) for n, one in enumerate(made)]
    return [*listed, ProofPicture("job:9", photo(folder / "alone.jpg"), HOSTILE, HOSTILE)]


class Page(HTMLParser):
    """What a browser would see: tags with their attributes, and the texts of scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: dict[str, str] = {}
        self._script: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self._script = dict(attrs).get("id") or "code"

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._script = None

    def handle_data(self, data: str) -> None:
        if self._script is not None:
            self.scripts[self._script] = self.scripts.get(self._script, "") + data


async def test_the_page_holds_every_picture_and_each_original_once(
    threads: Threads, tmp_path: Path
) -> None:
    steps: list[tuple[int, int]] = []
    report = await Proofs(threads).write_page(
        sheet_of(tmp_path),
        tmp_path / "proof.html",
        ProofSettings(title="Wedding", side=150),
        lambda done, total: steps.append((done, total)),
    )
    assert report.path == tmp_path / "proof.html"
    assert report.pictures == 4
    assert steps[-1] == (5, 5)
    page = Page(report.path.read_text("utf-8"))
    shown = [a["src"] for tag, a in page.tags if tag == "img" and (a.get("src") or "")]
    assert len(shown) == 4
    for source in shown:
        assert source is not None
        data = base64.b64decode(source.removeprefix("data:image/jpeg;base64,"), validate=True)
        with Image.open(BytesIO(data)) as image:
            assert max(image.size) == 150
            assert not image.getexif()
    assert [name for name in page.scripts if name.startswith("original-")] == ["original-0"]
    facts = json.loads(page.scripts["facts"])
    assert [one["key"] for one in facts["pictures"]] == ["job:0", "job:1", "job:2", "job:9"]
    assert facts["file"] == "proof-picks.json"


async def test_nothing_in_the_page_leads_out_of_it(threads: Threads, tmp_path: Path) -> None:
    report = await Proofs(threads).write_page(
        sheet_of(tmp_path), tmp_path / "p.html", ProofSettings(title=HOSTILE, side=64)
    )
    assert report.path is not None
    text = report.path.read_text("utf-8")
    page = Page(text)
    assert not re.findall(r"(?:https?:)?//[a-z]", re.sub(r'base64,[^"<]*', "", text))
    assert [tag for tag, _ in page.tags if tag in ("link", "iframe", "form", "object")] == []
    assert all(not name.startswith("on") for _, attrs in page.tags for name in attrs)
    assert "\u202e" not in text
    policy = next(a["content"] for t, a in page.tags if a.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'; img-src data:;")
    assert set(page.scripts) == {"original-0", "facts", "code"}


async def test_the_policy_allows_just_the_script_of_the_page(
    threads: Threads, tmp_path: Path
) -> None:
    import hashlib

    report = await Proofs(threads).write_page(
        sheet_of(tmp_path), tmp_path / "p.html", ProofSettings(side=64)
    )
    assert report.path is not None
    page = Page(report.path.read_text("utf-8"))
    digest = base64.b64encode(hashlib.sha256(page.scripts["code"].encode()).digest()).decode()
    assert any(f"'sha256-{digest}'" in (a.get("content") or "") for _, a in page.tags)


async def test_a_sheet_never_overwrites(threads: Threads, tmp_path: Path) -> None:
    (tmp_path / "proof.html").write_text("mine")
    report = await Proofs(threads).write_page(
        sheet_of(tmp_path), tmp_path / "proof.html", ProofSettings(side=64)
    )
    assert report.path == tmp_path / "proof-2.html"
    assert (tmp_path / "proof.html").read_text() == "mine"


async def test_a_broken_picture_is_left_out_and_told(threads: Threads, tmp_path: Path) -> None:
    pictures = sheet_of(tmp_path)
    (tmp_path / "v1.png").write_bytes(b"no picture")
    (tmp_path / "original.jpg").unlink()
    report = await Proofs(threads).write_page(
        pictures, tmp_path / "proof.html", ProofSettings(side=64)
    )
    assert report.pictures == 3
    assert "v1.png" in report.problems[0]
    assert "without its original" in report.problems[1]
    assert report.path is not None
    assert "data-original" not in report.path.read_text("utf-8").split("<script")[0]


@pytest.mark.parametrize("number", [0, MAX_PICTURES + 1])
async def test_no_and_too_many_pictures_are_refused(
    threads: Threads, tmp_path: Path, number: int
) -> None:
    one = ProofPicture("k", photo(tmp_path / "a.jpg"), "a")
    with pytest.raises(PhotaError) as caught:
        await Proofs(threads).write_page([one] * number, tmp_path / "p.html", ProofSettings())
    assert caught.value.kind is ErrorKind.INVALID
    assert not list(tmp_path.glob("*.html"))


async def test_a_folder_that_is_gone_is_said_and_a_cancel_leaves_nothing(
    threads: Threads, tmp_path: Path
) -> None:
    pictures = sheet_of(tmp_path)
    with pytest.raises(PhotaError) as caught:
        await Proofs(threads).write_page(
            pictures, tmp_path / "gone" / "p.html", ProofSettings(side=64)
        )
    assert caught.value.kind is ErrorKind.DISK
    folder = tmp_path / "out"
    folder.mkdir()
    loop = asyncio.get_running_loop()

    def stop(done: int, total: int) -> None:
        if done == 2:
            loop.call_soon(running.cancel)

    running = asyncio.ensure_future(
        Proofs(threads).write_page(pictures, folder / "p.html", ProofSettings(side=64), stop)
    )
    with pytest.raises(asyncio.CancelledError):
        await running
    await threads.files(lambda: None)
    assert list(folder.iterdir()) == []


def test_a_failure_in_the_middle_leaves_no_file(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"first"
        raise PhotaError(ErrorKind.CANCELED)

    with pytest.raises(PhotaError):
        write_pieces(tmp_path / "p.html", broken())
    assert list(tmp_path.iterdir()) == []


async def test_picks_come_back_from_a_file(threads: Threads, tmp_path: Path) -> None:
    path = tmp_path / "picks.json"
    with pytest.raises(PhotaError, match=r"picks\.json cannot be read"):
        await Proofs(threads).read_picks(path)
    path.write_text(
        '{"format": "phota-desktop-picks", "version": 1, "picks": [{"key": "a", "choice": "pick"}]}'
    )
    assert [pick.key for pick in (await Proofs(threads).read_picks(path)).chosen] == ["a"]
