"""Names from templates: allowed on three systems, never outside the folder, never twice."""

from __future__ import annotations

import random
import unicodedata
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phota_desktop.core.file_names import (
    DEFAULT_TEMPLATE,
    MAX_BYTES,
    TOKENS,
    NameTokens,
    distinct,
    expand,
    file_name,
    folded,
    numbered,
    safe_name,
    template_problems,
)
from phota_desktop.imaging.files import write_new

WHEN = datetime(2026, 11, 21, 14, 5, 6)
FULL = NameTokens(
    "IMG_4711", "enhance", 2, WHEN, "Anna", "nano_banana_2", 3, 7, datetime(2025, 1, 2)
)
WINDOWS_DEVICES = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"} | {
    f"{port}{n}" for port in ("COM", "LPT") for n in "0123456789¹²³"
}
NASTY = (
    *("", ".", "..", "...", " ", "CON", "nul.txt", "com1", "LPT¹", "aux .x", "~", "-rf", "$(rm)"),
    *("../../etc/passwd", "..\\..\\boot.ini", "C:\\x", "C:", "//server/share", "/abs", "a/b\\c"),
    *("a\nb", "\r\n", "\x00", "\x1b[31m", "tab\tx", "\u202egpj.exe", "\u2066x\u2069", "\u200b"),
    *("\ud800", "\udfff\ud800", "\ue000", "\U0010ffff", "e\u0301", "é", "Å", "Å", "ﬁ", "ß"),
    *("写真" * 60, "😀" * 70, "x" * 400, "x" * 119 + " ", "." * 300, "👩‍👩‍👧‍👦", "ı", "İ", "ſ"),
    *('<>:"/\\|?*', "a.", "a ", "a. . .", "name.jpg", "name.tar.gz", "::$DATA", "x:y", "{stem}"),
)


def assert_allowed_everywhere(name: str) -> None:
    """Check a name against what Windows, macOS and Linux document, not against our own code."""
    assert 0 < len(name.encode("utf-8")) <= 255  # ext4; also raises for half surrogates
    assert len(name.encode("utf-16-le")) // 2 <= 255  # NTFS
    assert len(unicodedata.normalize("NFD", name).encode()) <= 3 * 255  # APFS takes 255 characters
    assert not set(name) & set('<>:"/\\|?*')
    assert all(ord(c) >= 32 and c != "\x7f" for c in name)
    assert all(unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in name)
    assert not name.endswith((" ", "."))
    assert not name.startswith((" ", "."))
    assert name.split(".")[0].rstrip(" ").upper() not in WINDOWS_DEVICES
    assert unicodedata.is_normalized("NFC", name)


@pytest.mark.parametrize(
    ("template", "name"),
    [
        (DEFAULT_TEMPLATE, "IMG_4711-enhance-2.jpg"),
        ("{date}_{time} {stem}", "2026-11-21_14-05-06 IMG_4711.jpg"),
        ("{original_date} {person} {model}", "2025-01-02 Anna nano_banana_2.jpg"),
        ("{counter:03}-{counter}-{n:2}-{rating}", "007-7-02-3.jpg"),
        ("{{{stem}}}", "{IMG_4711}.jpg"),
        ("a/../{stem}", "a_.._IMG_4711.jpg"),
        ("{what} {stem}", "{what} IMG_4711.jpg"),
        ("{stem", "{stem.jpg"),
    ],
)
def test_templates_by_example(template: str, name: str) -> None:
    assert expand(template, FULL, "jpg") == name


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("{stem}-{person}-{n}", "IMG-1.jpg"),
        ("{person} - {stem}", "IMG.jpg"),
        ("{person}-{model}-{stem}", "IMG.jpg"),
        ("{stem}_{person}_{model}", "IMG.jpg"),
        ("{person}", "picture.jpg"),
        ("({person}) {stem}", "() IMG.jpg"),
    ],
)
def test_what_is_not_known_leaves_no_separator(template: str, name: str) -> None:
    assert expand(template, NameTokens(stem="IMG"), "jpg") == name


def test_separators_of_a_name_itself_stay() -> None:
    assert expand("{stem}{person}", NameTokens(stem="IMG_"), "jpg") == "IMG_.jpg"


def test_a_dotted_stem_keeps_its_dots_when_it_is_cut() -> None:
    name = expand("{stem}", NameTokens(stem="my.long." + "x" * 300), "jpeg")
    assert name.startswith("my.long.x")
    assert name.endswith("x.jpeg")
    assert len(name.encode()) == MAX_BYTES


