"""The incremental reader says the same as json.loads and b64decode, however it is cut."""

from __future__ import annotations

import base64
import json
import tempfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phota_desktop.api.spill import (
    MAX_DEPTH,
    MAX_TEXT_BYTES,
    Spilled,
    SpillReader,
    UnreadableAnswerError,
)


def spill(raw: bytes, cuts: list[int], folder: Path, **limits: int) -> Spilled:
    reader = SpillReader(lambda n: folder / f"{n}.part", **limits)
    try:
        places = sorted({0, len(raw), *(cut for cut in cuts if cut < len(raw))})
        for start, end in pairwise(places):
            reader.feed(raw[start:end])
        return reader.close()
    except UnreadableAnswerError:
        reader.abort()
        assert list(folder.glob("*.part")) == []
        raise


def pictures(spilled: Spilled) -> list[bytes]:
    return [part.read_bytes() for part in spilled.parts]


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=60),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=8).filter(lambda k: k != "images"), inner, max_size=4)
    ),
    max_leaves=12,
)
blobs = st.binary(min_size=24, max_size=90) | st.binary(min_size=3000, max_size=9000)
escapes = st.sampled_from(["plain", "slash", "unicode", "data", "lines", "unpadded", "urlsafe"])


def written(blob: bytes, style: str) -> str:
    """Return ``blob`` as a JSON string the way one of the encoders of this world writes it."""
    code = base64.b64encode(blob).decode()
    if style == "slash":
        return '"' + code.replace("/", "\\/") + '"'
    if style == "unicode":
        return '"' + code.replace("=", "\\u003d").replace("+", "\\u002B") + '"'
    if style == "data":
        return '"data:image\\/png;base64,' + code + '"'
    if style == "lines":
        return json.dumps("\r\n".join(code[n : n + 76] for n in range(0, len(code), 76)))
    if style == "unpadded":
        return '"' + code.rstrip("=") + '"'
    if style == "urlsafe":
        return '"' + code.replace("+", "-").replace("/", "_") + '"'
    return '"' + code + '"'


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_any_cut_gives_what_json_and_base64_give(data: st.DataObject) -> None:
    rest = data.draw(st.dictionaries(st.text(max_size=6).filter(lambda k: k != "images"), values))
    chosen = data.draw(st.lists(st.tuples(blobs, escapes), max_size=4))
    listed = "[" + ", ".join(written(*one) for one in chosen) + "]"
    ascii_only = data.draw(st.booleans())
    dumped = json.dumps(rest, ensure_ascii=ascii_only)
    inner = dumped[1:-1].strip()
    raw = ("{" + inner + (", " if inner else "") + f'"images" : {listed}' + "}").encode(
        "utf-8", "replace"
    )
    cuts = data.draw(st.lists(st.integers(1, len(raw)), max_size=40))
    with tempfile.TemporaryDirectory() as name:
        got = spill(raw, cuts, Path(name))
        assert pictures(got) == [blob for blob, _ in chosen]
    expected = json.loads(raw.decode())
    expected["images"] = [f"<picture of {len(blob)} bytes>" for blob, _ in chosen]
    assert got.document == expected


@pytest.mark.parametrize("style", ["plain", "slash", "unicode", "data", "lines"])
def test_every_single_cut(style: str, tmp_path: Path) -> None:
    blob = bytes(range(61)) + b"\xff\xfe\xfb?>" * 3
    raw = ('{"a":"\\ud83d\\ude00\\"","images":[' + written(blob, style) + "]}").encode()
    for cut in range(1, len(raw)):
        got = spill(raw, [cut], tmp_path)
        assert pictures(got) == [blob]
        assert got.document["a"] == '😀"'  # type: ignore[index]
    assert pictures(spill(raw, list(range(len(raw))), tmp_path)) == [blob]


