"""From options to requests: the sentences for what does not go together, and which photos."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from PIL import Image

from phota_desktop.cli.arguments import parser
from phota_desktop.cli.exits import Exit
from phota_desktop.cli.output import Output
from phota_desktop.cli.requests import Ask, asks, choice
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.options import AspectRatio, OutputFormat, Quality, Resolution
from phota_desktop.core.requests import EditRequest, EnhanceRequest, GenerateRequest, RemixRequest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for n in range(12):
        Image.new("RGB", (20, 10), (n * 20, 0, 0)).save(tmp_path / f"{n:02}.png")
    return tmp_path


def read(*line: str, as_json: bool = False) -> tuple[list[Ask], list[Exit], str, str]:
    arguments = parser().parse_args(line)
    output = Output(as_json, out=io.StringIO(), err=io.StringIO())
    found, exits = asks(arguments, choice(arguments), output)
    assert isinstance(output.out, io.StringIO)
    assert isinstance(output.err, io.StringIO)
    return found, exits, output.out.getvalue(), output.err.getvalue()


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            "enhance a.jpg --model reve",
            "--model reve is not possible with enhance, which always makes 2K pictures of"
            " Nano Banana 2; edit and generate take it.",
        ),
        ("remix a.jpg b.jpg --aspect 1:1", "--aspect 1:1 is not possible with remix"),
        ("enhance a.jpg --resolution 4k", "--resolution 4K is not possible with enhance"),
        (
            "edit a.jpg --prompt x --model reve --resolution 4K",
            "--resolution 4K is not possible with --model reve: Reve makes 1K.",
        ),
        (
            "generate --prompt x --model flux-2 --resolution 4K",
            "--resolution 4K is not possible with --model flux-2: Flux 2 Dev makes 1K, 2K.",
        ),
        (
            "edit a.jpg --prompt x --quality high",
            "--quality high is not possible with nb2, the default model: Nano Banana 2 has no"
            " quality setting; possible with --model gpt-image-2.",
        ),
        (
            "generate --prompt x --model nb9",
            "--model nb9 is not possible; possible are nb2, gpt-image-2, qwen-image-2, flux-2,"
            " reve.",
        ),
        (
            "generate --prompt x --profile abc",
            "--profile abc is not possible with generate: write [[abc]] in --prompt.",
        ),
    ],
)
def test_what_does_not_go_together_is_said_in_a_sentence(line: str, sentence: str) -> None:
    with pytest.raises(PhotaError) as caught:
        choice(parser().parse_args(line.split()))
    assert caught.value.kind is ErrorKind.INVALID
    assert sentence in caught.value.message


@pytest.mark.parametrize("verb", [("edit", "a.jpg"), ("generate",)])
def test_an_empty_prompt_is_none(verb: tuple[str, ...]) -> None:
    with pytest.raises(PhotaError, match="--prompt is empty"):
        choice(parser().parse_args([*verb, "--prompt", "  "]))


@pytest.mark.parametrize(
    ("line", "possible"),
    [
        ("edit a.jpg --prompt x --resolution 8K", "1K, 2K, 4K"),
        ("edit a.jpg --prompt x --aspect 2:3", "auto, 1:1, 3:4, 4:3, 9:16, 16:9"),
        ("edit a.jpg --prompt x --quality best", "auto, low, medium, high"),
        ("profiles add a --name x --tier slow", "standard, fast"),
        ("enhance a.jpg --profile a[b", "profiles list"),
    ],
)
def test_a_wrong_word_is_answered_with_the_right_ones(
    capsys: pytest.CaptureFixture[str], line: str, possible: str
) -> None:
    with pytest.raises(SystemExit) as stop:
        parser().parse_args(line.split())
    assert stop.value.code == 2
    assert possible in capsys.readouterr().err


def test_edit_is_one_job_for_each_photo(folder: Path) -> None:
    found, exits, _, _ = read("edit", str(folder), "--prompt", "brighter")
    assert not exits
    assert [len(ask.request.images) for ask in found] == [1] * 12
    assert found[0].source == str(folder / "00.png")


def test_together_is_one_job_with_the_first_as_the_primary(folder: Path) -> None:
    names = [str(folder / f"{n:02}.png") for n in (7, 3, 5)]
    line = ("edit", *names, "--together", "--prompt", "brighter", "--model", "gpt-image-2")
    more = ("--quality", "low", "--resolution", "4k", "--aspect", "16:9", "--profile", "p1")
    [ask], exits, _, _ = read(*line, *more, "--profile", "p1", "-n", "3", "--format", "png")
    assert not exits
    assert ask.source == names[0]
    assert ask.request == EditRequest(
        tuple(map(Path, names)),
        "brighter",
        ("p1",),
        "gpt-image-2",
        AspectRatio.LANDSCAPE_16_9,
        Resolution.R4K,
        Quality.LOW,
        3,
        OutputFormat.PNG,
    )


def test_together_takes_ten(folder: Path) -> None:
    with pytest.raises(PhotaError, match=r"--together is not possible with 12 photos: .* 10"):
        read("edit", str(folder), "--together", "--prompt", "brighter")


def test_together_needs_every_photo(folder: Path) -> None:
    bad = folder / "bad.png"
    bad.write_text("no picture")
    line = ("edit", str(folder / "00.png"), str(bad), "--together", "--prompt", "brighter")
    found, exits, told, said = read(*line, as_json=True)
    assert (found, exits) == ([], [Exit.USAGE])
    assert json.loads(told)["source"] == str(bad)
    assert "Nothing was sent" in said
    found, exits, _, _ = read(*(word for word in line if word != "--together"))
    assert (len(found), exits) == (1, [Exit.USAGE])


def test_an_empty_folder_has_nothing_to_edit(tmp_path: Path) -> None:
    found, exits, _, said = read("edit", str(tmp_path), "--prompt", "brighter")
    assert (found, exits) == ([], [Exit.USAGE])
    assert said == "There is no photo to edit.\n"


def test_generate_has_no_source() -> None:
    [ask], _, _, _ = read("generate", "--prompt", "[[p1]] at sea", "--model", "reve")
    assert ask == Ask(None, GenerateRequest("[[p1]] at sea", "reve"))


def test_enhance_and_remix_have_no_model(folder: Path) -> None:
    one, other = folder / "00.png", folder / "01.png"
    [ask], _, _, _ = read("remix", str(one), str(other), "--prompt", "x")
    assert ask == Ask(str(one), RemixRequest(one, other, "x"))
    # The same photo twice is odd, but two pictures.
    [ask], _, _, _ = read("remix", str(one), str(one))
    assert ask.request.images == (one, one)
    [ask], _, _, _ = read("enhance", str(one))
    assert ask.request == EnhanceRequest(one)


def test_remix_says_which_photo_is_none(folder: Path) -> None:
    with pytest.raises(PhotaError, match="REFERENCE is one photo"):
        read("remix", str(folder / "00.png"), str(folder))
    found, exits, _, said = read("remix", str(folder / "gone.png"), str(folder / "00.png"))
    assert (found, exits) == ([], [Exit.USAGE])
    assert "gone.png" in said
