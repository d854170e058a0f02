"""The proof page: one HTML file that shows, compares and chooses without any network."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from html import escape
from pathlib import Path

from phota_desktop.core.proofing import ProofPicture, ProofSettings, printable
from phota_desktop.resources import resource

JpegOf = Callable[[Path, int], bytes]


def pieces(
    pictures: Sequence[ProofPicture],
    jpegs: Sequence[bytes | None],
    originals: Sequence[tuple[int, bytes]],
    settings: ProofSettings,
    sheet: str,
    picks_name: str,
) -> Iterator[bytes]:
    """Yield the page in pieces.

    ``jpegs`` are the pictures in order; ``originals`` are numbered, and each picture's number is
    looked up with :func:`original_numbers`. A Content-Security-Policy lets nothing but what is in
    the file act: no address is ever asked.
    """
    script = resource("proof", "proof.js").read_text("utf-8")
    style = resource("proof", "proof.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    title = escape(printable(settings.title) or "Proof sheet")
    policy = (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    numbers = original_numbers(pictures)
    made = {number for number, _ in originals}
    facts = {
        "sheet": sheet,
        "title": printable(settings.title),
        "file": picks_name,
        "pictures": [{"key": one.key, "name": printable(one.name)} for one in pictures],
    }
    yield (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="robots" content="noindex">\n'
        f"<title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f"{_head(title, len(pictures))}"
    ).encode()
    for one, jpeg in zip(pictures, jpegs, strict=True):
        number = numbers[one.original] if one.original is not None else -1
        yield from _card(one, jpeg or b"", number if number in made else -1, settings.names)
    yield b"</ul>\n"
    for number, jpeg in originals:
        yield f'<script type="text/plain" id="original-{number}">'.encode()
        yield _data_address(jpeg)
        yield b"</script>\n"
    told = json.dumps(facts).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    yield f'{_VIEWER}<script type="application/json" id="facts">{told}</script>\n'.encode()
    yield f"<script>{script}</script>\n</body>\n</html>\n".encode()


def original_numbers(pictures: Sequence[ProofPicture]) -> dict[Path, int]:
    """Return a number for each original of a sheet, in the order they come first."""
    known = dict.fromkeys(one.original for one in pictures if one.original is not None)
    return {path: number for number, path in enumerate(known)}


def _head(title: str, count: int) -> str:
    return (
        f'<header>\n<h1>{title}</h1>\n<span class="count" id="count" role="status">{count}</span>\n'
        '<label>Show <select id="only" aria-label="Show which pictures">'
        '<option value="all">all</option><option value="pick">picked</option>'
        '<option value="open">undecided</option></select></label>\n'
        '<button type="button" class="primary" id="save">Save picks</button>\n</header>\n'
        '<noscript><p class="hint">Choosing needs scripts; the pictures can be seen without.</p>'
        "</noscript>\n"
        '<p class="hint">Click a picture to see it large and to compare it with the original. '
        "Choose with the buttons, or the keys P and X. When you are done, press “Save picks” and "
        "send the saved file back.</p>\n"
        '<p class="hint" id="saved" hidden></p>\n'
        '<p class="hint" id="empty" hidden>No picture is here. Show all of them again above.</p>\n'
        '<p class="silent" id="told" role="status"></p>\n<ul id="sheet">\n'
    )


def _card(one: ProofPicture, jpeg: bytes, original: int, has_name: bool) -> Iterator[bytes]:
    name, detail = escape(printable(one.name)), escape(printable(one.detail))
    mark = f'<i class="original" data-original="{original}" hidden></i>' if original >= 0 else ""
    yield (
        f'<li class="card" data-choice=""><button type="button" class="look" '
        f'aria-label="Show {name} large"><img alt="{name}" decoding="async" loading="lazy" src="'
    ).encode()
    yield _data_address(jpeg)
    shown = f"{name if has_name else ''}<small>{detail}</small>" if detail else name
    named = f'<span class="name">{shown}</span>' if has_name or detail else ""
    yield (
        f'"></button>{mark}<div class="below">{named}{_buttons()}'
        '<span class="noted" hidden></span></div></li>\n'
    ).encode()


def _buttons() -> str:
    return (
        '<button type="button" class="choice" data-value="pick" aria-pressed="false">Pick</button>'
        '<button type="button" class="choice" data-value="reject" aria-pressed="false">'
        "Not this</button>"
    )


def _data_address(jpeg: bytes) -> bytes:
    return b"data:image/jpeg;base64," + base64.b64encode(jpeg)


_VIEWER = (
    '<div id="viewer" role="dialog" aria-modal="true" aria-labelledby="shownName" hidden>\n'
    '<div id="stage"><img id="after" alt=""><img id="before" alt="">'
    '<span class="tag" id="tagBefore">Original</span><span class="tag" id="tagAfter">New</span>'
    '<div id="line"></div><input type="range" id="swipe" min="0" max="100" value="50" step="1" '
    'aria-label="Compare with the original: how much of it is shown"></div>\n'
    '<div id="bar"><span class="name" id="shownName"></span>'
    '<button type="button" id="previous" aria-label="Previous picture">‹ Previous</button>'
    '<button type="button" id="next" aria-label="Next picture">Next ›</button>'
    f"{_buttons()}"
    '<textarea id="note" rows="1" maxlength="2000" placeholder="A note" '
    'aria-label="A note on this picture"></textarea>'
    '<button type="button" id="close">Back to all</button></div>\n</div>\n'
)