@settings(max_examples=80, deadline=None)
@given(
    st.binary(max_size=400)
    | st.text(max_size=300).map(lambda t: ('{"images":["' + t).encode("utf-8", "replace"))
)
def test_rubbish_is_unreadable_and_leaves_no_file(raw: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        try:
            spill(raw, [3, 7, 50], Path(name))
        except UnreadableAnswerError:
            assert list(Path(name).iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        "The picture could not be made. " * 300,
        "https://cdn.example/" + "x" * 5000,
        "https://cdn.example/a.jpg?token=abc&expires=1",
        "short",
        "Sorry: this text is longer than thirty-two characters.",
    ],
)
def test_words_among_the_pictures_stay_words(words: str, tmp_path: Path) -> None:
    raw = json.dumps({"images": [words]}).encode()
    for cuts in ([], [20], list(range(0, len(raw), 7))):
        got = spill(raw, cuts, tmp_path)
        assert got.parts == ()
        assert got.document == {"images": [words]}


def test_a_very_long_text_is_cut_the_same_way_whatever_the_pieces(tmp_path: Path) -> None:
    raw = json.dumps({"note": 'ä"\\' * 60_000, "images": ["no picture at all! " * 9000]}).encode()
    whole = spill(raw, [], tmp_path)
    assert len(whole.text) <= 2 * MAX_TEXT_BYTES + 100
    assert spill(raw, list(range(0, len(raw), 977)), tmp_path) == whole


@pytest.mark.parametrize(
    "code",
    ["A" * 5000 + "!" + "A" * 5003, "AAA=" * 2000, "A" * 4097, "A" * 6000 + "====" + "AAAA"],
)
def test_a_damaged_picture_is_left_out(code: str, tmp_path: Path) -> None:
    good = base64.b64encode(b"g" * 40).decode()
    raw = json.dumps({"images": [code, good]}).encode()
    for cuts in ([], [4000, 5017, 6001], list(range(0, len(raw), 61))):
        got = spill(raw, cuts, tmp_path)
        assert pictures(got) == [b"g" * 40]
        assert "<damaged picture>" in got.text


def test_more_than_four_pictures_are_cut(tmp_path: Path) -> None:
    codes = [base64.b64encode(bytes([n]) * 5000).decode() for n in range(6)]
    got = spill(json.dumps({"result": {"images": codes}}).encode(), [999], tmp_path)
    assert pictures(got) == [bytes([n]) * 5000 for n in range(4)]
    assert got.text.count("too many") == 2
    assert len(list(tmp_path.iterdir())) == 4


def test_pictures_in_objects_below_images_are_found(tmp_path: Path) -> None:
    entry = {"content": base64.b64encode(b"p" * 6000).decode(), "sha256": "ab" * 32}
    got = spill(json.dumps({"images": [entry]}).encode(), [], tmp_path)
    assert pictures(got) == [b"p" * 6000]
    assert got.document["images"][0]["sha256"] == "ab" * 32  # type: ignore[index]


@pytest.mark.parametrize("place", ["request", "input", "params"])
def test_echoed_edit_photos_are_no_result(place: str, tmp_path: Path) -> None:
    echo = base64.b64encode(b"i" * 9000).decode()
    got = spill(json.dumps({place: {"images": [echo]}, "result": None}).encode(), [50], tmp_path)
    assert got.parts == ()
    assert list(tmp_path.iterdir()) == []


def test_an_echoed_input_is_no_result(tmp_path: Path) -> None:
    echo = base64.b64encode(b"i" * 200_000).decode()
    got = spill(json.dumps({"image": echo, "images": []}).encode(), [], tmp_path)
    assert got.parts == ()


def test_limits(tmp_path: Path) -> None:
    code = base64.b64encode(bytes(9000)).decode()
    with pytest.raises(UnreadableAnswerError):
        spill(json.dumps({"images": [code]}).encode(), [5000], tmp_path, max_picture=8000)
    with pytest.raises(UnreadableAnswerError):
        spill(json.dumps({"a": list(range(9000))}).encode(), [], tmp_path, max_json=8000)
    with pytest.raises(UnreadableAnswerError):
        spill(b"[" * (MAX_DEPTH + 1), [], tmp_path)
    with pytest.raises(UnreadableAnswerError):
        spill(b'{"a":1' + b"0" * 5000 + b"}", [], tmp_path)
    deep = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    assert spill(deep, [], tmp_path).text == deep.decode()


def test_files_are_private(tmp_path: Path) -> None:
    raw = json.dumps({"images": [base64.b64encode(b"s" * 99).decode()]}).encode()
    assert spill(raw, [], tmp_path).parts[0].stat().st_mode & 0o777 == 0o600