def test_an_extension_cannot_carry_anything_along() -> None:
    assert file_name("a", "../x") == "a.x"
    assert file_name("a", "J P G") == "a.jpg"
    assert file_name("a.jpg", "png") == "a.jpg.png"
    assert file_name("con", "jpg") == "_con.jpg"


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("x" * 201, "longer"),
        ("{foo}", "“{foo}” is not known. There are {stem} {operation}"),
        ("{}", "“{}” is not known"),
        ("{stem", "“{” has no partner"),
        ("stem}", "“}” has no partner"),
        ("{stem:03}", "no number"),
        ("{counter:abc}", "{counter:03}"),
        ("{counter:99999999}", "{counter:03}"),
    ],
)
def test_problems_say_what_and_what_there_is(template: str, said: str) -> None:
    (problem,) = template_problems(template)
    assert problem.field == "name_template"
    assert said in problem.message


def test_every_token_that_is_offered_works() -> None:
    for token in TOKENS:
        assert template_problems(f"{{{token}}}") == []
        assert "{" not in expand(f"{{{token}}}", FULL)


def test_names_that_some_system_holds_for_the_same_are_numbered() -> None:
    assert distinct(["a.jpg", "A.jpg", "a-2.jpg", "a.jpg"]) == [
        "a.jpg",
        "A-3.jpg",
        "a-2.jpg",
        "a-4.jpg",
    ]
    assert distinct(["é.jpg", "e\u0301.jpg"]) == ["é.jpg", "e\u0301-2.jpg"]
    assert distinct(["straße", "STRASSE"]) == ["straße", "STRASSE-2"]
    assert numbered("x" * 116 + ".jpg", 1000) == "x" * 111 + "-1000.jpg"


def test_a_batch_of_thousands_with_one_name_is_quick() -> None:
    names = distinct(["same.jpg"] * 5000)
    assert len({folded(name) for name in names}) == 5000
    assert names[-1] == "same-5000.jpg"


texts = st.text(max_size=80) | st.sampled_from(NASTY)
templates = st.lists(
    st.sampled_from([f"{{{token}}}" for token in TOKENS] + ["-", "_", " ", "/", "..", "{", "}"])
    | texts,
    max_size=8,
).map("".join)
tokens = st.builds(
    NameTokens,
    stem=texts,
    operation=st.sampled_from(["enhance", "edit", ""]),
    n=st.integers(1, 4),
    made=st.none() | st.just(WHEN),
    person=texts,
    model=texts,
    rating=st.integers(0, 5),
    counter=st.integers(1, 10**6),
    original_made=st.none() | st.just(WHEN),
)


@given(templates, tokens, st.sampled_from(["jpg", "png", "webp", "tif", ""]))
@settings(max_examples=400, deadline=None)
def test_every_name_is_allowed_everywhere(template: str, known: NameTokens, extension: str) -> None:
    name = expand(template, known, extension)
    assert_allowed_everywhere(name)
    assert len(name.encode()) <= MAX_BYTES
    assert safe_name(name) == name
    assert not extension or name.endswith(f".{extension}")


@given(st.lists(texts.map(safe_name), max_size=40), st.integers(1, 9999))
@settings(max_examples=100, deadline=None)
def test_a_batch_has_no_clash(names: list[str], number: int) -> None:
    found = distinct(names)
    assert len({folded(name) for name in found}) == len(names)
    for name in found:
        assert_allowed_everywhere(name)
    for name in names:
        assert_allowed_everywhere(numbered(name, number))


def test_a_thousand_exports_overwrite_nothing_and_stay_in_the_folder(tmp_path: Path) -> None:
    rng = random.Random(6)  # noqa: S311 - the same names on every run
    folder = tmp_path / "outer" / "folder"
    folder.mkdir(parents=True)
    theirs = {"IMG-enhance-1.jpg": b"theirs", "picture.jpg": b"theirs too", "_CON.jpg": b"x"}
    for name, content in theirs.items():
        (folder / name).write_bytes(content)
    outside = tmp_path / "outer" / "passwd"
    outside.write_bytes(b"outside")
    bits = (*(f"{{{token}}}" for token in TOKENS), *NASTY, "-", "_", "/", "\\", "../", "{", "}")
    written: dict[Path, bytes] = {}
    for batch in range(40):
        names = [
            expand(
                "".join(rng.choices(bits, k=rng.randint(0, 5))),
                NameTokens(
                    stem=rng.choice(NASTY),
                    operation="enhance",
                    n=rng.randint(1, 4),
                    made=rng.choice([None, WHEN]),
                    person=rng.choice(NASTY),
                    model=rng.choice(NASTY),
                    counter=n,
                ),
                rng.choice(["jpg", "png"]),
            )
            for n in range(1, 26)
        ]
        for n, name in enumerate(distinct(names)):
            content = f"{batch}:{n}".encode()
            path = write_new(folder / name, content)
            assert path not in written
            assert path.parent == folder
            assert_allowed_everywhere(path.name)
            written[path] = content
    assert len(written) == 1000
    assert all(path.read_bytes() == content for path, content in written.items())
    assert all((folder / name).read_bytes() == content for name, content in theirs.items())
    assert outside.read_bytes() == b"outside"
    assert {p for p in tmp_path.rglob("*") if p.is_file()} == {
        *written,
        *(folder / name for name in theirs),
        outside,
    }
